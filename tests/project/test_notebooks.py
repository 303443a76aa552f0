"""The notebooks of the docs: small, whole, and what they show is what they give."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from learnable.baselines.results.results import EXIT_CODES

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
_RUN = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from make_notebooks import run_notebook
made = run_notebook(json.loads(Path(sys.argv[2]).read_text("utf-8")))
Path(sys.argv[3]).write_text(json.dumps(made), "utf-8")
"""


def read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def texts(notebook: dict) -> list[str]:
    """What each cell of code prints and shows, as text."""
    return [
        "".join(
            line
            for output in cell["outputs"]
            for line in output.get("text", output.get("data", {}).get("text/plain"))
        )
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def exit_codes(notebook: dict) -> list[int]:
    """Those of the verdicts that a notebook shows, in their order.

    A sound network may be level on one machine and ahead on another.
    """
    names = "|".join(sorted(EXIT_CODES, key=len, reverse=True))
    told = "\n".join(texts(notebook))
    return [EXIT_CODES[n] for n in re.findall(rf"(?<![\w-])(?:{names})(?![\w-])", told)]


def test_there_are_five_and_a_page_names_each() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    assert len(NOTEBOOKS) == 5
    assert all(f"({path.name})" in page for path in NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_with_their_output(path) -> None:
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert path.stat().st_size < 200_000
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in codes] == [*range(1, len(codes) + 1)]
    assert any(texts(notebook))
    shown = "\n".join(texts(notebook))
    assert not re.search(r"Traceback|Error:|/(tmp|home|root|work|var)/", shown)


@pytest.mark.slow  # up to a minute of processor time each
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_give_the_verdicts_that_they_show(path, tmp_path) -> None:
    made = tmp_path / "made.ipynb"
    told = subprocess.run(
        [sys.executable, "-c", _RUN, str(FOLDER.parent), str(path), str(made)],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr[-2_000:]
    assert exit_codes(read(made)) == exit_codes(read(path))
