"""``zoo runs``: what is on disk. Keras is not imported."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options


@click.command("runs", epilog="\b\nExample:\n  zoo runs")
@options.out_option
@options.json_option
def runs_command(out: Path, as_json: bool) -> None:
    """List the runs, the newest last."""
    from ...baselines.results import Results
    from ...data.errors import ZooError
    from ..run import RESULTS, list_runs

    for folder in list_runs(out):
        try:
            results = Results.load(folder / RESULTS)
        except ZooError as error:  # one damaged run does not hide the others
            click.echo(f"{folder.name}: {error}", err=True)
            continue
        verdicts = {v.about or "data": v.name for v in results.verdicts}
        facts = {"run": folder.name, "data": results.about.name, "verdicts": verdicts}
        said = ", ".join(f"{about} {name}" for about, name in verdicts.items())
        line = f"{folder.name}  {results.about.name}  {said}"
        click.echo(json.dumps(facts, ensure_ascii=False) if as_json else line)
