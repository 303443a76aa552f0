"""The loss before and after the repair, and the best baseline's, in one chart."""

import math
from dataclasses import dataclass
from typing import Any

from ...baselines.results.candidates import best_learner
from ...baselines.results.diagnosis import TrainingCurve
from ...baselines.results.results import Results
from .. import text
from ..svg import FONT, LETTER, WIDE, Chart, label_points
from .loss_curves import LABEL, spread_positions
from .training import thin_curve

_POINTS = 120
"""Of a line; more cannot be told apart."""
_WIDE_RANGE = 30.0
"""Losses so many times each other are drawn on a logarithmic axis."""
_LOOK = {
    "as it is": ("var(--other)", [5, 3]),
    "repaired": ("var(--accent)", [1, 0]),
    "repaired and tuned": ("var(--train)", [8, 2]),
}
"""Colour and dashes of a line."""
_UNITS = {"log_loss": "log loss", "mse": "squared error"}


def repaired_training_facts(results: Results) -> dict[str, Any] | None:
    """Facts of `repaired_training_chart`; None where no repair was trained.

    Returns
    -------
    dict
        ``lines``: name and points each; ``level``: the best baseline's loss, or None;
        ``sentences``; ``rows``: the table behind the chart; ``comparable``: whether all
        lines are of one loss, so that they are drawn.
    """
    found = results.diagnosis
    curves = found.curves if found else ()
    curves = tuple(c for c in curves if any(map(math.isfinite, c.losses)))
    if len(curves) < 2:
        return None
    same = len({curve.loss for curve in curves}) == 1
    level = _level(results, curves) if same else None
    lines = [
        {"name": curve.name, "points": thin_curve(curve.losses, _POINTS)}
        for curve in curves
    ]
    domain, log = _domain(lines, level)
    return {
        "lines": lines,
        "level": level,
        "domain": domain,
        "log": log,
        "comparable": same,
        "axis": _UNITS.get(curves[0].unit, "loss"),
        "epochs": max(len(curve.losses) for curve in curves),
        "sentences": [*_sentences(curves), *_describe_last_line(curves, level, same)],
        "rows": [_row(curve) for curve in curves],
    }


def _level(
    results: Results, curves: tuple[TrainingCurve, ...]
) -> dict[str, Any] | None:
    """The best baseline's loss on rows that it has not seen, in the same unit."""
    best, units = best_learner(results.rows), {curve.unit for curve in curves}
    unit = units.pop()
    key = {"log_loss": "log_loss", "mse": "rmse"}.get(unit, "")
    if best is None or units or key not in best.scores:
        return None
    loss = best.scores[key].mean ** (2 if unit == "mse" else 1)
    return {"name": text.name(best.name), "loss": loss} if math.isfinite(loss) else None


def _row(curve: TrainingCurve) -> dict[str, str]:
    finite = [loss for loss in curve.losses if math.isfinite(loss)]
    return {
        "name": curve.name,
        "loss": text.name(curve.loss) if curve.loss else "the script's own",
        "first": text.number(curve.losses[0]),
        "lowest": text.number(min(finite)),
        "last": text.number(curve.losses[-1]),
        "epochs": text.format_count(len(curve.losses)),
    }


def _sentences(curves: tuple[TrainingCurve, ...]) -> list[str]:
    """Say where each line begins and ends."""
    sentences = []
    for curve in curves:
        first, last = curve.losses[0], curve.losses[-1]
        name = curve.name.capitalize()
        if not math.isfinite(last):
            sentences.append(f"{name} the loss is no longer finite at the end.")
            continue
        ends = f"from {text.number(first)} to {text.number(last)}"
        sentences.append(
            f"{name} the loss goes {ends} in {text.count(len(curve.losses), 'epoch')}."
        )
    return sentences


def _describe_last_line(
    curves: tuple[TrainingCurve, ...], level: dict[str, Any] | None, same: bool
) -> list[str]:
    """Say where the last line meets the level, or why nothing is drawn."""
    if not same:
        return ["The repair changes the loss, so the lines are not drawn in one chart."]
    if level is None:
        return []
    bound, name = level["loss"], level["name"]
    last = curves[-1]
    below = next((i for i, v in enumerate(last.losses, 1) if v < bound), None)
    other = f"that of {name} ({text.number(bound)} on rows it has not seen)"
    if below is None:
        return [f"It stays above {other}."]
    return [f"It is below {other} from epoch {below:,} on."]


def repaired_training_chart(facts: dict[str, Any], width: int) -> Chart:
    """Loss by epoch of each training, the best baseline's as a level line.

    Parameters
    ----------
    facts : dict
        From `repaired_training_facts`, comparable.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    limit, height = (30, 230) if width == WIDE else (14, 210)
    lines, level = facts["lines"], facts["level"]
    ends = [{"name": one["name"], "loss": one["points"][-1][1]} for one in lines]
    ends += [level] if level else []
    shown = text.unique_names([end["name"] for end in ends], limit)
    plot = width - 62 - LETTER * max(map(len, shown))
    low, high = facts["domain"]
    axis = _Axis(low, high, facts["log"])
    scale = alt.Scale(
        type="log" if axis.log else "linear",
        domain=[axis.low, axis.high],
        nice=False,
        clamp=True,
    )
    chart = alt.layer(_lines(facts, scale, plot), *_levels(scale, plot))
    places = axis.label_positions([end["loss"] for end in ends], height)
    tables = {
        "losses": _points(lines),
        "lines": [_rule(level)] if level else [],
        "names": [
            {"name": name, "at": at} for name, at in zip(shown, places, strict=True)
        ],
    }
    sized = chart.properties(width=plot, height=height)
    return Chart(sized, tables, " ".join(facts["sentences"]))


@dataclass(frozen=True)
class _Axis:
    """The vertical axis: its ends, and whether it is logarithmic."""

    low: float
    high: float
    log: bool

    def label_positions(self, losses: list[float], height: int) -> list[float]:
        """Losses beside which names stand, apart from each other."""
        low, high = self._flat(self.low), self._flat(self.high)
        wanted = [self._flat(loss) - low for loss in losses]
        gap = LABEL * (high - low) / height
        found = [low + at for at in spread_positions(wanted, gap, high - low)]
        return [math.exp(at) for at in found] if self.log else found

    def _flat(self, loss: float) -> float:
        return math.log(loss) if self.log else loss


def _domain(
    lines: list[dict[str, Any]], level: dict[str, Any] | None
) -> tuple[list[float], bool]:
    """The ends of the axis, and whether the losses need a logarithmic one."""
    values = [loss for line in lines for _, loss in line["points"]]
    values += [level["loss"]] if level else []
    log = min(values) > 0 and max(values) > _WIDE_RANGE * min(values)
    low = min(values) if log else min(0.0, *values)
    return [low, max(max(values), low + 1e-9)], log


def _lines(facts: dict[str, Any], scale: Any, plot: float) -> Any:
    import altair as alt

    last = max(facts["epochs"], 2)
    ticks = alt.Axis(tickMinStep=1, format=",d", tickCount=min(last, int(plot // 70)))
    across = alt.Scale(domain=[1, last], nice=False)
    lines = alt.Chart(alt.NamedData("losses")).mark_line(strokeWidth=2)
    return lines.encode(
        x=alt.X("epoch:Q", scale=across, title="epoch", axis=ticks),
        y=alt.Y("loss:Q", scale=scale, title=None),
        detail="name:N",
        color=alt.Color("color:N", scale=None),
        strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
        description=alt.Description("told:N"),
    )


def _levels(scale: Any, plot: float) -> list[Any]:
    """The baseline's loss and, right of the chart, all names."""
    import altair as alt

    rule = alt.Chart(alt.NamedData("lines")).mark_rule(
        strokeWidth=1.5, color="var(--soft)"
    )
    names = alt.Chart(alt.NamedData("names")).mark_text(
        align="left",
        baseline="middle",
        fontSize=FONT - 1,
        color="var(--muted)",
        aria=False,
    )
    return [
        rule.encode(
            y=alt.Y("loss:Q", scale=scale, title=None),
            strokeDash=alt.StrokeDash("dash:N", scale=None, legend=None),
            description=alt.Description("said:N"),
        ),
        names.encode(
            x=alt.value(plot + 6),
            y=alt.Y("at:Q", scale=scale, title=None),
            text=alt.Text("name:N"),
        ),
    ]


def _points(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        color, dash = _LOOK.get(line["name"], ("var(--ink)", [1, 0]))
        texts = [(f"{epoch:,}", text.number(loss)) for epoch, loss in line["points"]]
        for i, (epoch, loss) in enumerate(line["points"]):
            label = label_points(line["name"], "epoch ", texts) if i == 0 else ""
            point = {"epoch": epoch, "loss": loss, "name": line["name"]}
            found.append(point | {"color": color, "dash": dash, "told": label})
    return found


def _rule(line: dict[str, Any]) -> dict[str, Any]:
    sentence = f"{line['name']}: {text.number(line['loss'])}"
    return {"loss": line["loss"], "said": sentence, "dash": [4, 3]}
