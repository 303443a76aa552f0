"""The layers while the network trains: what to draw of gradients, updates and units."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...baselines.results.diagnosis import Diagnosis, ProbeStep
from .. import text

MOST_LAYERS = 12
MOST_LOOKS = 60
_MOST_LOSSES = 200
_MOST_NAMED = 30
WIDE_RANGE = 50.0
"""Losses further apart than this factor are drawn on a logarithmic axis."""

Points = list[tuple[int, float]]


class _Probe(NamedTuple):
    """One number of each layer; a share where ``log`` is false."""

    title: str
    of: Callable[[ProbeStep], dict[str, float]]
    log: bool
    none: str


PROBES = (
    _Probe("Norm of the gradient", lambda look: look.gradients, True, "no gradient"),
    _Probe("Update against weight", lambda look: look.updates, True, "no update"),
    _Probe("Share of dead units", lambda look: look.dead, False, "no dead unit"),
    _Probe("Share of saturated units", lambda look: look.saturated, False,
          "no saturated unit"),
)  # fmt: skip


def probe_facts(found: Diagnosis) -> list[dict[str, Any]]:
    """The loss of each step, then the layers: those that were measured.

    Returns
    -------
    list of dict
        ``title``; ``chart``: what `probe_charts.probe_svg` draws, or
        None; ``sentences``; ``layers``: how many are told apart by their colours.
    """
    looks = _thinned(sorted(found.looks, key=lambda look: look.step), MOST_LOOKS)
    probes = [_layers(probe, looks) for probe in PROBES]
    return [probe for probe in (_losses(found.losses), *probes) if probe]


def undrawn(found: Diagnosis) -> str:
    """A sentence that names the layers without a line in any chart, or ""."""
    names = [_names(probe, found.looks) for probe in PROBES]
    drawn = {name for each in names for name in _thinned(each, MOST_LAYERS)}
    rest = dict.fromkeys(name for each in names for name in each if name not in drawn)
    shown = [text.name(name, 40) for name in rest]
    return " ".join(_named("Layers without a line", shown))


def _names(probe: _Probe, looks: Sequence[ProbeStep]) -> list[str]:
    """The layers as they come."""
    return list(dict.fromkeys(name for look in looks for name in probe.of(look)))


def _thinned(values: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly spaced, with the first and the last."""
    if len(values) <= most:
        return list(values)
    last = len(values) - 1
    return [values[round(i * last / (most - 1))] for i in range(most)]


def _layers(probe: _Probe, looks: Sequence[ProbeStep]) -> dict[str, Any] | None:
    """One probe over the steps, a line for each layer."""
    names = _names(probe, looks)
    if not names:
        return None
    drawn = _thinned(names, MOST_LAYERS)
    shown = text.unique_names(drawn, 40)
    series = [
        [(look.step, probe.of(look)[name]) for look in looks if name in probe.of(look)]
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
    sentences = _said_of_zeros(probe, lines) + _named("Not always a number", odd)
    if len(names) > len(drawn):
        sentences.append(f"{len(drawn)} of {len(names)} layers are drawn.")
    apart = len(chart["lines"]) if chart and len(chart["lines"]) > 1 else 0
    return {
        "title": probe.title,
        "chart": chart,
        "sentences": sentences,
        "layers": apart,
    }


def _said_of_zeros(probe: _Probe, lines: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence where all is zero, or where a gradient or an update is."""
    known = [line for line in lines if line["points"]]
    zero = [line for line in known if not any(value for _, value in line["points"])]
    if known and len(zero) == len(known):
        return [f"There is {probe.none} in any layer drawn, at any step."]
    return _named(f"Always {probe.none}", [line["name"] for line in zero * probe.log])


def _named(said: str, names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_NAMED
    rest = f" and {text.whole(more)} more" if more > 0 else ""
    return [f"{said}: {', '.join(names[:_MOST_NAMED])}{rest}."] if names else []


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
    title = "Loss of each step"
    chart = _chart(title, [{"name": "", "points": points}], log=log)
    said = [f"Each point is the mean of {size} steps."] if size > 1 else []
    odd = next((i for i, v in enumerate(losses, 1) if not math.isfinite(v)), None)
    said += [f"From step {text.whole(odd)} on not always a number."] if odd else []
    return {"title": title, "chart": chart, "sentences": said, "layers": 0}


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
