"""Changes to a script that undo a fault of its data, where one can be written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..diagnosis.case import Repair
from ..diagnosis.edits import HideInputs, Statement
from ..diagnosis.named import name_of, sees_names, whole_fit

if TYPE_CHECKING:
    from ...baselines.diagnosis import Cause
    from .material import Material


@dataclass(frozen=True)
class Fault:
    """A fault of the data alone, and the change to the script that undoes it.

    ``score`` is what the network has with that change; None where it stays as it is.
    """

    cause: Cause
    repair: Repair | None = None
    score: float | None = None


def hide(material: Material, named: tuple[str, ...]) -> Repair | None:
    """Columns as 0 for the network.

    None where these are not columns of its one input.
    """
    x = material.fit.x
    if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind != "f":
        return None
    table: Any = material.dataset.x
    names = list(table.columns)
    if len(names) != x.shape[1]:
        return None
    columns = tuple(sorted(names.index(name) for name in named))
    return Repair(
        f"hidden from the network: {', '.join(named)}",
        lambda setup: replace(setup, hidden=columns),
        (HideInputs(columns, x.shape[1]),),
    )


def aligned(x: Any, like: Any) -> Any:
    """Rows shifted and scaled to have the means and spreads of others, by column.

    Arrays of more than two axes, such as images, are scaled as a whole.
    """
    axis = 0 if x.ndim == 2 else None
    scale = like.std(axis=axis) / np.maximum(x.std(axis=axis), 1e-12)
    return (x - x.mean(axis=axis)) * scale + like.mean(axis=axis)


def align(material: Material, asked: Any) -> Repair | None:
    """Rows asked about brought to the means and spreads of those trained on.

    Only where both are arrays that the script has names for.
    """
    recording = material.recording
    whole = whole_fit(recording, material.fit)
    if whole is None or not sees_names(whole) or not isinstance(asked, np.ndarray):
        return None
    own, other = name_of(recording, whole.x), name_of(recording, asked)
    if own is None or other is None or own == other:
        return None
    axis = "axis=0" if asked.ndim == 2 else ""
    spread = f"({other}.std({axis}) + 1e-12)"
    code = (
        f"{other} = ({other} - {other}.mean({axis})) / {spread} * {own}.std({axis}) "
        f"+ {own}.mean({axis})"
    )
    what = f"{other} brought to the scale of {own}"
    return Repair(what, lambda setup: setup, (Statement(code),))
