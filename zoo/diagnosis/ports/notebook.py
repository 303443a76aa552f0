"""A notebook as one script: its code cells in their order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .source_edits import Port

SUFFIX = ".ipynb"
_LEFT_OUT = re.compile(r"^\s*(?:[%!]|get_ipython\(\)|[\w.]+\?{1,2}\s*$|\?[\w.]+)")
_ASSIGNED = re.compile(r"^\s*[\w, ]+=\s*[%!]")
# Magics of a whole cell whose cell is Python all the same.
_TIMING = ("%%time", "%%timeit", "%%capture")


def notebook_source(path: Path) -> tuple[str, list[Port]]:
    """Return the code of a notebook, and the lines of it that are left out.

    Raises
    ------
    SyntaxError
        The file is no notebook.
    """
    try:
        facts: Any = json.loads(path.read_text("utf-8"))
        cells = [_code(cell) for cell in _cells(facts) if _is_code(cell)]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SyntaxError(f"{path.name} is not a notebook") from error
    lines: list[str] = []
    ports: list[Port] = []
    for number, cell in enumerate(cells, start=1):
        lines.append(f"# cell {number}")
        whole = cell.lstrip().startswith("%%") and not cell.lstrip().startswith(_TIMING)
        for line in cell.split("\n"):
            lines.append(line)
            if whole or _LEFT_OUT.match(line) or _ASSIGNED.match(line):
                shown = line.strip()
                lines[-1] = _blank_line(line)
                if shown:
                    what = f"`{shown}` of cell {number} is left out"
                    ports.append(Port(len(lines), what))
    return "\n".join([*lines, ""]), ports


def _cells(facts: Any) -> list[Any]:
    if "worksheets" in facts:  # notebooks until 2015
        return [cell for sheet in facts["worksheets"] for cell in sheet["cells"]]
    return facts["cells"]


def _is_code(cell: Any) -> bool:
    return cell["cell_type"] == "code"


def _code(cell: Any) -> str:
    source = cell["source"] if "source" in cell else cell["input"]
    return source if isinstance(source, str) else "".join(source)


def _blank_line(line: str) -> str:
    """The line as nothing, which may be all that an indented block has."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.strip()}"
