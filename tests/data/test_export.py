"""A dataset that is written to a file is read back as it was."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from learnable import Card, Dataset
from learnable.data import load
from learnable.data.errors import Misuse
from learnable.data.export import export_dataset
from learnable.zoo.cli import main


@pytest.mark.parametrize("name", ["iris", "rgb", "xor", "diabetes", "breast-cancer"])
def test_table_comes_back(name: str, tmp_path: Path) -> None:
    known, path = load(name), tmp_path / "rows.csv"
    read = load(path, target=export_dataset(known, path), task=known.card.task)
    pd.testing.assert_frame_equal(
        pd.DataFrame(read.x).astype("float64"), pd.DataFrame(known.x).astype("float64")
    )
    assert _labels(read) == _labels(known)


def test_series_comes_back(tmp_path: Path) -> None:
    known, path = load("airline"), tmp_path / "steps.csv"
    assert export_dataset(known, path) == "passengers in a month"
    read = load(path, task="forecast")
    np.testing.assert_array_equal(read.y, known.y)
    assert read.series == known.series


def test_arrays_come_back_with_their_test_rows(tmp_path: Path) -> None:
    x, y = np.arange(48, dtype="uint8").reshape(12, 2, 2), np.arange(12) % 2
    known = Dataset(
        x, y, Card("dots", "dots", "binary", "side"), ("left", "right"), n_test=3
    )
    path = tmp_path / "dots.npz"
    assert export_dataset(known, path) == ""
    read = load(path)
    np.testing.assert_array_equal(read.x, x)
    assert (_labels(read), read.n_test) == (_labels(known), 3)


def test_text_comes_back(tmp_path: Path) -> None:
    text = "to be or not to be, that is the question. " * 60
    source, path = tmp_path / "source.txt", tmp_path / "copy.txt"
    source.write_text(text, "utf-8")
    export_dataset(load(source, task="characters"), path)
    assert path.read_text("utf-8") == text


def test_another_ending_and_several_targets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=r"a \.csv file, and 'a.npz' is none; write a.csv"):
        export_dataset(load("iris"), tmp_path / "a.npz")
    card = Card("ab", "two answers", "multilabel", "a, b")
    two = Dataset(pd.DataFrame({"x": [1, 2]}), np.eye(2, dtype="int64"), card)
    with pytest.raises(Misuse, match="several targets"):
        export_dataset(two, tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())


def test_command_names_what_comes_next(tmp_path: Path) -> None:
    path = tmp_path / "new" / "iris.csv"
    done = CliRunner().invoke(main, ["data", "iris", "--to", str(path)])
    assert done.exit_code == 0
    assert done.output.splitlines()[0] == f"{path}: 150 rows, target 'species'"
    assert done.output.splitlines()[1].endswith(f"baseline {path} --target species")
    assert path.read_text("utf-8").count("\n") == 151


@pytest.mark.parametrize(
    ("name", "to", "said"),
    [
        ("irish", "a.csv", "Did you mean 'iris'"),
        ("iris", "/proc/none/a.csv", "Choose another file with --to."),
        ("iris", "a.txt", "write a.csv"),
    ],
)
def test_wrong_names_are_one_line(name: str, to: str, said: str) -> None:
    done = CliRunner().invoke(main, ["data", name, "--to", to])
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 1


def _labels(dataset: Dataset) -> list:
    return (
        np.array(dataset.classes)[dataset.y].tolist()
        if dataset.classes
        else [*dataset.y]
    )
