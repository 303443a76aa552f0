"""``zoo runs show``: all of one run, in the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...data.disk import read_regular
from ...reports import text
from ..console import PLAIN_WIDTH, json_line
from ..results_table import show_table
from . import options

if TYPE_CHECKING:
    from ...baselines.results.results import Results
    from ...reports.run_summary import Entry

from ..experiment import dotted


@click.command(
    "show",
    epilog="\b\nExamples:\n  zoo runs show last\n  zoo runs show last --json",
)
@click.argument("run")
@options.out_option
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def show_command(run: str, out: Path, as_json: bool) -> None:
    """Show a run: command, verdicts, scores, settings, files.

    RUN is a run's folder, its name, a part of it, or `last`.
    """
    from ...baselines.results.results import Results
    from ...reports.run_summary import read_entry
    from ..run_files import RESULTS
    from ..runs.folder import find_run

    folder = find_run(run, out)
    results = Results.load(folder / RESULTS)
    entry = read_entry(folder)
    settings, place = _settings(folder, results), _facts(folder / "environment.json")
    files = _files(folder)
    if as_json:
        facts = entry.to_dict() | {
            "command": results.command,
            "settings": settings,
            "environment": place,
            "files": files,
            "results": results.to_dict(),
        }
        click.echo(json.dumps(facts))
        return
    click.echo(text.name(entry.name, 200))
    _show_pairs(_head(entry, results, place))
    _show_found(results)
    click.echo("\nsettings")
    _show_pairs({key: json_line(v) for key, v in settings.items()})
    click.echo("\nfiles")
    _show_pairs({name: f"{size / 1000:,.1f} kB" for name, size in files.items()})


def _head(entry: Entry, results: Results, place: Mapping[str, Any]) -> dict[str, str]:
    from ...reports.tasks import size

    about = results.about
    facts = {
        "note": text.clean(entry.note, 2_000),
        "tags": ", ".join(entry.tags),
        "folder": str(entry.folder),
        "command": results.command,
        "made": f"{text.format_time(results.created)}, in "
        f"{text.seconds(results.seconds)}",
        "seed": str(results.seed),
        "data": f"{about.name}, {about.task}: {size(about)}",
        "source": about.source,
        "sha256": about.sha256,
        "split": results.split,
        "versions": ", ".join(f"{k} {v}" for k, v in results.versions.items()),
        "platform": place.get("platform", ""),
        "git": place.get("git", ""),
    }
    return {key: str(value) for key, value in facts.items() if value}


def _show_pairs(pairs: Mapping[str, str]) -> None:
    width = max(map(len, pairs), default=0)
    for key, value in pairs.items():
        sentence = " ".join(text.clean(value, 2_000).split())
        click.echo(f"  {text.name(key, 100):<{width}}  {sentence}")


def _show_found(results: Results) -> None:
    """The answer, the table of scores and what else a run says at its end."""
    from rich.console import Console

    from . import output

    click.echo()
    if results.diagnosis is not None:
        output.show_answer(results.diagnosis)
    output.show_verdicts(results)
    output.show_achievable_score(results)
    output.show_findings(results)
    click.echo()
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    show_table(results, Console(file=sys.stdout, highlight=False, width=width))


def _settings(folder: Path, results: Results) -> dict[str, Any]:
    """Return the settings of ``recipe.json``; without it, the networks' recipes."""
    kept = _facts(folder / "recipe.json")
    keys = ("command", "seed")
    found = {key: value for key, value in kept.items() if key not in keys}
    return dotted(found or {n.name: n.recipe for n in results.networks})


def _facts(path: Path) -> dict[str, Any]:
    """A file of the run; empty where there is none, or none that can be read."""
    try:
        facts = json.loads(read_regular(path))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        sentence = f"{path} cannot be read ({type(error).__name__})"
        click.echo(text.clean(sentence, 2_000), err=True)
        return {}
    return facts if isinstance(facts, dict) else {}


def _files(folder: Path) -> dict[str, int]:
    """The files of a run by name, and their bytes."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
