"""``zoo compare --predictions``: candidates of any library by their predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.errors import Misuse
from .run import Run, RunOptions
from .score import command_line, write_run

if TYPE_CHECKING:
    import pandas as pd

USED = ("task", "drop", "group", "header", "missing", "drop_rows")
"""Options of a table that predictions have too."""


def check_sources(
    models: Sequence[str], predictions: Path | None, truth: str | None, data: Any
) -> None:
    """Refuse what does not go together.

    Raises
    ------
    Misuse
    """
    if predictions is None and truth is None:
        msg = "name a model (`zoo list` lists all), or give --predictions and --truth"
        raise Misuse(msg)
    if predictions is None or truth is None:
        missing = "--predictions" if predictions is None else "--truth"
        msg = f"{missing} is missing: give a table with --predictions, and its column"
        raise Misuse(f"{msg} of true values with --truth")
    if models or data:
        given = models[0] if models else "--data"
        msg = f"{given} does not go with --predictions, where nothing is trained"
        raise Misuse(f"{msg}; leave it out")


def run_predictions(
    path: str,
    truth: str | None,
    reading: Mapping[str, Any],
    how: RunOptions,
    *,
    seed: int,
) -> Run:
    """Compare the candidates of a table of predictions, and write the run.

    Raises
    ------
    ZooError
    """
    from ...baselines.predictions import study_predictions
    from ...data.columns import find_column
    from ...data.files import check_path, read_rows

    odd = [k for k, v in reading.items() if v not in (None, (), "") and k not in USED]
    if odd:
        option = f"--{odd[0].replace('_', '-')}"
        raise Misuse(f"{option} does not go with --predictions; leave it out")
    file = Path(path)
    check_path(file)
    table = read_rows(
        file,
        header=reading["header"],
        target=truth,
        missing=reading["missing"],
        drop_rows=reading["drop_rows"],
        dates=False,
    ).table
    names = list(table.columns)
    y = find_column(str(truth), names, what="column of true values")
    group = reading["group"]
    family = find_column(group, names, what="group column") if group else None
    dropped = [find_column(d, names, what="column to drop") for d in reading["drop"]]
    used = [y, *([family] if family else []), *dropped]
    study = study_predictions(
        table[y],
        predictions_of(table.drop(columns=list(dict.fromkeys(used)))),
        groups=table[family] if family else None,
        task=reading["task"],
        target=y,
        seed=seed,
        command=command_line(),
    )
    return Run(*write_run(how.out, "predictions", study))


def predictions_of(table: pd.DataFrame) -> dict[str, Any]:
    """The predictions of each candidate; columns ``NAME:CLASS`` belong together."""
    import pandas as pd

    found: dict[str, Any] = {}
    for column in table.columns:
        name, mark, label = str(column).rpartition(":")
        if mark and name and label:
            found.setdefault(name, {})[label] = table[column]
        else:
            found[str(column)] = table[column]
    return {
        name: pd.DataFrame(given) if isinstance(given, dict) else given
        for name, given in found.items()
    }
