"""Which layers a model's code makes, and which of them reach its output."""

import itertools
from dataclasses import replace

import pytest
from learnable.zoo.backend import keras
from learnable.zoo.networks.train import trace
from learnable.zoo.registry import MODELS, build, list_models, recipe

SHAPES = {
    "convnet": (8, 8),
    "convnet-overwritten": (8, 8),
    "mobilenet-v2": (8, 8, 3),
    "cnn-lstm": (3, 8, 8),
    "lstm-series": (6, 5),
    "lstm-characters": (8,),
    "text-embedding": (8,),
}
"""Of a row, for models that do not take any shape."""
every_model = pytest.mark.parametrize("name", list_models())


def traced(name: str, shape: tuple[int, ...] | None = None):
    shape = shape or SHAPES.get(name, (4,))
    return trace(recipe(name), shape=shape, outputs=2)


@every_model
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
def test_used_layers_hold_all_parameters(name):
    shape = SHAPES.get(name, (4,))
    model = build(recipe(name), shape=shape, outputs=2)
    facts = traced(name)
    assert sum(f.parameters for f in facts if f.used) == model.count_params()


@every_model
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
def test_inputs_are_layers_called_before(name):
    seen: set[str] = set()
    for fact in traced(name):
        assert set(fact.inputs) <= seen, fact
        assert fact.name not in seen
        seen.add(fact.name)
        assert all(isinstance(size, int) for size in fact.shape)


@every_model
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
def test_only_the_overwritten_network_has_unused_layers(name):
    unused = [fact for fact in traced(name) if not fact.used]
    assert bool(unused) == (name == "convnet-overwritten")


def test_all_but_the_last_convolution_are_unused():
    facts = traced("convnet-overwritten")
    image = facts[0].name
    unused = [f for f in facts if not f.used]
    assert len(unused) == 8
    kinds = [f.kind for f in unused]
    assert (kinds.count("Conv2D"), kinds.count("MaxPooling2D")) == (5, 3)
    convolutions = [f for f in facts if f.kind == "Conv2D"]
    assert [f.used for f in convolutions] == [False] * 5 + [True]
    assert {f.inputs for f in (*unused, convolutions[-1])} == {(image,)}
    assert "eight layers" in MODELS["convnet-overwritten"].symptom


def test_twin_has_its_layers_in_a_row():
    facts = traced("convnet")
    for before, after in itertools.pairwise(facts):
        assert after.inputs == (before.name,)


def test_skip_connection_takes_two_inputs():
    facts = traced("residual")
    places = {fact.name: i for i, fact in enumerate(facts)}
    sums = [fact for fact in facts if fact.kind == "Add"]
    assert len(sums) == len(recipe("residual").hidden)
    for fact in sums:
        near, far = sorted((places[name] for name in fact.inputs), reverse=True)
        assert near == places[fact.name] - 1
        assert facts[far].kind in ("Dense", "Add")
        # what is added to goes into the block as well
        assert facts[far].name in facts[far + 1].inputs


def test_shapes_are_those_of_one_row():
    shapes = {f.kind: f.shape for f in traced("convnet")}
    assert shapes["Reshape"] == (8, 8, 1)
    assert shapes["Dense"] == (2,)
    steps = {f.kind: f.shape for f in traced("lstm-characters")}
    assert steps["LSTM"][0] == steps["Embedding"][0] == 8


def test_keras_is_left_as_it_was():
    before = keras.layers.Layer.__call__
    traced("mlp")
    assert keras.layers.Layer.__call__ is before
    with pytest.raises(Exception, match="takes images"):
        traced("convnet", (4,))
    assert keras.layers.Layer.__call__ is before


def test_two_traces_tell_the_same_but_for_names():
    one, other = traced("residual"), traced("residual")
    for a, b in zip(one, other, strict=True):
        assert (a.kind, a.shape, a.parameters) == (b.kind, b.shape, b.parameters)


def test_layers_that_are_repeated_over_time_are_used():
    facts = traced("cnn-lstm")
    assert all(fact.used for fact in facts)
    (wrapper,) = (fact for fact in facts if fact.kind == "TimeDistributed")
    assert wrapper.parameters == 0
    assert sum(f.parameters for f in facts if f.kind == "Conv2D") > 0


@pytest.mark.parametrize(("stub", "replaced"), [("cnn", "Conv2D"), ("lstm", "LSTM")])
def test_stub_takes_the_place_of_its_part(stub, replaced):
    settings = recipe("cnn-lstm")
    for part, there in (("", True), (stub, False)):
        made = replace(settings, stub=part)
        facts = trace(made, shape=(3, 8, 8), outputs=2)
        assert any(f.kind == replaced and f.used for f in facts) == there
