"""A folder with modules named like libraries: nothing is imported from there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from build import Target, called, write_archive

NAMES = (
    "click", "joblib", "json", "keras", "learnable", "numpy", "pandas", "sklearn",
    "tensorflow", "sitecustomize",
)  # fmt: skip
ZOO = "from learnable.zoo.cli import main; main()"


@pytest.fixture
def trap(tmp_path: Path, target: Target) -> Path:
    """A folder that somebody handed over."""
    folder = tmp_path / "trap"
    folder.mkdir()
    for name in NAMES:
        touch = f"open({str(target.marker)!r}, 'w').write({name!r})"
        (folder / f"{name}.py").write_text(touch)
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "list",
        "baseline iris --folds 2 --jobs 2 --quiet",
        pytest.param("check model.keras --data iris --quiet", marks=pytest.mark.slow),
    ],
)
def test_modules_of_the_folder_are_not_imported(
    line: str, trap: Path, target: Target
) -> None:
    write_archive(trap / "model.keras", called("Dense", {"units": 2}))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", ZOO, *line.split()],  # as the installed command
        cwd=trap, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert not target.marker.exists(), target.marker.read_text()
    assert "Traceback" not in done.stderr
