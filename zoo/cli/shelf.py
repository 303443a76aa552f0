"""``zoo list`` and ``zoo show``: what there is. They import nothing heavy."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import click

from ...baselines.catalog import BASELINES
from ...data.catalog import DATASETS
from ...data.errors import unknown
from ..catalog import MODELS
from ..registry import recipe
from . import options


@click.command("list", epilog="\b\nExample:\n  zoo list")
@options.json_option
def list_command(as_json: bool) -> None:
    """List models, datasets and baselines."""
    groups = {
        "models": {m.name: m.title for m in MODELS.values()},
        "datasets": {d.name: d.title for d in DATASETS.values()},
        "baselines": {b.name: b.about for group in BASELINES.values() for b in group},
    }
    if as_json:
        click.echo(json.dumps(groups, ensure_ascii=False))
        return
    for title, names in groups.items():
        click.secho(title, bold=True)
        for name, about in names.items():
            click.echo(f"  {name:<14} {about}")


@click.command("show", epilog="\b\nExample:\n  zoo show rgb-sigmoid")
@click.argument("name")
@options.json_option
def show_command(name: str, as_json: bool) -> None:
    """Show a model, a dataset or a baseline."""
    facts, text = _card(name)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for key, value in facts.items():
        if key != "entry" and value not in ("", None, (), False, 0):
            click.echo(f"{key:<14} {_words(value)}")
    if text:
        click.echo(f"\n{text}")


def _card(name: str) -> tuple[dict[str, Any], str]:
    """Facts to list, and a text to follow them."""
    if name in MODELS:
        card = MODELS[name]
        readme = files(f"learnable.zoo.models.{card.entry}") / "README.md"
        return asdict(card) | {"recipe": recipe(name).to_dict()}, readme.read_text(
            "utf-8"
        )
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
        return ", ".join(f"{k} {_words(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_words(v) for v in value)
    return str(value)
