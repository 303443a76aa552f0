"""Commands where a home, a folder, a terminal or a limit is missing."""

import json
import os
import subprocess
import sys
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


def whole_runs(folder: Path) -> list[Path]:
    """The runs that are listed, each with results that can be read."""
    runs = [path for path in folder.iterdir() if not path.name.startswith(".")]
    for run in runs:
        json.loads((run / "results.json").read_text("utf-8"))
        assert (run / "report.html").read_text("utf-8").rstrip().endswith("</html>")
    return runs


SURROUNDINGS = {
    "no home": {"HOME": None},
    "a home that is not there": {"HOME": "/nonexistent"},
    "no folder for temporary files": {"TMPDIR": "/nonexistent"},
    "one column": {"COLUMNS": "1"},
    "no language": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "TERM": "dumb"},
}


@pytest.mark.slow  # whole commands
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_run_is_whole_wherever_it_is_made(name, tmp_path) -> None:
    done = zoo(*BASELINE, cwd=tmp_path, **SURROUNDINGS[name])
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert len(whole_runs(tmp_path / "runs")) == 1


LIMITS = {
    "files of 0 bytes": "ulimit -f 0;",
    "files of 16 kB": "ulimit -f 32;",
    "12 open files": "ulimit -n 12;",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LIMITS)
def test_limit_of_the_system_is_one_line(name, tmp_path) -> None:
    kept = tmp_path / "runs" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("kept")
    done = zoo(*BASELINE, "--quiet", cwd=tmp_path, before=LIMITS[name])
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert (done.stderr.count("\n"), "a fault of zoo" in done.stderr) == (1, False)
    assert [path.name for path in kept.parent.iterdir()] == ["mine.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("pages", [0, 8, 40])
def test_full_disk_is_one_line(pages, tmp_path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = f"size={max(1, pages) * 4096}"
    made = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(made, capture_output=True).returncode:
        pytest.skip("a small disk is mounted by root alone")
    try:
        out = ("--quiet", "--out", str(disk / "runs"))
        done = zoo(*BASELINE, *out, cwd=tmp_path, TMPDIR=str(disk))
        assert done.returncode in (1, 2)
        (line,) = done.stderr.splitlines()
        assert "disk is full" in line or "No space left" in line
        assert not [path for path in disk.rglob("*") if path.is_file()]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
def test_two_commands_in_one_folder_at_once(tmp_path) -> None:
    command = [sys.executable, "-c", RUN, *BASELINE, "--quiet"]
    both = [subprocess.Popen(command, cwd=tmp_path) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert len(whole_runs(tmp_path / "runs")) == 2
