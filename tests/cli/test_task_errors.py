"""Series, texts and images that cannot be learned from, and wrong options: one line."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

DAYS = pd.date_range("2001-01-01", periods=90, freq="D").strftime("%Y-%m-%d")
WAVE = np.tile([5.0, 6, 9, 7, 5, 2, 1], 13)[:90]
MISTAKES = [
    ("train rgb-softmax --stub cnn", "Parts of rgb-softmax: none"),
    ("train cnn-lstm --stub cmn", "Did you mean 'cnn'"),
    ("train rgb-softmax --weights x.h5", "omit --weights"),
    ("train mobilenet-v2 --weights nowhere.h5", "there is no file 'nowhere.h5'"),
    ("train mlp --data diabetes --class-weight balanced", "--class-weight needs"),
    ("compare mlp --data diabetes --class-weight balanced", "--class-weight needs"),
    ("train mlp --data iris --class-weight heavy", "--class-weight"),
    ("train lstm-series --class-weight balanced", "airline is forecast"),
    ("train mlp --data airline", "airline is forecast"),
    ("train lstm-series --data iris", "iris is multiclass"),
    ("compare mlp lstm-series --data iris", "lstm-series supports forecast"),
    ("train lstm-characters --data nowhere.txt", "there is no file 'nowhere.txt'"),
    ("baseline weather.csv --target wet --season 7", "--task forecast"),
    ("baseline weather.csv --target wet --horizon 7", "--task forecast"),
    ("baseline weather.csv --target rain,wind --task forecast", "one series"),
    ("baseline weather.csv --target wet,wet", "'wet' twice"),
    ("baseline sales.csv --task forecast --horizon 0", "--horizon must be 1"),
    ("train convnet --data weather.csv --target wet", "takes images"),
]


@pytest.mark.parametrize(("line", "reason"), MISTAKES, ids=lambda v: str(v))
def test_misuse_is_one_line(zoo, folder, tmp_path, monkeypatch, line, reason):
    monkeypatch.chdir(folder)
    told = zoo(*line.split(), "--out", tmp_path / "runs")
    assert told.exit_code == 2, told.output
    assert reason in told.stderr
    assert told.stderr.splitlines()[-1].startswith("Error: ")
    assert not (tmp_path / "runs").exists()


def days(values: np.ndarray, when: object = DAYS) -> bytes:
    table = pd.DataFrame({"day": when, "y": values})
    return table.to_csv(index=False).encode()


HOLES = np.where(np.arange(90) % 7 == 3, np.nan, WAVE)
UNEVEN = pd.to_datetime("2001-01-01") + pd.to_timedelta(
    np.cumsum(1 + np.arange(90) ** 2 % 11), unit="D"
)
BAD = {
    "gaps": ("a.csv", days(HOLES), "values are missing"),
    "changing step": ("a.csv", days(WAVE, UNEVEN), "no common step"),
    "one time twice": ("a.csv", days(WAVE[:80], [*DAYS[:79], DAYS[0]]), "again in row"),
    "flat": ("a.csv", days(np.full(90, 3.0)), "nothing to forecast"),
    "words": ("a.csv", b"day,y\n" + b"2001-01-01,x\n" * 40, "no column of numbers"),
    "short": ("a.csv", days(WAVE[:9], DAYS[:9]), "too short"),
    "tiny text": ("a.txt", b"too short", "9 characters"),
    "one letter": ("a.txt", b"a" * 5_000, "nothing else"),
    "no text": ("a.txt", bytes(range(256)) * 20, "is no text"),
    "cut UTF-16": ("a.txt", b"\xff\xfe" + b"abc" * 999, "save it as UTF-8"),
    "no gzip": ("a.txt.gz", b"\x1f\x8b\x08garbage", "cannot be read"),
    "empty text": ("a.txt", b"", "is empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_content_is_one_line(zoo, tmp_path, case):
    name, content, reason = BAD[case]
    (tmp_path / name).write_bytes(content)
    model = "lstm-series" if name == "a.csv" else "lstm-characters"
    told = zoo("train", model, "--data", tmp_path / name, "--out", tmp_path / "runs")
    assert told.exit_code == 1, told.output
    assert reason in told.stderr
    assert told.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_series_shorter_than_its_season_is_one_line(zoo, folder, tmp_path):
    told = zoo(
        "train", "lstm-series", "--data", folder / "sales.csv", "--season", 60,
        "--out", tmp_path / "runs",
    )  # fmt: skip
    assert told.exit_code == 1
    assert "too short" in told.stderr
    assert told.stderr.count("\n") == 1


def test_folder_of_one_class_is_one_line(zoo, tmp_path):
    (tmp_path / "pets" / "cats").mkdir(parents=True)
    Image.new("L", (8, 8)).save(tmp_path / "pets" / "cats" / "0.png")
    told = zoo("train", "mlp", "--data", tmp_path / "pets", "--out", tmp_path / "runs")
    assert told.exit_code == 1
    assert "one class" in told.stderr
    assert told.stderr.count("\n") == 1
