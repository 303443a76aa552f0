"""``zoo compare``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ..console import console, json_line, strip_control_characters
from ..recipe import ClassWeight
from . import options

if TYPE_CHECKING:
    from ...reports.several.matrix import Cell
    from ..experiment import Experiment
    from ..experiments.matrix import Matrix
    from ..experiments.run import RunOptions


@click.command(
    "compare",
    epilog="\b\nExamples:\n"
    "  zoo compare rgb-softmax rgb-sigmoid --data rgb\n"
    "  zoo compare mlp one-hidden --data iris --data wine\n"
    "  zoo compare --predictions preds.csv --truth y",
)
@click.argument("models", nargs=-1)
@click.option(
    "--predictions",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Instead of models: a table of predictions of any library, a column a "
    "candidate (labels, numbers, or of two classes the probability of the second) or a "
    "column NAME:CLASS a class.",
)
@click.option(
    "--truth", metavar="COL", help="Column of --predictions with the true values."
)
@click.option(
    "--data",
    multiple=True,
    metavar="NAME|FILE",
    help="Dataset: a name from the catalog, or a file; may be given several times "
    "(default: the first model's own).",
)
@options.data_options
@options.fold_options
@options.seeds_option
@options.run_options
@options.class_weight_option
@options.learning_curve_option
@options.gate_option
@options.mlflow_option
def compare_command(
    models: tuple[str, ...],
    predictions: Path | None,
    truth: str | None,
    data: tuple[str, ...],
    folds: int,
    repeats: int,
    jobs: int | None,
    parallel: str | None,
    seeds: int,
    seed: int,
    out: Path,
    form: options.AnswerForm,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
    learning_curve: bool,
    class_weight: ClassWeight,
    **reading: Any,
) -> None:
    """Compare networks and baselines on the same folds.

    With --gate, the exit code is that of the first network whose code is not 0. With
    --learning-curve the networks are also trained on fewer rows; on a dataset with
    official test rows, only the baselines are.

    With several datasets, each is a run of its own, and one page shows all verdicts. A
    network that does not support a dataset's task is left out there. Options such as
    --target apply to every dataset; where they do not fit, or a dataset cannot be read,
    the page shows the error, and the exit code is 1.

    With --predictions nothing is trained: the same tests are made on the predictions of
    the table, whose rows no candidate was trained on.
    """
    from ..experiment import Experiment, Scoring, Source
    from ..experiments.run import RunOptions, run_comparison
    from ..registry import card, recipe
    from .output import documented, show_experiment

    run_options = RunOptions(out, jobs, quiet, mlflow=mlflow, parallel=parallel)
    if predictions or truth or not models:
        from ..experiments.compare import check_sources, run_predictions

        check_sources(models, predictions, truth, data)
        with documented(form, str(predictions)):
            run = run_predictions(
                str(predictions), truth, reading, run_options, seed=seed
            )
        show_experiment(run, run_options, form=form, gate=gate)
        return
    named = list(dict.fromkeys(data))
    names = dict.fromkeys(card(name).name for name in models)
    networks = {n: replace(recipe(n), class_weight=class_weight) for n in names}
    experiment = Experiment(
        "compare",
        networks,
        Source(name=named[0] if named else "", **reading),
        Scoring(folds, repeats, seeds, learning_curve),
        seed,
    )
    if len(named) > 1:
        _compare_several(experiment, named, run_options, form=form, gate=gate)
    with documented(form, experiment.data.name):
        run = run_comparison(experiment, run_options)
    show_experiment(run, run_options, form=form, gate=gate)


def _compare_several(
    experiment: Experiment,
    names: Sequence[str],
    run_options: RunOptions,
    *,
    form: options.AnswerForm,
    gate: bool,
) -> NoReturn:
    """Compare on several datasets; exits with 1 if one could not be compared on.

    With ``gate`` the code of the first verdict that is not 0 comes before that.

    Raises
    ------
    ZooError
    """
    from ...data.errors import BadData, Misuse
    from ...reports.several.matrix import sentences
    from ..experiments.matrix import compare_all, exit_code, matrix_dict, write_page

    if form not in ("text", "json"):
        option = "--brief" if form == "brief" else "--format"
        raise Misuse(f"{option} is for one dataset; give --data once, or --json")
    matrix, interrupted = compare_all(experiment, names, run_options)
    page = write_page(matrix, run_options.out)
    if form == "json":
        click.echo(json_line(matrix_dict(matrix, page, run_options.out)))
    else:
        if not run_options.quiet:
            _show_matrix(matrix)
        for sentence in sentences(matrix.networks, matrix.columns):
            click.echo(strip_control_characters(sentence))
        click.echo(strip_control_characters(f"report: {page}"))
    if interrupted:
        raise BadData(f"{interrupted}; the page shows the finished datasets")
    raise SystemExit(exit_code(matrix, gate=gate))


def _show_matrix(matrix: Matrix) -> None:
    """The verdicts and scores as a table on standard error."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    table.add_column("candidate")
    for column in matrix.columns:
        table.add_column(Text(column.data))
    for name in matrix.networks:
        cells = [
            "failed" if column.error else _text(column.cell(name))
            for column in matrix.columns
        ]
        table.add_row(Text(name, style="bold"), *map(Text, cells))
    best = [Text(_text(c.baseline) if c.baseline else "") for c in matrix.columns]
    table.add_row("best baseline", *best)
    console().print(table)


def _text(cell: Cell) -> str:
    """A cell in a terminal."""
    if cell.score is None:
        return cell.error
    ends = ""
    if cell.low is not None and cell.high is not None:
        ends = f" [{cell.low:.3f}, {cell.high:.3f}]"
    return f"{cell.verdict or cell.name}\n{cell.score:.3f}{ends}"
