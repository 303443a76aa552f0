"""A model's recipe, as the options of the command change it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..registry import recipe

if TYPE_CHECKING:
    from ..recipe import Recipe


def adjusted(
    name: str, *, class_weight: Any, stub: str | None, weights: Path | None
) -> Recipe:
    """The model's default recipe, with what the options say."""
    return replace(
        recipe(name),
        class_weight=class_weight,
        stub=stub or "",
        weights=str(weights or ""),
    )
