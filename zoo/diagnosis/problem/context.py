"""Inputs and outputs of a rule on a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ....baselines.results.diagnosis import Location, Side
from ....baselines.rules.registry import RULES, rule_side
from ...backend import keras
from ..codemod.edits import Edit, edited_places
from ..probe.probe import Probe
from ..record.recording import Fit, Place, Recording
from .graph import Graph, Node, flat_layers, make_graph
from .task import TrainingTask, loss_name
from .training_setup import Setup

Priority = Literal[0, 1, 2]
"""How near a repair is to what the script means: 0 where parts of it contradict each
other, 1 where a part does not suit the data, 2 where a setting is unlucky. Of several
repairs that are each enough, the lowest priority is named."""


@dataclass(frozen=True)
class Repair:
    """A change to a training, and how it is written into the script.

    Parameters
    ----------
    what : str
        In a few words, e.g. ``"activation of 'dense_2': softmax -> sigmoid"``.
    apply : callable
        Gives the changed setup; it must not change the one it is given.
    edits : tuple of Edit, optional
        None where it can only be told as a new program.
    """

    what: str
    apply: Callable[[Setup], Setup]
    edits: tuple[Edit, ...] | None = None


def repaired(setup: Setup, repairs: Iterable[Repair]) -> Setup:
    """A setup with repairs made one after the other."""
    for repair in repairs:
        setup = repair.apply(setup)
    return setup


@dataclass(frozen=True)
class NetworkFinding:
    """A finding of a rule on a training, not proved yet, and repairs to try.

    Parameters
    ----------
    code, label : str
        Of the rule, e.g. ``"N106"`` and ``"missing-nonlinearity"``.
    sentence, advice : str
        What was seen, with its numbers; what to do about it.
    priority : {0, 1, 2}
    repairs : tuple of Repair
        To be tried in this order, each by itself; empty where nothing can be tried.
    layers : tuple of str
        Names of the layers concerned.
    evidence : dict of str -> float
        The numbers behind the sentence.
    side : {"network", "preparation", "data"}
        Where the fault lies.
    place : Place, optional
        The line that it is about, where it is about neither layers nor a repair.
    """

    code: str
    label: str
    sentence: str
    advice: str
    priority: Priority
    repairs: tuple[Repair, ...] = ()
    layers: tuple[str, ...] = ()
    evidence: dict[str, float] = field(default_factory=dict)
    side: Side = "network"
    place: Place | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether the script's own run shows it, whatever becomes of its repairs."""
        return bool(self.evidence.get("recorded"))


@dataclass(frozen=True)
class RuleContext:
    """One training of a script, with all that rules may ask.

    ``probe`` is what was measured on the network, None where it could not be.
    """

    recording: Recording
    fit: Fit
    task: TrainingTask
    setup: Setup
    probe: Probe | None = None

    @cached_property
    def graph(self) -> Graph:
        """The layers of the network."""
        return make_graph(self.fit.model)

    @cached_property
    def head(self) -> Node | None:
        """The layer that makes the first output; None where no layer has weights."""
        heads = self.graph.output_layers
        return heads[-1] if heads else None

    @cached_property
    def loss(self) -> str:
        """The name of the loss in Keras' spelling; "" for one of the script's own."""
        return loss_name(self.fit.loss)

    @cached_property
    def from_logits(self) -> bool:
        """Whether the loss expects outputs before softmax or sigmoid."""
        config = getattr(self.fit.loss, "get_config", dict)()
        return bool(config.get("from_logits", False))

    @cached_property
    def inputs(self) -> tuple[np.ndarray, ...]:
        """The arrays that the network is given."""
        return tuple(np.asarray(part) for part in keras.tree.flatten(self.fit.x))

    @cached_property
    def targets(self) -> np.ndarray:
        """The targets as the script gives them."""
        return self.setup.y

    def find_layer_location(self, layer: Any) -> Place | None:
        """Find where the script makes a layer."""
        return next((p for made, p in self.recording.layers if made is layer), None)

    def locations(
        self, finding: NetworkFinding, repair: Repair | None = None
    ) -> tuple[Location, ...]:
        """Find the lines that a finding is about.

        They are those of its own, of its layers, or of what its repair changes; else
        that of the training.
        """
        fit, compiled = self.fit.place, self.fit.compiled
        repairs = finding.repairs[:1] if repair is None else (repair,)
        edits = [edit for one in repairs for edit in one.edits or ()]
        known = (
            (finding.place,),
            tuple(map(self.find_layer_location, self._layers_named(finding.layers))),
            edited_places(edits, fit=fit, compiled=compiled),
            (fit,),
        )
        found = ([p for p in places if p is not None] for places in known)
        first = dict.fromkeys(next(filter(None, found), []))
        return tuple(Location(place.file, place.line) for place in first)

    def _layers_named(self, names: tuple[str, ...]) -> list[Any]:
        """Layers of the script's network by their names."""
        if not names:
            return []
        return [la for la in flat_layers(self.fit.model) if la.name in names]

    def layer_order(self, layer: Any) -> tuple[int, int]:
        """Which of the layers of its class on its line it is, and of how many."""
        place = self.find_layer_location(layer)
        beside = [
            made
            for made, p in self.recording.layers
            if p == place and type(made) is type(layer)
        ]
        places = [i for i, made in enumerate(beside) if made is layer]
        return (places[0], len(beside)) if places else (0, 1)


def network_finding(
    code: str, sentence: str, advice: str, *, priority: Priority,
    repairs: tuple[Repair, ...] = (), layers: tuple[str, ...] = (), **evidence: float,
) -> NetworkFinding:  # fmt: skip
    """A finding of a rule, with the label and the side of its code."""
    numbers = {name: float(value) for name, value in evidence.items()}
    label, side = RULES[code].label, rule_side(code)
    return NetworkFinding(
        code, label, sentence, advice, priority, repairs, layers, numbers, side
    )
