"""Trainings on the same folds, with and without repairs, and what they are worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend import keras
from ...training import fit
from ..problem.context import Repair, repaired
from ..problem.graph import LINEAR, make_graph
from ..problem.own_outputs import are_read_by_rows, read_by_rows, sample_of
from ..problem.task import TrainingTask
from ..problem.training_cost import BEGIN, training_cost
from ..problem.training_setup import Setup, build_model, gradients_of, rows_of

CHUNK = 4_096
"""Rows predicted at a time."""


class BudgetExceeded(Exception):
    """The budget is spent."""


@dataclass(frozen=True)
class Split:
    """Rows to train on and rows to judge by."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class _Outcome:
    """One training on one split.

    ``marks`` holds one for each test row, whose mean is the score; ``error`` says why
    there is none.
    """

    row_scores: np.ndarray
    losses: tuple[float, ...] = ()
    error: str = ""
    decided: np.ndarray | None = None

    @property
    def score(self) -> float:
        """See `credits`; 0 for a failed training."""
        return float(self.row_scores.mean()) if len(self.row_scores) else 0.0


TRIALS_COST = 100.0
"""Of all trials of one network (`training_cost`), where the user asks for no more."""

_LONG_EPOCH = 0.1
"""Of the seconds that are left, from which an epoch is too long to wait for its end."""


@dataclass
class TrialBudget:
    """Budget of the trials.

    Parameters
    ----------
    left : float
        In the unit of `training_cost`. What is tried depends on it alone, and so not on
        what else the machine does.
    deadline : float
        On the clock of `time.monotonic`: the user's limit. After it nothing is begun,
        and what goes on is ended.
    grace : float
        Seconds beyond it that `allow` may give, at most.
    """

    left: float = TRIALS_COST
    deadline: float = math.inf
    grace: float = math.inf

    @property
    def is_over(self) -> bool:
        """Whether the user's time is over."""
        return time.monotonic() > self.deadline

    def allow(self, cost: float) -> None:
        """Give so much from now on, and as many seconds, where less is left."""
        self.left = max(self.left, cost)
        seconds = min(cost, self.grace)
        self.deadline = max(self.deadline, time.monotonic() + seconds)


class _AtDeadline(keras.callbacks.Callback):
    """Ends a training whose time is over, after an epoch: nothing is known of it."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self.deadline = deadline

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Raise `BudgetExceeded` where the time is over."""
        if time.monotonic() > self.deadline:
            raise BudgetExceeded


class _WithinEpochs(_AtDeadline):
    """Ends it after a batch: steps are slower so, and only worth it in long epochs."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Raise `BudgetExceeded` where the time is over."""
        self.on_epoch_end(batch)


def _ending(setup: Setup, deadline: float, *, share: float) -> _AtDeadline:
    """Return what ends a training in time."""
    epoch = (training_cost(setup, share=share) - BEGIN) / setup.count_passes
    left = deadline - time.monotonic()
    kind = _WithinEpochs if epoch > _LONG_EPOCH * left else _AtDeadline
    return kind(deadline)


class TrialRunner:
    """Trains variants of one setup, each once a split, within a budget.

    Parameters
    ----------
    setup : Setup
        As the script has it.
    task : TrainingTask
    splits : sequence of Split
        Each has a seed of its own, so that splits are repetitions too.
    spare : sequence of Split
        More of them, for what the others leave open; numbered after them.
    budget : TrialBudget, optional
        The first trial of all there is always, whatever it costs.
    on_trial : callable, optional
        Called before each training with what it is for.
    whole : bool
        As for `gap`.
    """

    def __init__(
        self,
        setup: Setup,
        task: TrainingTask,
        splits: Sequence[Split],
        *,
        budget: TrialBudget | None = None,
        spare: Sequence[Split] = (),
        seed: int = 0,
        on_trial: Callable[[str], None] | None = None,
        whole: bool = False,
    ) -> None:
        self.setup = setup
        self.task = task
        self.splits = tuple(splits)
        self.spare = tuple(spare)
        self.budget = budget or TrialBudget()
        self.seed = seed
        self.whole = whole
        self.trained = 0
        self._on_trial = on_trial or (lambda what: None)
        self._known: dict[tuple[tuple[str, ...], int], _Outcome] = {}
        self._costs: dict[tuple[str, ...], float] = {}

    def with_repairs(self, repair: Repair) -> TrialRunner:
        """A runner of the repaired setup, with the same budget."""
        return TrialRunner(
            repair.apply(self.setup),
            self.task,
            self.splits,
            spare=self.spare,
            budget=self.budget,
            seed=self.seed,
            on_trial=self._on_trial,
            whole=self.whole,
        )

    def can_pay(self, cost: float) -> bool:
        """Whether so much is left, and the user's time is not over."""
        return cost <= self.budget.left and not self.budget.is_over

    def cost(self, repairs: Sequence[Repair]) -> float:
        """Estimate the cost of one trial, by its steps and its network."""
        key = tuple(repair.what for repair in repairs)
        if key not in self._costs:
            self._costs[key] = self._cost(repairs)
        return self._costs[key]

    def _cost(self, repairs: Sequence[Repair]) -> float:
        share = len(self.splits[0].train) / max(1, len(self.setup.y))
        try:
            return training_cost(repaired(self.setup, repairs), share=min(1.0, share))
        # layers of the user's own may raise anything; the trial will say so, at once
        except Exception:
            return 0.0

    def outcome(self, repairs: Sequence[Repair], split: int = 0) -> _Outcome:
        """The setup with repairs, trained on one split.

        Raises
        ------
        BudgetExceeded
            There is not enough left, and the outcome is not known yet.
        """
        key = tuple(repair.what for repair in repairs), split
        if key not in self._known:
            cost = self.cost(repairs)
            # without a first trial there is nothing to say at all
            if self.trained and not self.can_pay(cost):
                raise BudgetExceeded
            self._on_trial("; ".join(key[0]) or "as the script has it")
            self._known[key] = self._train(repairs, split)
            self.budget.left -= cost
            self.trained += 1
        return self._known[key]

    def losses(self, repairs: Sequence[Repair], split: int = 0) -> tuple[float, ...]:
        """The losses of a training that was done; empty if it was not.

        In which order the repairs were made does not matter.
        """
        whats = sorted(repair.what for repair in repairs)
        for (names, number), outcome in self._known.items():
            if number == split and sorted(names) == whats:
                return outcome.losses
        return ()

    def score(self, repairs: Sequence[Repair], *, splits: int = 1) -> float:
        """Mean score over the first splits."""
        found = [self.outcome(repairs, i).score for i in range(splits)]
        return float(np.mean(found))

    def difference(
        self, better: Sequence[Repair], worse: Sequence[Repair], *, splits: int
    ) -> ScoreDifference:
        """Measure the first's gain over the second, with the error of both noises.

        Rows are paired; that of seeds and training rows is the spread over splits.
        """
        pairs = [
            (self.outcome(better, i), self.outcome(worse, i)) for i in range(splits)
        ]
        return score_difference(
            [_row_scores_of(a, b) for a, b in pairs],
            [_row_scores_of(b, a) for a, b in pairs],
            whole=self.whole,
        )

    def _train(self, repairs: Sequence[Repair], number: int) -> _Outcome:
        split = (*self.splits, *self.spare)[number]
        try:
            setup = repaired(self.setup, repairs)
            share = len(split.train) / max(1, len(setup.y))
            ends = [_ending(setup, self.budget.deadline, share=share)]
            ends = ends if self.trained else []
            return train_trial(
                setup, self.task, split, seed=self.seed + number, callbacks=ends
            )
        except BudgetExceeded:
            raise
        # a script's own layers and losses may raise anything, and a repair may not fit
        # the network: it is out of the question then
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            return _Outcome(np.zeros(0), error=reason)


def _row_scores_of(one: _Outcome, other: _Outcome) -> np.ndarray:
    """Those of the first; 0 for each row where its training failed."""
    return (
        one.row_scores
        if len(one.row_scores)
        else np.zeros(max(1, len(other.row_scores)))
    )


def train_trial(
    setup: Setup,
    task: TrainingTask,
    split: Split,
    *,
    seed: int,
    callbacks: Sequence[Any] = (),
) -> _Outcome:
    """One training, judged on the rows it has not seen."""
    # Keras takes the last rows away, in the order in which the script has them
    kept = round(len(split.train) * (1 - setup.validation_split))
    rows = np.sort(split.train)[:kept]
    size = fixed_batch(setup.model)
    rows = rows[: len(rows) // size * size] if size else rows
    model = build_model(setup, rows, seed=seed)
    weight = setup.sample_weight
    with gradients_of(setup):
        history = fit(
            model,
            rows_of(setup.x, rows),
            setup.y[rows],
            batch_size=setup.batch_size,
            epochs=setup.count_passes,
            shuffle=setup.shuffle,
            class_weight=setup.class_weight,
            sample_weight=None if weight is None else weight[rows],
            callbacks=[*_callbacks(setup), *callbacks],
            verbose=0,
            way="rule",  # timed steps would let a busy machine have a say
        )
    outputs = predict_outputs(model, rows_of(setup.x, split.test))
    if are_read_by_rows(setup, task):
        some = sample_of(rows)
        known = predict_outputs(model, rows_of(setup.x, some))
        outputs = read_by_rows(outputs, known, task.y[some], task)
    decided = decide(outputs, task, setup.values, logits=gives_logits(setup))
    return _Outcome(
        score_rows(decided, task, split.test),
        tuple(float(loss) for loss in history.history.get("loss", ())),
        decided=decided,
    )


def _callbacks(setup: Setup) -> list[Any]:
    """Return callbacks that end a lost training, and repeat the script's rates."""
    found: list[Any] = [keras.callbacks.TerminateOnNaN()]
    if setup.course:
        # also of a repair: the course is relative to the rate that it begins with
        rates = keras.callbacks.LearningRateScheduler(
            lambda epoch, rate: setup.rate_at(epoch)
        )
        found.append(rates)
    return found


def predict_outputs(model: Any, x: Any) -> np.ndarray:
    """The first output for every row, as predicted and not as trained."""
    count = len(keras.tree.flatten(x)[0])
    if size := fixed_batch(model):
        # the last batch is filled up with its last row
        rows = np.minimum(np.arange(-(-count // size) * size), count - 1)
        found = model.predict(rows_of(x, rows), batch_size=size, verbose=0)
        return np.asarray(keras.tree.flatten(found)[0])[:count]
    parts = []
    for start in range(0, count, CHUNK):
        rows = np.arange(start, min(count, start + CHUNK))
        given = keras.tree.map_structure(
            lambda part: keras.ops.convert_to_tensor(part), rows_of(x, rows)
        )
        found = keras.tree.flatten(model(given, training=False))[0]
        parts.append(keras.ops.convert_to_numpy(found))
    return np.concatenate(parts)


def fixed_batch(model: Any) -> int:
    """Return the rows that each batch must have, as of stateful layers; 0 for any."""
    inputs = keras.tree.flatten(getattr(model, "inputs", None) or [])
    return int(inputs[0].shape[0] or 0) if inputs else 0


def gives_logits(setup: Setup) -> bool:
    """Whether the network ends without activation before a loss that has its own."""
    config = getattr(setup.loss, "get_config", dict)()
    heads = make_graph(setup.model).output_layers
    return bool(config.get("from_logits")) and (
        not heads or heads[-1].activation == LINEAR
    )


_WORST = -5.0
"""No row of a regression costs more: one wild prediction must not hide the others."""


def decide(
    outputs: np.ndarray,
    task: TrainingTask,
    values: np.ndarray | None,
    *,
    logits: bool,
) -> np.ndarray:
    """Return the predictions a script's author would read from a network's outputs.

    Parameters
    ----------
    outputs : array of shape (n_rows, ...)
    values : array of shape (n_classes,), optional
        What stands for each class in the targets; None where they are columns.
    logits : bool
        Whether a single output above 0, not above the middle, speaks for a class.

    Returns
    -------
    array
        Class codes, flags or numbers in the form of ``question.y``; -1 for a class
        that does not exist.
    """
    wide = outputs.reshape(len(outputs), -1)
    if len(task.places) and outputs.ndim > 2:
        place, kind = task.places.T
        predicted = outputs.argmax(axis=-1).reshape(len(outputs), -1)
        return (predicted[:, place] == kind).astype("int64")
    if task.kind == "multilabel":
        return (_match_columns(wide, task) > (0 if logits else 0.5)).astype("int64")
    if task.kind == "regression":
        wide = _match_columns(wide, task)
        return wide[:, 0] if task.y.ndim == 1 else wide
    if wide.shape[1] > 1:
        return _known(wide.argmax(axis=1), values)
    return _class_of_single_output(wide[:, 0], task, values, logits=logits)


def _match_columns(wide: np.ndarray, task: TrainingTask) -> np.ndarray:
    """Return as many columns as there are targets: the first, or one repeated."""
    wanted = 1 if task.y.ndim == 1 else task.y.shape[1]
    if wide.shape[1] >= wanted:
        return wide[:, :wanted]
    return np.repeat(wide[:, :1], wanted, axis=1)


def _known(places: np.ndarray, values: np.ndarray | None) -> np.ndarray:
    """The class at each place of a wide head."""
    if values is None or values.dtype.kind not in "iufb":
        return places
    codes = np.full(len(places), -1)
    for code, value in enumerate(values):
        codes[places == value] = code
    return codes


def _class_of_single_output(
    output: np.ndarray,
    task: TrainingTask,
    values: np.ndarray | None,
    *,
    logits: bool,
) -> np.ndarray:
    """The class that a single output speaks for."""
    given = np.arange(task.class_count) if values is None else values
    if given.dtype.kind not in "iufb":
        given = np.arange(len(given))
    if logits and len(given) == 2:
        return (output > 0).astype("int64")
    middles = (given[1:].astype(float) + given[:-1]) / 2
    return np.searchsorted(middles, output)


def score_rows(decided: np.ndarray, task: TrainingTask, rows: np.ndarray) -> np.ndarray:
    """A mark for each row, whose mean is the score.

    Of classes, the mean is balanced accuracy above chance: 0 for one who always says
    the same, 1 for one who is always right. Of numbers it is R2 (each row's share of it
    not below `_WORST`), of labels the mean of balanced accuracies above chance; labels
    that all of these rows have, or none, tell nothing and are left out.

    Parameters
    ----------
    decided : array
        As `decide` gives them.
    rows : array of int
        Which rows of the question they answer.
    """
    truth = task.y[rows]
    if task.kind == "regression":
        return _explained(decided, truth)
    if task.kind == "multilabel":
        varied = np.flatnonzero(truth.min(axis=0) < truth.max(axis=0))
        row_scores = [_balanced(decided[:, i], truth[:, i]) for i in varied]
        return np.mean(row_scores, axis=0) if row_scores else np.zeros(len(truth))
    return _balanced(decided, truth)


def _balanced(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    kinds, places, counts = np.unique(truth, return_inverse=True, return_counts=True)
    if len(kinds) < 2:
        return (decided == truth).astype(float)
    weights = len(truth) / (len(kinds) * counts)
    chance = 1 / len(kinds)
    return ((decided == truth) * weights[places] - chance) / (1 - chance)


def _explained(decided: np.ndarray, truth: np.ndarray) -> np.ndarray:
    spread = np.asarray(truth.var(axis=0))
    error = (np.nan_to_num(decided, nan=np.inf) - truth) ** 2
    error = error / np.where(spread > 0, spread, 1.0)
    row_scores = np.maximum(1 - error, _WORST)
    if row_scores.ndim == 1:
        return row_scores
    # what is the same for all of these rows tells nothing, such as an image's margin
    told = spread > 0
    return row_scores[:, told if told.any() else ~told].mean(axis=1)


SURE = 3.0
"""Standard errors that a difference must have: many repairs are tried, and one that
helps by chance would be named as a cause."""

_APART = 0.25
"""Share of the gain that lies between the worst split of the one way and the best of
the other, from which they are apart."""

SLACK = 0.05
"""A loss on one split that is none."""


@dataclass(frozen=True)
class ScoreDifference:
    """Gain of one way of training over another, on the same rows.

    Parameters
    ----------
    difference : float
    error : float
        Its standard error: that of the rows or that of the splits, whichever is larger.
    apart : float
        The worst split of the better way less the best split of the other.
    row_error : float
        The standard error of the rows alone.
    least : float
        The gain of the split that gains least.
    """

    difference: float
    error: float
    apart: float = 0.0
    row_error: float = 0.0
    least: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether it is more than chance.

        A network that learns nothing may end anywhere, so that the spread over splits
        can be large though every split of the one way is better than all of the other.
        """
        separate = (
            self.apart > _APART * self.difference > SURE * _APART * self.row_error
        )
        return self.difference > SURE * self.error or separate

    @property
    def is_likely(self) -> bool:
        """Whether rows leave no doubt, and no split speaks against it.

        Enough for one of several repairs that are surely better together: some rows
        that it is for may have been kept back in one of the splits.
        """
        return self.difference > SURE * self.row_error and self.least >= -SLACK


def score_difference(
    better: Sequence[np.ndarray], worse: Sequence[np.ndarray], *, whole: bool = False
) -> ScoreDifference:
    """Measure one way's gain over another, from the same rows' marks split by split.

    A split counts for no less than 0, what the mean or chance has: how much worse
    numbers are of a network that learns nothing is arbitrary, and would drown the gain.

    Parameters
    ----------
    better, worse : sequence of array
        Marks (`learnable.zoo.diagnosis.search.trials.credits`), one array a split.
    whole : bool
        Whether the rows are all there are, and no sample: only seeds are chance then.
    """
    gains = [one - other for one, other in zip(better, worse, strict=True)]
    rows = np.concatenate(gains)
    own, others = (
        np.array([max(0.0, float(marks.mean())) for marks in parts])
        for parts in (better, worse)
    )
    means = own - others
    row_error = error = 0.0 if whole else float(rows.std() / np.sqrt(len(rows)))
    if len(gains) > 1:
        error = max(error, float(means.std(ddof=1) / np.sqrt(len(gains))))
    apart = own.min() - others.max()
    least = float(means.min())
    return ScoreDifference(float(means.mean()), error, float(apart), row_error, least)
