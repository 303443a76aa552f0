"""``zoo check``: why does this network not learn?"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from . import options

if TYPE_CHECKING:
    from ..check.jobs import CheckJob, CheckTarget


@click.command(
    "check",
    epilog="\b\nExamples:\n  zoo check train.py\n"
    "  zoo check train.py --write fixed.py -- --epochs 20\n"
    "  zoo check train.py --fast\n"
    "  zoo check notebook.ipynb\n"
    "  zoo check model.keras --data people.csv --target income --epochs 30\n"
    "  zoo check networks.py:build --data people.csv --target income\n"
    "  zoo check rgb-sigmoid",
)
@click.argument("what")
@click.argument("arguments", nargs=-1, metavar="[-- ARGUMENTS]...")
@click.option(
    "--fit",
    "number",
    type=click.IntRange(1),
    metavar="N",
    help="Number of the training to examine, from 1 (default: the last; script only).",
)
@click.option(
    "--data", metavar="NAME|FILE", help="Dataset: a name from the catalog, or a file."
)
@options.table_options
@click.option(
    "--epochs",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    metavar="N",
    help="Number of epochs (saved model or function only).",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=32,
    show_default=True,
    metavar="N",
    help="Rows per batch (saved model or function only).",
)
@click.option(
    "--keep-weights",
    is_flag=True,
    help="Start from the model's weights, not from new ones (saved model or "
    "function only).",
)
@click.option(
    "--budget",
    type=click.FloatRange(1),
    metavar="SECONDS",
    help="Time limit for the data and all trials together; what is left untested is "
    "listed. By default trials are counted, not timed.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="Time after which the script is stopped; its training so far is examined.",
)
@options.dask_option
@click.option(
    "--write",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the repaired script here.",
)
@click.option(
    "--fast",
    is_flag=True,
    help="Stop the script where its first training begins, and check rules alone: "
    "faults that need no training to be proved, and possible ones.",
)
@click.option(
    "--sandbox",
    is_flag=True,
    help="Run without network access and with read-only files (needs bubblewrap, Linux "
    "only).",
)
@options.run_options
@click.pass_context
def check_command(
    context: click.Context,
    what: str,
    write: Path | None,
    form: options.AnswerForm,
    quiet: bool,
    **asked: Any,
) -> None:
    """Find out why a network does not learn.

    WHAT is a training script or notebook, a saved and compiled model, a function that
    makes one (module.py:build), or a model of the zoo.

    A script runs in a separate process, and its file stays unchanged; spellings of
    older Keras, TensorFlow, NumPy, pandas and scikit-learn are ported in a copy. Its
    training data are examined without the network; its training is then repeated with
    and without repairs, so that every cause is proved. The exit code is the verdict's:
    0 the network learns, 3 it is at fault, 4 undecided, 5 nothing to learn, 6
    suspicious.

    With --fast nothing is trained or written: 3 is then a fault that follows from
    definitions and the script's own arrays, and 0 that none is proved, not that there
    is none.
    """
    from ...baselines.results.results import EXIT_CODES
    from ..check.jobs import check_options, find_target
    from ..check.worker import examine_job, fast_job
    from .check_output import show_fast, show_untargeted
    from .output import documented, show_form

    way = find_target(what)
    check_options(way, _given_parameters(context))
    job = _job(way, asked)
    if job.fast:
        with documented(form, way.name):
            lines, found = fast_job(job, quiet=quiet)
        show_fast(lines, found, job, form)
        raise SystemExit(EXIT_CODES[found.verdict])
    with documented(form, way.name):
        run = examine_job(job, quiet=quiet)
    if not isinstance(run, Path):
        show_untargeted(run, job, form, write=write)
        raise SystemExit(EXIT_CODES[run.verdict])

    # these take seconds to import, which the child does not wait for
    from ...baselines.results.results import Results
    from . import check_output as answers_shown

    results = Results.load(run / "results.json")
    found = results.diagnosis
    assert found is not None
    wrote = write is not None and answers_shown.write_fixed(found, write)
    if form == "text":
        answers_shown.show(results, run, wrote=write if wrote else None)
    else:
        show_form(results, run, form, answers_shown.as_facts(results, run))
    raise SystemExit(EXIT_CODES[found.verdict])


def _given_parameters(context: click.Context) -> list[str]:
    """Parameters that were given, not left as they are."""
    source = context.get_parameter_source
    return [
        name
        for name, value in context.params.items()
        if source(name) is ParameterSource.COMMANDLINE and value != ()
    ]


def _job(way: CheckTarget, asked: dict[str, Any]) -> CheckJob:
    """Return the job of the process that examines."""
    from ..check.jobs import CheckJob, Reading
    from ..experiments.score import command_line

    reading = Reading(**{f.name: asked.pop(f.name) for f in fields(Reading)})
    asked |= {"out": str(asked["out"]), "command": command_line(), "reading": reading}
    return CheckJob(way.kind, way.name, way.function, way.title, **asked)
