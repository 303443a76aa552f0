"""Runs the notebooks of docs/notebooks and stores what each cell gives.

``python docs/make_notebooks.py [NAME...]``. Cells are run one after the other in one
namespace, in an empty folder, as a kernel runs them: the last expression of a cell is
shown, and lines that begin with ``!`` are given to a shell. No kernel is needed.
"""

import ast
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("notebooks")


def run_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook with the outputs of its cells, run in an empty folder.

    Parameters
    ----------
    notebook : dict
        As nbformat 4.5 has it; it stays as it is.

    Raises
    ------
    Exception
        Whatever a cell raises.
    """
    names: dict[str, Any] = {"__name__": "__main__", "_shell": _shell}
    cells, number, before = [], 0, Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    number += 1
                    outputs = _run_cell("".join(cell["source"]), names, number)
                    cell = cell | {"execution_count": number, "outputs": outputs}
                cells.append(cell)
        finally:
            os.chdir(before)
    return notebook | {"cells": cells}


def _run_cell(source: str, names: dict[str, Any], number: int) -> list[dict[str, Any]]:
    lines = [
        f"_shell({line[1:]!r})" if line.startswith("!") else line
        for line in source.splitlines()
    ]
    tree = ast.parse("\n".join(lines))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    written, value, place = io.StringIO(), None, f"<cell {number}>"
    with contextlib.redirect_stdout(written):
        exec(compile(tree, place, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)
    found: list[dict[str, Any]] = []
    if written.getvalue():
        text = _lines(written.getvalue())
        found.append({"name": "stdout", "output_type": "stream", "text": text})
    if value is not None:
        shown = {"execution_count": number, "metadata": {}}
        shown |= {"output_type": "execute_result", "data": _shown(value)}
        found.append(shown)
    return found


def _shell(command: str) -> None:
    """Run a line in a shell that finds ``zoo``, and print what it prints."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    told = subprocess.run(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env=os.environ | {"PATH": path},
    )  # fmt: skip
    sys.stdout.write(told.stdout)


def _shown(value: Any) -> dict[str, list[str]]:
    data = {"text/plain": _lines(repr(value))}
    make = getattr(value, "_repr_html_", None)
    html = make() if make and not isinstance(value, type) else None
    return {"text/html": _lines(html), **data} if html else data


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main(names: list[str]) -> None:
    """Run the notebooks of these names, or all, and write them again."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        if names and path.stem not in names:
            continue
        made = run_notebook(json.loads(path.read_text("utf-8")))
        text = json.dumps(made, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", "utf-8")
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
