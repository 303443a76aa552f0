"""Names that differ in case or blanks only, or by a letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from ...data import Dataset
from ...data.encode import is_text
from ...data.target import misspelt
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_MOST_KINDS = 200
"""Columns with more different texts are names or sentences, and not categories."""
_LETTERS = 3
"""Up to so many letters may be one name in two cases: Y and y, but not A to z."""
_MOST_SHOWN = 4


@rule("D319")
def case_variants(context: TableContext) -> RuleResult | None:
    """Classes and categories that differ in case or blanks only."""
    dataset = context.dataset
    several = {} if dataset.y.ndim == 2 else {"": _variants(dataset.classes)}
    several |= dict(_column_variants(context.table))
    several = {name: groups for name, groups in several.items() if groups}
    if not several:
        return _misspelt_classes(dataset)
    columns = [name or dataset.card.target for name in several]
    first = next(iter(several.values()))[0]
    shown = ", ".join(repr(name) for name in first[:_MOST_SHOWN])
    of_target = "" in several
    what = "classes differ" if of_target else "categories differ"
    total = sum(len(group) for groups in several.values() for group in groups)
    return found(
        "D319",
        "warning" if of_target else "note",
        f"{total:,} {what} from each other in case or blanks only, in "
        f"{list_columns(columns)} ({shown}).",
        "Write each name in one way: column.str.strip().str.lower().",
        columns=columns,
        variants=total,
    )


def _misspelt_classes(dataset: Dataset) -> RuleResult | None:
    """Rare classes that are a common one but for a letter."""
    if dataset.y.ndim == 2 or not dataset.classes:
        return None
    rows = np.bincount(dataset.y, minlength=len(dataset.classes)).tolist()
    found_names = misspelt(dict(zip(dataset.classes, rows, strict=True)))
    if not found_names:
        return None
    shown = ", ".join(
        f"{rare!r} for {common!r}"
        for rare, common in list(found_names.items())[:_MOST_SHOWN]
    )
    places = [dataset.classes.index(rare) for rare in found_names]
    may_be = "class is" if len(places) == 1 else "classes are"
    return found(
        "D319",
        "warning",
        f"{len(places):,} rare {may_be} like a common one but for a letter, and may be "
        f"misspelt, in {list_columns([dataset.card.target])} ({shown}).",
        "Write each name in one way: column.replace(...).",
        columns=[dataset.card.target],
        rows=np.flatnonzero(np.isin(dataset.y, places)),
        variants=len(places),
    )


def _column_variants(
    table: pd.DataFrame | None,
) -> Iterator[tuple[str, list[list[str]]]]:
    """Spellings of the same category by column."""
    if table is None or is_text(table):
        return
    for name, column in table.items():
        kind = column.dtype
        if isinstance(kind, pd.CategoricalDtype):
            kinds: Iterable[object] = kind.categories
        elif pd.api.types.is_string_dtype(kind):
            kinds = column.dropna().unique()
        else:
            continue
        texts = [kind for kind in kinds if isinstance(kind, str)]
        if len(texts) <= _MOST_KINDS:
            yield str(name), _variants(texts)


def _variants(names: Iterable[str]) -> list[list[str]]:
    """Spellings of one name each, where there are several."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[" ".join(name.split()).casefold()].append(name)
    several = [found for plain, found in spellings.items() if len(found) > 1 and plain]
    if len(spellings) > _LETTERS:
        # of many letters, A and a may well be two things
        several = [found for found in several if len(found[0].strip()) > 1]
    return several
