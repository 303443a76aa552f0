"""Commands under limits of the system."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

RUN = "from learnable.zoo.cli import main; main()"
BASELINE = ("baseline", "iris", "--folds", "2", "--jobs", "1")


def zoo(
    *arguments: str, cwd: Path, before: str = "", **changed: str | None
) -> subprocess.CompletedProcess[str]:
    """Run ``zoo`` in a process; ``before`` is what a shell does first."""
    env = {k: v for k, v in {**os.environ, **changed}.items() if v is not None}
    return subprocess.run(
        ["sh", "-c", f'{before} exec "$0" "$@"', sys.executable, "-c", RUN, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
    )


LIMITS = {
    "files of 0 bytes": "ulimit -f 0;",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LIMITS)
def test_limit_of_the_system_is_one_line(name, tmp_path) -> None:
    kept = tmp_path / "runs" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("kept")
    done = zoo(*BASELINE, "--quiet", cwd=tmp_path, before=LIMITS[name])
    assert done.returncode == 1
    # where no file can be written at all, joblib warns that it starts no process
    assert done.stderr.splitlines()[-1].startswith("Error: the disk is full")
    assert "a fault of zoo" not in done.stderr
    assert [path.name for path in kept.parent.iterdir()] == ["mine.txt"]


ODD = {
    "no home": {"HOME": None},
    "an old locale": {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    "one column": {"COLUMNS": "1"},
    "no folder for passing files": {"TMPDIR": "/proc/self"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_odd_surroundings_change_nothing(name, tmp_path) -> None:
    done = zoo(*BASELINE, cwd=tmp_path, **ODD[name])
    assert done.returncode == 0, done.stderr
    assert "signal. There is something to learn" in done.stdout
    assert len([*tmp_path.glob("runs/*/report.html")]) == 1


@pytest.mark.slow
def test_two_commands_at_once_write_a_run_each(tmp_path) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(zoo, *BASELINE, "--quiet", cwd=tmp_path) for _ in range(2)]
    assert [d.result().returncode for d in done] == [0, 0]
    runs = [*(tmp_path / "runs").iterdir()]
    assert len(runs) == 2
    assert all((run / "results.json").is_file() for run in runs)
