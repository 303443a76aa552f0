"""Trials where no rule tells: a few real steps of each way, then all put back."""

from __future__ import annotations

import time

from .programs import ExecutionMode, Programs
from .rows import Block
from .start import Start
from .ways import Choice

SHORT = 4.0
"""Seconds of a training in the graph under which XLA is not tried: compiling a small
network takes it one or two."""

SECONDS = 0.3
"""Time given to the steps of each way."""

_NO_XLA = Choice("graph", "XLA cannot compile the model")


def choose_mode(
    programs: Programs, block: Block, steps: int, ruled: Choice | None
) -> Choice:
    """The way to take, where it is not the graph by rule.

    Parameters
    ----------
    programs : Programs
    block : Block
        Batches to try on.
    steps : int
        Of the whole training.
    ruled : Choice, optional
        XLA by rule: it is only seen whether it can compile the model. Without it, both
        ways are timed.
    """
    if ruled is not None:
        return ruled if programs.compiles_xla(block.batches) else _NO_XLA
    start = Start(programs.model)
    try:
        return _compare(programs, block, steps)
    finally:
        start.restore()


def _compare(programs: Programs, block: Block, steps: int) -> Choice:
    graph = _seconds_a_step(programs, block, "graph")
    if graph * steps < SHORT:
        took = f"{graph * steps:.1f} s for {steps:,} steps"
        return Choice("graph", f"in a trial the graph needs {took}, too few for XLA")
    if not programs.compiles_xla(block.batches):
        return _NO_XLA
    xla = _seconds_a_step(programs, block, "xla")
    way: ExecutionMode = "xla" if xla < graph else "graph"
    told = f"XLA needs {xla * 1e3:.3g} ms a step, the graph {graph * 1e3:.3g} ms"
    return Choice(way, f"in a trial {told}")


def _seconds_a_step(programs: Programs, block: Block, way: ExecutionMode) -> float:
    programs.train(block.batches, 0, 1, way=way)  # compiles
    steps, took = 0, 0.0
    begun = time.perf_counter()
    while took < SECONDS:
        steps += programs.train(block.batches, 0, min(block.count, 4), way=way).steps
        took = time.perf_counter() - begun
    return took / steps
