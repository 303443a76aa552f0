"""``zoo list`` and ``zoo show``: what there is. They import nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from ...baselines.estimators.catalog import BASELINES
from ...data.catalog import DATASETS
from ...data.dataset import TASKS
from ...data.errors import unknown
from ..console import json_line
from ..registry import MODELS, ModelCard, page, recipe
from ..results import read_figures
from . import options

UNTOLD = ("", 0, (), None, False, "none", "each-row")
"""Settings of a recipe that change nothing."""


@click.command(
    "list", epilog="\b\nExamples:\n  zoo list\n  zoo list --task forecast --working"
)
@click.option(
    "--task",
    type=click.Choice(TASKS),
    help="Only models, datasets and baselines of this task.",
)
@click.option(
    "--data", metavar="NAME", help="Only models whose default dataset this is."
)
@click.option(
    "--broken/--working",
    default=None,
    help="Only models that are broken on purpose, or only those that learn.",
)
@options.json_option
def list_command(
    task: str | None, data: str | None, broken: bool | None, as_json: bool
) -> None:
    """List models, datasets and baselines."""
    if data is not None and data not in DATASETS:
        raise unknown("dataset", data, DATASETS, see="`zoo list` shows all.")
    models = [
        m
        for m in MODELS.values()
        if (task is None or task in m.tasks)
        and (data is None or m.dataset == data)
        and (broken is None or m.broken == broken)
    ]
    narrowed = data is not None or broken is not None
    sets = [d for d in DATASETS.values() if task in (None, d.task) and not narrowed]
    groups = {
        "models": {m.name: m.title for m in models},
        "datasets": {d.name: d.title for d in sets},
        "baselines": {} if narrowed else _baselines(task),
    }
    if as_json:
        click.echo(json_line(groups))
        return
    _columns("models", _model_rows(models))
    _columns("datasets", [(d.name, d.task, f"{d.rows:,}", d.title) for d in sets])
    _columns("baselines", list(groups["baselines"].items()))


def _baselines(task: str | None) -> dict[str, str]:
    shown = [group for name, group in BASELINES.items() if task in (None, name)]
    facts: dict[str, str] = {}
    for baseline in (b for group in shown for b in group):
        facts.setdefault(baseline.name, baseline.about)  # as it is on tables, if there
    return facts


def _model_rows(models: list[ModelCard]) -> list[tuple[str, ...]]:
    return [
        (
            m.name,
            "broken" if m.broken else "",
            m.dataset or "--data",
            ", ".join(m.tasks) if len(m.tasks) < 3 else "classes, numbers",
            m.title,
        )
        for m in models
    ]


def _columns(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    """Rows under a title, their cells in columns; nothing where there are none."""
    if not rows:
        return
    click.secho(title, bold=True)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, last in rows:
        padded = (f"{c:<{w}}" for c, w in zip(cells, widths, strict=True))
        click.echo("  " + "  ".join([*padded, last]))


@click.command("show", epilog="\b\nExample:\n  zoo show rgb-sigmoid")
@click.argument("name")
@options.json_option
def show_command(name: str, as_json: bool) -> None:
    """Show a model, a dataset or a baseline."""
    facts, text = _card(name)
    if as_json:
        click.echo(json_line(facts))
        return
    for key, value in facts.items():
        if key not in ("entry", "measured") and value not in ("", None, (), False, 0):
            click.echo(f"{key:<14} {_words(value)}")
    if name in MODELS:
        _show_measured(name)
    if name in MODELS and name in DATASETS:
        click.echo(f"{'data':<14} {DATASETS[name].title} ({DATASETS[name].task})")
    if text:
        click.echo(f"\n{text}")


def _show_measured(name: str) -> None:
    """The layers as measured, and what a run came to."""
    found = read_figures().get(name)
    if found is None:
        return
    own = "it fails" if found.score is None else f"{found.metric} {found.score:.3f}"
    click.echo(
        f"{'measured':<14} {found.verdict} on {found.data}: {own}, {found.best} "
        f"{found.best_score:.3f}; seed {found.seed}, {found.seconds:.0f} s, "
        f"`{found.command}`{'; ' + found.note if found.note else ''}"
    )


def _card(name: str) -> tuple[dict[str, Any], str]:
    """Facts to list, and a text to follow them."""
    if name in MODELS:
        card = MODELS[name]
        facts = asdict(card) | {"recipe": recipe(name).to_dict()}
        del facts["order"]  # of the list alone
        found = read_figures().get(name)
        if found:
            facts["measured"] = asdict(found)
        return facts, page(name)
    if name in DATASETS:
        return asdict(DATASETS[name]), ""
    found = [
        (task, b) for task, group in BASELINES.items() for b in group if b.name == name
    ]
    if found:
        tasks = tuple(task for task, _ in found)
        return {"name": name, "title": found[0][1].about, "tasks": tasks}, ""
    names = [
        *MODELS,
        *DATASETS,
        *(b.name for group in BASELINES.values() for b in group),
    ]
    see = "`zoo list` shows all models, datasets and baselines."
    raise unknown("model, dataset or baseline", name, names, see=see)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        facts = {k: v for k, v in value.items() if v not in UNTOLD}
        return ", ".join(f"{k} {_words(v)}" for k, v in facts.items())
    if isinstance(value, list | tuple):
        return " ".join(_words(v) for v in value)
    return str(value)
