"""Changes to a script, told apart from the way they are written into its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..record.recording import Place


@dataclass(frozen=True)
class SetArgument:
    """Give an argument of a call another value.

    Parameters
    ----------
    call : {"compile", "fit", "layer"}
        ``layer`` is the constructor of a layer at ``place``, of class ``kind``.
    name : str
        The argument, under Keras' name.
    code : str
        A Python expression, e.g. ``"'relu'"`` or ``"keras.optimizers.Adam(0.001)"``;
        "" takes the argument away.
    nth, of : int
        Of ``of`` layers of that class that were made on the line, the one with the
        number ``nth``, from 0, in the order of making.
    """

    call: Literal["compile", "fit", "layer"]
    name: str
    code: str
    place: Place | None = None
    kind: str = ""
    nth: int = 0
    of: int = 1


@dataclass(frozen=True)
class WrapArgument:
    """Put an expression around an argument that ``fit`` is given.

    ``code`` has ``{}`` where the old expression goes, e.g. ``"{}.reshape(-1, 1)"``.
    """

    name: Literal["x", "y", "callbacks"]
    code: str


@dataclass(frozen=True)
class InsertLayer:
    """Put a new layer before or after the layer made at ``place``.

    ``nth`` and ``of`` tell layers on one line apart, as for `SetArgument`.
    """

    place: Place
    kind: str
    code: str
    before: bool = True
    nth: int = 0
    of: int = 1


@dataclass(frozen=True)
class FeedFrom:
    """Let the layer made at ``place`` take the output of the one made at ``source``.

    Both are called in the functional style, on tensors.
    """

    place: Place
    kind: str
    source: Place
    source_kind: str


@dataclass(frozen=True)
class NormaliseInputs:
    """A ``keras.layers.Normalization`` in front, adapted to the training rows.

    Rows of ``axes`` = 2 axes are normalised column by column, others (images) as a
    whole.
    """

    axes: int = 2


@dataclass(frozen=True)
class ScaleInputs:
    """A ``keras.layers.Rescaling(scale, offset)`` in front of the model."""

    scale: float
    offset: float


@dataclass(frozen=True)
class CleanInputs:
    """Missing and infinite values become 0, in front of the model."""


@dataclass(frozen=True)
class HideInputs:
    """Some of the ``count`` columns of the input are 0 for the model."""

    columns: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class RescaleOutputs:
    """A ``keras.layers.Rescaling(scale, offset)`` behind the model.

    ``weight`` multiplies the loss (``loss_weights`` of ``compile``), so that its
    gradients are those of targets in units of ``scale``. Several numbers are for a
    column of the outputs each.
    """

    scale: float | tuple[float, ...]
    offset: float | tuple[float, ...]
    weight: float


@dataclass(frozen=True)
class ReadClasses:
    """Answers of one output, that the script rounds, as the likeliest of several.

    What is no such answer stays as it is.
    """


@dataclass(frozen=True)
class Statement:
    """One statement before ``compile``.

    Behind it where the script gives what the statement assigns its value only later.
    ``code`` may use ``{model}``, the name of the model there.
    """

    code: str


@dataclass(frozen=True)
class BeforeFit:
    """One statement before the call of ``fit``.

    ``code`` may use ``{model}``, the name of the model there, and ``{x}``, the rows as
    the call has them.
    """

    code: str


Edit = (
    SetArgument
    | WrapArgument
    | InsertLayer
    | FeedFrom
    | NormaliseInputs
    | ScaleInputs
    | CleanInputs
    | HideInputs
    | RescaleOutputs
    | ReadClasses
    | Statement
    | BeforeFit
)


def edited_places(
    edits: Iterable[Edit], *, fit: Place | None, compiled: Place | None
) -> tuple[Place, ...]:
    """Return the lines that edits change, each once; those of no file are left out.

    Parameters
    ----------
    edits : iterable of Edit
    fit, compiled : Place, optional
        The lines that train and compile the network.
    """
    found = (_edited_place(edit, fit, compiled) for edit in edits)
    return tuple(dict.fromkeys(place for place in found if place is not None))


def _edited_place(
    edit: Edit, fit: Place | None, compiled: Place | None
) -> Place | None:
    if isinstance(edit, InsertLayer | FeedFrom):
        return edit.place
    if isinstance(edit, SetArgument):
        return {"layer": edit.place, "compile": compiled, "fit": fit}[edit.call]
    return compiled if isinstance(edit, Statement | RescaleOutputs) else fit


def affects_all_outputs(edit: Edit) -> bool:
    """Whether an edit changes what all outputs of a network share.

    Where there are several, a repair of one must leave the others as they are: their
    losses, their targets, and their number.
    """
    if isinstance(edit, SetArgument):
        return edit.call == "compile" and edit.name in ("loss", "loss_weights")
    if isinstance(edit, WrapArgument):
        return edit.name == "y"
    return isinstance(edit, RescaleOutputs | ReadClasses)
