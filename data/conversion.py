"""What is done to the columns of a table once it is read, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pandas as pd

from .errors import ZooError
from .missing import drop_rows, mark_missing, refuse_unmet, settle_class_words
from .numbers import HINT, DecimalHint, convert_numbers
from .quantities import convert_quantities
from .target import find_targets


def convert_columns(
    table: pd.DataFrame,
    name: str,
    target: str | None,
    missing: Sequence[str],
    dropped: str,
    *,
    numbers: bool = True,
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Leave out rows, set cells to missing, and make numbers of text that holds them.

    Parameters
    ----------
    table : DataFrame
        As it was read; its index counts the rows from 0.
    name : str
        Of the file, for messages.
    target : str, optional
        As ``--target`` has it.
    missing, dropped
        As ``--missing`` and ``--drop-rows`` have them.
    numbers : bool, default True
        Whether text may hold numbers.

    Returns
    -------
    table : DataFrame
        Rows keep their index.
    notes : dict of str to tuple of str
        On columns, by their names.

    Raises
    ------
    Misuse, BadData
        ``missing`` or ``dropped`` names what is not there, or no row is left.
    """
    hint = table.attrs.pop(HINT, DecimalHint())
    if dropped:
        table = drop_rows(table, dropped, name)
    # text such as 'n.a.' before numbers are made of it, numbers such as -999 after
    table, met = mark_missing(table, missing)
    found: Mapping[str, tuple[str, ...]] = {}
    if numbers:
        table, found = convert_numbers(table, hint)
        table, quantities = convert_quantities(table)
        found = {**found, **quantities}
    table, also = mark_missing(table, missing)
    refuse_unmet(missing, met | also, name)
    notes = dict(found)
    for answer in _targets(table, target, name):
        column: pd.Series = table.iloc[:, table.columns.tolist().index(answer)]
        if not pd.api.types.is_string_dtype(column.dtype):
            continue
        settled, said = settle_class_words(column)
        table = table.assign(**{answer: settled})
        notes[answer] = (*notes.get(answer, ()), *said)
    return table, {column: said for column, said in notes.items() if said}


def _targets(table: pd.DataFrame, target: str | None, name: str) -> list[str]:
    with suppress(ZooError):  # no such target: told where one is needed
        return find_targets(target, list(table.columns), name)
    return []
