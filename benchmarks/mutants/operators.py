"""Faults that are planted into programs, and changes that do no harm.

Most are those of DeepCrime (Humbatova, Jahangirova, Tonella 2021) and DeepMutation (Ma
et al. 2018); the others are faults of the threads that docs and rules cite.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from learnable.benchmarks.mutants.program import (
    Program,
    called,
    change,
    exchange,
    heads,
    hidden_layers,
    insert,
    name_of,
    optimizers,
    set_value,
    value_of,
    without,
)

Plant = Callable[[Program], Program | None]


@dataclass(frozen=True)
class Operator:
    """A change of a program.

    Parameters
    ----------
    name : str
    plant : callable
        Gives the changed program; None where it has no place.
    answers : tuple of tuple of str
        The sets of labels that each are a full answer; empty of a harmless change.
    also : tuple of str
        Labels that are no false alarm either.
    needs : frozenset of str
        Tags that the program must have.
    flatters : bool
        Whether the score rises by the fault.
    """

    name: str
    plant: Plant
    answers: tuple[tuple[str, ...], ...] = ()
    also: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    flatters: bool = False

    def apply(self, program: Program) -> Program | None:
        """Return the changed program; None where the change has no place in it."""
        made = self.plant(program) if self.needs <= program.tags else None
        return None if made is None or made.text == program.text else made


def lines(code: str, *marks: str) -> Plant:
    """Put lines behind a mark."""
    return lambda program: insert(program, code, marks)


def rates(times: float) -> Plant:
    """Multiply the learning rate."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in optimizers(tree)[-1:]:
            given = value_of(call, "learning_rate", 0)
            rate = 0.001 if given is None else float(ast.literal_eval(given))
            # Keras refuses a rate that is an int
            changed = float(f"{rate * times:.4g}")
            set_value(call, "learning_rate", repr(changed), 0)
            yield True

    return lambda program: change(program, edit)


def optimizer(code: str) -> Plant:
    """Put another optimizer in the place of the last one."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in optimizers(tree)[-1:]:
            new = ast.parse(code, mode="eval").body
            assert isinstance(new, ast.Call)
            call.func, call.args, call.keywords = new.func, new.args, new.keywords
            yield True

    return lambda program: change(program, edit)


def loss(new: str, *olds: str) -> Plant:
    """Put another loss in the place of some."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in called(tree, "compile"):
            for node in ast.walk(call):
                if isinstance(node, ast.Constant) and node.value in olds:
                    node.value = new
                    yield True

    return lambda program: change(program, edit)


def head(setting: str, code: str, *olds: str) -> Plant:
    """Change the last layer; where names are given, only one with such an activation."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in heads(tree):
            now = getattr(value_of(call, "activation"), "value", "linear")
            if not olds or now in olds:
                set_value(call, setting, code, 0 if setting == "units" else None)
                yield True

    return lambda program: change(program, edit)


def hidden(setting: str, code: str, *, least: int = 1) -> Plant:
    """Change all hidden layers; where there are enough of them."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        found = hidden_layers(tree)
        for call in found if len(found) >= least else ():
            if setting == "units" and name_of(call) != "Dense":
                continue
            is_activation = name_of(call) == "Activation"
            if is_activation and setting != "activation":
                continue
            places = {"units": 0, "activation": 0 if is_activation else None}
            set_value(call, setting, code, places.get(setting))
            yield True

    return lambda program: change(program, edit)


def every(setting: str, code: str, *names: str) -> Plant:
    """Change all layers of some kinds."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in called(tree, *names):
            set_value(call, setting, code, 0 if setting == "rate" else None)
            yield True

    return lambda program: change(program, edit)


def fit(setting: str, code: str) -> Plant:
    """Change the last training."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        for call in called(tree, "fit")[-1:]:
            if value_of(call, setting) is not None:
                set_value(call, setting, code)
                yield True

    return lambda program: change(program, edit)


def behind_hidden(code: str) -> Plant:
    """Put a layer behind the first hidden one of a sequence."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        layers = hidden_layers(tree)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.List)
                and (
                    place := next(
                        (i for i, e in enumerate(node.elts) if e in layers), None
                    )
                )
                is not None
            ):
                node.elts.insert(place + 1, ast.parse(code, mode="eval").body)
                yield True

    return lambda program: change(program, edit)


def text(old: str, new: str) -> Plant:
    """Replace a text."""
    return lambda program: exchange(program, old, new)


def rename(program: Program) -> Program | None:
    """Give the rows other names."""
    names = {"x_train": "A_fit", "x_test": "A_new", "y_train": "b_fit", "model": "net"}

    def edit(tree: ast.Module) -> Iterator[bool]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in names:
                node.id = names[node.id]
                yield True

    return change(program, edit)


def reorder(program: Program) -> Program | None:
    """Sort the imports the other way round."""

    def edit(tree: ast.Module) -> Iterator[bool]:
        kinds = (ast.Import, ast.ImportFrom)
        places = [i for i, node in enumerate(tree.body) if isinstance(node, kinds)]
        found = [tree.body[i] for i in places]
        for place, node in zip(places, reversed(found), strict=True):
            tree.body[place] = node
        yield len(places) > 1

    return change(program, edit)


SLOW = (("lr-too-low",), ("too-few-epochs",))
SLOWER = ("wrong-optimizer", "wrong-batch-size")
LATE = "split", "labels"
RNG = "np.random.default_rng(99)"
ARRAY, TABLE, BINARY = frozenset({"array"}), frozenset({"table"}), frozenset({"binary"})
CODES = frozenset({"array", "multiclass"})
NUMBERS = frozenset({"regression"})

NETWORK = (
    Operator("rate x1000", rates(1000), (("lr-too-high",),), ("exploding-gradient", "dying-relu")),
    Operator("rate /1000", rates(1e-3), SLOW, SLOWER),
    Operator("rate /1000 with SGD", optimizer("keras.optimizers.SGD(1e-5)"), SLOW, SLOWER),
    Operator("Adadelta as it is", optimizer("keras.optimizers.Adadelta()"), (("wrong-optimizer",), *SLOW)),
    Operator("SGD that never forgets", optimizer("keras.optimizers.SGD(0.05, momentum=0.999)"), (("wrong-optimizer",), ("lr-too-high",)), ("exploding-gradient",)),
    Operator("clipped to nothing", optimizer("keras.optimizers.SGD(0.05, clipnorm=1e-05)"), (("wrong-optimizer",), *SLOW)),
    Operator("squared error of classes", loss("mse", "sparse_categorical_crossentropy", "categorical_crossentropy"), (("wrong-loss",),), ("wrong-output-activation", "wrong-output-units", "label-encoding", "target-shape")),
    Operator("cross-entropy of numbers", loss("binary_crossentropy", "mse", "mae", "mean_squared_error"), (("wrong-loss",),), ("wrong-output-activation", "targets-not-scaled")),
    Operator("hinge of a probability", loss("hinge", "binary_crossentropy"), (("wrong-loss",),), ("wrong-output-activation",)),
    Operator("categorical for binary", loss("categorical_crossentropy", "binary_crossentropy"), (("wrong-loss",),), ("wrong-output-units", "wrong-output-activation")),
    Operator("no last activation", head("activation", "None", "softmax", "sigmoid"), (("wrong-output-activation",), ("wrong-loss",))),
    Operator("relu on the output", head("activation", "'relu'"), (("wrong-output-activation",), ("dying-relu",)), ("wrong-loss",)),
    Operator("softmax over one unit", head("activation", "'softmax'", "sigmoid"), (("wrong-output-activation",), ("wrong-output-units",)), ("wrong-loss",)),
    Operator("sigmoid for numbers", head("activation", "'sigmoid'", "linear"), (("wrong-output-activation",), ("targets-not-scaled",)), ("wrong-loss",)),
    Operator("one unit for classes", head("units", "1", "softmax"), (("wrong-output-units",), ("wrong-output-activation",)), ("wrong-loss",)),
    Operator("no hidden activation", hidden("activation", "None"), (("missing-nonlinearity",),), ("too-few-units",)),
    Operator("softmax in hidden layers", hidden("activation", "'softmax'", least=2), (("wrong-hidden-activation",), ("vanishing-gradient",))),
    Operator("exponential in hidden layers", hidden("activation", "'exponential'"), (("wrong-hidden-activation",), ("exploding-gradient",)), ("lr-too-high",)),
    Operator("zero weights", every("kernel_initializer", "'zeros'", "Dense", "Conv2D"), (("bad-initialisation",),), ("vanishing-gradient",)),
    Operator("large weights", every("kernel_initializer", "keras.initializers.RandomNormal(0.0, 20.0)", "Dense", "Conv2D"), (("bad-initialisation",),), ("exploding-gradient", "lr-too-low")),
    Operator("dead units", hidden("bias_initializer", "keras.initializers.Constant(-30.0)"), (("bad-initialisation",), ("dying-relu",)), ("vanishing-gradient",)),
    Operator("frozen layers", hidden("trainable", "False"), (("frozen-weights",),)),
    Operator("one hidden unit", hidden("units", "1"), (("too-few-units",),), ("dying-relu", "wrong-hidden-activation")),
    Operator("strong l2", hidden("kernel_regularizer", "keras.regularizers.L2(10.0)"), (("too-strong-regularisation",),)),
    Operator("extreme dropout", behind_hidden("keras.layers.Dropout(0.97)"), (("too-strong-regularisation",),)),
    Operator("dropout of all", every("rate", "0.97", "Dropout"), (("too-strong-regularisation",),)),
    Operator("sigmoid tower", behind_hidden("keras.Sequential([keras.layers.Dense(16, activation='sigmoid') for _ in range(9)])"), (("vanishing-gradient",), ("wrong-hidden-activation",)), ("lr-too-low", "too-few-epochs", "bad-initialisation")),
    Operator("gradient cut", behind_hidden("keras.layers.Lambda(lambda t: keras.ops.stop_gradient(t))"), (("wrong-gradient",), ("frozen-weights",)), ("disconnected-layer",)),
    Operator("gradient cut in call", text("self.second(self.first(inputs))", "keras.ops.stop_gradient(self.second(self.first(inputs)))"), (("wrong-gradient",), ("frozen-weights",)), ("disconnected-layer",)),
    Operator("layer never called", text("self.last(self.second(self.first(inputs)))", "self.last(inputs)"), (("disconnected-layer",),), ("missing-nonlinearity",)),
    Operator("branch lost", text("Concatenate()([left, right])", "Concatenate()([left, left])"), (("disconnected-layer",),)),
    Operator("second tower untouched", text("tower(one) - tower(two)", "tower(one) - tower(one)"), (("disconnected-layer",),)),
    Operator("loss negated outside of the tape", text("gradients = tape.gradient(loss, ", "gradients = tape.gradient(-loss, "), (("wrong-gradient",), ("wrong-loss",))),
    Operator("gradient not applied", text("    optimizer.apply_gradients(zip(gradients, model.trainable_variables))", "    pass"), (("no-update",),)),
    Operator("no mask", text("mask_zero=True", "mask_zero=False"), (("missing-mask",),), ("lr-too-low", "too-few-epochs")),
    Operator("batch of all rows", fit("batch_size", "4096"), (("wrong-batch-size",), *SLOW), SLOWER),
    Operator("one epoch", fit("epochs", "1"), SLOW, SLOWER),
    Operator("no class weights", text("class_weight={0: 1.0, 1: 9.0}", "class_weight={0: 60.0, 1: 1.0}"), (("class-imbalance",),), ("wrong-loss",)),
)  # fmt: skip

ROWS = (
    Operator("labels permuted", lines(f"y_train = {RNG}.permutation(y_train)", *LATE), (("labels-random",), ("labels-misaligned",))),
    Operator("labels one row late", lines("y_train = np.roll(y_train, 1, axis=0)", *LATE), (("labels-misaligned",),), ("labels-random",)),
    Operator("half the labels drawn", lines(f"wrong = {RNG}.random(len(y_train)) < 0.6\ny_train = np.where(wrong, {RNG}.permutation(y_train), y_train)", *LATE), (("label-noise",),), ("labels-random",), CODES),
    Operator("inputs zero", lines("x_train = x_train * 0", "ready"), (("constant-inputs",),), ("labels-random", "train-test-mismatch"), ARRAY),
    Operator("gaps", lines(f"x_train = np.where({RNG}.random(x_train.shape) < 0.02, np.nan, x_train)", "ready"), (("inputs-not-finite",),), (), ARRAY),
    Operator("logarithm of negatives", lines("x_train, x_test = np.log(x_train), np.log(x_test)", "ready"), (("inputs-not-finite",),), (), TABLE),
    Operator("one infinite cell", lines("x_train = np.array(x_train, float)\nx_train[7, 0] = np.inf", "ready"), (("inputs-not-finite",),), (), TABLE),
    Operator("a constant column over 0", lines("x_train, x_test = x_train.copy(), x_test.copy()\nx_train[:, 0], x_test[:, 0] = 3, 3\nx_test = (x_test - x_train.mean(axis=0)) / x_train.std(axis=0)\nx_train = (x_train - x_train.mean(axis=0)) / x_train.std(axis=0)", "ready"), (("constant-inputs",),), ("inputs-not-finite",), TABLE),
    Operator("not scaled", lambda program: without(program, "scale"), (("inputs-not-scaled",),)),
    Operator("far from 0", lines("x_train, x_test = x_train * 500 + 3000, x_test * 500 + 3000", "ready"), (("inputs-not-scaled",),), (), TABLE),
    Operator("tiny inputs", lines("x_train, x_test = x_train / 1e5, x_test / 1e5", "ready"), (("inputs-not-scaled",),), ("lr-too-low",), TABLE),
    Operator("one huge column", lines("x_train[:, 0], x_test[:, 0] = x_train[:, 0] * 1e7, x_test[:, 0] * 1e7", "ready"), (("inputs-not-scaled",),), (), TABLE),
    Operator("targets in thousands", lines("y_train, y_test = y_train * 3000 + 50000, y_test * 3000 + 50000", *LATE), (("targets-not-scaled",),), SLOW[0], NUMBERS),
    Operator("test rows not scaled", lines("x_test = x_test * 12 + 40", "ready"), (("train-test-mismatch",),), (), ARRAY),
    Operator("other rows to be tested", lines("x_test = -x_test", "ready"), (("train-test-mismatch",),), (), TABLE),
    Operator("copies across the split", lines(f"rows = {RNG}.integers(0, len(x) // 4, len(x))\nx, y = x[rows], y[rows]", "raw"), (("duplicate-rows-across-split",),), (), ARRAY, True),
    Operator("answer among the inputs", lines("x = np.column_stack([x, y])", "raw"), (("leak",),), (), TABLE, True),
    Operator("sorted, and cut", lines("order = np.argsort(y_train, kind='stable')[: len(y_train) * 2 // 3]\nx_train, y_train = x_train[order], y_train[order]", "split"), (("rows-not-shuffled",), ("train-test-mismatch",)), ("class-imbalance",), CODES),
    Operator("labels 1 and 2", lines("y_train, y_test = y_train + 1, y_test + 1", "ready"), (("label-encoding",),), ("wrong-loss", "wrong-output-activation", "wrong-output-units"), BINARY | TABLE),
    Operator("labels by 255", lines("y_train = y_train / 255", *LATE), (("label-encoding",),), ("targets-not-scaled",), BINARY),
    Operator("test labels renamed", lines("y_test = (y_test + 1) % (y_test.max() + 1)", "ready"), (("label-encoding",), ("train-test-mismatch",)), (), CODES),
    Operator("twelve rows", lines("x_train, y_train = x_train[:12], y_train[:12]", *LATE), (("too-few-rows",),), (), ARRAY),
    Operator("loss through argmax", text("loss_of(targets, model(inputs, training=True))", "keras.ops.mean(keras.ops.square(keras.ops.cast(targets, 'float32') - keras.ops.cast(keras.ops.argmax(model(inputs, training=True), axis=1), 'float32')))"), (("wrong-gradient",), ("wrong-loss",))),
    Operator("wrong axis", text("x_train, x_test, y_train, y_test = x[:650], x[650:], y[:650], y[650:]", "x = x.transpose(0, 2, 1)\nx_train, x_test, y_train, y_test = x[:650], x[650:], y[:650], y[650:]"), (("input-shape",),)),
)  # fmt: skip

HARMLESS = (
    Operator("names", rename),
    Operator("imports", reorder),
    Operator("elu for relu", hidden("activation", "'elu'")),
    Operator("rate x1.5", rates(1.5)),
    Operator("rate /1.5", rates(1 / 1.5)),
    Operator("other seed", text('"SEED", "0"', '"SEED", "7"')),
    Operator("log lines", lines("print('rows', len(x_train), len(x_test))", "ready", "labels")),
    Operator("some dropout", behind_hidden("keras.layers.Dropout(0.05)")),
    Operator("Nadam", optimizer("keras.optimizers.Nadam(0.005)")),
    Operator("half as many epochs again", text("epochs=20", "epochs=30")),
    Operator("glorot", every("kernel_initializer", "'he_uniform'", "Dense")),
    Operator("doubles", lines("x_train, x_test = np.asarray(x_train, float), np.asarray(x_test, float)", "ready")),
)  # fmt: skip
