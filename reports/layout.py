"""Layout of the layers of a network: rows, columns, and lanes for what skips."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..baselines.results.results import Layer

MOST_SINGLE = 24
"""Of more layers, those that merely follow one another share a box."""

LONGEST_RUN = 10
"""Layers of one box, at most; where boxes would be more than 40 in a chain, more."""

INPUT = "InputLayer"

_Run = tuple[Layer, ...]


@dataclass(frozen=True)
class Box:
    """One layer, or a run of layers that follow one another; none for the input.

    Rows count from the top, columns from the left; boxes that reach no output stand
    in a column of their own, whose number is 0 too.
    """

    layers: _Run
    row: int
    column: int
    used: bool


@dataclass(frozen=True)
class Line:
    """From one box to another, by their numbers.

    ``lane`` is None where the line needs none: nothing stands in its way. Lanes are
    right of the columns for boxes that are used, and left of the others.
    """

    source: int
    target: int
    lane: int | None


@dataclass(frozen=True)
class Plan:
    """Boxes and lines, and how many columns and lanes they take."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    columns: int
    lanes: int
    side_lanes: int


def in_order(layers: Sequence[Layer]) -> list[Layer]:
    """Each layer behind its inputs; else as given. A circle is broken at its first."""
    left, done = list(layers), list[Layer]()
    missing = {layer.name for layer in left}
    while left:
        free = (i for i, layer in enumerate(left) if missing.isdisjoint(layer.inputs))
        done.append(left.pop(next(free, 0)))
        missing.discard(done[-1].name)
    return done


def collapse(layers: Sequence[Layer]) -> list[_Run]:
    """Runs of layers that become one box each; single layers where they are few.

    Parameters
    ----------
    layers : sequence of Layer
        In the order of `in_order`.
    """
    if len(layers) <= MOST_SINGLE:
        return [(layer,) for layer in layers]
    readers: dict[str, list[Layer]] = {}
    for layer in layers:
        for name in set(layer.inputs):
            readers.setdefault(name, []).append(layer)
    longest = max(LONGEST_RUN, len(layers) // 40)
    runs: list[list[Layer]] = []
    ends: dict[str, list[Layer]] = {}
    for layer in layers:
        run = ends.pop(layer.inputs[0], None) if len(set(layer.inputs)) == 1 else None
        follows = run and len(readers[run[-1].name]) == 1 and run[-1].used == layer.used
        if run and follows and len(run) < longest:
            run.append(layer)
        else:
            run = [layer]
            runs.append(run)
        ends[layer.name] = run
    return [tuple(run) for run in runs]


def arrange(layers: Sequence[Layer]) -> Plan:
    """The places of all boxes and lines.

    A layer without inputs takes the network's, which stands on top. The row of a box
    is one below the lowest of its inputs.
    """
    runs = [(), *collapse(in_order(layers))]
    sources = _sources(runs)
    if not any(0 in found for found in sources):
        runs = runs[1:]
        sources = _sources(runs)
    boxes = _boxes(runs, sources)
    lines, lanes = _main_lines(boxes, sources)
    side, side_lanes = _side_lines(boxes, sources)
    columns = 1 + max((box.column for box in boxes if box.used), default=0)
    return Plan(tuple(boxes), (*lines, *side), columns, lanes, side_lanes)


def _sources(runs: list[_Run]) -> list[list[int]]:
    """Numbers of the runs that each run takes its inputs from, all of them before."""
    home: dict[str, int] = {}
    sources = []
    for i, run in enumerate(runs):
        names = run[0].inputs if run else ()
        found = list(dict.fromkeys(home[name] for name in names if name in home))
        if run and not found and not runs[0] and run[0].kind != INPUT:
            found = [0]
        sources.append(found)
        home |= {layer.name: i for layer in run}
    return sources


def _boxes(runs: list[_Run], sources: list[list[int]]) -> list[Box]:
    boxes: list[Box] = []
    taken: set[tuple[int, int]] = set()
    side = -1
    for run, found in zip(runs, sources, strict=True):
        used = not run or run[0].used
        above = [boxes[i] for i in found]
        if used:
            row = 1 + max((box.row for box in above), default=-1)
            wish = min((box.column for box in above), default=0)
            column = wish if (row, wish) not in taken else 0
            while (row, column) in taken:
                column += 1
            taken.add((row, column))
        else:
            main = (box.row for box in above if box.used)
            side = max(side, max(main, default=0)) + 1
            row, column = side, 0
        boxes.append(Box(run, row, column, used))
    return boxes


def _main_lines(boxes: list[Box], sources: list[list[int]]) -> tuple[list[Line], int]:
    """Lines between boxes that are used; short ones get the lanes that are near."""
    taken = {(box.row, box.column) for box in boxes if box.used}
    direct, far = [], []
    for target, found in enumerate(sources):
        for source in (i for i in found if boxes[i].used and boxes[target].used):
            start, rows = boxes[source], range(boxes[source].row + 1, boxes[target].row)
            free = all((row, start.column) not in taken for row in rows)
            (direct if free else far).append((source, target))
    far.sort(key=lambda pair: boxes[pair[1]].row - boxes[pair[0]].row)
    lanes: list[list[tuple[int, int]]] = []
    lines = [Line(source, target, None) for source, target in direct]
    for source, target in far:
        start, end = boxes[source].row, boxes[target].row
        spans = (all(end <= a or b <= start for a, b in lane) for lane in lanes)
        lane = next((i for i, fits in enumerate(spans) if fits), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append((start, end))
        lines.append(Line(source, target, lane))
    return lines, len(lanes)


def _side_lines(boxes: list[Box], sources: list[list[int]]) -> tuple[list[Line], int]:
    """Lines to boxes that reach no output: one lane for each box they come from."""
    lanes: dict[int, int] = {}
    lines = []
    for target, found in enumerate(sources):
        for source in () if boxes[target].used else found:
            gap = boxes[target].row - boxes[source].row
            lane = None
            if boxes[source].used or gap != 1:
                lane = lanes.setdefault(source, len(lanes))
            lines.append(Line(source, target, lane))
    return lines, len(lanes)
