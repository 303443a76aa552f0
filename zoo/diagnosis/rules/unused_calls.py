"""Layers that hang on a network without leading to its output, and ways to tie them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...backend import keras
from ..codemod.edits import Edit, FeedFrom
from ..problem.context import Repair, RuleContext
from ..problem.copy_model import copy_layer, uncompiled
from ..problem.graph import graph_of
from ..problem.training_setup import Setup
from ..record.recording import LayerCall


@dataclass(frozen=True)
class _Run:
    """Loose layers called one after the other, and the layer called next.

    ``consumer`` is of the network; ``before`` is what was called before the run, None
    where the run was first.
    """

    calls: tuple[LayerCall, ...]
    consumer: LayerCall
    before: LayerCall | None


@dataclass(frozen=True)
class UnusedCalls:
    """All loose calls, in order, and those that a call of the network comes after."""

    calls: tuple[LayerCall, ...] = ()
    runs: tuple[_Run, ...] = ()

    def taken(self, call: LayerCall) -> list[Any]:
        """The tensors that a loose layer was called on."""
        return list(call.layer._inbound_nodes[-1].input_tensors)

    def repairs(self, context: RuleContext, unread: list[Any]) -> Iterator[Repair]:
        """The layers in the order of their calls; or beside it, joined behind."""
        if self.runs:
            yield Repair(
                "layers connected in the order of their calls",
                lambda setup: _rewired(setup, self._in_turn),
                self._edits(context),
            )
        ends, consumer = self._branches(context, unread)
        if consumer is not None and ends:
            yield Repair(
                f"branches joined before {consumer!r}",
                lambda setup: _rewired(setup, _joining(ends, consumer)),
            )

    def _in_turn(self, layer: Any, tensors: list[Any], _: list[Any]) -> list[Any]:
        """Return a layer's inputs, behind the loose layers called before it."""
        for run in self.runs:
            if run.consumer.layer.name != layer.name:
                continue
            place = _place_of(run)
            tensor = tensors[place]
            for call in run.calls:
                tensor = copy_layer(call.layer)(tensor)
            tensors = [*tensors[:place], tensor, *tensors[place + 1 :]]
        return tensors

    def _edits(self, context: RuleContext) -> tuple[Edit, ...] | None:
        """Each layer whose source changes; None where a source is no layer's output."""
        edits: list[Edit] = []
        for run in self.runs:
            source = _source_of(run, context)
            for call in (*run.calls, run.consumer):
                known = source.number if source else -1
                if known not in call.inputs:
                    if source is None or not (source.place and call.place):
                        return None
                    edits.append(
                        FeedFrom(
                            call.place,
                            type(call.layer).__name__,
                            source.place,
                            type(source.layer).__name__,
                        )
                    )
                source = call
        return tuple(edits)

    def _branches(
        self, context: RuleContext, unread: list[Any]
    ) -> tuple[list[Any], str | None]:
        """Loose ends as chains of layers from an input, and where they could join."""
        inputs = context.fit.model.inputs
        ends: list[tuple[int, list[Any]]] = []
        for call in self.calls:
            start = [i for i, t in enumerate(inputs) if t is self.taken(call)[0]]
            if start:
                ends.append((start[0], [call.layer]))
            elif ends and ends[-1][1][-1].output is self.taken(call)[0]:
                ends[-1][1].append(call.layer)
        ends += [(i, []) for i, t in enumerate(inputs) if any(t is u for u in unread)]
        dense = [n.name for n in context.graph.weighted if n.kind == "Dense"]
        last = self.runs[-1].consumer.layer if self.runs else None
        after = last.name if isinstance(last, keras.layers.Dense) else None
        return ends, after or (dense[0] if dense else None)


def find_unused_calls(context: RuleContext) -> UnusedCalls:
    """The script's layers whose tensors come from the network and go nowhere.

    Layers of another model that is trained, asked or called are that model's own. Where
    weights were loaded, what is cut off a ready network is cut on purpose.
    """
    if context.fit.pretrained:
        return UnusedCalls()
    graph = graph_of(context.fit.model)
    own = {id(o) for o in graph.operations}
    others = _held(context)
    loose: dict[int, LayerCall] = {}
    counts = _counts(context)
    for call in context.recording.calls:
        layer = call.layer
        if id(layer) in own | others or isinstance(layer, keras.Model):
            continue
        if call.place is None or counts[id(layer)] > 1:
            continue
        from_here = {*own, *loose}
        if all(source in from_here for source in _sources(layer)):
            loose[id(layer)] = call
    return UnusedCalls(tuple(loose.values()), tuple(_runs(context, set(loose), own)))


def _counts(context: RuleContext) -> dict[int, int]:
    counts: dict[int, int] = {}
    for call in context.recording.calls:
        counts[id(call.layer)] = counts.get(id(call.layer), 0) + 1
    return counts


def _sources(layer: Any) -> Iterator[int]:
    """Ids of the operations whose outputs a layer was called on."""
    for node in layer._inbound_nodes:
        for tensor in node.input_tensors:
            yield id(tensor._keras_history.operation)


def _held(context: RuleContext) -> set[int]:
    """Ids of the layers of all models that the script puts to use."""
    models = [fit.model for fit in context.recording.fits]
    models += [asked.model for asked in context.recording.evaluations]
    layers = [call.layer for call in context.recording.calls]
    models += [layer for layer in layers if isinstance(layer, keras.Model)]
    return {id(layer) for model in models for layer in model._flatten_layers()}


def _runs(context: RuleContext, loose: set[int], own: set[int]) -> Iterator[_Run]:
    """Loose calls in a row, with the call of the network behind them."""
    waiting: list[LayerCall] = []
    before: LayerCall | None = None
    for call in context.recording.calls:
        if id(call.layer) in loose:
            waiting.append(call)
        elif id(call.layer) in own:
            if waiting:
                yield _Run(tuple(waiting), call, before)
            before, waiting = call, []


def _source_of(run: _Run, context: RuleContext) -> LayerCall | None:
    """The call whose output the first of the run has to take; None for an input."""
    numbers = run.consumer.inputs
    number = numbers[min(_place_of(run), len(numbers) - 1)]
    calls = {call.number: call for call in context.recording.calls}
    return calls.get(number)


def _place_of(run: _Run) -> int:
    """Which of the consumer's inputs goes through the run: that called just before."""
    if run.before is not None and run.before.number in run.consumer.inputs:
        return run.consumer.inputs.index(run.before.number)
    return 0


def _joining(ends: list[tuple[int, list[Any]]], consumer: str) -> Callable[..., Any]:
    """Let a layer take the loose ends beside what it takes."""

    def connected_setup(layer: Any, tensors: list[Any], inputs: list[Any]) -> list[Any]:
        if layer.name != consumer:
            return tensors
        parts = [tensors[0]]
        for start, chain in ends:
            tensor = inputs[start]
            for link in chain:
                tensor = copy_layer(link)(tensor)
            parts.append(tensor if len(tensor.shape) == 2 else _flat(tensor))
        return [keras.layers.Concatenate()(parts), *tensors[1:]]

    return connected_setup


def _flat(tensor: Any) -> Any:
    return keras.layers.Flatten()(tensor)


def _rewired(setup: Setup, tie: Callable[..., list[Any]]) -> Setup:
    """The network anew; ``tie`` gives the tensors that each of its layers takes."""
    model = setup.model
    inputs = [keras.Input(batch_shape=t.shape, dtype=t.dtype, name=t.name)
              for t in model.inputs]  # fmt: skip

    def call(layer: Any, *args: Any, **named: Any) -> Any:
        if not args:
            return layer(**named)
        tensors = tie(layer, keras.tree.flatten(args[0]), inputs)
        return layer(keras.tree.pack_sequence_as(args[0], tensors), *args[1:], **named)

    form = keras.tree.pack_sequence_as(model.input, inputs)
    with uncompiled(model):
        made = keras.models.clone_model(
            model, input_tensors=form, clone_function=copy_layer, call_function=call
        )
    return replace(setup, model=made, weights=None)
