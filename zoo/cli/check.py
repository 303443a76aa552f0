"""``zoo check``: why does this script's network not learn?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from . import options


@click.command(
    "check",
    epilog="\b\nExamples:\n  zoo check train.py\n"
    "  zoo check train.py --write fixed.py -- --epochs 20",
)
@click.argument("script", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("arguments", nargs=-1, metavar="[-- ARGUMENTS]...")
@click.option(
    "--fit",
    "number",
    type=click.IntRange(1),
    metavar="N",
    help="Which of the script's trainings to examine, from 1 (default: the last).",
)
@click.option(
    "--budget",
    type=click.FloatRange(1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="For all trials; what was left untested is said.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="After them the script is stopped, and what it did is examined.",
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the repaired script here.",
)
@options.run_options
def check_command(
    script: Path,
    arguments: tuple[str, ...],
    number: int | None,
    budget: float,
    time_limit: float,
    write: Path | None,
    seed: int,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find out why the network of a training script does not learn.

    The script runs as it stands, in a process of its own. What it trains on is
    examined without a network; then its training is repeated with and without repairs,
    so that every cause is proved. The exit code is the verdict's: 0 it learns, 3 the
    network is at fault, 4 undecided, 5 nothing to learn, 6 suspicious.
    """
    from ...baselines.results import Results
    from ...baselines.verdict import EXIT_CODES
    from . import answers_shown
    from .parent import examined
    from .work import command_line

    job = {
        "script": str(script), "arguments": list(arguments), "fit": number,
        "budget": budget, "time_limit": time_limit, "seed": seed, "out": str(out),
        "command": command_line(),
    }  # fmt: skip
    run = examined(job, quiet=quiet)
    results = Results.load(run / "results.json")
    found = results.diagnosis
    assert found is not None
    if write is not None:
        answers_shown.write_fixed(found, write)
    if as_json:
        facts: dict[str, Any] = answers_shown.as_facts(results, run)
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        answers_shown.show(results, run, wrote=write)
    raise SystemExit(EXIT_CODES[found.verdict])
