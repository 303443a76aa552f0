"""``zoo train``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ...data.errors import Misuse
from . import options

NO_SETTINGS = {
    "out", "as_json", "quiet", "gate", "jobs", "parallel", "file", "changes", "resume",
    "tensorboard", "mlflow",
}  # fmt: skip
"""Parameters that are no settings of the experiment."""


@click.command(
    "train",
    epilog="\b\nExamples:\n"
    "  zoo train rgb-softmax\n"
    "  zoo train mlp --data people.csv --target income --gate\n"
    "  zoo train --recipe runs/NAME/recipe.json --set optimizer.learning_rate=0.01",
)
@click.argument("model", required=False)
@click.option(
    "--data",
    metavar="NAME|FILE",
    help="Dataset: a name from the catalog, or a file (default: the model's own).",
)
@options.data_options
@options.memory_option
@options.recipe_options
@options.fold_options
@options.run_options
@options.gate_option
@options.mlflow_option
@click.option(
    "--recipe",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File of all settings of an experiment, such as the recipe.json of a run.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a setting, such as optimizer.learning_rate=0.01, hidden=[64,32], "
    "data.limit=500 or seed=3; may be given several times.",
)
@click.option(
    "--resume",
    metavar="RUN",
    help="Resume a training that was stopped.",
)
@click.option(
    "--tensorboard",
    is_flag=True,
    help="Write event files, so that TensorBoard shows the training as it runs.",
)
@click.pass_context
def train_command(
    ctx: click.Context,
    model: str | None,
    data: str | None,
    memory: int | None,
    class_weight: str,
    stub: str | None,
    weights: Path | None,
    folds: int,
    repeats: int,
    jobs: int | None,
    parallel: str | None,
    seed: int,
    out: Path,
    form: options.AnswerForm,
    quiet: bool,
    gate: bool,
    mlflow: str | None,
    file: Path | None,
    changes: tuple[str, ...],
    resume: str | None,
    tensorboard: bool,
    **reading: Any,
) -> None:
    """Train a network and compare it with the baselines.

    The network is trained once on the training rows and saved. It is then trained again
    on each fold, where the baselines are scored too; the verdict is based on the folds.
    Official test rows (mnist) replace the folds.

    The experiment is the MODEL's own recipe and the options, or a FILE; --set changes
    single settings. --resume continues a training that was killed or interrupted, with
    the same result as without the interruption; RUN is its name, a part of it, or
    `last`.
    """
    from ..experiments.run import RunOptions
    from ..experiments.score import command_line
    from ..experiments.train import arguments_from, resume_training, train
    from .output import documented, show_experiment

    _check_ways(ctx, model, file, resume)
    running = {"out": out, "jobs": jobs, "tensorboard": tensorboard}
    running |= {"verbose": not quiet, "parallel": parallel}
    asked = {
        "model": model,
        "dataset": data,
        "memory": memory,
        "class_weight": class_weight,
        "stub": stub,
        "weights": weights,
        "folds": folds,
        "repeats": repeats,
        "seed": seed,
        **reading,
    }
    with documented(form, data or ""):
        if resume:
            run = resume_training(resume, **running)
        else:
            asked = arguments_from(file) if file else asked
            run = train(**asked, changes=changes, command=command_line(), **running)
    run_options = RunOptions(out, quiet=quiet, mlflow=mlflow)
    show_experiment(run, run_options, form=form, gate=gate)


def _check_ways(
    ctx: click.Context, model: str | None, file: Path | None, resume: str | None
) -> None:
    """Refuse what says the same thing twice.

    Raises
    ------
    Misuse
    """
    ways = [way for way in (model, file, resume) if way]
    if len(ways) != 1:
        msg = "give one of MODEL, --recipe FILE and --resume RUN"
        raise Misuse(f"{msg}; `zoo list` shows the models")
    typed = {
        parameter.opts[0]
        for parameter in ctx.command.params
        if parameter.name not in NO_SETTINGS
        and ctx.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
    }
    if resume and ctx.params["changes"]:
        typed.add("--set")
    if model is None and typed:
        way, how = ("--recipe", "use --set") if file else ("--resume", "omit it")
        msg = f"{', '.join(sorted(typed))} cannot go with {way}, which has all settings"
        raise Misuse(f"{msg}; {how}")
