"""Options that several commands share."""

import re
from collections.abc import Callable
from functools import reduce, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

import click

from ...data.dataset import TASKS
from ...data.errors import Misuse, ZooError
from ..experiment import LARGEST_SEED

AnswerForm = Literal["text", "json", "brief", "github", "junit", "sarif"]
"""How an answer is printed."""
_DOCUMENTS = ("github", "junit", "sarif")

Decorator = Callable[[Any], Any]


def _combine(*options: Decorator) -> Decorator:
    """One decorator that adds several options, in their order."""

    def decorate(command: Any) -> Any:
        return reduce(lambda c, option: option(c), reversed(options), command)

    return decorate


out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs"),
    show_default=True,
    help="Folder that holds the runs.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the results as JSON."
)
brief_option = click.option(
    "--brief", is_flag=True, help="Print verdict, causes and next command alone."
)
format_option = click.option(
    "--format",
    "document",
    type=click.Choice(_DOCUMENTS),
    help="Print annotations of GitHub, JUnit's XML, or SARIF 2.1.0.",
)
quiet_option = click.option(
    "--quiet", "-q", is_flag=True, help="Print no progress and no table."
)
gate_option = click.option(
    "--gate",
    is_flag=True,
    help="Use the verdict as exit code: 3 network at fault, 4 undecided, 5 no signal, "
    "6 suspicious.",
)


def _with_mlflow(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """Before hours of training, not after.

    Raises
    ------
    ZooError
        MLflow is not installed, or not the part that writes to databases.
    """
    if value and find_spec("mlflow") is None:
        msg = "--mlflow needs MLflow, which is not installed"
        raise ZooError(f"{msg}: pip install 'learnable[mlflow]'")
    if value and "sql" in value.partition("://")[0] and find_spec("alembic") is None:
        msg = "--mlflow with a database needs all of MLflow, not mlflow-skinny alone"
        raise ZooError(f"{msg}: pip install mlflow")
    return value


mlflow_option = click.option(
    "--mlflow", metavar="URI", callback=_with_mlflow,
    help="Also log the run to MLflow; URI is a server's address, sqlite:///FILE, or a "
    "folder.",
)  # fmt: skip

learning_curve_option = click.option(
    "--learning-curve", is_flag=True,
    help="Also fit all candidates on fewer rows, to see whether more rows would help.",
)  # fmt: skip


class Bytes(click.ParamType):
    """A size such as 500MB or 8GB."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Bytes; K, M, G and T are powers of 1,000."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", value.strip().upper())
        if not found or not float(found[1]):
            self.fail(
                f"{value!r} is not a size; give one such as 500MB or 8GB", param, ctx
            )
        return int(float(found[1]) * 1_000 ** " KMGT".index(found[2] or " "))


memory_option = click.option(
    "--memory", type=Bytes(), metavar="SIZE",
    help="Memory for the rows, such as 8GB (default: half of the machine's). A larger "
    "Parquet file or folder is read from disk during training.",
)  # fmt: skip

class_weight_option = click.option(
    "--class-weight", type=click.Choice(["none", "balanced"]), default="none",
    show_default=True,
    help="Class weights in the loss; balanced: inversely proportional to class size.",
)  # fmt: skip

recipe_options = _combine(
    class_weight_option,
    click.option(
        "--stub", metavar="PART",
        help="Replace a part of the network by a stub of the same shape "
        "(`zoo show MODEL` names the parts).",
    ),
    click.option(
        "--weights", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        help="File of initial weights, for models that can load them.",
    ),
)  # fmt: skip

seeds_option = click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, metavar="N",
    help="Number of seeds: each network, and each baseline that depends on a seed, is "
    "trained N times on each fold. Shows how folds and seeds vary the scores.",
)  # fmt: skip


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``, ``--brief`` and ``--format``, of which one may be given.

    The command gets a `AnswerForm` as ``form``.
    """

    @json_option
    @brief_option
    @format_option
    @wraps(command)
    def call(
        *args: Any, as_json: bool, brief: bool, document: str | None, **named: Any
    ) -> Any:
        form = _answer_form(as_json=as_json, brief=brief, document=document)
        return command(*args, form=form, **named)

    return call


def _answer_form(*, as_json: bool, brief: bool, document: str | None) -> AnswerForm:
    """Return the form that options ask for.

    Raises
    ------
    Misuse
        They ask for several.
    """
    flags = {"--json": as_json, "--brief": brief, "--format": document is not None}
    given = [flag for flag, is_given in flags.items() if is_given]
    if len(given) > 1:
        msg = f"{' and '.join(given)} are two forms of the answer; give one of them"
        raise Misuse(msg)
    if document is not None:
        return cast(AnswerForm, document)
    return "json" if as_json else "brief" if brief else "text"


run_options = _combine(
    click.option(
        "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True,
        help="Seed of random generators, folds, weights and permutations.",
    ),
    out_option,
    form_options,
    quiet_option,
)  # fmt: skip

target_option = click.option(
    "--target",
    help="Column to predict: its name, or its position from 0; several as a,b,c.",
)
task_option = click.option(
    "--task", type=click.Choice(TASKS), help="Task of the dataset (default: inferred)."
)
drop_option = click.option(
    "--drop",
    multiple=True,
    metavar="COL",
    help="Column to drop; may be given several times.",
)
limit_option = click.option(
    "--limit", type=int, metavar="N", help="Use a sample of about N rows."
)
header_option = click.option(
    "--header/--no-header", default=None,
    help="Whether a text file's first line has column names (default: detected).",
)  # fmt: skip

missing_option = click.option(
    "--missing", multiple=True, metavar="[COL=]VALUE",
    help="Value that stands for missing, such as -999, in one column or all; may be "
    "given several times.",
)  # fmt: skip
drop_rows_option = click.option(
    "--drop-rows", default="", metavar="ROWS",
    help="Rows to drop, by number from 1, such as 3,7,198-200.",
)  # fmt: skip

table_options = _combine(
    *(target_option, task_option, drop_option, limit_option, header_option),
    *(missing_option, drop_rows_option),
)
"""Of rows without order or groups."""

_group = click.option(
    "--group", metavar="COL", help="Column of groups: rows of a group stay in one fold."
)
_rows = click.option(
    "--rows", metavar="independent|time|group:COL",
    help="How rows depend on each other: not, by their order in the file, or by a "
    "column of groups (default: found out).",
)  # fmt: skip
_season = click.option(
    "--season", type=int, metavar="N",
    help="Season length of the series in steps (forecast only).",
)  # fmt: skip
_horizon = click.option(
    "--horizon", type=int, metavar="N", help="Steps to forecast (forecast only)."
)
_series = click.option(
    "--series", metavar="COL",
    help="Column that parts several series (zoo baseline, forecast only).",
)  # fmt: skip

data_options = _combine(
    target_option, task_option, drop_option, _group, _rows, limit_option, _season,
    _horizon, _series, header_option, missing_option, drop_rows_option,
)  # fmt: skip
reading_options = _combine(
    target_option, task_option, drop_option, _group, _season, _horizon, _series,
    header_option, missing_option, drop_rows_option,
)  # fmt: skip
"""All of them but a limit."""

jobs_option = click.option(
    "--jobs", type=int, default=None, metavar="N",
    help="Number of parallel processes (default: all cores).",
)  # fmt: skip

dask_option = click.option(
    "--dask", "parallel", metavar="ADDRESS",
    help="Fit the folds on a Dask cluster: a scheduler's address or file, or local:N "
    "for N processes here.",
)  # fmt: skip

fold_options = _combine(
    click.option(
        "--folds",
        type=int,
        default=5,
        show_default=True,
        metavar="N",
        help="Number of cross-validation folds.",
    ),
    click.option(
        "--repeats",
        type=int,
        default=1,
        show_default=True,
        metavar="N",
        help="Number of times the cross-validation is repeated.",
    ),
    jobs_option,
    dask_option,
)
