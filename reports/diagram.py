"""The layers of a network as a drawing: SVG written by hand, without any library.

Inside a page its colours are the page's (`var(--ink)` and the like); alone in a file,
where there are no such variables, they are those of the light page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from math import prod

from ..baselines.results.results import Layer
from . import text
from .layout import Box, Line, Plan, arrange

WIDE, HIGH = 244, 42
"""A box, in pixels."""
PILL = 64
"""Width of the network's input."""
APART, GAP = 24, 30
"""Room between columns, and between rows."""
LANE, EDGE = 11, 8
ASIDE = WIDE // 4
"""Lines that skip boxes leave and arrive so far beside the others."""
_LETTERS = 35
"""What a line of a box has room for at 12 pixels a letter's height."""
TIMES = "\N{MULTIPLICATION SIGN}"

_COLORS = {
    "ink": "#1c1f24",
    "muted": "#5d6470",
    "rule": "#c9cbc6",
    "soft": "#8a909b",
    "card": "#ffffff",
    "accent": "#2457c5",
}
"""The light page's, for a drawing that stands alone."""


def diagram(layers: Sequence[Layer], *, title: str) -> str:
    """The layers from top to bottom, with the lines between them.

    Parameters
    ----------
    layers : sequence of Layer
        In any order. Of more than 24, those that follow one another without a branch
        share a box.
    title : str
        What the drawing shows, for those who cannot see it.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    plan = arrange(layers)
    side = _side(plan)
    width = EDGE + (side + WIDE if _has_side(plan) else side)
    height = EDGE + max((_top(box) + HIGH for box in plan.boxes), default=0)
    said = escape(text.name(title, 200))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{said}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica Neue, Arial, Liberation Sans, sans-serif" '
        f'font-size="12"><title>{said}</title><desc>{escape(_in_words(plan))}</desc>'
        f"{_all_lines(plan)}{_all_boxes(plan)}</svg>"
    )


def _has_side(plan: Plan) -> bool:
    return any(not box.used for box in plan.boxes)


def _side(plan: Plan) -> int:
    """Left edge of the column of boxes that reach no output; else the right end."""
    columns = plan.columns * (WIDE + APART) - APART
    lanes = plan.lanes + plan.side_lanes + bool(plan.lanes + plan.side_lanes)
    return EDGE + columns + LANE * lanes + (APART if _has_side(plan) else 0)


def _left(box: Box, plan: Plan) -> int:
    return EDGE + box.column * (WIDE + APART) if box.used else _side(plan)


def _top(box: Box) -> int:
    return EDGE + box.row * (HIGH + GAP)


def _paint(**colors: str) -> str:
    """Attributes for readers that know no variables, a style for those that do."""
    plain = " ".join(f'{what}="{_COLORS[name]}"' for what, name in colors.items())
    style = ";".join(f"{w}:var(--{n},{_COLORS[n]})" for w, n in colors.items())
    return f'{plain} style="{style}"'


def _all_lines(plan: Plan) -> str:
    def drawn(kind: str) -> str:
        return "".join(
            f'<path d="{_path(line, plan)}"/>'
            for line in plan.lines
            if _kind(line, plan) == kind
        )

    shared = 'fill="none" stroke-width="1.5" stroke-linejoin="round"'
    return (
        f"<g {shared} {_paint(stroke='soft')}>{drawn('direct')}"
        f'<g stroke-dasharray="4 3">{drawn("side")}</g></g>'
        f"<g {shared} {_paint(stroke='accent')}>{drawn('skip')}</g>"
    )


def _kind(line: Line, plan: Plan) -> str:
    if not plan.boxes[line.target].used:
        return "side"
    return "direct" if line.lane is None else "skip"


def _path(line: Line, plan: Plan) -> str:
    """Down, and where something is in the way, along a lane; with its arrow head."""
    source, target = plan.boxes[line.source], plan.boxes[line.target]
    x, y = _left(source, plan) + WIDE // 2, _top(source) + HIGH
    to_x, to_y = _left(target, plan) + WIDE // 2, _top(target) - 1
    if line.lane is None:
        across = f"V{to_y - 14}H{to_x}" if x != to_x else ""
        return f"M{x} {y}{across}V{to_y}m-4-5l4 5l4-5"
    lane = EDGE + plan.columns * (WIDE + APART) - APART + LANE * (1 + line.lane)
    lane += 0 if target.used else LANE * plan.lanes
    away = f"{_start(source, x, y)}H{lane}"
    if not target.used:
        if _further(line, plan):  # another line has drawn the way to here
            away = f"M{lane} {_top(target)}"
        return f"{away}V{to_y + HIGH // 2}H{_side(plan) - 1}m-5-4l5 4l-5 4"
    return f"{away}V{to_y - 8}H{to_x + ASIDE}V{to_y}m-4-5l4 5l4-5"


def _further(line: Line, plan: Plan) -> bool:
    """Whether a line from the same box goes on along the same lane."""
    return any(
        other.lane is not None
        and other.source == line.source
        and other.target > line.target
        and not plan.boxes[other.target].used
        for other in plan.lines
    )


def _start(source: Box, x: int, y: int) -> str:
    """Return the start of a line to a lane from a box of lower middle (x, y)."""
    if not source.layers:
        return f"M{x + PILL // 2} {y - (HIGH - 8) // 2}"
    if source.used:
        return f"M{x + ASIDE} {y}v8"
    return f"M{x - WIDE // 2} {y - HIGH // 2}"


def _all_boxes(plan: Plan) -> str:
    main = [box for box in plan.boxes if box.used]
    side = [box for box in plan.boxes if not box.used]
    drawn = _boxes(main, plan, frame="rule", ink="ink")
    if not side:
        return drawn
    x, y = _side(plan), _top(side[0]) - 9
    return (
        f'{drawn}<text x="{x}" y="{y}" {_paint(fill="muted")}>reaches no output</text>'
        f'<g stroke-dasharray="4 3">{_boxes(side, plan, frame="soft", ink="muted")}</g>'
    )


def _boxes(boxes: list[Box], plan: Plan, *, frame: str, ink: str) -> str:
    """Frames, then both lines of text: a colour is said once for all of a kind."""
    heads = "".join(_text(box, plan, 17, *_head(box)) for box in boxes if box.layers)
    feet = "".join(_text(box, plan, 34, _foot(box)) for box in boxes if box.layers)
    feet += "".join(_input(box, plan) for box in boxes if not box.layers)
    frames = "".join(_frame(box, plan) for box in boxes)
    unseen = 'pointer-events="none" stroke="none"'
    return (
        f"<g {_paint(fill='card', stroke=frame)}>{frames}</g>"
        f'<g {unseen} font-weight="600" {_paint(fill=ink)}>{heads}</g>'
        f"<g {unseen} {_paint(fill='muted')}>{feet}</g>"
    )


def _frame(box: Box, plan: Plan) -> str:
    x, y = _left(box, plan), _top(box)
    if not box.layers:
        x += (WIDE - PILL) // 2
        return f'<rect x="{x}" y="{y + 8}" width="{PILL}" height="{HIGH - 8}" rx="17"/>'
    return (
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="6" role="img" '
        f'aria-label="{escape(_spoken(box))}"/>'
    )


def _text(box: Box, plan: Plan, down: int, said: str, light: str = "") -> str:
    x, y = _left(box, plan) + 11, _top(box) + down
    # the space stands before the tspan: within, some readers leave it out
    tail = f' <tspan font-weight="400">{escape(light)}</tspan>' if light else ""
    return f'<text x="{x}" y="{y}">{escape(said)}{tail}</text>'


def _input(box: Box, plan: Plan) -> str:
    x, y = _left(box, plan) + WIDE // 2, _top(box) + 29
    return f'<text x="{x}" y="{y}" text-anchor="middle">input</text>'


def _head(box: Box) -> tuple[str, str]:
    """Kind and name of a layer, or number and kinds; the second as room is left."""
    first = box.layers[0]
    if len(box.layers) == 1:
        head, tail = text.name(first.kind, _LETTERS), first.name
    else:
        kinds = Counter(text.name(layer.kind) for layer in box.layers)
        said = (f"{n} {kind}" if n > 1 else kind for kind, n in kinds.items())
        head, tail = text.count(len(box.layers), "layer"), ", ".join(said)
    room = _LETTERS - len(head)
    return head, text.name(tail, room) if room > 3 else ""


def _foot(box: Box) -> str:
    parts = [shape_of(box.layers[-1])]
    own = sum(layer.parameters for layer in box.layers)
    if own:
        parts.append(text.count(own, "parameter"))
    return text.name(" · ".join(parts), _LETTERS + 3)


def shape_of(layer: Layer) -> str:
    """Write a layer's output shape for one row: its sizes with "times" between them."""
    if prod(layer.shape) == 1 and len(layer.shape) < 2:
        return "one number"
    return f" {TIMES} ".join(
        text.whole(size) if size else "any" for size in layer.shape
    )


def _spoken(box: Box) -> str:
    """Everything of a box, for the pointer and for those who cannot see it."""
    names = ", ".join(
        f"{text.name(layer.kind)} “{text.name(layer.name)}”" for layer in box.layers
    )
    return text.clean(f"{names}: {_foot(box)}", 600)


def _in_words(plan: Plan) -> str:
    return text.clean("; ".join(_sentences(plan)), 3_000)


def _sentences(plan: Plan) -> Iterator[str]:
    before: dict[int, list[str]] = {}
    for line in plan.lines:
        source = plan.boxes[line.source]
        said = text.name(source.layers[-1].name) if source.layers else "the input"
        before.setdefault(line.target, []).append(said)
    for i, box in enumerate(plan.boxes):
        if box.layers:
            origin = f" from {' and '.join(before[i])}" if i in before else ""
            end = "" if box.used else ", reaches no output"
            yield f"{text.name(box.layers[-1].name)} ({_head(box)[0]}){origin}{end}"
