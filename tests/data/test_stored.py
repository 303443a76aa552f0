"""Rows that stay on disk: what is read, in which blocks, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from learnable.data import ZooError, load
from learnable.data.errors import BadData, Misuse
from learnable.data.open_stored import open_stored

ROWS = 1_000


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.normal(size=(ROWS, 3)), columns=["a", "b", "c"])
    x["kind"] = rng.choice(["u", "v"], ROWS)
    x["answer"] = np.where(x.a > 0, "yes", "no")
    return x


@pytest.fixture
def parquet(table, tmp_path):
    path = tmp_path / "t.parquet"
    table.to_parquet(path, row_group_size=300)
    return path


@pytest.fixture
def arrays(tmp_path):
    folder = tmp_path / "arrays"
    folder.mkdir()
    np.save(folder / "x.npy", np.random.default_rng(0).normal(size=(50, 3)))
    np.save(folder / "y.npy", np.arange(50) % 2)
    return folder


def test_parquet_is_read_in_its_row_groups(parquet, table):
    stored = open_stored(parquet, "answer")
    assert stored.starts.tolist() == [0, 300, 600, 900, 1_000]
    expected = table.iloc[300:600, :4].reset_index(drop=True)
    pd.testing.assert_frame_equal(stored.read(1), expected)


def test_index_of_a_table_is_no_column(table, tmp_path):
    table.index = np.arange(ROWS) * 7
    table.to_parquet(tmp_path / "i.parquet", row_group_size=300)
    stored = open_stored(tmp_path / "i.parquet", "answer")
    assert list(stored.read(0).columns) == ["a", "b", "c", "kind"]


def test_rows_come_by_their_numbers(parquet, table):
    numbers = np.array([0, 299, 300, 950, 999])
    taken = open_stored(parquet, "answer").take(numbers)
    expected = table.iloc[numbers, :4].reset_index(drop=True)
    pd.testing.assert_frame_equal(taken, expected)


def test_blocks_come_in_the_order_asked_for(parquet):
    blocks = open_stored(parquet, "answer").blocks(np.arange(ROWS), np.array([3, 0]))
    assert [numbers[0] for numbers, _ in blocks] == [900, 0]


def test_what_fits_into_memory_is_loaded_whole(parquet):
    dataset = load(parquet, target="answer", memory=10**9)
    assert len(dataset) == ROWS
    assert dataset.stored is None


def test_what_does_not_fit_is_a_sample_that_knows_the_rest(parquet, table):
    dataset = load(parquet, target="answer", memory=16_000)
    assert 2 <= len(dataset) < ROWS
    rest = dataset.stored
    assert rest.rows.rows == ROWS
    assert rest.usable.tolist() == list(range(ROWS))
    pd.testing.assert_frame_equal(
        dataset.x, table.iloc[rest.numbers, :4].reset_index(drop=True)
    )
    labels = np.array(dataset.classes)
    assert (labels[rest.y] == table.answer.to_numpy()).all()
    assert any("held in memory" in note for note in dataset.notes)


def test_sample_follows_the_seed(parquet):
    some = [load(parquet, target="answer", memory=16_000, seed=s) for s in (1, 1, 2)]
    assert some[0].sha256 == some[1].sha256 != some[2].sha256


def test_rows_without_a_target_are_not_used(table, tmp_path):
    table.loc[[3, 700], "answer"] = None
    table.to_parquet(tmp_path / "gaps.parquet", row_group_size=300)
    dataset = load(tmp_path / "gaps.parquet", target="answer", memory=16_000)
    assert set(range(ROWS)) - set(dataset.stored.usable) == {3, 700}
    assert not {3, 700} & set(dataset.stored.numbers)


def test_folder_of_arrays(arrays):
    dataset = load(arrays)
    np.testing.assert_array_equal(dataset.x.to_numpy(), np.load(arrays / "x.npy"))
    assert dataset.task == "binary"


def test_what_needs_no_change_has_no_notes(arrays):
    assert open_stored(arrays, None).notes == ()


@pytest.mark.parametrize(
    ("make", "kind", "word"),
    [
        (lambda p: None, Misuse, "neither x.npy"),
        (lambda p: (p / "x.npy").write_bytes(b"no"), BadData, "cannot be read"),
        (
            lambda p: (
                np.save(p / "x.npy", np.ones((3, 2))),
                np.save(p / "y.npy", [1]),
            ),
            BadData,
            "one y a row",
        ),
    ],
)
def test_bad_folder_is_refused(tmp_path, refused, make, kind, word):
    make(tmp_path)
    assert word in refused(kind, load, tmp_path)


def test_options_that_do_not_go_with_rows_on_disk(parquet, arrays, refused):
    refused(Misuse, load, arrays, target="a")
    refused(Misuse, load, parquet, target="answer", drop=["a"], memory=16_000)
    assert "Give target=" in refused(Misuse, load, parquet, memory=16_000)


def test_damaged_parquet_is_one_line(tmp_path):
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(ZooError, match="cannot be read as Parquet"):
        load(path, target="a", memory=1)


@pytest.fixture
def parts(table, tmp_path):
    """The table in three files, and what others put beside them."""
    folder = tmp_path / "parts"
    folder.mkdir()
    for i, rows in enumerate(np.array_split(np.arange(ROWS), 3)):
        path = folder / f"part-{i}.parquet"
        table.iloc[rows].to_parquet(path, row_group_size=100, index=False)
    (folder / "_SUCCESS").touch()
    (folder / "_metadata.parquet").write_text("nothing to read")
    return folder


def test_folder_of_parquet_is_one_table(parts, table):
    stored = open_stored(parts, "answer")
    assert stored.rows == ROWS
    numbers = np.array([0, 1, ROWS // 2, ROWS - 1])
    expected = table.drop(columns="answer").iloc[numbers].reset_index(drop=True)
    pd.testing.assert_frame_equal(stored.take(numbers), expected)
    assert list(stored.answers) == list(table["answer"])


def test_sample_is_drawn_over_all_files(parts):
    dataset = load(parts, target="answer", memory=16_000)
    assert dataset.notes[0] == f"3 Parquet files with {ROWS:,} rows"
    assert any(f"of {ROWS:,} rows is held" in note for note in dataset.notes)
    assert dataset.stored is not None
    shares = np.histogram(dataset.stored.numbers, bins=3, range=(0, ROWS))[0]
    assert shares.min() > 0.15 * len(dataset)


def test_numbers_of_several_sizes_and_gaps_are_the_same_column(parts, table):
    odd = table.iloc[:50].copy()
    number = odd.select_dtypes("number").columns[0]
    odd[number] = odd[number].round().astype("int8")
    odd.to_parquet(parts / "part-9.parquet", index=False)
    odd.assign(**{number: None}).to_parquet(parts / "part-8.parquet", index=False)
    assert open_stored(parts, "answer").rows == ROWS + 100


def test_files_with_other_columns_are_refused(parts, table, refused):
    table.iloc[:50].rename(columns={"answer": "result"}).to_parquet(
        parts / "part-3.parquet", index=False
    )
    said = refused(BadData, load, parts, target="answer")
    assert "part-3.parquet and part-0.parquet have different columns: 'answer'" in said


def test_files_with_other_types_are_refused(parts, table, refused):
    number = table.select_dtypes("number").columns[0]
    odd = table.iloc[:50].copy()
    odd[number] = odd[number].astype(str)
    odd.to_parquet(parts / "part-3.parquet", index=False)
    said = refused(BadData, load, parts, target="answer")
    assert f"column {number!r} is number in part-0.parquet and text in part-3" in said


def test_damaged_part_is_named(parts, refused):
    (parts / "part-1.parquet").write_bytes(b"PAR1 and no more")
    assert "part-1.parquet cannot be read" in refused(
        BadData, load, parts, target="answer"
    )
