"""Rows with equal features, or nearly equal ones, which a split puts on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..signal.near_copies import MOST_SEARCHED, cell_hashes, numbers_rows
from .context import RuleResult, TableContext, found, list_columns
from .registry import rule

_MANY = 0.05
"""Share of rows that are copies from which scores are likely to be flattered."""
BY_CHANCE = 0.1
"""Share of the equal pairs that chance explains, from which rows are no copies. Of
independent columns it is 1 on average; of ten symptoms with one cause .3."""
_AGREEING = 0.5
"""Share of the pairs of copies that have one class, below which they are none."""
_STRAY = 3
"""Pairs of rows that differ in one column only, whatever the table."""
_UNIQUE = 0.95
"""Share of different values from which a column may be all that tells copies apart."""
_NEAR = 1e-3
"""Distance of near copies in each column, in units of its spread ..."""
_WIDER = 10
"""... where at so many times that distance ..."""
_MORE = 3
"""... there are no more than so many times as many pairs. A density has ten times as
many in one dimension, and more in several."""
_LEAST_NUMBERS = 2
_MOST_COLUMNS = 1_000
"""In more columns rows are compared as wholes only."""


@dataclass(frozen=True)
class _Copies:
    """Rows that are the same case again: a number for each case, and in what."""

    kinds: np.ndarray
    told: str
    left_out: tuple[str, ...] = ()

    @property
    def find_duplicates(self) -> np.ndarray:
        """Which rows have a copy."""
        return np.bincount(self.kinds)[self.kinds] > 1


@rule("D309")
def duplicate_rows_across_split(context: TableContext) -> RuleResult | None:
    """Rows that stand several times, where folds may part them, and not by chance.

    Groups count that the user named: those that were found are unknown to a program.
    """
    dataset = context.dataset
    copies = _find_copies(context)
    if copies is None or (dataset.classes and _disagree(copies.kinds, dataset.y)):
        return None
    again = copies.find_duplicates
    if dataset.groups is not None and dataset.dependence == "unknown":
        again &= _in_several_groups(copies.kinds, dataset.groups)
    share = float(again.mean())
    if not again.any():
        return None
    return found(
        "D309",
        "warning" if share >= _MANY else "note",
        f"{again.sum():,} of {len(dataset):,} rows ({share:.1%}) {copies.told}.",
        "Copies on both sides of a split inflate scores. Remove them before splitting, "
        "or keep them together (--group).",
        rows=np.flatnonzero(again),
        columns=copies.left_out,
        share=share,
    )


def _disagree(kinds: np.ndarray, y: np.ndarray) -> bool:
    """Whether most pairs of copies have different classes: they are cases that look
    alike, as answers of many persons to one question, and no record twice."""
    targets = np.unique(y, axis=0, return_inverse=True)[1].ravel()
    both = kinds * (int(targets.max()) + 1) + targets
    return _pairs(both) < _AGREEING * _pairs(kinds)


def _in_several_groups(kinds: np.ndarray, groups: np.ndarray) -> np.ndarray:
    spread = pd.Series(groups).groupby(kinds).nunique()
    return spread.to_numpy()[kinds] > 1


def _find_copies(context: TableContext) -> _Copies | None:
    """Exact copies, or many that differ in a column, or in their last digits."""
    table, kinds = context.table, context.group_equal_rows[0]
    exact = _Copies(kinds, "have the same features as another row")
    if table is None or table.shape[1] > _MOST_COLUMNS:
        return exact
    hashes = cell_hashes(table)
    some = bool(exact.find_duplicates.any())
    if some and _is_chance(hashes):
        return None
    few = exact if some else None
    if exact.find_duplicates.mean() >= _MANY or len(table) > MOST_SEARCHED:
        return few
    for key, columns in _narrower(table, hashes):
        kinds = np.unique(key, return_inverse=True)[1]
        message = f"equal another row in all columns but {list_columns(columns)}"
        copies = _Copies(kinds, message, columns)
        if copies.find_duplicates.mean() < _MANY:
            continue
        if not _is_chance({c: h for c, h in hashes.items() if c not in columns}):
            return copies
    return _nearly_equal(table) or few


def _narrower(
    table: pd.DataFrame, hashes: dict[str, np.ndarray]
) -> Iterator[tuple[np.ndarray, tuple[str, ...]]]:
    """Rows without the columns that number or time them, and without one more."""
    numbering = [c for c in table.columns if numbers_rows(table[c])]
    rest = [c for c in table.columns if c not in numbering]
    if len(rest) < 2:
        return
    whole = np.sum([hashes[c] for c in rest], axis=0, dtype="uint64")
    if numbering:
        yield whole, tuple(numbering)
    least = _UNIQUE * len(table)
    fine = [c for c in rest if len(table[c].unique()) >= least]
    for column in fine if len(rest) > 2 else ():
        yield whole - hashes[column], (*numbering, column)


def _is_chance(hashes: dict[str, np.ndarray]) -> bool:
    """Whether rows of independent columns would be equal so often.

    Of the pairs that are equal in all columns but one, a share s are equal in that one
    as well if it is independent, s the share of equal values in all pairs of different
    rows. Copies have hardly any such pair that differs. A column that others determine
    tells nothing, so the one that explains most counts. Equal values of one column are
    no copies.
    """
    if len(hashes) < 2:
        return True
    whole = np.sum(list(hashes.values()), axis=0, dtype="uint64")
    equal = _pairs(whole)
    first = np.unique(whole, return_index=True)[1]
    every = len(first) * (len(first) - 1) / 2
    for cells in hashes.values():
        apart = _pairs(whole - cells) - equal
        alike = _pairs(cells[first]) / max(every, 1)
        explained = alike * max(0.0, apart - _STRAY) / (equal * (1 - alike) + 1)
        if explained >= BY_CHANCE:
            return True
    return False


def _pairs(keys: np.ndarray) -> float:
    """Pairs of rows with equal keys."""
    counts = np.unique(keys, return_counts=True)[1].astype("float64")
    return float((counts * (counts - 1) / 2).sum())


def _nearly_equal(table: pd.DataFrame) -> _Copies | None:
    """Rows whose numbers differ by rounding only, and nothing else does."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    rest = table.drop(columns=[c for c in table.columns if numbers_rows(table[c])])
    places = _places(rest)
    if places is None:
        return None
    tree = KDTree(places)
    near = tree.query_pairs(_NEAR, p=np.inf, output_type="ndarray")
    if len(near) == 0:
        return None
    wide = tree.count_neighbors(tree, _WIDER * _NEAR, p=np.inf) - len(table)
    if wide / 2 > _MORE * len(near):
        return None
    graph = coo_matrix((np.ones(len(near)), near.T), shape=(len(table),) * 2)
    kinds = connected_components(graph, directed=False)[1]
    message = "equal another row but for the last digits of their numbers"
    copies = _Copies(kinds, message)
    return copies if copies.find_duplicates.mean() >= _MANY else None


def _places(table: pd.DataFrame) -> np.ndarray | None:
    """Rows as points, numbers in units of their spread, other values far apart."""
    found, numbers = [], 0
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_float_dtype(values.dtype):
            numbers += 1
            cells = values.to_numpy(dtype="float64", na_value=np.nan)
            known = np.isfinite(cells)
            spread = _spread(cells[known])
            found.append(np.where(known, cells, 0) / spread)
            # what is missing or infinite lies beyond all numbers of its column
            found[-1][~known] = found[-1].max(initial=0) + 1
        else:
            found.append(pd.factorize(values, use_na_sentinel=False)[0].astype(float))
    return np.array(found).T if numbers >= _LEAST_NUMBERS else None


def _spread(numbers: np.ndarray) -> float:
    """Distance of the quartiles; where it is 0 the deviation, of equal numbers 1."""
    if not len(numbers):
        return 1.0
    low, high = np.quantile(numbers, (0.25, 0.75))
    return float(high - low or numbers.std() or 1.0)
