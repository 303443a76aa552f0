"""The target: which column, which task, which codes."""

import shlex
from collections.abc import Mapping
from itertools import takewhile

import numpy as np
import pandas as pd

from .columns import find_column, similar_names
from .dataset import TABLE_TASKS, TASKS, Task
from .date_forms import readings
from .errors import BadData, Misuse
from .magnitude import TOLD, is_too_large

MAX_CLASSES_BY_GUESS = 10
"""Whole numbers with at most so many different values are taken for classes."""
MAX_EVEN_CLASSES_BY_GUESS = 50
"""Up to so many, if they are numbered nearly without gaps and none of them is rare."""


def find_targets(target: str | None, columns: list[str], file: str) -> list[str]:
    """One column, or several that are given with commas between them.

    Raises
    ------
    Misuse
        None is given, one is given twice, or one is not there.
    """
    if target is None:
        shown = ", ".join(columns[:20]) + (" ..." if len(columns) > 20 else "")
        msg = f"which column of {file} is to be predicted? Give --target"
        raise Misuse(f"{msg}; the columns are {shown}")
    # a comma may be part of a column's own name
    whole = target in columns or len(similar_names(target, columns)) == 1
    names = [target] if whole else target.split(",")
    found = [
        find_column(
            name if name in columns else name.strip(), columns, what="target column"
        )
        for name in names
    ]
    twice = [name for name in found if found.count(name) > 1]
    if twice:
        msg = f"--target names the column {twice[0]!r} twice; name it once"
        raise Misuse(msg)
    return found


def infer_task(values: pd.Series) -> Task:
    """Infer the task of a target column from its values.

    Text, truth values and categories are classes. Numbers are classes if they are
    whole and there are only two of them, at most `MAX_CLASSES_BY_GUESS`, or at most
    `MAX_EVEN_CLASSES_BY_GUESS` numbered nearly without gaps of which the rarest has
    at least 5 rows and a fifth of an even share; all other numbers are quantities.
    """
    counts = values.value_counts()
    if not _is_number(values) or len(counts) == 2:
        return "binary" if len(counts) == 2 else "multiclass"
    levels = counts.index.to_numpy(dtype=float)
    if not np.array_equal(levels, np.round(levels)):
        return "regression"
    numbered = len(levels) >= 0.8 * (levels.max() - levels.min() + 1)
    even = counts.min() >= max(5, 0.2 * len(values) / len(counts))
    few = len(counts) <= MAX_CLASSES_BY_GUESS and len(counts) <= len(values) / 5
    many = len(counts) <= MAX_EVEN_CLASSES_BY_GUESS and numbered and even
    return "multiclass" if few or many else "regression"


def encode_targets(
    answers: pd.DataFrame, task: str | None
) -> tuple[np.ndarray, tuple[str, ...], Task]:
    """Encode one column or several as `encode_target` does.

    Parameters
    ----------
    answers : DataFrame of shape (n_rows, n_targets)
        Without missing values.
    task : str, optional
        Overrules what is found: several columns of two values each are labels that do
        not exclude each other (``multilabel``), several of numbers a ``regression``.

    Returns
    -------
    y : array of shape (n_rows,), or (n_rows, n_targets) where there are several
        For ``multilabel`` int64, 1 where the label holds.
    classes : tuple of str
        For ``multilabel`` the names of the columns.
    task : str

    Raises
    ------
    Misuse, BadData
        As `encode_target`; or columns of both kinds.
    """
    columns = [answers.iloc[:, i] for i in range(answers.shape[1])]
    if len(columns) == 1 and task != "multilabel":
        return encode_target(columns[0], task)
    _check_known(task, ("multilabel", "regression"), "several targets")
    for column in columns:
        _check_finite(column)
        _check_varies(column)
    pairs = [column.nunique() == 2 for column in columns]
    if task == "regression" or (task is None and not any(pairs)):
        return np.stack([_numbers(c) for c in columns], axis=1), (), "regression"
    if not all(pairs):
        odd = columns[pairs.index(False)]
        msg = f"the target {odd.name!r} has {odd.nunique()} values, and of several "
        msg = f"{msg}targets all must have two (yes or no), or all be numbers"
        raise BadData(f"{msg}; give --task regression or other columns to --target")
    codes = [encode_target(column, "binary")[0] for column in columns]
    names = tuple(str(column.name) for column in columns)
    return np.stack(codes, axis=1), names, "multilabel"


def _check_known(task: str | None, able: tuple[str, ...], what: str) -> None:
    if task is None or task in able:
        return
    if task not in TASKS:
        msg = f"no task is named {task!r}; allowed are {', '.join(TASKS)}"
        raise Misuse(msg)
    msg = f"--task {task} does not go with {what}; allowed are {', '.join(able)}"
    raise Misuse(msg)


def _check_varies(values: pd.Series) -> None:
    if values.nunique() < 2:
        one = f"the target {values.name!r} has one value ('{values.iloc[0]}')"
        msg = f"{one} in all rows; there is nothing to tell apart"
        raise BadData(f"{msg}. Choose another --target.")


def encode_target(
    values: pd.Series, task: str | None
) -> tuple[np.ndarray, tuple[str, ...], Task]:
    """Class codes or numbers of a target without missing values.

    Parameters
    ----------
    values : Series of shape (n_rows,)
    task : str, optional
        Overrules `infer_task`.

    Returns
    -------
    y : int64 array of class codes, or float64 array, of shape (n_rows,)
    classes : tuple of str
        Labels in the order of their codes; empty for regression.
    task : str

    Raises
    ------
    Misuse
        The task is none of ours.
    BadData
        One class, a class with one row, two classes asked and more given, infinite
        numbers, or text where numbers are needed.
    """
    _check_known(task, TABLE_TASKS, "one target of a table")
    name = values.name
    _check_finite(values)
    _check_varies(values)
    chosen = task or infer_task(values)
    if chosen == "regression":
        return _numbers(values), (), "regression"
    labels = _labels(values)
    counts = labels.value_counts()
    if chosen == "binary" and len(counts) > 2:
        msg = f"the target {name!r} has {len(counts)} classes; binary needs 2"
        msg = f"{msg}. Give --task multiclass."
        raise BadData(msg)
    if counts.min() < 2:
        raise BadData(_describe_rare_classes(counts, values, labels))
    classes = _ordered(counts.index, values)
    codes = pd.Categorical(labels, categories=classes).codes.astype("int64")
    return codes, tuple(classes), "binary" if len(classes) == 2 else "multiclass"


_MOST_NUMBERS = 10
"""Rows whose numbers are listed."""
_OFTEN = 20
"""A name is taken for another one misspelt if that is so many times as common."""
_LONG = 5
"""Letters of shorter names are no misspelling: Mali and Bali, Iran and Iraq."""


def misspelt(counts: Mapping[str, int]) -> dict[str, str]:
    """Rare names that are a common one but for a letter, blanks or capitals.

    Parameters
    ----------
    counts : mapping of str to int
        Rows of each name.

    Returns
    -------
    dict
        Of each such name the common one. Names with digits are no words, and left out.
    """
    ordered = sorted(counts, key=lambda name: -counts[name])
    return {
        rare: common
        for place, rare in enumerate(ordered)
        for common in reversed(ordered[:place])
        if counts[common] >= _OFTEN * counts[rare] and _is_like(rare, common)
    }


def _is_like(first: str, second: str) -> bool:
    """Whether one letter is another, too many, missing or moved by one place."""
    a, b = (" ".join(name.split()).casefold() for name in (first, second))
    if a == b:
        return bool(a)
    if min(len(a), len(b)) < _LONG or not (a + b).replace(" ", "").isalpha():
        return False
    equal = takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False))
    at = len(list(equal))
    swapped = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return swapped or any(
        a[at + i :] == b[at + j :] for i, j in ((1, 1), (0, 1), (1, 0))
    )


def _are_dates(values: pd.Series) -> bool:
    if pd.api.types.is_string_dtype(values.dtype):
        return bool(readings(values, vague=False))
    return pd.api.types.is_datetime64_any_dtype(values.dtype)


def _describe_rare_classes(
    counts: pd.Series, values: pd.Series, labels: pd.Series
) -> str:
    """Name the classes with one row each, and a way out."""
    rare, name = counts.index[(counts == 1).to_numpy()], values.name
    if _are_dates(values):
        msg = f"the target {name!r} holds dates, which are neither classes nor numbers"
        return f"{msg}: make a column of numbers, such as days since another date."
    quantity = "give --task regression" if _is_number(values) else ""
    if len(rare) == len(counts):
        msg = f"the target {name!r} has another value in each of its {len(rare)} rows"
        other = "choose another --target"
        return f"{msg}: no class repeats; {quantity or other}."
    known = f"of the target {name!r}"
    msg = f"class {str(rare[0])!r} {known} has 1 row of {counts.sum()}"
    hint = "each class needs 2 or more: join it with another"
    if len(rare) > 1:
        named = ", ".join(repr(str(label)) for label in rare[:3])
        named += ", ..." if len(rare) > 3 else ""
        msg = f"{len(rare)} classes {known} have 1 row each ({named})"
        hint = "each class needs 2 or more: join them with others"
    places = values.index[labels.isin(rare).to_numpy()]
    if pd.api.types.is_integer_dtype(places) and len(places) <= _MOST_NUMBERS:
        numbers = ",".join(str(place + 1) for place in places)
        hint += f", or leave out with --drop-rows {numbers}"
    rows = {str(label): int(rows) for label, rows in counts.items()}
    known = [(a, b) for a, b in misspelt(rows).items() if rows[a] == 1][:3]
    like = ", ".join(f"{a!r} may be {b!r}" for a, b in known)
    return f"{msg}; {hint}{quantity and f', or {quantity}'}{like and f' ({like})'}."


def _is_number(values: pd.Series) -> bool:
    kind = values.dtype
    is_truth = pd.api.types.is_bool_dtype(kind)
    return bool(pd.api.types.is_numeric_dtype(kind)) and not is_truth


def _check_finite(values: pd.Series) -> None:
    if not _is_number(values):
        return
    infinite = int(np.isinf(values.to_numpy(dtype="float64")).sum())
    if infinite:
        msg = f"the target {values.name!r} is infinite in {infinite} rows"
        msg = f"{msg}; remove those rows or put in their true values."
        raise BadData(msg)


def _numbers(values: pd.Series) -> np.ndarray:
    """The target as numbers; dates are none, though pandas would count nanoseconds."""
    plain = pd.api.types.is_numeric_dtype(values.dtype)
    text = values if plain else values.astype(str)
    numbers = pd.Series(pd.to_numeric(text, errors="coerce"), index=values.index)
    if numbers.isna().any():
        raise BadData(_describe_non_numbers(values, numbers.isna().to_numpy()))
    found = numbers.to_numpy().astype("float64")
    if is_too_large(found).any():
        msg = f"the target {values.name!r} has {TOLD} in {is_too_large(found).sum()}"
        raise BadData(f"{msg} rows; remove those rows or put in their true values.")
    return found


def _describe_non_numbers(values: pd.Series, odd: np.ndarray) -> str:
    """Say which cells are no numbers; where all may be classes, that they may."""
    first = int(odd.argmax())
    row, bad = int(values.index[first]) + 1, str(values.iloc[first])[:40]
    msg = f"the target {values.name!r} holds {bad!r} in row {row:,}, and regression"
    msg = f"{msg} needs numbers; {odd.sum():,} of {len(odd):,} cells are none"
    if odd.all() and values.value_counts().min() > 1:
        return f"{msg}. Give --task multiclass or choose another --target."
    if odd.all():
        return f"{msg}. Write plain numbers, or choose another --target."
    option = shlex.quote(f"{values.name}={bad}")
    return f"{msg}. Correct them, or leave rows out with --missing {option}."


def _labels(values: pd.Series) -> pd.Series:
    """Labels as text; 1.0 is shown as 1, as a gap in a column makes floats of ints."""
    if pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy(dtype="float64")
        if (numbers == numbers.round()).all() and np.abs(numbers).max() < 2**53:
            return values.astype("int64").astype(str)
    return values.astype(str)


def _ordered(labels: pd.Index, values: pd.Series) -> list[str]:
    return sorted(labels, key=float) if _is_number(values) else sorted(labels)
