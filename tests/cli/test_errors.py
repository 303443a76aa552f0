"""The user's mistakes: one line, the right exit code, no traceback, nothing written."""

from pathlib import Path

import pytest

TABLE = "a,b,y\n" + "".join(f"{i},{i % 7},{'uv'[i % 2]}\n" for i in range(40))
FILES = {
    "good.csv": TABLE,
    "empty.csv": "",
    "header.csv": "a,b,y\n",
    "one-class.csv": "a,y\n1,u\n2,u\n3,u\n",
    "lonely.csv": "a,y\n" + "1,u\n2,v\n" * 9 + "3,w\n",
    "few.csv": "a,y\n1,u\n2,v\n3,u\n4,v\n",
    "hollow.csv": "a,y\n,u\n,v\n,u\n,v\n",
    "infinite.csv": TABLE.replace("\n3,", "\ninf,"),
    "huge.csv": TABLE.replace("\n3,", "\n1e308,"),
    "binary.csv": "\0\1\2",
    "words.doc": "hello",
}
MISTAKES = [
    ("train rgb-sofmax", 2, "Did you mean 'rgb-softmax'"),
    ("train text-embedding", 2, "give --data"),
    ("train mlp --data irsi", 2, "Did you mean 'iris'"),
    ("train rgb-sigmoid --data iris", 2, "iris is multiclass"),
    ("train mlp --data good.csv --target z", 2, "no target column is named 'z'"),
    ("train mlp --data good.csv", 2, "the columns are a, b, y"),
    ("train mlp --data iris --target species", 2, "Leave them out"),
    ("compare text-embedding", 2, "give --data"),
    ("baseline good.csv --target y --drop c", 2, "no column to drop is named 'c'"),
    ("baseline good.csv --target y --group c", 2, "no group column is named 'c'"),
    ("baseline good.csv --target y --drop y", 2, "also named by --drop"),
    ("baseline nowhere.csv --target y", 2, "there is no file 'nowhere.csv'"),
    ("baseline words.doc --target y", 2, "words.doc"),
    ("baseline . --target y", 2, "'.'"),
    ("baseline empty.csv --target y", 1, "empty.csv is empty"),
    ("baseline header.csv --target y", 1, "0 rows"),
    ("baseline binary.csv --target y", 1, "zero bytes"),
    ("baseline one-class.csv --target y", 1, "one value"),
    ("baseline lonely.csv --target y", 1, "class 'w'"),
    ("baseline few.csv --target y", 1, "cannot be cut into 5 folds"),
    ("baseline hollow.csv --target y", 1, "no column to learn from"),
    ("baseline infinite.csv --target y", 1, "values above 1e+150 in a"),
    ("baseline huge.csv --target y", 1, "values above 1e+150 in a"),
    ("baseline huge.csv --target a", 1, "values above 1e+150 in 1 rows"),
    ("baseline good.csv --target y --task regression", 1, "regression needs numbers"),
    ("baseline iris --folds 1", 2, "--folds must be 2 or more"),
    ("baseline iris --limit 1", 2, "--limit must be 2 or more"),
    ("baseline iris --out good.csv", 2, "good.csv"),
    ("predict last", 2, "no run is named 'last'"),
    ("report yesterday", 2, "no run is named 'yesterday'"),
    ("show forrest", 2, "Did you mean 'forest'"),
    ("trian mlp", 2, "Did you mean 'train'"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with good and bad files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("line", "code", "reason"), MISTAKES, ids=lambda v: str(v))
def test_mistake_is_one_line(zoo, here, line, code, reason) -> None:
    told = zoo(*line.split())
    assert told.exit_code == code, told.output
    assert reason in told.stderr
    errors = [row for row in told.stderr.splitlines() if row.startswith("Error: ")]
    assert len(errors) == 1
    assert told.stderr.splitlines()[-1] == errors[0]
    assert told.stdout == ""
    assert {p.name for p in here.iterdir()} == set(FILES)


def test_misspelt_option_is_named(zoo) -> None:
    told = zoo("train", "mlp", "--dta", "iris")
    assert told.exit_code == 2
    assert "--data" in told.stderr


def test_images_offline_name_address_and_folder(zoo, here, monkeypatch) -> None:
    monkeypatch.setenv("ZOO_DATA", str(here))
    monkeypatch.setenv("XDG_CACHE_HOME", str(here / "cache"))
    closed = {"mnist.npz": ("0" * 64, "http://127.0.0.1:9/mnist.npz")}
    monkeypatch.setattr("learnable.data.fetch.registry", lambda: closed)
    told = zoo("train", "mnist-relu", "--data", "mnist")
    assert told.exit_code == 1
    assert "http://127.0.0.1:9/mnist.npz" in told.stderr
    assert str(here / "images" / "mnist.npz") in told.stderr
    assert told.stderr.count("\n") == 1
