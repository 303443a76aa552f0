"""Loss, gradients, updates and units over the steps of a training: facts and charts."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...baselines.results.diagnosis import Diagnosis, ProbeStep
from ...data.counts import count_of
from .. import text
from ..svg import FONT, LAYERS, LETTER, Chart, Table, label_points
from .loss_curves import LABEL, spread_positions

MOST_LAYERS = 12
MOST_LOOKS = 60
_MOST_LOSSES = 200
_MOST_NAMED = 30
WIDE_RANGE = 50.0
"""Losses further apart than this factor are drawn on a logarithmic axis."""
HALF = 396
"""Width of a chart with another one beside it, in pixels."""
_HEIGHT = 190
_FEW = 20
"""Lines of so few points have a mark at each."""
_LONG = 1e5
"""From here on numbers are written with a power of ten."""
END = 14
"""Letters of a layer's name."""


class _Probe(NamedTuple):
    """One number of each layer; a share where ``log`` is false."""

    title: str
    of: Callable[[ProbeStep], dict[str, float]]
    log: bool
    none: str


PROBES = (
    _Probe("Gradient norm", lambda look: look.gradients, True, "no gradient"),
    _Probe("Update-to-weight ratio", lambda look: look.updates, True, "no update"),
    _Probe("Share of dead units", lambda look: look.dead, False, "no dead unit"),
    _Probe("Share of saturated units", lambda look: look.saturated, False,
          "no saturated unit"),
)  # fmt: skip


def probe_facts(found: Diagnosis) -> list[dict[str, Any]]:
    """The loss of each step, then the layers: those that were measured.

    Returns
    -------
    list of dict
        ``title``; ``chart``: what `probe_chart` draws, or
        None; ``sentences``; ``layers``: how many are told apart by their colours.
    """
    probe_steps = _thinned(
        sorted(found.probe_steps, key=lambda look: look.step), MOST_LOOKS
    )
    probes = [_layers(probe, probe_steps) for probe in PROBES]
    return [probe for probe in (_losses(found.losses), *probes) if probe]


def layers_without_chart(found: Diagnosis) -> str:
    """A sentence that names the layers without a line in any chart, or ""."""
    names = [_names(probe, found.probe_steps) for probe in PROBES]
    drawn = {name for each in names for name in _thinned(each, MOST_LAYERS)}
    rest = dict.fromkeys(name for each in names for name in each if name not in drawn)
    shown = [text.name(name, 40) for name in rest]
    return " ".join(_name_layers("Layers without a line", shown))


def _names(probe: _Probe, probe_steps: Sequence[ProbeStep]) -> list[str]:
    """The layers as they come."""
    return list(dict.fromkeys(name for look in probe_steps for name in probe.of(look)))


def _thinned(values: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly spaced, with the first and the last."""
    if len(values) <= most:
        return list(values)
    last = len(values) - 1
    return [values[round(i * last / (most - 1))] for i in range(most)]


def _layers(probe: _Probe, probe_steps: Sequence[ProbeStep]) -> dict[str, Any] | None:
    """One probe over the steps, a line for each layer."""
    names = _names(probe, probe_steps)
    if not names:
        return None
    drawn = _thinned(names, MOST_LAYERS)
    shown = text.unique_names(drawn, 40)
    series = [
        [
            (look.step, probe.of(look)[name])
            for look in probe_steps
            if name in probe.of(look)
        ]
        for name in drawn
    ]
    lines = [
        {"name": label, "points": [p for p in points if math.isfinite(p[1])]}
        for label, points in zip(shown, series, strict=True)
    ]
    odd = [
        line["name"]
        for line, points in zip(lines, series, strict=True)
        if len(line["points"]) < len(points)
    ]
    chart = _chart(probe.title, lines, log=probe.log, share=not probe.log)
    sentences = _describe_zeros(probe, lines) + _name_layers(
        "NaN or infinite at some steps", odd
    )
    if len(names) > len(drawn):
        sentences.append(
            f"{count_of(len(drawn), len(names), 'layer is', 'layers are')} drawn."
        )
    apart = len(chart["lines"]) if chart and len(chart["lines"]) > 1 else 0
    return {
        "title": probe.title,
        "chart": chart,
        "sentences": sentences,
        "layers": apart,
    }


def _describe_zeros(probe: _Probe, lines: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence where all is zero, or where a gradient or an update is."""
    known = [line for line in lines if line["points"]]
    zero = [line for line in known if not any(value for _, value in line["points"])]
    if known and len(zero) == len(known):
        return [f"There is {probe.none} in any of these layers, at any step."]
    return _name_layers(
        f"{probe.none.capitalize()} at any step",
        [line["name"] for line in zero * probe.log],
    )


def _name_layers(sentence: str, names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_NAMED
    rest = f" and {text.format_count(more)} more" if more > 0 else ""
    return [f"{sentence}: {', '.join(names[:_MOST_NAMED])}{rest}."] if names else []


def _mean(values: Sequence[float]) -> float:
    """Without a sum that is too large for a number."""
    return sum(value / len(values) for value in values)


def _losses(losses: Sequence[float]) -> dict[str, Any] | None:
    """The loss of each step; of many steps, means of several."""
    if not losses:
        return None
    size = -(-len(losses) // _MOST_LOSSES)
    starts = range(0, len(losses), size)
    groups = [
        (i, [v for v in losses[i : i + size] if math.isfinite(v)]) for i in starts
    ]
    points = [(i + 1, _mean(vs)) for i, vs in groups if vs]
    values = [value for _, value in points]
    least = min(values, default=0.0)
    log = least > 0 and max(values) > WIDE_RANGE * least
    title = "Loss by step"
    chart = _chart(title, [{"name": "", "points": points}], log=log)
    sentences = [f"Each point is the mean of {size} steps."] if size > 1 else []
    odd = next((i for i, v in enumerate(losses, 1) if not math.isfinite(v)), None)
    sentences += (
        [f"The first NaN or infinite loss is at step {text.format_count(odd)}."]
        if odd
        else []
    )
    return {"title": title, "chart": chart, "sentences": sentences, "layers": 0}


def _chart(
    title: str, lines: Sequence[dict[str, Any]], *, log: bool, share: bool = False
) -> dict[str, Any] | None:
    """Return the chart's facts; None where no number is there, or none but zeros."""
    points = [point for line in lines for point in line["points"]]
    values = [value for _, value in points]
    if not any(values):
        return None
    steps = [step for step, _ in points]
    domain = _logarithmic(values) if log else _linear(values)
    return {
        "title": title,
        "lines": [line for line in lines if line["points"]],
        "log": log,
        "share": share,
        "domain": [0.0, 1.0] if share else domain,
        "steps": [min(steps), max(*steps, min(steps) + 1)],
    }


def _linear(values: Sequence[float]) -> list[float]:
    """From zero, or from the lowest where that is below."""
    low, high = min(0.0, *values), max(0.0, *values)
    return [max(low, -_HUGE), min(high, _HUGE)]


def _logarithmic(values: Sequence[float]) -> list[float]:
    """From the lowest, or a tenth of it where there is a zero, which has no place."""
    least = max(min(value for value in values if value > 0), 1 / _HUGE)
    bottom = least if min(values) > 0 else least / 10
    return [bottom, max(2 * bottom, min(max(values), _HUGE))]


_HUGE = 1e300
"""Numbers beyond are drawn at the edge: a difference of two has to be a number."""


def probe_chart(chart: dict[str, Any], width: int) -> Chart:
    """Draw one chart of `probe_facts`: a line a layer, each with its name at the end.

    Parameters
    ----------
    chart : dict
        With its lines, domain and steps.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    names = text.unique_names([line["name"] for line in chart["lines"]], END)
    names = names if len(names) > 1 or chart["lines"][0]["name"] else [""]
    plot = width - 74 - LETTER * max(map(len, names))
    up = alt.Scale(
        type="log" if chart["log"] else "linear",
        domain=chart["domain"],
        nice=False,
        clamp=True,
    )
    layers = [_layer_lines(chart, up, plot), _ends(plot)]
    sized = alt.layer(*layers).properties(width=plot, height=_HEIGHT)
    sentence = f"{chart['title']} over the steps: {', '.join(filter(None, names))}"
    return Chart(sized, _layer_tables(chart, names), sentence.removesuffix(": "))


def _layer_lines(chart: dict[str, Any], up: Any, plot: float) -> Any:
    import altair as alt

    few = max(len(line["points"]) for line in chart["lines"]) <= _FEW
    plain = "~r" if max(map(abs, chart["domain"])) < _LONG else "~g"  # not 1e+1 for 10
    form = "%" if chart["share"] else plain
    form = ".0e" if chart["log"] else form
    across = alt.Scale(domain=chart["steps"], nice=False)
    ticks = alt.Axis(format=",d", tickMinStep=1, tickCount=max(2, int(plot // 55)))
    scale = alt.Axis(format=form, tickCount=4, labelOverlap=True)
    drawn = alt.Chart(alt.NamedData("points")).encode(
        x=alt.X("step:Q", scale=across, title="step", axis=ticks),
        y=alt.Y("value:Q", scale=up, title=None, axis=scale),
        color=alt.Color("color:N", scale=None),
        detail="name:N",
    )
    lines = drawn.mark_line(strokeWidth=1.8).encode(
        description=alt.Description("told:N")
    )
    points = drawn.mark_point(size=22, filled=True, opacity=1, aria=False)
    return alt.layer(lines, points) if few else lines


def _ends(plot: float) -> Any:
    """The names right of the chart."""
    import altair as alt

    names = alt.Chart(alt.NamedData("ends")).mark_text(
        align="left", baseline="middle", fontSize=FONT - 1, aria=False
    )
    return names.encode(
        x=alt.value(plot + 7),
        y=alt.Y("place:Q", scale=None),
        text=alt.Text("name:N"),
        color=alt.Color("color:N", scale=None),
    )


def _layer_tables(chart: dict[str, Any], names: list[str]) -> dict[str, Table]:
    colors = [_color(i, len(names)) for i in range(len(names))]
    lows = [_height(chart, line["points"][-1][1]) for line in chart["lines"]]
    places = spread_positions(lows, LABEL, _HEIGHT)
    spec = ".0%" if chart["share"] else ".3g"
    points = [
        {
            "step": step,
            "value": max(value, chart["domain"][0]),
            "name": name,
            "color": color,
            "told": _line_label(name, line["points"], spec) if i == 0 else "",
        }
        for line, name, color in zip(chart["lines"], names, colors, strict=True)
        for i, (step, value) in enumerate(line["points"])
    ]
    ends = [
        {"name": name, "color": color, "place": place}
        for name, color, place in zip(names, colors, places, strict=True)
    ]
    return {"points": points, "ends": ends}


def _line_label(name: str, points: list[tuple[int, float]], spec: str) -> str:
    texts = [(f"{step:,}", format(value, spec)) for step, value in points]
    return label_points(name or "loss", "step ", texts)


def _height(chart: dict[str, Any], value: float) -> float:
    """Pixels from the top, as the axis has them."""
    low, high = chart["domain"]
    value = min(max(value, low), high)
    if chart["log"]:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return _HEIGHT * (high - value) / (high - low)


def _color(place: int, count: int) -> str:
    """From the first layer's colour to the last one's."""
    colors = list(LAYERS)
    return colors[round((len(colors) - 1) * place / max(count - 1, 1))]
