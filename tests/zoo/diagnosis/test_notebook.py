"""Notebooks, as one script."""

import json

import pytest
from learnable.zoo.diagnosis.ports.notebook import notebook_source
from learnable.zoo.diagnosis.record.run_script import run_script


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook of code cells."""

    def write(*cells, version=4):
        whole = [{"cell_type": "markdown", "source": ["# Title"]}]
        key = "source" if version == 4 else "input"
        whole += [{"cell_type": "code", key: cell} for cell in cells]
        facts = {"cells": whole} if version == 4 else {"worksheets": [{"cells": whole}]}
        path = tmp_path / "train.ipynb"
        path.write_text(json.dumps(facts))
        return path

    return write


def test_cells_come_in_their_order(notebook):
    source, left_out = notebook_source(notebook("a = 1", ["b = 2\n", "c = 3"]))
    assert source == "# cell 1\na = 1\n# cell 2\nb = 2\nc = 3\n"
    assert left_out == []


def test_old_notebooks_are_read(notebook):
    assert "a = 1" in notebook_source(notebook("a = 1", version=3))[0]


@pytest.mark.parametrize(
    "line",
    ["%matplotlib inline", "!pip install x", "files = !ls", "model.fit?", "%%time"],
)
def test_magic_is_left_out_and_named(notebook, line):
    source, (port,) = notebook_source(notebook(f"{line}\na = 1"))
    assert source.split("\n")[1] == f"pass  # {line}"
    assert port.what == f"`{line}` of cell 1 is left out"
    assert port.line == 2


def test_cell_in_another_language_is_left_out(notebook):
    source, ports = notebook_source(notebook("%%bash\nls | wc"))
    assert "\nls" not in source
    assert len(ports) == 2


def test_what_looks_like_magic_in_python_stays(notebook):
    cell = "a = (7\n     + b)\nc = a % 3\nd = a != 3"
    assert notebook_source(notebook(cell))[1] == []


def test_notebook_runs_and_errors_name_the_line(notebook):
    done = run_script(
        notebook("%time\nx = 3\ndisplay(x)", "open('gone.csv')"), seconds=9
    )
    assert done.printed == "3\n"
    assert "(line 6: open('gone.csv'))" in done.error


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "train.ipynb"
    path.write_text("{}")
    assert "train.ipynb is not a notebook" in run_script(path, seconds=9).error
