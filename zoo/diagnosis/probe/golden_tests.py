"""Tests that every training that can learn at all passes, whatever its data."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ....baselines.rules.registry import RULES, checks, rule
from ....data.errors import ZooError
from ...backend import keras
from ...networks.load_model import load_model
from ...training.checkpoint import Start
from ...training.fit import fit
from ...training.rows import hold_in_memory
from ..problem.task import TrainingTask
from ..problem.training_cost import step_cost, steps_for
from ..problem.training_setup import Setup, build_model, rows_of
from ..record.source_locations import one_line_error

SAME_STEPS = 20
"""Steps after which two trainings with one seed are compared."""
MEMORISED = 0.1
"""Loss of a row that was memorised, by that before."""
_APART = 0.25
"""Loss of two rows with their own answers, by that with each other's."""
_BETTER = 0.99
"""Loss with the inputs by that without, below which they are used."""
SHUFFLES = 199


_Outcome = tuple[bool | None, str]
"""Whether a test is passed, and its sentence."""


@dataclass(frozen=True)
class GoldenTest:
    """One test and its outcome.

    Parameters
    ----------
    code, label : str
    passed : bool, optional
        None where it could not be run; the sentence then says why.
    sentence : str
    """

    code: str
    label: str
    passed: bool | None
    sentence: str


def golden_tests(
    setup: Setup,
    task: TrainingTask,
    rows: np.ndarray,
    *,
    seed: int,
    cost: float = 10.0,
    codes: Sequence[str] | None = None,
    latest: float = math.inf,
) -> tuple[GoldenTest, ...]:
    """Run the tests with the script's own loss and optimizer.

    Parameters
    ----------
    setup : Setup
    task : TrainingTask
    rows : array of int
        Rows to train on and to measure with.
    cost : float
        Of all of them (`training_cost`): a training has as many steps as are left, at
        most 300, and what then is left is not run.
    codes : sequence of str
        Of the tests wanted; all by default.
    latest : float, optional
        None is begun after it, on the clock of ``time.monotonic``.
    """
    tests = {
        code: test
        for test, code in checks(__name__, letters="G").items()
        if codes is None or code in codes
    }
    try:
        bench = TrialNetwork(setup, task, rows, seed, cost)
    # whatever a script's own layer or loss raises, the others of its tests are not run
    except Exception as error:
        return tuple(_test(code, None, _reason(error)) for code in tests)
    return tuple(_run(code, test, bench, latest) for code, test in tests.items())


def _run(
    code: str,
    test: Callable[[TrialNetwork], _Outcome],
    bench: TrialNetwork,
    latest: float,
) -> GoldenTest:
    if bench.left <= 0 or time.monotonic() > latest:
        return _test(code, None, "Not run: the budget of these tests was spent.")
    try:
        return _test(code, *test(bench))
    except Exception as error:  # as above
        return _test(code, None, _reason(error))


def _test(code: str, passed: bool | None, sentence: str) -> GoldenTest:
    return GoldenTest(code, RULES[code].label, passed, sentence)


def _reason(error: Exception) -> str:
    message = str(error) if isinstance(error, ZooError) else one_line_error(error)
    return f"Not run: {message[:200]}"


@rule("G501")
def _one_row(bench: TrialNetwork) -> _Outcome:
    row = bench.sample[:1]
    bench.restart()
    before = bench.loss_on(row)
    bench.memorise(row)
    after = bench.loss_on(row)
    text = f"On one row, the loss goes from {before:.3g} to {after:.3g}"
    passed = bool(after <= max(MEMORISED * before, 1e-3))
    return passed, f"{text} in {_MOST_STEPS} steps."


@rule("G502")
def _two_rows(bench: TrialNetwork) -> _Outcome:
    codes = bench.task.y[bench.sample]
    codes = codes.reshape(len(codes), -1).astype("float64")
    far = np.abs(codes - codes[0]).sum(axis=1)
    if not np.nanmax(far) > 0:
        return None, "Not run: all rows have the same target."
    pair = bench.sample[[0, int(np.nanargmax(far))]]
    bench.memorise(pair)
    predicted, y = bench.outputs(bench.x(pair)), bench.y(pair)
    own, other = bench.loss(predicted, y), bench.loss(predicted, y[::-1])
    flat = np.asarray(keras.tree.flatten(predicted)[0]).reshape(2, -1)
    differ = bool(np.ptp(flat, axis=0).max() > 1e-6)
    text = (
        f"After {_MOST_STEPS} steps on two rows with different targets, the loss is "
        f"{own:.3g}, and {other:.3g} with the targets exchanged"
    )
    same = "" if differ else "; the outputs are the same"
    return bool(own <= _APART * other) and differ, f"{text}{same}."


@rule("G503")
def _shuffled(bench: TrialNetwork) -> _Outcome:
    rng = np.random.default_rng(bench.seed)
    mixed = rng.permutation(bench.rows)
    half = len(mixed) // 2
    if half < 10:
        return None, f"Not run: there are only {len(mixed)} rows; 20 are needed."
    known, held = mixed[:half], mixed[half:][:_MOST_ROWS]
    targets = bench.y(rng.permutation(bench.rows))
    bench.train(bench.x(known), targets[:half], _size(bench))
    predicted, y = bench.outputs(bench.x(held)), targets[half:][: len(held)]
    own = bench.loss(predicted, y)
    others = [bench.loss(predicted, rng.permutation(y)) for _ in range(SHUFFLES)]
    share = (1 + np.sum(np.asarray(others) <= own)) / (1 + SHUFFLES)
    text = (
        f"After training on shuffled targets, the loss on held-out rows is {own:.3g}; "
        f"it is as low for {share:.1%} of {SHUFFLES + 1} permutations of their targets"
    )
    return bool(share > 0.01), f"{text}."


@rule("G504")
def _zeroed(bench: TrialNetwork) -> _Outcome:
    x, y = bench.x(bench.rows), bench.y(bench.rows)
    zeros = keras.tree.map_structure(np.zeros_like, x)
    bench.train(zeros, y, _size(bench))
    nothing = keras.tree.map_structure(np.zeros_like, bench.x(bench.sample))
    without = bench.loss(bench.outputs(nothing), bench.y(bench.sample))
    bench.train(x, y, _size(bench))
    with_inputs = bench.loss_on(bench.sample)
    text = (
        f"The loss after training with inputs is {with_inputs:.3g}, with zeros instead "
        f"{without:.3g}"
    )
    return bool(with_inputs < _BETTER * without), f"{text}."


@rule("G505")
def _saved(bench: TrialNetwork) -> _Outcome:
    x = bench.x(bench.sample)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        bench.model.save(path)
        # parts of the network may have come out of somebody's file: see `load_model`
        again = load_model(path, compile=False)
    return _agree(bench.outputs(x), again(x, training=False), "After loading")


@rule("G506")
def _same_seed(bench: TrialNetwork) -> _Outcome:
    found = []
    rows = bench.rows[: SAME_STEPS * _size(bench)]
    for _ in range(2):
        again = TrialNetwork(bench.setup, bench.task, rows, bench.seed, bench.left)
        again.train(again.x(rows), again.y(rows), _size(again), SAME_STEPS)
        found.append(again.model.get_weights())
    return _agree(found[0], found[1], "In two trainings with one seed")


@rule("G507")
def _predicted(bench: TrialNetwork) -> _Outcome:
    x = bench.x(bench.sample)
    return _agree(bench.outputs(x), bench.model.predict(x, verbose=0), "With predict")


def _agree(one: Any, other: Any, how: str) -> _Outcome:
    """Whether two lots of arrays are the same, up to rounding."""
    pairs = [
        (np.asarray(a, "float64"), np.asarray(b, "float64"))
        for a, b in zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True)
    ]
    apart = max((float(np.abs(a - b).max()) for a, b in pairs if a.size), default=0.0)
    scale = max((float(np.abs(a).max()) for a, _ in pairs if a.size), default=1.0)
    passed = all(np.allclose(a, b, rtol=1e-4, atol=1e-5 * scale) for a, b in pairs)
    what = "weights" if isinstance(one, list) else "outputs"
    return passed, f"{how}, the network's {what} differ by {apart:.2g} at most."


def _size(bench: TrialNetwork) -> int:
    return min(bench.setup.batch_size, len(bench.rows))


_MOST_STEPS = 300
"""Steps of a training."""
_MOST_ROWS = 256
"""Rows that a loss is measured on."""


class TrialNetwork:
    """One compiled network that is trained anew for each test.

    Parameters
    ----------
    setup, task, rows, seed, cost
        As in `golden_tests`.
    """

    def __init__(
        self,
        setup: Setup,
        task: TrainingTask,
        rows: np.ndarray,
        seed: int,
        cost: float,
    ) -> None:
        self.setup, self.task, self.rows = setup, task, rows
        self.seed, self.left = seed, cost
        self.model = build_model(setup, rows, seed=seed)
        if not self.model.built:
            self.outputs(self.x(rows[:1]))
        self._start = Start(self.model)
        sample = np.linspace(0, len(rows) - 1, _MOST_ROWS).astype("int64")
        self.sample = rows[np.unique(sample)]

    def _spend_steps(self, wanted: int) -> int:
        """Return the steps that are paid for, and pay."""
        steps = min(wanted, steps_for(self.setup, max(0.0, self.left)))
        self.left -= steps * step_cost(self.setup)
        return steps

    def x(self, rows: np.ndarray) -> Any:
        """Inputs of some rows, as the network is given them in a training."""
        return hold_in_memory(rows_of(self.setup.x, rows)).data[0]

    def y(self, rows: np.ndarray) -> Any:
        """Their targets."""
        return hold_in_memory(rows_of(self.setup.y, rows)).data[0]

    def train(self, x: Any, y: Any, size: int, steps: int = _MOST_STEPS) -> None:
        """Train from the start, for about ``steps`` steps."""
        self._start.restore()
        keras.utils.set_random_seed(self.seed)
        steps = self._spend_steps(steps)
        each = -(-len(y) // size)
        if each > steps:
            x, y = (rows_of(part, np.arange(steps * size)) for part in (x, y))
            each = steps
        fit(
            self.model,
            x,
            y,
            batch_size=size,
            epochs=max(1, steps // each),
            verbose=0,
            shuffle=self.setup.shuffle,
            way="graph",
        )

    def memorise(self, rows: np.ndarray) -> None:
        """Train on a few rows in one batch, again and again, in one epoch."""
        again = np.tile(rows, max(1, self._spend_steps(_MOST_STEPS) // 3))
        x, y = self.x(again), self.y(again)
        self._start.restore()
        keras.utils.set_random_seed(self.seed)
        fit(
            self.model,
            x,
            y,
            batch_size=len(rows),
            epochs=3,
            verbose=0,
            shuffle=False,
            way="graph",
        )

    def restart(self) -> None:
        """Forget what was learned."""
        self._start.restore()

    def outputs(self, x: Any) -> Any:
        """Return the network's outputs."""
        return self.model(keras.tree.map_structure(np.asarray, x), training=False)

    def loss(self, outputs: Any, y: Any) -> float:
        """The script's loss, without weight penalties."""
        target = keras.ops.convert_to_tensor(y)
        whole = self.model.compute_loss(None, target, outputs, training=False)
        penalty = sum((float(p) for p in self.model.losses), 0.0)
        return float(whole) - penalty

    def loss_on(self, rows: np.ndarray) -> float:
        """The loss on some rows."""
        return self.loss(self.outputs(self.x(rows)), self.y(rows))
