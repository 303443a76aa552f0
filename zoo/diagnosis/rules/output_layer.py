"""The last layer, the loss and the targets: what fits together, and the repairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...backend import keras
from ..codemod.edits import ReadClasses, Statement, WrapArgument
from ..problem.context import Repair, RuleContext
from ..problem.graph import LINEAR, Node, is_recurrent
from ..problem.task import first
from ..problem.training_setup import Setup
from ..record.arrays import names_of_labels
from .repairs import join, set_compile, set_layers

BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
SPARSE = ("sparse_categorical_crossentropy",)
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy")
CROSS_ENTROPIES = BINARY + SPARSE + CATEGORICAL
HINGES = ("hinge", "squared_hinge")
ERRORS = (
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
)
"""Losses on the difference of numbers."""
_ROWS = 16
"""Rows on which a loss of one's own is tried."""
_SAME = 1e-4
"""Relative difference of two losses that rounding explains."""


@dataclass(frozen=True)
class OutputLayer:
    """The one output of a network.

    Parameters
    ----------
    node : Node
        The layer with the weights.
    final : Node
        The layer with the activation: the same, or one behind it.
    loss : str
        As `RuleContext.loss`, with the short form ``"crossentropy"`` spelled out.
    logits : bool
        Whether the loss expects outputs before softmax or sigmoid.
    """

    node: Node
    final: Node
    loss: str
    logits: bool

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def width(self) -> int:
        return self.node.layer_width

    @property
    def activation(self) -> str:
        return self.final.activation


@dataclass(frozen=True)
class TargetOutput:
    """A last layer and a loss that belong together."""

    units: int
    activation: str
    loss: str


def head_of(context: RuleContext) -> OutputLayer | None:
    """The output with its loss; None where it is not one plain layer and one loss.

    So it is for several outputs, for outputs of more than one column a row, and where
    something follows the last weights that is no activation.
    """
    outputs = getattr(context.fit.model, "outputs", None) or []
    loss = context.fit.loss
    if len(outputs) != 1 or loss is None or isinstance(loss, (list, tuple, dict)):
        return None
    node, final = context.head, final_node(context)
    if node is None or final is None or is_recurrent(node.layer):
        return None
    behind = final.layer is node.layer or final.inputs == (node.name,)
    if (
        not behind
        or len(outputs[0].shape) != 2
        or outputs[0].shape[-1] != node.layer_width
    ):
        return None
    return OutputLayer(
        node, final, _label_spelling(context, node.layer_width), context.from_logits
    )


def final_node(context: RuleContext) -> Node | None:
    """The layer that gives the one output; None where there is no such layer."""
    outputs = getattr(context.fit.model, "outputs", None) or []
    if len(outputs) != 1:
        return None
    made = outputs[0]._keras_history.operation
    while isinstance(made, keras.Model):
        made = made.outputs[0]._keras_history.operation
    return next((node for node in context.graph.nodes if node.layer is made), None)


def _label_spelling(context: RuleContext, width: int) -> str:
    if context.loss not in ("ce", "crossentropy"):
        return context.loss
    if width == 1:
        return BINARY[0]
    return SPARSE[0] if context.targets.ndim < 2 else CATEGORICAL[0]


def nearest_output(context: RuleContext, width: int) -> TargetOutput:
    """Return the output layer that fits the targets and is nearest to this width."""
    task = context.task
    if task.kind == "regression":
        return TargetOutput(task.outputs, LINEAR, ERRORS[0])
    if task.kind == "multilabel":
        return TargetOutput(task.outputs, "sigmoid", BINARY[0])
    if task.one_hot:
        return TargetOutput(context.targets.shape[-1], "softmax", CATEGORICAL[0])
    if task.kind == "binary" and width == 1:
        return TargetOutput(1, "sigmoid", BINARY[0])
    return TargetOutput(max(width, classes_of(context, width)), "softmax", SPARSE[0])


def classes_of(context: RuleContext, width: int) -> int:
    """Outputs that the labels need, of which a head of this width may have enough."""
    count, values = context.task.class_count, context.task.values
    if width == count or not _have_gaps(values):
        return count
    return int(values.max()) + 1


def _have_gaps(values: np.ndarray) -> bool:
    """Whether labels are codes from 0 on of which a few are missing in the rows."""
    if not len(values) or values.dtype.kind not in "biuf" or values.min() != 0:
        return False
    whole = np.array_equal(values, np.round(values))
    return bool(whole and len(values) <= values.max() < 2 * len(values))


def is_compatible(activation: str, loss: str, logits: bool) -> bool:
    """Whether a loss can use what an activation gives; "?" is not judged."""
    if activation == "?" or loss not in CROSS_ENTROPIES:
        return True
    # Keras uses the logits behind its own softmax and sigmoid, whatever it is told
    own = ("sigmoid", "softmax")
    if logits:
        return activation in (LINEAR, "log_softmax", "log_sigmoid", *own)
    if loss in BINARY:
        return activation in (*own, "hard_sigmoid", "sparse_sigmoid")
    # shares of positive outputs are made by the loss itself
    return activation in (*own, "hard_sigmoid", "softplus", "exponential", "sparsemax")


def repairs_towards(
    context: RuleContext, head: OutputLayer, aim: TargetOutput
) -> Repair:
    """Change head, loss and codes to an aim, where they are not there yet.

    Outputs before softmax or sigmoid stay what they are, and so does an activation
    that the loss can use.
    """
    parts = []
    logits = head.logits and head.activation == LINEAR and aim.loss in CROSS_ENTROPIES
    keep = logits or _is_kept(head, aim)
    if head.width != aim.units:
        message = f"units of {head.name!r}: {head.width} -> {aim.units}"
        units = set_layers(context, [head.node], message, units=aim.units)
        parts.append(_read_anew(units) if head.width == 1 else units)
    if not keep:
        parts.append(set_activation(context, head.final, aim.activation))
    if head.loss != aim.loss:
        parts.append(set_loss(context, aim.loss, logits=logits))
    if not reads(context, aim.loss, aim.units):
        parts.append(recode(context))
    return join(", ".join(part.what for part in parts), parts)


def _read_anew(repair: Repair) -> Repair:
    """With the script's own reading of the answers, where it is for one output."""
    edits = repair.edits
    return repair if edits is None else replace(repair, edits=(*edits, ReadClasses()))


def _is_kept(head: OutputLayer, aim: TargetOutput) -> bool:
    if head.activation == aim.activation:
        return True
    if aim.loss in SPARSE + CATEGORICAL and head.width > 1:
        return head.activation == "sigmoid"
    return False


def reads(context: RuleContext, loss: str, width: int) -> bool:
    """Whether a loss reads one column of labels as the classes they stand for."""
    values = context.task.values
    config = getattr(context.fit.loss, "get_config", dict)()
    values = values[values != config["ignore_class"]] if _ignores(config) else values
    if not len(values):
        return True
    if values.dtype.kind not in "biuf":
        return False
    if loss in SPARSE:
        whole = np.array_equal(values, np.round(values))
        return bool(whole and values.min() >= 0 and values.max() < width)
    if loss in BINARY:
        return bool(values.min() >= 0 and values.max() <= 1)
    if loss in HINGES:
        return set(values.tolist()) <= {0, 1} or set(values.tolist()) <= {-1, 1}
    return True


def _ignores(config: dict[str, Any]) -> bool:
    return config.get("ignore_class") is not None


def set_activation(context: RuleContext, node: Node, name: str) -> Repair:
    """Another activation, wherever the network has it: in a layer or as a layer."""
    holder = replace(node, layer=node.activator)
    message = f"activation of {node.name!r}: {node.activation} -> {name}"
    if hasattr(node.activator, "activation"):
        return set_layers(context, [holder], message, activation=name)

    def change(layer: Any) -> Any:
        if layer.name != node.activator.name:
            return None
        return keras.layers.Activation(name, name=layer.name)

    return Repair(message, lambda setup: setup.with_layers(change))


def set_loss(context: RuleContext, name: str, *, logits: bool = False) -> Repair:
    """One of Keras' losses, for probabilities or for logits."""
    message = f"loss: {context.loss or 'own'} -> {name}"
    if context.loss == name:
        message = f"{name} with from_logits={logits}"
    if not logits:
        return set_compile(message, {"loss": repr(name)}, loss=name)
    kind = "".join(word.capitalize() for word in name.split("_"))
    loss = getattr(keras.losses, kind)(from_logits=True)
    code = f"keras.losses.{kind}(from_logits=True)"
    return set_compile(message, {"loss": code}, loss=loss)


def standard_loss(context: RuleContext) -> Repair:
    """Give the usual loss of the task, for outputs as the last layer has them."""
    task = context.task
    name = {"regression": "MeanSquaredError", "multiclass": "CategoricalCrossentropy"}
    chosen = name.get(task.kind, "BinaryCrossentropy")
    units = context.head.layer_width if context.head else 1
    if task.kind in ("binary", "multiclass") and units > 1:
        one_hot = task.one_hot
        chosen = ("" if one_hot else "Sparse") + "CategoricalCrossentropy"
    linear = context.head is not None and context.head.activation == LINEAR
    raw = linear and task.is_classification
    loss = getattr(keras.losses, chosen)(**({"from_logits": True} if raw else {}))
    code = f"keras.losses.{chosen}({'from_logits=True' if raw else ''})"
    return set_compile(f"loss {chosen}", {"loss": code}, loss=loss)


def recode(context: RuleContext) -> Repair:
    """Labels as 0, 1, ... in their own order."""
    values = context.task.values
    code = "np.unique({}, return_inverse=True)[1]"
    if values.dtype.kind in "iuf":
        low = values.min()
        if low == int(low) and np.array_equal(values, low + np.arange(len(values))):
            code = f"{{}} {'-' if low > 0 else '+'} {abs(int(low))}"

    def apply(setup: Setup) -> Setup:
        known = setup.y if values.dtype.kind in "biuf" else setup.y.astype(str)
        codes = np.searchsorted(values, known).astype("int64")
        return replace(setup, y=codes, values=np.arange(len(values)))

    # where the script asks how good it is, its labels must be of the same kind
    names = names_of_labels(context.recording, context.fit)
    named = tuple(Statement(f"{n} = {code.replace('{}', n)}") for n in names)
    return Repair("labels as 0, 1, ...", apply, named or (WrapArgument("y", code),))


def has_one_label(context: RuleContext) -> bool:
    """Whether each row has one label, not a column for each class."""
    return context.task.class_count > 0 and not context.task.one_hot


def loss_value(loss: Any, y: np.ndarray, given: np.ndarray) -> float:
    """A loss as ``fit`` computes it; NaN where it fails on these shapes."""
    model = keras.Sequential([keras.Input(given.shape[1:]), keras.layers.Identity()])
    model.compile(loss=loss)
    pair = [keras.ops.convert_to_tensor(np.asarray(part)) for part in (y, given)]
    try:
        value: Any = model.compute_loss(y=pair[0], y_pred=pair[1])
        return float(value)
    except Exception:  # whatever a loss of one's own raises says: not with these
        return float("nan")


def counts_from_one(context: RuleContext, head: OutputLayer) -> bool:
    """Whether one-hot rows are of classes from 1 on, so that the last has no column.

    Then no row has the first class, some have none, and all others occur.
    """
    task = context.task
    if task.kind != "multilabel" or len(task.places) or head.width != task.outputs:
        return False
    if head.activation != "softmax" and head.loss not in CATEGORICAL:
        return False
    each, used = task.y.sum(axis=1), task.y.max(axis=0) > 0
    return bool(each.max() == 1 and each.min() == 0 and not used[0] and used[1:].all())


def have_roles(context: RuleContext, head: OutputLayer) -> bool:
    """Whether a loss of the script's own takes each output for something else.

    As a mean and a variance, or quantiles: the loss is another where two of them change
    places, which it is not if each is compared with the target.
    """
    if head.loss or head.width < 2:
        return False
    rows = diverse_rows(context, _ROWS)
    y = first_target(context)[rows]
    outputs = np.random.default_rng(0).uniform(0.05, 0.95, (len(rows), head.width))
    outputs = outputs.astype("float32")
    plain = loss_value(context.fit.loss, y, outputs)
    turned = loss_value(context.fit.loss, y, np.roll(outputs, 1, axis=1))
    return bool(abs(plain - turned) > _SAME * abs(plain))


def diverse_rows(context: RuleContext, most: int) -> np.ndarray:
    """Numbers of some rows, with targets as different as they come."""
    size = len(context.targets)
    column = context.task.y.reshape(size, -1)[:, 0]
    order = np.argsort(column, kind="stable")
    return order[np.unique(np.linspace(0, size - 1, min(most, size)).astype(int))]


def first_target(context: RuleContext) -> np.ndarray:
    """The targets in the shape that ``fit`` was given."""
    return np.asarray(first(context.fit.y))
