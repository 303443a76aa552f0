"""A script of older Keras, TensorFlow, NumPy, pandas or scikit-learn, in today's words.

The script itself stays as it is: what runs is the ported source.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from .arguments import port_arguments
from .changed_settings import changed_settings
from .imported_names import ImportedNames
from .imports import port_names
from .libraries import port_libraries
from .methods import port_first_shape, port_methods
from .python2 import port_builtins, port_python2
from .source_edits import Port, SourceEdits
from .values import port_texts, port_values

_ROUNDS = 3
"""An old spelling may stand within what was replaced."""
_MOST_LINES = 5
"""Line numbers that a sentence lists."""


@dataclass(frozen=True)
class PortedScript:
    """The source that runs, and what was replaced in it; each line keeps its number."""

    source: str
    ports: tuple[Port, ...] = ()


def port_script(source: str) -> PortedScript:
    """Port a script; one that Python cannot read even so comes back as it is."""
    ported, ports = source, []
    if not _reads(source):
        ported, ports = port_python2(source)
        if not _reads(ported):
            return PortedScript(source)
    for _ in range(_ROUNDS):
        new, found = _ported(ported)
        if not found or not _reads(new):
            break
        ported, ports = new, [*ports, *found]
    if ports:  # else it is a script of today
        ports = [*ports, *changed_settings(ported)]
    return PortedScript(ported, tuple(sorted(ports, key=lambda port: port.line)))


def _ported(source: str) -> tuple[str, list[Port]]:
    edits = SourceEdits(source)
    names = ImportedNames(edits.tree)
    port_names(edits, names)
    port_first_shape(edits, names)
    port_methods(edits, names)
    port_arguments(edits, names)
    port_values(edits, names)
    port_texts(edits)
    port_libraries(edits, names)
    port_builtins(edits, names)
    return edits.applied(), edits.ports


def _reads(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def port_sentences(ports: Sequence[Port]) -> tuple[str, ...]:
    """A sentence for each spelling that was replaced, with its lines."""
    lines: dict[str, list[int]] = {}
    for port in ports:
        lines.setdefault(port.what, []).append(port.line)
    return tuple(f"{_at(sorted(set(at)))}: {what}" for what, at in lines.items())


def _at(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_MOST_LINES]))
    more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
    return f"line{'s' if len(lines) > 1 else ''} {shown}{more}"
