"""The table of candidates, as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from ..baselines.results.results import Results, Row, Score

from ..data.counts import count
from .console import console, strip_control_characters


def show_table(results: Results, where: Console | None = None) -> None:
    """The candidates with their intervals, best first after the networks.

    On standard error, if not told where.
    """
    from rich.table import Table
    from rich.text import Text

    from ..reports.tasks import task_words

    about = results.about
    title = f"{about.name}: {count(about.rows, 'row')}, {results.split}"
    table = Table(
        title=Text(strip_control_characters(title)),
        title_justify="left",
        caption_justify="left",
    )
    gain = task_words(about.task).gain
    table.caption = Text(f"mean [95 % interval]; skill: improvement in {gain}")
    if about.task == "regression":
        table.caption.append("; R²: against the mean of the test rows")
        if _means_differ(results):
            table.caption.append(", which no candidate knows: here skill says more")
    metrics = _METRICS.get(about.task, _METRICS["classes"])
    table.add_column("candidate", no_wrap=True)
    for label in (*metrics.values(), "fit"):
        table.add_column(label, justify="right", no_wrap=True)
    for row in _in_order(results):
        name = Text(
            strip_control_characters(row.name),
            style="bold" if row.kind == "network" else "",
        )
        if row.error:
            # all of it is in the report; here it would squeeze the other columns
            short = row.error if len(row.error) <= 40 else f"{row.error[:39]}…"
            table.add_row(name, Text(strip_control_characters(short), style="red"))
            continue
        whole = list(metrics)[:2]  # intervals of these; a terminal is 80 wide
        cells = [
            format_score(row.scores[m], m in whole) if m in row.scores else ""
            for m in metrics
        ]
        table.add_row(name, *cells, _seconds(row.fit_seconds))
    (where or console()).print(table)


_FAR = -0.25
"""R² of the mean of the training rows, below which each fold has a mean of its own."""


def _means_differ(results: Results) -> bool:
    """Whether folds differ so much in their means that R² says little."""
    from ..baselines.results.candidates import learns

    means = [r for r in results.rows if "r2" in r.scores and not learns(r)]
    return any(row.scores["r2"].mean < _FAR for row in means)


_METRICS = {
    "classes": {
        "accuracy": "accuracy",
        "skill": "skill",
        "log_loss": "log loss",
        "roc_auc": "ROC AUC",
    },
    "regression": {"r2": "R²", "skill": "skill", "rmse": "RMSE", "mae": "MAE"},
    "forecast": {"mase": "MASE", "skill": "skill", "smape": "sMAPE %", "mae": "MAE"},
    "characters": {
        "bits_per_character": "bits/character",
        "skill": "skill",
        "accuracy": "accuracy",
    },
    "multilabel": {
        "f1_macro": "macro F1",
        "skill": "skill",
        "exact_match": "all right",
        "roc_auc": "ROC AUC",
    },
}


def _in_order(results: Results) -> list[Row]:
    def key(row: Row) -> tuple[bool, float]:
        skill = row.scores["skill"].mean if row.scores else float("-inf")
        return row.kind == "baseline", -skill

    return sorted(results.rows, key=key)


def format_score(score: Score, interval: bool) -> str:
    """``0.981 [0.970, 0.992]``, or the mean alone."""
    if not interval or score.low is None or score.high is None:
        return format_number(score.mean)
    ends = f"{format_number(score.low)}, {format_number(score.high)}"
    return f"{format_number(score.mean)} [{ends}]"


def format_number(value: float) -> str:
    # what rounds to nothing has no sign
    return f"{round(value, 3) + 0:.3f}" if abs(value) < 100 else f"{value:,.4g}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
