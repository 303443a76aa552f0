"""The same training from several seeds: how many succeed, and a strip of their losses.

Where success is a matter of luck, one run says little.
"""

import math
from typing import Any

from ...baselines.results.results import SeedRuns
from .. import text
from ..svg import FONT, Chart

_HEIGHT = 34
"""Of the strip, in pixels."""
_TINY = 1e-4
"""Losses below are written with a power of ten."""


def seed_run_facts(tries: SeedRuns | None, most: int) -> dict[str, Any] | None:
    """Sentences and at most ``most`` dots; None where nothing was tried."""
    if tries is None or not tries.losses:
        return None
    finite = [loss for loss in tries.losses if math.isfinite(loss)]
    seeds = text.count(len(tries.losses), "seed")
    verb = "brings" if tries.reached == 1 else "bring"
    sentences = [
        f"{tries.reached} of {seeds} {verb} the loss below {_loss(tries.goal)}.",
    ]
    if len(set(finite)) > 1:
        sentences.append(
            f"The losses range from {_loss(min(finite))} to {_loss(max(finite))}."
        )
    if len(finite) < len(tries.losses):
        sentences.append(
            f"{len(tries.losses) - len(finite)} ended with a loss of NaN or infinity."
        )
    return {
        "sentences": sentences,
        "goal": tries.goal,
        "dots": finite[:most],
    }


def _loss(value: float) -> str:
    return text.number(value, ".1e" if 0 < abs(value) < _TINY else ".2g")


def strip_chart(found: dict[str, Any], width: int) -> Chart:
    """One dot a seed on a logarithmic axis, and the goal as a line.

    Parameters
    ----------
    found : dict
        From `seed_run_facts`.
    width : int
        Of the whole chart, in pixels.
    """
    import altair as alt

    plot = width - 40
    x = alt.X(
        "loss:Q",
        scale=alt.Scale(type="log", domain=_domain(found), nice=False),
        title="loss, each dot a seed",
        axis=alt.Axis(format="~g", tickCount=plot // 90, labelOverlap=True, grid=False),
    )
    goal = alt.Chart(alt.NamedData("goal")).encode(x=x)
    dots = alt.Chart(alt.NamedData("dots")).encode(
        x=x,
        y=alt.value(_HEIGHT / 2),
        color=alt.Color("color:N", scale=None),
        description=alt.Description("said:N"),
    )
    rule = goal.mark_rule(strokeDash=[4, 3], color="var(--ink)", aria=False)
    name = goal.mark_text(
        align="center", fontSize=FONT - 1, color="var(--muted)", aria=False
    )
    chart = alt.layer(
        rule,
        name.encode(text=alt.Text("name:N"), y=alt.value(-8)),
        dots.mark_point(size=70, filled=True, opacity=0.6),
    ).properties(width=plot, height=_HEIGHT)
    return Chart(chart, _tables(found), " ".join(found["sentences"]))


def _domain(found: dict[str, Any]) -> list[float]:
    """A twentieth beyond the outermost, at least a factor of two each."""
    least = _smallest_positive(found)
    high = max(*found["dots"], found["goal"], least)
    room = max(2.0, (high / least) ** 0.05)
    return [least / room, high * room]


def _smallest_positive(found: dict[str, Any]) -> float:
    """Return where a loss of 0 is drawn: a logarithmic axis has no place for it."""
    values = [*found["dots"], found["goal"]]
    least = min((value for value in values if value > 0), default=1.0)
    return least if min(values) > 0 else least / 10


def _tables(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    goal, least = found["goal"], _smallest_positive(found)
    return {
        "goal": [{"loss": max(goal, least), "name": f"below {_loss(goal)}"}],
        "dots": [
            {
                "loss": max(loss, least),
                "said": f"loss {_loss(loss)}",
                "color": "var(--accent)" if loss < goal else "var(--soft)",
            }
            for loss in found["dots"]
        ],
    }
