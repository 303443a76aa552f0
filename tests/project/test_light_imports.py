"""Commands that train nothing do not pay for TensorFlow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"tensorflow", "keras", "sklearn", "pandas", "numpy", "rich", "scipy"}


def modules_after(codes: list[str], cwd: Path) -> list[set[str]]:
    """Top-level names of the modules that a fresh interpreter has after each code."""
    tell = "print('\\nloaded', *{m.split('.')[0] for m in sys.modules})"
    lines = [line for code in codes for line in (code, tell)]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(["import sys", *lines])],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
    )
    told = [line.split() for line in run.stdout.splitlines()]
    return [set(words[1:]) for words in told if words[:1] == ["loaded"]]


def command(*arguments: str) -> str:
    call = f"main({arguments!r}, standalone_mode=False)"
    return f"from learnable.zoo.cli import main; {call}"


LIGHT = {
    "package": "import learnable",
    "parts": "import learnable.zoo, learnable.data, learnable.baselines, "
    "learnable.reports",
    "help": command("--help"),
    "list": command("list"),
    "show": command("show", "rgb-softmax"),
    "train-help": command("train", "--help"),
    "runs": command("runs"),
    "prune": command("runs", "prune", "--keep", "1"),
}


@pytest.fixture(scope="module")
def loaded_after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What one interpreter has loaded after each, the commands before it included."""
    found = modules_after([*LIGHT.values()], tmp_path_factory.mktemp("light"))
    return dict(zip(LIGHT, found, strict=True))


@pytest.mark.parametrize("name", LIGHT)
def test_nothing_heavy_is_imported(loaded_after, name: str) -> None:
    assert not HEAVY & loaded_after[name]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A folder in which iris was scored, and the modules that this loaded."""
    folder = tmp_path_factory.mktemp("scored")
    code = command("baseline", "iris", "--folds", "2", "--quiet", "--jobs", "1")
    (loaded,) = modules_after([code], folder)
    return folder, loaded


def test_runs_are_looked_at_with_what_that_needs(scored, tmp_path: Path) -> None:
    """In one interpreter, from the lightest command to the heaviest."""
    folder, loaded = scored
    assert not {"tensorflow", "keras"} & loaded
    (run,) = (p for p in (folder / "runs").iterdir() if p.is_dir())
    names = [run.name, "copy"]
    for name in names:
        shutil.copytree(run, tmp_path / "runs" / name)
    index = "from pathlib import Path; from learnable.zoo.runs.index import write_index"
    diff = "from learnable.zoo.cli.runs_diff import diff_command as diff"
    light = [
        f"{index}; write_index(Path('runs'))",
        command("runs", "list"),
        f"{diff}; diff({names!r}, standalone_mode=False)",
    ]
    pages = [
        command("report", "last", "--format", "md", "--to", "-"),
        command("report", "last", "--quiet"),
        command("report", *names, "--quiet", "--charts", "charts"),
    ]
    codes = [*light, command("runs", "show", "last"), *pages]
    found = modules_after(codes, tmp_path)
    assert len(found) == len(codes)
    assert not [code for code, has in zip(light, found, strict=False) if HEAVY & has]
    assert not (HEAVY - {"rich"}) & found[len(light)]
    assert not {"tensorflow", "keras", "sklearn"} & found[-1]
