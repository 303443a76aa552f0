"""Kinds of columns: numbers, categories, dates, sentences, identifiers."""

import re
import warnings
from typing import Any

import numpy as np
import pandas as pd

from .counts import count

LOOKED_AT = 1_000
"""Rows of a column, evenly spread, whose words are counted to know it for text."""
_WORDS = 4
"""Words in the median row of a text. Titles and messages have so many; of names,
addresses, codes and dates most rows have less."""
_WORD = re.compile(r"[^\W\d_]{2,}\S*")
MOST_CATEGORIES = 40
"""Values of text up to which each becomes a column of its own when it is encoded."""
_FEW = 10
"""Whole numbers of so few values may be codes of categories."""
_LEAST_ROWS = 20
"""Fewer rows may well have different values by chance."""
_DISTINCT = 0.95
"""Share of the rows with values of their own that names have: some occur twice or are
missing."""
_MEASURE = re.compile(r"[€$£¥+-]?\s*\d[\d.,]*\s*([^\W\d_]{1,5}|[%°€$£¥]+)?")
"""A number, with its unit if it has one."""
_DIGITS = re.compile(r"\d+")
_FRACTION = re.compile(r"\d[.,]\d")
"""In texts of one form: a measure, for names are numbered by whole numbers."""
_EVENLY = 0.01
"""p-value from which numbers may be spread evenly over their range ..."""
_EVENLY_ROWS = 100
"""... and rows from which other numbers would be told from such."""
_COUNTING = 0.9
"""Share of whole numbers, sorted, that follow one another where they count rows: some
rows may have been left out."""
_DATES = 50
"""Cells of a column of text whose form is looked at to know it for dates."""


def holds_sentences(column: pd.Series) -> bool:
    """Whether a column holds sentences rather than names or categories.

    All its values are text, at least half of them differ from all others before them,
    and the median one has `_WORDS` words or more: parts between blanks that hold two
    letters side by side. Scripts without blanks have no words in this sense.
    """
    if not pd.api.types.is_string_dtype(column.dtype):  # or object
        return False
    values = column.dropna()
    some = list(values.iloc[:: max(1, len(values) // LOOKED_AT)])
    if not some or not all(isinstance(value, str) for value in some):
        return False
    words = np.median([len(_WORD.findall(value)) for value in some])
    return bool(words >= _WORDS and values.astype(str).nunique() >= len(values) / 2)


def names_rows(column: Any) -> bool:
    """Whether a column has another value in nearly each row, as a name or a count has.

    Texts that differ in their numbers alone or have no spaces, and are neither dates
    nor measures with a unit; or whole numbers that count.
    """
    values = _distinct(column)
    if values is None:
        return False
    if pd.api.types.is_numeric_dtype(values.dtype):
        steps = np.diff(np.unique(_whole_numbers(values)))
        return len(steps) > 0 and bool(np.mean(steps == 1) >= _COUNTING)
    if not pd.api.types.is_string_dtype(values.dtype) or holds_dates(values):
        return False
    texts = values.astype(str).str.strip()
    if texts.str.fullmatch(_MEASURE).mean() >= _DISTINCT:
        return False
    if not texts.str.contains(r"\s").any():
        return True
    forms = texts.str.replace(_DIGITS, "0", regex=True)
    form, count = next(iter(forms.value_counts().items()))
    return bool(count >= _DISTINCT * len(texts) and not _FRACTION.search(str(form)))


def is_spread_evenly(column: Any) -> bool:
    """Whether whole numbers differ in nearly each row, and are spread evenly.

    So are numbers of customers or tickets that were drawn from many. Measures crowd
    about a middle, or towards one end (Kolmogorov and Smirnov's test).
    """
    from scipy.stats import kstest

    values = _distinct(column)
    if values is None or not pd.api.types.is_numeric_dtype(values.dtype):
        return False
    numbers = _whole_numbers(values)
    if len(numbers) < _EVENLY_ROWS:
        return False
    low, high = numbers.min(), numbers.max()
    result: Any = kstest((numbers - low) / (high - low), "uniform")
    return bool(result.pvalue >= _EVENLY)


def _distinct(column: Any) -> Any:
    """The values that are there; None where they repeat, or many are missing."""
    values = column.dropna()
    is_distinct = len(column) >= _LEAST_ROWS and (
        values.nunique() >= _DISTINCT * len(column)
    )
    return values if is_distinct else None


def _whole_numbers(values: Any) -> np.ndarray:
    """The numbers, where all of them are whole; empty where some are not."""
    if pd.api.types.is_complex_dtype(values.dtype):
        return np.zeros(0)
    numbers = values.to_numpy(dtype="float64")
    whole = np.isfinite(numbers).all() and (numbers == np.round(numbers)).all()
    return numbers if whole else np.zeros(0)


def holds_dates(column: pd.Series) -> bool:
    """Whether a column holds dates, or text that is encoded as dates.

    All of the text looked at has one form, month first or day first.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return True
    if not pd.api.types.is_string_dtype(column.dtype):
        return False
    values = column.dropna()
    values = values.iloc[:: max(1, len(values) // _DATES)]
    return any(_one_form(values, day_first=first) for first in (False, True))


def _one_form(values: pd.Series, *, day_first: bool) -> bool:
    from pandas.tseries.api import guess_datetime_format

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a day above 12
        forms = {guess_datetime_format(str(v), dayfirst=day_first) for v in values}
        form = forms.pop() if len(forms) == 1 else None
        if form is None:
            return False
        read = pd.to_datetime(values.astype(str), format=form, errors="coerce")
        return bool(read.notna().all())


def is_constant(column: pd.Series) -> bool:
    """Whether all values that are there are equal."""
    known = column.dropna()
    return len(known) > 0 and bool((known == known.iloc[0]).all())


def nested_type(some: pd.Series) -> str:
    """Name the type of what a cell holds that is no single value; "" where all are."""
    if not pd.api.types.is_object_dtype(some.dtype):
        return ""
    found = (kind for kind in map(_nested, some) if kind)
    return next(found, "")


def _nested(cell: object) -> str:
    kinds = {list: "list", dict: "record", bytes: "bytes", np.ndarray: "list"}
    return next((name for kind, name in kinds.items() if isinstance(cell, kind)), "")


def column_kind(column: pd.Series, some: pd.Series) -> str:
    """Name the kind of a column, as it is encoded.

    Parameters
    ----------
    column : Series of shape (n_rows,)
    some : Series
        Some of its rows, or all. What they show of all rows is looked up there.
    """
    if some.isna().all() and column.isna().all():
        return "empty"
    if is_constant(some) and is_constant(column):
        return "constant"
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _number_kind(column, some)
    if holds_dates(some):
        return "date"
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return "duration"
    if holds_sentences(some):
        return "sentences"
    if some.nunique() <= MOST_CATEGORIES:
        values = column.nunique()
        if values <= MOST_CATEGORIES:
            return f"category of {count(values, 'value')}"
    return "text, id?" if names_rows(some) else "text"


def _number_kind(column: pd.Series, some: pd.Series) -> str:
    if pd.api.types.is_complex_dtype(column.dtype):
        return "complex number"
    if names_rows(column):
        return "integer, id?"
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    # a gap makes floats of whole numbers
    known = values[np.isfinite(values)]
    if (known != np.round(known)).any():
        return "number"
    few = some.nunique() <= _FEW and column.nunique() <= _FEW
    return f"integer of {count(column.nunique(), 'value')}" if few else "integer"
