"""Damaged and random files: one line of ours, or rows; never anything else."""

import gzip
import itertools
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learnable.data import ZooError, load
from learnable.data.errors import BadData


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk", b"\x93NUMPY"])
@pytest.mark.parametrize("name", ["t.npz", "t.parquet"])
def test_damaged_files_are_refused(write, refused, name, content):
    path = write(content, name)
    assert name in refused(BadData, load, path, target="y" if "parq" in name else None)


TEXTS = ["csv", "tsv", "data", "xls"]
FORMATS = ["feather", "arrow", "json", "jsonl", "arff", "xlsx", "ods", "db", "zip"]


@pytest.mark.parametrize("kind", ["t.npz", "t.parquet", "t.csv.gz"])
def test_flipped_bytes_are_refused(tmp_path, kind):
    path = tmp_path / kind
    table = pd.DataFrame({"x": range(9), "y": [0, 1, 2] * 3})
    if kind == "t.npz":
        np.savez_compressed(path, x=np.ones((6, 2)), y=np.array([0, 1] * 3))
    elif kind == "t.parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    good, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(100):
        bad = bytearray(good)
        for i in rng.integers(0, len(bad), 3):
            bad[i] = rng.integers(256)
        path.write_bytes(bytes(bad[: rng.integers(1, len(bad) + 1)]))
        try:
            load(path, target=None if kind == "t.npz" else "y")
        except ZooError as error:
            assert len(str(error).splitlines()) == 1


def _written(path: Path, workbook: Callable[..., Path]) -> None:
    table = pd.DataFrame({"x": range(9), "y": list("abc") * 3})
    if path.suffix in (".feather", ".arrow"):
        table.to_feather(path)
    elif path.suffix in (".json", ".jsonl"):
        table.to_json(path, orient="records", lines=path.suffix == ".jsonl")
    elif path.suffix == ".arff":
        head = "@relation r\n@attribute x numeric\n@attribute y {a,b,c}\n@data\n"
        path.write_text(head + table.to_csv(index=False, header=False))
    elif path.suffix in (".xlsx", ".ods"):
        workbook(path, {"Data": [["x", "y"], *table.to_numpy().tolist()]})
    elif path.suffix == ".db":
        connection = sqlite3.connect(path)
        table.to_sql("t", connection, index=False)
        connection.close()
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("t.csv", table.to_csv(index=False))


@pytest.mark.parametrize("ending", FORMATS)
def test_flipped_bytes_of_other_formats_are_refused(tmp_path, workbook, ending):
    path = tmp_path / f"t.{ending}"
    _written(path, workbook)
    good, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(100):
        bad = bytearray(good)
        for i in rng.integers(0, len(bad), 3):
            bad[i] = rng.integers(256)
        path.write_bytes(bytes(bad[: rng.integers(1, len(bad) + 1)]))
        try:
            load(path, target="y")
        except ZooError as error:
            assert len(str(error).splitlines()) == 1


fuzz = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
grammar = st.lists(
    st.sampled_from(
        [*"a1.,;|#%:{}@=[]\t\n\r\"? '-é", "\n", ",", "nan", "1e999", "\ufeff", "\x85"]
    )
).map("".join)


@fuzz
@given(
    st.one_of(st.binary(max_size=200), grammar.map(str.encode)),
    st.sampled_from(
        [f"f.{ending}" for ending in (*FORMATS, "csv.gz", "npz", "parquet", *TEXTS)]
    ),
    st.sampled_from([None, True, False]),
)
def test_random_bytes_never_crash(folder, content, name, header):
    path = folder / name
    path.write_bytes(
        gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    )
    try:
        target = None if name == "f.npz" else "-1"
        dataset = load(path, target=target, header=header)
    except ZooError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert len(dataset.x) == len(dataset.y) == len(dataset) > 0


@fuzz
@given(grammar, st.sampled_from([None, "binary", "multiclass", "regression"]))
def test_random_columns_never_crash(folder, text, task):
    path = folder / "g.csv"
    rows = itertools.zip_longest(text.split("\n"), "abab")
    path.write_text("x,y\n" + "".join(f"{x or ''},{y or 'a'}\n" for x, y in rows))
    try:
        load(path, target="0", task=task, limit=3)
    except ZooError as error:
        assert len(str(error).splitlines()) == 1
