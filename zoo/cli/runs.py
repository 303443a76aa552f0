"""``zoo runs``: what is on disk. Keras is not imported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from ...reports.run_summary import Entry

PARTS = {
    "list": "runs",
    "show": "runs_show",
    "diff": "runs_diff",
    "note": "journal_changes",
    "tag": "journal_changes",
    "rm": "journal_changes",
    "prune": "journal_changes",
}
"""Command of `zoo runs` -> module of this package, as `learnable.zoo.cli.COMMANDS`."""


class Runs(click.Group):
    """Commands on runs; without one they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PARTS:
            return None
        module = import_module(f".{PARTS[cmd_name]}", __package__)
        return getattr(module, f"{cmd_name}_command")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_help = bool(args) and args[0] in ctx.help_option_names
        if not args or (args[0].startswith("-") and not asks_help):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from ...data.errors import unknown

        if args[0] not in PARTS:
            see = "`zoo runs --help` shows all."
            raise unknown("command of `zoo runs`", args[0], PARTS, see=see)
        return super().resolve_command(ctx, args)


@click.group(
    "runs",
    cls=Runs,
    epilog="\b\nExamples:\n"
    "  zoo runs\n"
    "  zoo runs list --data iris --tag best\n"
    "  zoo runs show last",
)
def runs_command() -> None:
    """List, show, compare, annotate and delete runs.

    Without a command, the runs are listed.
    """


@click.command(
    "list",
    epilog="\b\nExamples:\n"
    "  zoo runs list\n"
    "  zoo runs list --model mlp --tag best --json",
)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    help="Only runs with this tag; if given several times, with all of them.",
)
@click.option("--data", metavar="NAME", help="Only runs on this dataset.")
@click.option("--model", metavar="NAME", help="Only runs with this network.")
@options.out_option
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per run.")
def list_command(
    tags: tuple[str, ...], data: str | None, model: str | None, out: Path, as_json: bool
) -> None:
    """List the runs, the newest last.

    Each line shows the data, verdicts, score of the best network and of the best
    baseline, tags and note. Runs that cannot be read are listed with the reason.
    """
    from ...reports.text import clean
    from ..runs.journal import entries

    found = [
        entry
        for entry in entries(out)
        if set(tags) <= set(entry.tags)
        and data in (None, entry.data)
        and (model is None or model in entry.models)
    ]
    if as_json:
        for entry in found:
            click.echo(json.dumps(entry.to_dict()))
        return
    for line in lines([entry for entry in found if not entry.error]):
        click.echo(line)
    for entry in found:
        if entry.error:
            click.echo(f"{_name(entry)}: {clean(entry.error, 2_000)}", err=True)


def lines(found: Sequence[Entry]) -> list[str]:
    """One line a run, in columns."""
    rows = [_cells(entry) for entry in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        .rstrip()
        for row in rows
    ]  # fmt: skip


def _cells(entry: Entry) -> tuple[str, ...]:
    from ...reports.run_summary import FINISHED
    from ...reports.text import name

    if entry.error:
        return _name(entry), "", name(entry.error, 120), "", ""
    sentence = ", ".join(f"{name(a)} {name(v)}" for a, v in entry.verdicts.items())
    if entry.state != FINISHED:
        sentence = " ".join([*map(name, entry.models), name(entry.state)])
    tags = [f"#{name(tag)}" for tag in entry.tags]
    note = [name(entry.note, 80)] if entry.note else []
    return (
        _name(entry),
        name(entry.data),
        sentence,
        scores_in_words(entry),
        " ".join(tags + note),
    )


def _name(entry: Entry) -> str:
    from ...reports.text import name

    return name(entry.name, 200)


def scores_in_words(entry: Entry) -> str:
    """``skill 0.988, baseline 0.948``: the best network's, and the best baseline's."""
    from ...reports.metrics import metric
    from ...reports.text import number

    known = metric(entry.metric)
    values = {"": entry.network_score, "baseline ": entry.baseline_score}
    sentences = [
        f"{whose}{number(mean, known.spec)}"
        for whose, mean in values.items()
        if mean is not None
    ]
    return f"{known.label} {', '.join(sentences)}" if sentences else ""
