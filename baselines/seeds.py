"""Candidates under other seeds than their own."""

from typing import Any

NAMES = ("random_state", "seed")
"""What a parameter that seeds a candidate is called, its own or that of a part."""


def reseeded(candidate: Any, number: int) -> Any:
    """A clone whose every seed is moved by ``number``; None if it has no seed.

    A parameter that holds no whole number (None, a generator) is set to ``number``.
    """
    from sklearn.base import clone

    if not hasattr(candidate, "get_params"):
        return None
    found = candidate.get_params(deep=True)
    moved = {
        name: value + number if isinstance(value, int) else number
        for name, value in found.items()
        if name.rpartition("__")[2] in NAMES
    }
    copy: Any = clone(candidate)
    return copy.set_params(**moved) if moved else None
