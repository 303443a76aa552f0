"""Amounts of things in words, singular and plural, and lists of them."""

from collections.abc import Sequence


def count(amount: int, one: str, many: str = "") -> str:
    """Write an amount and what it is of.

    Parameters
    ----------
    amount : int
    one : str
        What follows a single one, its verb or pronoun included.
    many : str, default ""
        What follows any other amount; by default ``one`` with the ending of its plural.

    Returns
    -------
    str
        Thousands set apart.

    Examples
    --------
    >>> count(1, "row"), count(2_000, "row"), count(2, "class")
    ('1 row', '2,000 rows', '2 classes')
    >>> count(1, "column has", "columns have")
    '1 column has'
    """
    return f"{amount:,} {one if amount == 1 else many or plural(one)}"


def count_of(part: int, whole: int, one: str, many: str) -> str:
    """Write how many of all have a property, the verb included.

    Examples
    --------
    >>> count_of(1, 150, "row has", "rows have")
    '1 of 150 rows has'
    >>> count_of(20, 150, "row has", "rows have")
    '20 of 150 rows have'
    """
    noun, verb = many.rsplit(" ", 1)
    verb = one.rsplit(" ", 1)[1] if part == 1 else verb
    noun = one.rsplit(" ", 1)[0] if whole == 1 else noun
    return f"{part:,} of {whole:,} {noun} {verb}"


def join_words(parts: Sequence[str]) -> str:
    """Write names or clauses as one list; one at least.

    Examples
    --------
    >>> join_words(["a"]), join_words(["a", "b"]), join_words(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def plural(noun: str) -> str:
    """``rows``, ``classes``."""
    return noun + ("es" if noun.endswith("s") else "s")
