import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.data import characters
from learnable.data.characters import (
    CONTEXT,
    copied_share,
    read_text,
    text_rows,
    training_text,
)
from learnable.data.errors import BadData

TEXT = "Grüße, said the naïve one.\nAnd left.\n" * 60
TINY = Path(characters.__file__).parent / "tiny" / "shakespeare.txt.gz"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        gzip.compress(TEXT.encode("utf-8-sig"), mtime=0),
    ],
    ids=["plain", "mark", "dos", "old-mac", "gzip", "gzip-mark"],
)
@pytest.mark.parametrize("name", ["t.txt", "t.txt.gz"])
def test_text_is_read_whole(write, content, name):
    assert read_text(write(content, name)) == (TEXT, [])


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("latin-1", "Latin-1"), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_other_encodings_are_noted(write, encoding, said):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    text, notes = read_text(write((mark + TEXT).encode(encoding), "t.txt"))
    assert text == TEXT
    assert len(notes) == 1
    assert said in notes[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-20], "cannot be read"),
        (b"\x1f\x8b" + TEXT.encode(), "cannot be read"),
        (TEXT.encode("utf-16-le"), "no text"),
        (TEXT.encode("utf-32"), "no text"),
        (b"\xff\xfe\x00\xd8" + TEXT.encode(), "UTF-16"),
        (TEXT.encode() + b"\0", "no text"),
        (bytes(range(1, 256)) * 20, "no text"),
    ],
    ids=[
        "empty", "empty-gzip", "cut-gzip", "no-gzip", "utf-16-unmarked", "utf-32",
        "utf-16-broken", "zero-byte", "bytes",
    ],
)  # fmt: skip
def test_other_files_are_refused(write, refused, content, said):
    text = refused(BadData, read_text, write(content, "t.txt"))
    assert text.startswith("t.txt ")
    assert said in text


def test_stray_control_does_no_harm(write):
    text, _ = read_text(write(TEXT + "\x0c\x1b", "t.txt"))
    assert text == TEXT + "\x0c\x1b"


def test_folder_is_refused(tmp_path, refused):
    assert "cannot be read" in refused(BadData, read_text, tmp_path)


def test_rows_are_the_text():
    x, y, classes, n_test, notes = text_rows(TEXT, name="t")
    assert x.shape == (len(TEXT) - CONTEXT, CONTEXT)
    assert (x.dtype, y.dtype) == ("uint8", "int64")
    assert list(classes) == sorted(set(TEXT))
    assert n_test == len(TEXT) // 10
    assert notes == []
    for i in (0, 1, 700, len(y) - 1):
        assert "".join(classes[c] for c in x[i]) == TEXT[i : i + CONTEXT]
        assert classes[y[i]] == TEXT[i + CONTEXT]


def test_rows_take_no_memory():
    x, *_ = text_rows(TEXT, name="t")
    assert x.strides == (1, 1)
    assert not x.flags.writeable


def test_test_part_has_a_limit():
    _, y, _, n_test, _ = text_rows("ab" * 200_000, name="t")
    assert n_test == 20_000
    assert len(y) == 400_000 - CONTEXT


def test_wide_alphabets_need_two_bytes():
    text = "".join(map(chr, range(1_000, 1_300))) * 10
    x, y, classes, *_ = text_rows(text, name="t")
    assert x.dtype == "uint16"
    assert (x[0] == np.arange(CONTEXT)).all()
    assert (len(classes), y.max()) == (300, 299)


def test_characters_beyond_16_bits_are_one():
    *_, classes, _, _ = text_rows("a😀" * 1_500, name="t")
    assert classes == ("a", "😀")


def test_new_characters_are_noted():
    *_, notes = text_rows(TEXT * 2 + "Ω\n", name="t")
    assert notes == ["only the test part has: 'Ω'"]
    *_, notes = text_rows(TEXT * 2 + "ABCDEFGHIJKLMNOP", name="t")
    assert notes[0].endswith(" ...")


def test_long_texts_are_cut(monkeypatch):
    monkeypatch.setattr(characters, "MOST", 2_000)
    x, y, classes, n_test, notes = text_rows(TEXT, name="t")
    assert training_text(x, y, classes, n_test) == TEXT[:1_800]
    assert notes == [f"the first 2,000 of {len(TEXT):,} characters are used"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 characters"),
        ("ab" * 999, "1,998 characters"),
        ("a" * 5_000, "'a' and nothing else"),
        ("\n" * 1_800 + "b" * 200, "first 1,800 characters"),
        ("".join(map(chr, range(1_000, 2_001))) * 3, "1,001 different"),
    ],
    ids=["empty", "short", "one-character", "one-in-training", "many"],
)
def test_texts_without_lesson_are_refused(refused, text, said):
    error = refused(BadData, text_rows, text, name="poem.txt")
    assert error.startswith("poem.txt ")
    assert said in error


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1),
    st.integers(2_000, 3_000),
)
def test_training_text_comes_back(pieces, length):
    text = ("ab" + "".join(pieces)) * length
    text = text[:length]
    x, y, classes, n_test, _ = text_rows(text, name="t")
    assert training_text(x, y, classes, n_test) == text[: length - length // 10]


def by_hand(text: str, source: str, run: int) -> tuple[float, int]:
    """Every piece of the text is looked up: slow, and without a thought."""
    found = [
        (i, j)
        for i in range(len(text))
        for j in range(i + run, len(text) + 1)
        if text[i:j] in source
    ]
    copied = {place for i, j in found for place in range(i, j)}
    longest = max((j - i for i, j in found), default=0)
    return len(copied) / len(text) if text else 0.0, longest


@settings(max_examples=25, deadline=None)
@given(st.text("ab", max_size=30), st.text("ab", max_size=60), st.integers(1, 6))
def test_copies_are_counted_exactly(text, source, run):
    share, longest = copied_share(text, source, run=run)
    assert (pytest.approx(share), longest) == by_hand(text, source, run)


def test_copied_run_is_found():
    source = "It was the best of times, it was the worst of times."
    text = "xxxxx" + source[5:35] + "yyyyy"
    assert copied_share(text, source) == (30 / 40, 30)
    assert copied_share(text, source, run=31) == (0.0, 0)
    assert copied_share(source, source) == (1.0, len(source))
    assert copied_share("", source) == (0.0, 0)


def test_patched_runs_are_not_one():
    source = "abcdefghijklmnopqrstuvwxyz-efghijklmnopqrstuvwxyzABCD"
    text = "abcdefghijklmnopqrstuvwxyzABCD"
    assert copied_share(text, source, run=10) == (1.0, 26)


def test_repeats_do_not_slow_the_search():
    # pairs of equal places would be 3e9
    assert copied_share("a" * 10_000, "a" * 300_000) == (1.0, 10_000)


def test_tiny_text_is_rows():
    text, notes = read_text(TINY)
    assert notes == []
    assert len(text) == 199_994
    assert text.startswith("First Citizen:\nBefore we proceed any further")
    assert text.endswith("thou hast broke it in so dear degree?\n")
    assert text_rows(text, name="tiny")[3] == 19_999
    assert TINY.read_bytes()[4:8] == b"\0\0\0\0"  # no date: equal bytes each time


@pytest.mark.skipif("ZOO_DATA" not in os.environ, reason="ZOO_DATA names no folder")
def test_tiny_text_is_the_start_of_the_whole():
    whole, _ = read_text(Path(os.environ["ZOO_DATA"]) / "text" / "tinyshakespeare.txt")
    assert whole.startswith(read_text(TINY)[0] + "\n")
