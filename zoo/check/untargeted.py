"""Trainings without targets: their loss is their own, and is what trials compare.

So it is with variational autoencoders, whose layers add losses or whose ``train_step``
makes one. Nothing that baselines could predict is there, and no score of a prediction:
a repair is proved by the share of the loss' fall that the script's training has of that
with the repair. Where the network gives its inputs back, these are compared as well.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...baselines.results.diagnosis import (
    Cause,
    CheckResult,
    Diagnosis,
    Location,
    RuledOut,
    Trial,
)
from ...data.errors import BadData
from ..backend import keras, tensorflow
from ..diagnosis.probe.symptoms import symptoms
from ..diagnosis.problem.context import RuleContext
from ..diagnosis.problem.task import TrainingTask
from ..diagnosis.problem.training_cost import training_cost
from ..diagnosis.problem.training_setup import (
    Setup,
    build_model,
    original_training,
    rows_of,
)
from ..diagnosis.record.arrays import count_rows
from ..diagnosis.rules.run_rules import run_rules
from ..diagnosis.search.causes import FAILING
from ..diagnosis.search.trials import TRIALS_COST
from .reconstruction import Reconstruction, find_reconstruction

if TYPE_CHECKING:
    from ..diagnosis.problem.context import NetworkFinding, Repair
    from ..diagnosis.record.recording import Fit, Recording
    from .stages import Say

_TRIED = ("N108", "N110", "N116", "N117", "N201", "N202", "N203", "N204", "N205")
"""Rules that ask nothing of targets, and whose repairs leave the loss what it is."""
_TOLD = ("N109", "P701", "P703", "P709", "P710")
"""Rules that ask nothing of targets; their repairs would make the loss another."""
_HALF = 0.5
"""Of the fall of the loss with a repair, below which a training fails: a loss has no
natural 0, and any longer training lowers it a little."""
_SEEDS = 3
_MOST_ROWS = 6_000
_LEAST_OPTIMIZERS = 2
_MEASURE = (
    "share of the fall of the loss (0: as before the training, 1: the lowest of all "
    "trials)"
)
_NO_TARGETS = "fit was given no targets, and the loss is the network's own"

_log = logging.getLogger("learnable")


def examine_untargeted(
    recording: Recording, fit: Fit, *, budget: float | None, show: Say
) -> Diagnosis:
    """Examine a training without targets.

    Parameters
    ----------
    recording : Recording
    fit : Fit
        Its ``y`` is None.
    budget : float, optional
        What the trials may cost, as of `TrialBudget`; the usual by default.
    show : callable
        Says which trial goes on.

    Raises
    ------
    BadData
        Its rows are not known.
    """
    rows = count_rows(fit.x)
    if not rows:
        raise BadData(f"{_NO_TARGETS}; its rows are not known")
    if rows > _MOST_ROWS:
        chosen = np.sort(np.random.default_rng(0).choice(rows, _MOST_ROWS, False))
        fit = replace(fit, x=rows_of(fit.x, chosen))
    targets = np.zeros(count_rows(fit.x), "float32")
    task = TrainingTask("regression", targets.astype("float64"), np.zeros(0))
    context = RuleContext(
        recording, fit, task, original_training(replace(fit, y=targets), task)
    )
    known = run_rules(context)
    cost = budget or TRIALS_COST
    trials = _LossTrials(context.setup, cost, show, is_element=fit.is_element)
    is_idle = bool(fit.error or _adversaries(fit))
    tried = () if is_idle else tuple(_outcomes(trials, known))
    return _answer(context, known, tried, trials)


def _adversaries(fit: Fit) -> tuple[str, ...]:
    """Return the names of several optimizers of a network, and of no whole loss.

    So it is in generative adversarial networks, whose losses do not fall together.
    """
    kept = vars(fit.model).items()
    named = (n for n, value in kept if isinstance(value, keras.optimizers.Optimizer))
    names = tuple(name for name in named if name.strip("_") != "optimizer")
    has_whole = any("total" in name or name == "loss" for name in fit.history)
    return () if has_whole or len(names) < _LEAST_OPTIMIZERS else names


@dataclass(frozen=True)
class _Outcome:
    """The best repair of a finding, its loss, and whether it mends with every seed."""

    finding: NetworkFinding
    repair: Repair
    loss: float
    is_proved: bool


class _LossTrials:
    """The loss at the end of trainings with and without repairs."""

    def __init__(
        self, setup: Setup, cost: float, show: Say, *, is_element: bool
    ) -> None:
        self._setup, self._left, self._show = setup, cost, show
        self._is_element = is_element
        self._known: dict[tuple[str, int], float] = {}
        self.error = ""

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Return the shares of the fall with each repair, as far as there is one."""
        whats = [what for what, seed in self._known if seed == 0 and what != _START]
        return tuple(Trial(what or "as it is", self.share(what)) for what in whats)

    def share(self, what: str = "") -> float:
        """Share of the fall of the loss; 1 for the lowest that any trial has."""
        start = self._known[_START, 0]
        low = min(loss for (_, seed), loss in self._known.items() if seed == 0)
        return _share(start, self._known[what, 0], low)

    def cost(self, repair: Repair) -> float:
        """Estimate the cost of one training."""
        try:
            return training_cost(repair.apply(self._setup))
        # layers of the user's own may raise anything; the trial will say so
        except Exception:
            return 0.0

    def start(self, seed: int) -> float | None:
        """Return the loss before the first step; None where it cannot be had."""
        still = replace(self._setup.with_optimizer(learning_rate=0.0), course=())
        return self._trained(_START, replace(still, epochs=1), seed)

    def loss(self, repair: Repair | None, seed: int) -> float | None:
        """Return the last loss; infinite where it is not finite, None unknown."""
        if repair is None:
            return self._trained("", self._setup, seed)
        return self._trained(repair.what, repair.apply(self._setup), seed)

    def _trained(self, what: str, setup: Setup, seed: int) -> float | None:
        if (what, seed) in self._known:
            return self._known[what, seed]
        try:
            cost = training_cost(setup)
            if self._known and cost > self._left:
                return None
            self._show(what or "as the script has it")
            self._left -= cost
            given = _elements(setup, seed) if self._is_element else _rows(setup)
            self._known[what, seed] = _final_loss(setup, seed, given)
        # a step of the user's own may need what nobody has told
        except Exception as error:
            _log.debug("a training without targets cannot be repeated: %r", error)
            self.error = self.error or f"{type(error).__name__}: {error}"[:160]
            return None
        return self._known[what, seed]


_START = "before the first step"


def _rows(setup: Setup) -> dict[str, Any]:
    """Return the rows as ``fit`` takes them."""
    x = keras.tree.map_structure(np.asarray, setup.x)
    return {"x": x, "batch_size": setup.batch_size}


def _elements(setup: Setup, seed: int) -> dict[str, Any]:
    """Return rows whose parts come as an element of a dataset."""
    rows = tensorflow.data.Dataset.from_tensor_slices(tuple(setup.x))
    mixed = rows.shuffle(len(setup.y), seed=seed) if setup.shuffle else rows
    return {"x": mixed.batch(setup.batch_size), "shuffle": False}


def _final_loss(setup: Setup, seed: int, given: dict[str, Any]) -> float:
    """Loss of the last epoch; infinite where it is not finite."""
    model = build_model(setup, np.arange(len(setup.y)), seed=seed)
    history = model.fit(**given, epochs=setup.count_passes, verbose=0)
    losses = next(iter(_losses(history.history)), [math.nan])
    last = float(np.mean(losses[-1]))
    return last if math.isfinite(last) else math.inf


def _losses(history: dict[str, Any]) -> Iterator[Any]:
    """Yield the courses of the losses, the whole one first."""
    yield from (v for k, v in history.items() if k == "loss")
    names = [k for k in history if "loss" in k and not k.startswith("val_")]
    yield from (history[k] for k in sorted(names, key=lambda k: "total" not in k))


def _share(start: float, loss: float, low: float) -> float:
    """Share of the fall from the start to the lowest loss."""
    if not math.isfinite(loss) or not start > low:
        return 0.0
    return max(0.0, start - loss) / (start - low)


def _outcomes(
    trials: _LossTrials, known: Sequence[NetworkFinding]
) -> Iterator[_Outcome]:
    """Yield what the best repair of each finding does, until one is proved."""
    if trials.start(0) is None or trials.loss(None, 0) is None:
        return
    tried = [f for f in known if f.code in _TRIED and f.repairs]
    for finding in sorted(tried, key=lambda f: min(map(trials.cost, f.repairs))):
        repairs = finding.repairs
        each = [(trials.loss(repair, 0), repair) for repair in repairs]
        known_ones = [(loss, repair) for loss, repair in each if loss is not None]
        if not known_ones:
            continue
        loss, repair = min(known_ones, key=lambda pair: pair[0])
        found = _Outcome(finding, repair, loss, _is_proved(trials, repair))
        yield found
        if found.is_proved:
            return


def _is_proved(trials: _LossTrials, repair: Repair) -> bool:
    losses = ((trials.loss(repair, seed), seed) for seed in range(_SEEDS))
    return all(loss is not None and _mends(trials, loss, seed) for loss, seed in losses)


def _mends(trials: _LossTrials, loss: float, seed: int) -> bool:
    """Whether the script's training has less than half of the fall with a repair."""
    start, own = trials.start(seed), trials.loss(None, seed)
    if start is None or own is None or not math.isfinite(loss):
        return False
    return _share(start, own, loss) < _HALF and loss < start


def _answer(
    context: RuleContext,
    known: Sequence[NetworkFinding],
    tried: Sequence[_Outcome],
    trials: _LossTrials,
) -> Diagnosis:
    cause = next((one for one in tried if one.is_proved), None)
    seen = find_reconstruction(context.fit.model, context.fit.x)
    verdict, sentence, change = _verdict(context.fit, trials, cause, seen)
    place = context.fit.place
    own = trials.share() if tried else None
    is_at_fault = verdict == "network-at-fault"
    return Diagnosis(
        context.recording.script,
        ("network",) if is_at_fault else (),
        verdict,
        " ".join([f"{_NO_TARGETS[0].upper()}{_NO_TARGETS[1:]}.", *sentence]),
        change,
        _MEASURE,
        own,
        None,
        1.0 if tried else None,
        own if cause is None else trials.share(cause.repair.what),
        causes=() if cause is None else (_as_cause(context, cause, trials),),
        ruled_out=tuple(_others(context, known, tried, cause)),
        symptoms=tuple(
            CheckResult(s.code, s.label, False, s.sentence) for s in symptoms(context)
        ),
        trials=trials.trials if tried else (),
        crashed=context.fit.error,
        location=None if place is None else Location(place.file, place.line),
    )


def _verdict(
    fit: Fit,
    trials: _LossTrials,
    cause: _Outcome | None,
    seen: Reconstruction | None,
) -> tuple[str, list[str], str]:
    """Name, sentences, and what would change it."""
    sentence = [*_course(fit), *([seen.sentence] if seen else [])]
    if fit.error:
        return "undecided", [f"The training ended with {fit.error}."], _ENDS
    if names := _adversaries(fit):
        losses = ", ".join(name for name in fit.history if "loss" in name)
        told = (
            f"{len(names)} optimizers ({', '.join(names)}) train parts of the network, "
            f"each for a loss of its own ({losses}), as in networks that are trained "
            "against each other: no such loss tells how good the network is."
        )
        return "undecided", [told], _GENERATED
    if trials.error:
        sentence.append(f"The training could not be repeated: {trials.error}")
    is_same = seen is not None and seen.is_same
    if is_same:
        sentence.append("It gives nearly the same output for every row.")
    if cause is not None:
        start = trials.start(0) or math.nan
        end = f"with the repair it ends at {cause.loss:.4g}"
        sentence.append(f"Before the first step the loss is {start:.4g}; {end}.")
        return "network-at-fault", sentence, "Nothing: the repair was tested."
    if is_same:
        return "network-at-fault", sentence, "A repair that was not tested."
    if seen is not None and seen.explained >= FAILING * seen.by_components:
        least = f"{FAILING * seen.by_components:.0%}"
        change = f"A reconstruction that explains less than {least}."
        return "network-level", sentence, change
    sentence.append("Nothing tells how low the loss can be.")
    return "undecided", sentence, _TARGETS


_GENERATED = "A judgement of what the network generates, which this is not."
_ENDS = "A training that ends without this error."
_TARGETS = (
    "Targets: of an autoencoder, pass the inputs as targets, fit(x, x), with a loss in "
    "compile."
)


def _course(fit: Fit) -> Iterator[str]:
    losses = next(_losses(fit.history), [])
    if len(losses):
        first, last = (float(np.mean(loss)) for loss in (losses[0], losses[-1]))
        yield (
            f"The loss is {first:.4g} in the first epoch and {last:.4g} in the last."
        )


def _as_cause(context: RuleContext, one: _Outcome, trials: _LossTrials) -> Cause:
    finding, repair = one.finding, one.repair
    share, own = trials.share(repair.what), trials.share()
    first = repair.what == finding.repairs[0].what
    return Cause(
        finding.code,
        finding.label,
        finding.sentence,
        finding.advice if first else f"Make the proved change: {repair.what}.",
        repair.what,
        own,
        share,
        share,
        share - own,
        None,
        finding.side,
        locations=context.locations(finding, repair),
    )


def _others(
    context: RuleContext,
    known: Sequence[NetworkFinding],
    tried: Sequence[_Outcome],
    cause: _Outcome | None,
) -> Iterator[RuledOut]:
    """Yield findings that are no cause, or that no trial tested."""
    tested = {one.finding.code for one in tried}
    proved = "" if cause is None else cause.finding.code
    for f in known:
        if f.code == proved or f.code not in (*_TRIED, *_TOLD):
            continue
        is_tested = f.code in tested
        yield RuledOut(
            f.code,
            f.label,
            f.sentence if is_tested else f"{f.sentence} {f.advice}",
            "no_effect" if is_tested else "untested",
            reason="" if is_tested else _why_untested(f, cause),
            locations=context.locations(f),
        )


def _why_untested(finding: NetworkFinding, cause: _Outcome | None) -> str:
    if finding.code in _TOLD:
        return "its repair changes the loss, so that losses cannot be compared"
    if cause is not None:
        return "another repair was enough"
    return "no trial of it was possible"
