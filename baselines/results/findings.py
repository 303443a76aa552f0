"""Finding of a rule: a named check with a code, and its evidence."""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From what keeps a network from learning to what is good to know."""
MOST_NAMED = 10
"""Rows and columns that a finding names at most; a run's folder lists all of them."""


@dataclass(frozen=True)
class Examples:
    """Some of a table's rows as they stand in the data, as texts.

    ``values`` holds for each of ``rows`` one text a column, cut to a few letters;
    ``n_columns`` says how many columns there are in all, the target among them.
    """

    rows: tuple[int, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    n_columns: int


@dataclass(frozen=True)
class Finding:
    """One instance of a rule.

    Parameters
    ----------
    code, label : str
        Of the rule, e.g. ``"D304"`` and ``"rows-not-shuffled"``.
    severity : {"error", "warning", "note"}
    sentence : str
        What was seen, with its numbers.
    advice : str
        What to do about it.
    columns : tuple of str
        The first `MOST_NAMED` columns concerned.
    rows : tuple of int
        Numbers, from 0, of the first `MOST_NAMED` rows concerned.
    n_columns, n_rows : int
        How many are concerned in all.
    evidence : dict of str -> float
        The numbers behind the sentence.
    examples : Examples, optional
        The first rows concerned; of tables only.
    """

    code: str
    label: str
    severity: Severity
    sentence: str
    advice: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    n_columns: int = 0
    n_rows: int = 0
    evidence: dict[str, float] = field(default_factory=dict)
    examples: Examples | None = None
