"""Networks made anew: with fresh weights, or with layers changed."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ...backend import keras

LOOKUPS = (
    keras.layers.TextVectorization,
    keras.layers.StringLookup,
    keras.layers.IntegerLookup,
)

_made_with: WeakKeyDictionary[Any, tuple[tuple[Any, ...], dict[str, Any]]] = (
    WeakKeyDictionary()
)


def note_arguments(layer: Any, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Keep what a layer or network of the user's own class was made with.

    Of a class derived from ``Model`` Keras has no configuration, or one of defaults; of
    most others it has one that their constructors refuse, for ``trainable``.
    """
    if not type(layer).__module__.startswith("keras."):
        _made_with[layer] = (args, named)


def copy(model: Any, change: Callable[[Any], Any] | None = None) -> Any:
    """The network anew, with fresh weights; models within it are copied too.

    What ``Normalization`` was adapted to is no weight that a training makes: it stays.

    Raises
    ------
    Exception
        Whatever a layer of one's own raises when it is made from its configuration.
    """

    def made(layer: Any) -> Any:
        found = None if change is None else change(layer)
        return copy_layer(layer) if found is None else found

    if change is None and not getattr(model, "inputs", None):
        # a class of the user's own has no graph to walk
        return _adapted(_rebuild(model), model)
    flat = not any(isinstance(layer, keras.Model) for layer in model.layers)
    with uncompiled(model):
        found = keras.models.clone_model(model, clone_function=made, recursive=not flat)
    return _adapted(found, model)


def _rebuild(layer: Any) -> Any:
    """A layer or network of the user's own class, made and built as this one was.

    Raises
    ------
    ValueError
        It came out with other weights.
    """
    found = _rebuild_alike(layer)
    shapes = _shapes(layer)
    # without a call of its own it cannot be called, and is no more than its parts
    is_called = type(layer).call is not keras.Model.call
    if layer.built and not found.built and is_called:
        with warnings.catch_warnings():
            # it is built by its first call then
            warnings.simplefilter("ignore", UserWarning)
            found.build_from_config(layer.get_build_config())
    others = _shapes(found)
    whole = all(one.built for one in found._flatten_layers(include_self=False))
    if layer.built and whole and shapes != others:
        name = type(layer).__name__
        msg = f"{name!r} has constructor arguments that Keras cannot restore"
        raise ValueError(f"{msg}: give it a get_config() that returns them")
    return found


def _shapes(layer: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _rebuild_alike(layer: Any) -> Any:
    kind = type(layer)
    if layer in _made_with:
        args, named = _made_with[layer]
        given = [keras.tree.map_structure(_copy_argument, part) for part in args]
        return kind(
            *given,
            **{
                k: keras.tree.map_structure(_copy_argument, v) for k, v in named.items()
            },
        )
    config = layer.get_config()
    try:
        return kind.from_config(config)
    except TypeError:
        # Keras adds what constructors of one's own rarely take
        takes = inspect.signature(kind).parameters
        return kind(**{key: value for key, value in config.items() if key in takes})


def _copy_argument(part: Any) -> Any:
    """An argument, copied if it is a layer: no two networks may train the same one."""
    if isinstance(part, keras.Model):
        return copy(part)
    return copy_layer(part) if isinstance(part, keras.layers.Layer) else part


def _adapted(found: Any, model: Any) -> Any:
    """A copy, with what each ``Normalization`` of the network was adapted to."""
    before, after = _normalizations(model), _normalizations(found)
    # networks of a class of one's own name their layers anew, in the same order
    own = {layer.name: layer for layer in before}
    if len(before) == len(after):
        own = {new.name: old for new, old in zip(after, before, strict=True)}
    for layer in after:
        known = own.get(layer.name)
        if known is None or not known.built:
            continue
        if not layer.built:
            layer.build_from_config(known.get_build_config())
        layer.set_weights(known.get_weights())
        layer.finalize_state()
    return found


def give_weights(model: Any, weights: Sequence[np.ndarray]) -> None:
    """Set weights as ``model.set_weights`` does, and do what it leaves out.

    ``Normalization`` computes with constants that Keras makes of its weights when it is
    adapted or loaded, not when weights are set.

    Raises
    ------
    ValueError
        They do not fit.
    """
    model.set_weights(weights)
    for layer in _normalizations(model):
        layer.finalize_state()


def _normalizations(model: Any) -> list[Any]:
    """All of them, those of models within it too."""
    every = model._flatten_layers(include_self=False, recursive=True)
    return [one for one in every if isinstance(one, keras.layers.Normalization)]


def copy_layer(layer: Any, **changes: Any) -> Any:
    """The layer anew, with other settings of its configuration.

    Functions of the script's own are handed on as they are: Keras finds by name only
    those that are registered, and refuses lambdas.
    """
    if isinstance(layer, keras.layers.Lambda) and not changes:
        return keras.layers.Lambda(
            layer.function,
            output_shape=layer._output_shape,
            arguments=layer.arguments,
            name=layer.name,
        )
    if not (changes or type(layer).__module__.startswith("keras.")):
        return _rebuild(layer)
    config = _config(layer)
    # what it was adapted to is not in its configuration
    if isinstance(layer, LOOKUPS) and config.get("vocabulary") is None:
        known = layer.get_vocabulary(include_special_tokens=False)
        config["vocabulary"] = known or None  # an empty one is refused
    if isinstance(config.get("activation"), dict):
        config["activation"] = layer.activation
    return type(layer).from_config({**config, **changes})


def _config(layer: Any) -> dict[str, Any]:
    """A layer's configuration; an activation that Keras cannot write stays as it is.

    Such are objects that TensorFlow makes of functions, as ``tf.custom_gradient`` does.
    """
    own = vars(layer).get("activation")  # of a recurrent layer it is its cell's
    if not callable(own) or inspect.isfunction(own) or hasattr(own, "get_config"):
        return layer.get_config()
    layer.activation = keras.activations.linear
    try:
        return layer.get_config() | {"activation": own}
    finally:
        layer.activation = own


@contextmanager
def uncompiled(model: Any) -> Iterator[None]:
    """Let a model be cloned without its loss, which Keras may not find by its name."""
    before, model.compiled = model.compiled, False
    try:
        yield
    finally:
        model.compiled = before
