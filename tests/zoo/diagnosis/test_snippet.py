"""Code that builds a model again."""

import random
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.codemod.model_to_code import as_code, equal_configs

layers = keras.layers
REGULARIZERS = [None, "l2", keras.regularizers.L1(0.5)]
INITIALIZERS = ["zeros", "he_normal", keras.initializers.RandomNormal(stddev=1.0)]
ACTIVATIONS = st.sampled_from([None, "relu", "sigmoid", "softmax"])
UNITS = st.integers(1, 4)


def later(kind, *args, **options):
    """A strategy of functions that make a layer, as layers use up random numbers."""
    return st.builds(lambda *a, **o: partial(make, kind, a, o), *args, **options)


def make(kind, args, options):
    made = [arg() if isinstance(arg, partial) else arg for arg in args]
    return kind(*made, **options)


any_row = st.one_of(
    later(
        layers.Dense,
        UNITS,
        activation=ACTIVATIONS,
        use_bias=st.booleans(),
        kernel_initializer=st.sampled_from(INITIALIZERS),
        kernel_regularizer=st.sampled_from(REGULARIZERS),
        kernel_constraint=st.sampled_from([None, "non_neg"]),
        trainable=st.booleans(),
    ),
    later(layers.Dropout, st.floats(0, 0.9), seed=st.sampled_from([None, 3])),
    later(layers.BatchNormalization, momentum=st.sampled_from([0.9, 0.99])),
    later(layers.LayerNormalization),
    later(layers.Activation, ACTIVATIONS.filter(bool)),
    later(layers.LeakyReLU, st.sampled_from([0.3, 0.01])),
    later(layers.ReLU),
)
convolutions = st.one_of(
    any_row,
    later(
        layers.Conv2D,
        UNITS,
        st.sampled_from([1, 3, (1, 2)]),
        strides=st.sampled_from([1, 2, (2, 1)]),
        padding=st.just("same"),
        activation=ACTIVATIONS,
    ),
    later(
        layers.MaxPooling2D,
        st.sampled_from([1, 2, (1, 2)]),
        strides=st.sampled_from([None, 1]),
        padding=st.just("same"),
    ),
)
steps = st.one_of(
    later(
        kind,
        UNITS,
        return_sequences=st.just(True),
        dropout=st.sampled_from([0.0, 0.5]),
    )
    for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN)
)
sequences = st.one_of(
    any_row,
    steps,
    later(layers.Masking, st.sampled_from([0.0, -1.0])),
    later(layers.Bidirectional, steps, merge_mode=st.sampled_from(["concat", "sum"])),
    later(layers.TimeDistributed, later(layers.Dense, UNITS)),
)
stacks = st.one_of(
    st.tuples(st.just(first), st.lists(middle, max_size=4), st.just(last))
    for first, middle, last in [
        (list, any_row, lambda: [layers.Dense(1, name="head")]),
        (lambda: [keras.Input((3,))], any_row, lambda: [layers.Dense(1)]),
        (lambda: [keras.Input((6, 6, 2))], convolutions, lambda: [layers.Flatten()]),
        (lambda: [keras.Input((4, 2))], sequences, lambda: [layers.LSTM(2)]),
        (
            lambda: [keras.Input((4,), dtype="int32"), layers.Embedding(9, 2)],
            sequences,
            lambda: [layers.GlobalAveragePooling1D()],
        ),
    ]
)


def built(code: str | None, name: str = "model"):
    assert code is not None
    found = {"keras": keras}
    exec(compile(code, "snippet.py", "exec"), found)
    return found[name]


def check(model) -> None:
    again = built(as_code(model))
    if isinstance(model, keras.Sequential):
        assert equal_configs(again.get_config(), model.get_config())
        return
    ours, theirs = again.get_config()["layers"], model.get_config()["layers"]
    for own, other in zip(ours, theirs, strict=True):
        assert own["class_name"] == other["class_name"]
        assert equal_configs(own["config"], other["config"])
    assert [t.shape for t in again.inputs] == [t.shape for t in model.inputs]
    assert [t.shape for t in again.outputs] == [t.shape for t in model.outputs]
    every = range(len(model.layers))
    assert [_sources(again, i) for i in every] == [_sources(model, i) for i in every]


def _sources(model, i):
    """The numbers of the layers that feed the i-th."""
    tensors = keras.tree.flatten(model.layers[i].input)
    operations = [t._keras_history.operation for t in tensors]
    # Keras itself puts operations between, for masks
    return [model.layers.index(o) for o in operations if o in model.layers]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(stacks)
def test_any_stack_is_built_again(drawn):
    first, middle, last = drawn
    check(keras.Sequential([*first(), *(make() for make in middle), *last()]))


def skip():
    row = keras.Input((4,))
    inner = layers.Dense(4, activation="relu")(row)
    return keras.Model(row, layers.Dense(1)(layers.Add()([row, inner])))


def several_inputs():
    left, right = keras.Input((4,), name="left"), keras.Input((3,), dtype="int32")
    ids = layers.Flatten()(layers.Embedding(5, 2)(right))
    both = layers.Concatenate()([left, ids])
    return keras.Model([left, right], [layers.Dense(1)(both), layers.Dense(2)(both)])


def named_inputs():
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    both = layers.Subtract()([left, right])
    return keras.Model({"left": left, "right": right}, {"out": layers.Dense(1)(both)})


def attention():
    row = keras.Input((4, 2))
    seen = layers.MultiHeadAttention(2, 3)(row, row, use_causal_mask=True)
    return keras.Model(row, layers.LayerNormalization()(seen))


def states():
    row = keras.Input((4, 2))
    output, hidden, cell = layers.LSTM(3, return_state=True)(row)
    return keras.Model(row, layers.Concatenate()([output, cell, hidden]))


def inner_sequential():
    row = keras.Input((4,))
    part = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    return keras.Model(row, layers.ReLU()(part(row)))


def masked():
    row = keras.Input((4,), dtype="int32")
    steps = layers.Masking()(layers.Embedding(5, 3, mask_zero=True)(row))
    both = layers.Add()([layers.GRU(3)(steps), layers.LSTM(3)(steps)])
    return keras.Model(row, layers.Dense(1)(both))


def other_mask():
    row = keras.Input((4, 2))
    mask = keras.ops.any(row > 1, axis=-1)
    return keras.Model(row, layers.LSTM(3)(row, mask=mask))


def disconnected():
    row = keras.Input((4,))
    layers.Dense(2)(row)
    return keras.Model(row, layers.Dense(2, name="class")(row))


@pytest.mark.parametrize(
    "make",
    [
        skip,
        several_inputs,
        named_inputs,
        attention,
        states,
        inner_sequential,
        masked,
        disconnected,
    ],
)
def test_functional_models_are_built_again(make):
    check(make())


def test_names_of_inputs_are_kept():
    again = built(as_code(named_inputs()))
    assert set(again.input) == {"left", "right"}
    assert [layer.name for layer in again.layers][:2] == ["left", "right"]


def test_code_is_short():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(
                1,
                kernel_initializer=keras.initializers.RandomNormal(stddev=1.0),
                kernel_regularizer="l2",
                trainable=False,
            ),
        ]
    )
    assert as_code(model, name="net") == (
        "net = keras.Sequential([\n"
        "    keras.Input((8, 8, 1)),\n"
        '    keras.layers.Conv2D(4, 3, activation="relu"),\n'
        "    keras.layers.MaxPooling2D(pool_size=3),\n"
        "    keras.layers.Flatten(),\n"
        "    keras.layers.Dense(1, "
        "kernel_initializer=keras.initializers.RandomNormal(stddev=1.0), "
        'kernel_regularizer="l2", trainable=False),\n'
        "])\n"
    )


def test_functional_code_is_short():
    row = keras.Input((4,))
    model = keras.Model(row, layers.Dense(1)(layers.Dropout(0.5)(row)))
    assert as_code(model) == (
        "input_layer = keras.Input((4,))\n"
        "dropout = keras.layers.Dropout(0.5)(input_layer)\n"
        "dense = keras.layers.Dense(1)(dropout)\n"
        "model = keras.Model(input_layer, dense)\n"
    )


class Own(layers.Dense):
    pass


class OwnModel(keras.Model):
    pass


def own_layer():
    return keras.Sequential([keras.Input((2,)), Own(1)])


def own_activation():
    return keras.Sequential([keras.Input((2,)), layers.Dense(1, lambda x: x)])


def shared():
    row, layer = keras.Input((2,)), layers.Dense(2)
    return keras.Model(row, layer(layer(row)))


def arithmetic():
    row = keras.Input((2,))
    return keras.Model(row, layers.Dense(2)(row) + row)


def function():
    return keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x)])


@pytest.mark.parametrize(
    "make",
    [own_layer, own_activation, shared, arithmetic, function, other_mask, OwnModel],
)
def test_what_is_not_built_in_gives_no_code(make):
    assert as_code(make()) is None


def test_random_numbers_are_not_used_up():
    random.seed(1)
    first = random.random()
    random.seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dropout(0.5, seed=1)])
    random.seed(1)
    as_code(model)
    assert random.random() == first


def test_objects_that_need_a_value_have_code():
    bias = keras.initializers.Constant(0.1)
    layer = keras.layers.Dense(2, bias_initializer=bias)
    code = as_code(keras.Sequential([keras.Input((3,)), layer]))
    assert code is not None
    assert "keras.initializers.Constant(value=0.1)" in code
    scope = {"keras": keras}
    exec(code, scope)
    assert scope["model"].layers[0].bias_initializer.value == 0.1
