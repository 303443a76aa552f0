"""``zoo predict``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...data.errors import BadData, ZooError, first_line
from ..console import json_line
from . import options

if TYPE_CHECKING:
    import numpy as np

    from ..run_files import Inputs


@click.command(
    "predict",
    epilog="\b\nExamples:\n"
    "  zoo predict last new.csv\n"
    "  echo 255,255,255 | zoo predict rgb-softmax",
)
@click.argument("run")
@click.argument("file", required=False, metavar="[FILE|-]")
@options.out_option
@options.json_option
def predict_command(run: str, file: str | None, out: Path, as_json: bool) -> None:
    """Predict new rows with a trained network.

    Rows come from FILE (any table, NPZ, an image or a folder of images) or from
    standard input, one line per row; with neither, zoo asks for the features one by
    one. For a forecast, the rows are the last values of the series. RUN is a run's
    folder, its name, a part of it, or `last`.
    """
    from ...data.errors import Misuse
    from ..runs.folder import find_run, read_settings

    folder = find_run(run, out)
    _, inputs = read_settings(folder)
    if inputs.task == "characters":
        msg = f"{folder.name} is a network of characters, which predicts no rows"
        raise Misuse(f"{msg}; use `zoo generate {folder.name}`")
    forecasts = inputs.task == "forecast"
    asked = _values(file, inputs) if forecasts else _rows(file, inputs)
    with matches_settings(folder):
        outputs = (_forecast if forecasts else _predict)(folder, asked)
        answers = _answers(outputs, inputs)
    for answer in answers:
        click.echo(json_line(answer) if as_json else _line(answer))


@contextmanager
def matches_settings(folder: Path) -> Iterator[None]:
    """Tell in one line where a run's network is not what its settings say.

    Raises
    ------
    BadData
        Its network raised: the run is damaged, or was put together.
    """
    try:
        yield
    except (ZooError, OSError, MemoryError):
        raise
    # whatever a network raises that its settings do not describe
    except Exception as error:
        msg = f"the network of {folder.name} does not fit its settings"
        msg = f"{msg} ({type(error).__name__}: {first_line(error)})"
        raise BadData(f"{msg}; train it again") from error


def _rows(file: str | None, inputs: Inputs) -> Any:
    from ..networks.predict_input import read_row, rows_from_file, rows_from_text

    if file and file != "-":
        return rows_from_file(Path(file), inputs)
    if file == "-" or not sys.stdin.isatty():
        return rows_from_text(sys.stdin.read(), inputs)
    limits = inputs.feature_range
    hint = f" ({limits[0]:g} to {limits[1]:g})" if limits else ""
    return read_row(inputs, lambda name: click.prompt(f"{name}{hint}", default=""))


def _values(file: str | None, inputs: Inputs) -> np.ndarray:
    """Read the last values of a series, of shape (n_values,)."""
    from ..networks.predict_input import series_from_file, series_from_text

    if file and file != "-":
        return series_from_file(Path(file), inputs)
    return series_from_text(sys.stdin.read(), inputs)


def _forecast(folder: Path, values: np.ndarray) -> np.ndarray:
    """Return the next steps of a series, of shape (horizon, 1)."""
    from ..networks.forecaster import forecast
    from ..networks.load_model import load_network

    return forecast(load_network(folder), values).reshape(-1, 1)


def _predict(folder: Path, rows: Any) -> np.ndarray:
    from ..networks.load_model import load_network
    from ..networks.predict_input import predict_rows

    encoder = _encoder(folder, rows)
    return predict_rows(load_network(folder), encoder, rows)


def _encoder(folder: Path, rows: Any) -> Any:
    """Return the fitted encoder of a run's columns; None where all are numbers.

    Raises
    ------
    BadData
        It is a pickle, as earlier versions wrote, is damaged, or is not there.
    """
    import pandas as pd

    from ...data.encoder_file import ENCODER, read_encoder
    from ...data.errors import BadData

    path, pickled = folder / ENCODER, folder / "encoder.joblib"
    if pickled.is_symlink() or pickled.exists():
        msg = f"{pickled} is a pickle, which can run any code, so it is not opened"
        raise BadData(f"{msg}; train the network again")
    if path.is_symlink() or path.exists():
        return read_encoder(path)
    numeric = pd.api.types.is_numeric_dtype
    if isinstance(rows, pd.DataFrame) and not all(map(numeric, rows.dtypes)):
        msg = f"{folder.name} has no {ENCODER}, which encodes its text columns"
        raise BadData(f"{msg}; train the network again")
    return None


def _answers(outputs: np.ndarray, inputs: Inputs) -> list[dict[str, Any]]:
    """One dict a row: the likeliest class and all probabilities, or the number.

    Several targets: their names and values; labels with the probability of each.
    """
    if len(inputs.targets) > 1:
        names = inputs.targets
        return [dict(zip(names, map(float, row), strict=True)) for row in outputs]
    if not inputs.classes:
        return [{"prediction": float(row[0])} for row in outputs]
    return [
        {
            "prediction": inputs.classes[int(row.argmax())],
            "probabilities": dict(zip(inputs.classes, map(float, row), strict=True)),
        }
        for row in outputs
    ]


def _line(answer: dict[str, Any]) -> str:
    from ..console import strip_control_characters

    if "prediction" not in answer:
        return "  ".join(
            f"{strip_control_characters(name)} {value:.6g}"
            for name, value in answer.items()
        )
    if "probabilities" not in answer:
        return f"{answer['prediction']:.6g}"
    ranked = sorted(answer["probabilities"].items(), key=lambda item: -item[1])
    shown = "  ".join(
        f"{strip_control_characters(label)} {p:.4f}" for label, p in ranked[:5]
    )
    return f"{strip_control_characters(answer['prediction'])}\t{shown}"
