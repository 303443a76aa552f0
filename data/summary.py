"""Summaries of the columns of datasets and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .column_summary import Bars, ColumnSummary, DataSummary, shown_text
from .counts import count, count_of
from .kinds import column_kind, holds_sentences, names_rows, nested_type
from .numbers import STAYS_TEXT

if TYPE_CHECKING:
    from .dataset import Dataset

LOOKED_AT_ROWS = 100_000
"""Rows, evenly spread, whose values are counted. What is missing is counted in all."""
_BINS = 12
_MOST_VALUES = 8
"""Values of a category that have a bar of their own."""
_FEW_COLUMNS = 50
"""Columns among which identifiers are looked for beside one of sentences."""
_LONGEST = 200
"""Letters of an example that are kept."""
_ON_SENTENCES = "words are counted where it is the only feature, else groups of letters"
_MOST_ODD = 0.5
"""Share of values that are no numbers below which a column of text is odd."""
_LONG_LABEL = 30
"""Letters of a class among the rows of each."""


def summarize_data(dataset: Dataset, most: int | None = None) -> DataSummary:
    """A dataset as it was understood.

    Parameters
    ----------
    dataset : Dataset
    most : int, optional
        Columns that are summarized; all if None.
    """
    total = len(dataset.targets or "y") + (dataset.groups is not None)
    total += dataset.x.shape[1] if isinstance(dataset.x, pd.DataFrame) else 1
    columns = summarize_columns(dataset, most)
    of_columns = {
        f"column {name!r}: {note}"
        for name, notes in dataset.column_notes.items()
        for note in notes
    }
    notes = tuple(note for note in dataset.notes if note not in of_columns)
    return DataSummary(dataset.card.name, _size(dataset), columns, total, notes)


def summarize_columns(
    dataset: Dataset, most: int | None = None
) -> tuple[ColumnSummary, ...]:
    """The columns of a dataset, the first ``most`` of them; targets come first."""
    return tuple(islice(_columns(dataset), most))


def _columns(dataset: Dataset) -> Iterator[ColumnSummary]:
    if dataset.task == "characters":
        yield from _summarize_text(dataset)
        return
    yield from _targets(dataset)
    if dataset.series:
        times = dataset.series.times
        ends = f"{times[0]} to {times[-1]}" if times else ""
        yield ColumnSummary("time", "times, in order", "time", ends, 0.0, len(times))
        return
    if dataset.groups is not None:
        groups = len(np.unique(dataset.groups))
        name = dataset.group or "groups"
        yield ColumnSummary(name, count(groups, "group"), "group", unique=groups)
    if isinstance(dataset.x, pd.DataFrame):
        yield from table_columns(dataset.x, dataset.column_notes)
    else:
        yield _summarize_array(dataset.x)


def table_columns(
    table: pd.DataFrame, notes: Any, role: str = "feature"
) -> Iterator[ColumnSummary]:
    """Summaries of the columns of a table, made as they are asked for."""
    for i, name in enumerate(table.columns):
        made = summarize_column(table.iloc[:, i], role, notes.get(name, ()))
        if made.kind == "sentences" and table.shape[1] > 1:
            note = _describe_sentences(table, i) if role else _ON_SENTENCES
            made = replace(made, notes=(*made.notes, note))
        yield made


def _describe_sentences(table: pd.DataFrame, place: int) -> str:
    """Tell how sentences beside other columns are encoded (`encode.make_encoder`)."""
    few = [i for i in range(table.shape[1]) if i != place][:_FEW_COLUMNS]
    named = [str(table.columns[i]) for i in few if names_rows(table.iloc[:, i])]
    message = "sentences beside other columns: groups of letters are counted, not words"
    if len(named) == table.shape[1] - 1:
        drops = " ".join(f"--drop {name}" for name in named)
        return f"{message}; words are with {drops}, which only names the rows"
    return f"{message}; --drop {table.columns[place]} leaves it out"


def summarize_column(
    column: pd.Series, role: str = "feature", notes: Sequence[str] = ()
) -> ColumnSummary:
    """A column of a table as it was understood.

    Parameters
    ----------
    column : Series of shape (n_rows,)
    role : str
    notes : sequence of str
        On how it was read.
    """
    some = column.iloc[:: -(-len(column) // LOOKED_AT_ROWS) or 1]
    if nested := nested_type(some):
        message = f"no single value in a cell; --drop {column.name}, or write its parts"
        return ColumnSummary(str(column.name), nested, role, notes=(*notes, message))
    kind = column_kind(column, some)
    known = some.dropna()
    return ColumnSummary(
        str(column.name),
        kind,
        role,
        _example(known.iloc[0]) if len(known) else "",
        float(column.isna().mean()) if len(column) else 0.0,
        int(known.nunique()),
        (*notes, *_hints(some, kind, notes)),
        _bars(known, kind),
    )


def _hints(some: pd.Series, kind: str, notes: Sequence[str]) -> Iterator[str]:
    if kind.endswith("id?"):
        yield f"another value in each row; --drop {some.name} if it names the rows"
    elif kind.startswith("category") and holds_sentences(some.drop_duplicates()):
        yield "sentences that repeat: each is a category, and no words are counted"
    told = any(note.startswith(STAYS_TEXT) for note in notes)
    if kind.startswith(("text", "category")) and not told:
        yield from _describe_text_numbers(some.dropna())


def _describe_text_numbers(known: pd.Series) -> Iterator[str]:
    """Tell of text that is numbers for the most part, and what is none."""
    texts = known.astype(str)
    none = np.isnan(np.asarray(pd.to_numeric(texts, errors="coerce"), "float64"))
    if none.any() and none.mean() < _MOST_ODD:
        odd = shown_text(texts.iloc[int(none.argmax())], _LONG_LABEL)
        message = count_of(int((~none).sum()), len(none), "value is", "values are")
        yield f"{message} numbers; {odd!r} is none, so that all are read as text"


def _example(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, pd.Timestamp):
        return str(value).removesuffix(" 00:00:00")
    return str(value)[:_LONGEST]


def _bars(known: pd.Series, kind: str) -> Bars:
    """Count ranges of numbers and dates, and the commonest of other values."""
    if not len(known) or kind.startswith("text") or kind in ("sentences", "constant"):
        return ()
    if pd.api.types.is_datetime64_any_dtype(known.dtype):
        moments = known.dt.tz_localize(None).astype("datetime64[s]").astype("int64")
        return _ranges(moments.to_numpy(dtype="float64"), _day)
    is_number = pd.api.types.is_numeric_dtype(known.dtype)
    if is_number and kind not in ("boolean", "complex number"):
        return _ranges(known.to_numpy(dtype="float64"), lambda value: f"{value:.4g}")
    if kind in ("date", "duration"):
        return ()
    counts = known.astype(str).value_counts()
    bars = [(str(v)[:_LONGEST], int(n)) for v, n in counts.head(_MOST_VALUES).items()]
    rest = int(counts.iloc[_MOST_VALUES:].sum())
    return (*bars, *([("others", rest)] if rest else []))


def _ranges(values: np.ndarray, told: Any) -> Bars:
    values = values[np.isfinite(values)]
    levels = np.unique(values)
    if len(levels) <= _BINS:
        counts = [int((values == level).sum()) for level in levels]
        return tuple((told(v), n) for v, n in zip(levels, counts, strict=True))
    counts, edges = np.histogram(values, _BINS)
    pairs = zip(edges[:-1], edges[1:], counts, strict=True)
    return tuple((f"{told(low)} to {told(high)}", int(n)) for low, high, n in pairs)


def _day(seconds: float) -> str:
    return str(pd.Timestamp(seconds, unit="s").date())


def _targets(dataset: Dataset) -> Iterator[ColumnSummary]:
    """The targets and how each was read; classes with the rows of each."""
    labels: Sequence[str] = dataset.classes
    columns = [(dataset.card.target, dataset.y)]
    if dataset.y.ndim > 1:
        labels = ("no", "yes") if dataset.task == "multilabel" else ()
        columns = list(zip(dataset.targets, dataset.y.T, strict=True))
    for name, values in columns:
        made = _target(name, values, labels)
        yield replace(made, notes=(*dataset.column_notes.get(name, ()), *made.notes))


def _target(name: str, y: np.ndarray, classes: Sequence[str]) -> ColumnSummary:
    if classes:
        return classes_summary(name, y, classes)
    made = summarize_column(pd.Series(y, name=name), "target")
    return replace(made, kind=made.kind.removesuffix(", id?"), notes=())


def classes_summary(
    name: str, codes: np.ndarray, classes: Sequence[str]
) -> ColumnSummary:
    """A target of classes, with the rows of each."""
    counts = np.bincount(codes, minlength=len(classes))
    order = np.argsort(-counts, kind="stable")
    bars = [(str(classes[i]), int(counts[i])) for i in order[:_MOST_VALUES]]
    rest = int(counts[order[_MOST_VALUES:]].sum())
    bars += [("others", rest)] if rest else []
    sentence = ", ".join(f"{label[:_LONG_LABEL]} {count:,}" for label, count in bars)
    return ColumnSummary(
        name,
        count(len(classes), "class"),
        "target",
        str(classes[int(codes[0])])[:_LONGEST],
        unique=len(classes),
        notes=(f"rows: {sentence}",),
        histogram=tuple(bars),
    )


def _summarize_array(x: np.ndarray) -> ColumnSummary:
    """Rows that are arrays of more than one axis: images, films."""
    shape = " x ".join(map(str, x.shape[1:]))
    image = x.ndim == 3 or (x.ndim == 4 and x.shape[-1] in (1, 3, 4))
    some = x[:: -(-len(x) // 1_000) or 1]
    kind = f"{'image' if image else 'array'} of {shape}"
    values = f"{some.min():g} to {some.max():g} ({x.dtype})"
    return ColumnSummary("x", kind, "feature", values, 0.0, len(x))


def _summarize_text(dataset: Dataset) -> Iterator[ColumnSummary]:
    yield _target(dataset.card.target, dataset.y, dataset.classes)
    codes = np.asarray(dataset.x[0])
    known = [c for c in codes if 0 <= c < len(dataset.classes)]
    text = "".join(dataset.classes[int(c)] for c in known)
    kind = f"the {dataset.x.shape[1]} characters before"
    yield ColumnSummary("text", kind, "feature", text, 0.0, len(dataset.classes))


def _size(dataset: Dataset) -> str:
    """Rows, features and task in words."""
    rows = count(len(dataset), "row")
    if dataset.task == "characters":
        return f"{len(dataset):,} characters, task characters"
    if dataset.series:
        season, horizon = dataset.season, dataset.series.horizon
        message = f"season {season}" if season > 1 else "no season"
        return f"{len(dataset):,} steps, {message}, horizon {horizon}, task forecast"
    if isinstance(dataset.x, pd.DataFrame):
        rows = f"{rows}, {count(dataset.x.shape[1], 'feature')}"
    test = f", {dataset.n_test:,} of them test rows" if dataset.n_test else ""
    return f"{rows}{test}, task {dataset.task}"
