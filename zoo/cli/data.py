"""``zoo data``: a dataset of the catalog as a file."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ...data.catalog import DATASETS
from ...data.errors import unknown
from ..console import strip_control_characters
from .output import output_file


@click.command(
    "data",
    epilog="\b\nExamples:\n  zoo data iris --to iris.csv\n"
    "  zoo data digits --to digits.npz",
)
@click.argument("name")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Tables and series are written as .csv, arrays as .npz, texts as .txt.",
)
def data_command(name: str, to: Path) -> None:
    """Write a dataset of the catalog to a file.

    The file can be opened, changed, and given to every command that takes a file.
    """
    from ...data import load
    from ...data.counts import count
    from ...data.export import export_dataset

    if name not in DATASETS:
        raise unknown("dataset", name, DATASETS, see="`zoo list` shows the catalog.")
    dataset = load(name)
    with output_file(to, option="--to"):
        target = export_dataset(dataset, to)
    about = f", target {target!r}" if target else ""
    click.echo(strip_control_characters(f"{to}: {count(len(dataset), 'row')}{about}"))
    options = {"forecast": " --task forecast", "characters": " --task characters"}
    choice = options.get(dataset.card.task, "")
    if target and not choice:
        choice = f" --target {shlex.quote(target)}"
    click.echo(
        strip_control_characters(f"next: zoo baseline {shlex.quote(str(to))}{choice}")
    )
