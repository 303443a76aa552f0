"""Commands that train nothing do not pay for TensorFlow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"tensorflow", "keras", "sklearn", "pandas", "numpy", "rich", "scipy"}


def modules_after(code: str, cwd: Path) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded."""
    tell = "import sys; print('\\n' + ' '.join({m.split('.')[0] for m in sys.modules}))"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
    )
    return set(run.stdout.splitlines()[-1].split())


def command(*arguments: str) -> str:
    call = f"main({arguments!r}, standalone_mode=False)"
    return f"from learnable.zoo.cli import main; {call}"


@pytest.mark.parametrize(
    "code",
    [
        "import learnable",
        "import learnable.zoo, learnable.data, learnable.baselines, learnable.reports",
        command("--help"),
        command("list"),
        command("show", "rgb-softmax"),
        command("train", "--help"),
        command("runs"),
        command("runs", "prune", "--keep", "1"),
    ],
    ids=["package", "parts", "help", "list", "show", "train-help", "runs", "prune"],
)
def test_nothing_heavy_is_imported(code: str, tmp_path: Path) -> None:
    assert not HEAVY & modules_after(code, tmp_path)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A folder in which iris was scored, and the modules that this loaded."""
    folder = tmp_path_factory.mktemp("scored")
    code = command("baseline", "iris", "--folds", "2", "--quiet", "--jobs", "1")
    return folder, modules_after(code, folder)


def test_baseline_and_report_import_what_they_may(scored) -> None:
    folder, loaded = scored
    assert not {"tensorflow", "keras"} & loaded
    found = modules_after(command("report", "last", "--quiet"), folder)
    assert not {"tensorflow", "keras", "sklearn"} & found
    index = "from pathlib import Path; from learnable.zoo.runs.index import write_index"
    found = modules_after(f"{index}; write_index(Path('runs'))", folder)
    assert not HEAVY & found
    assert not HEAVY & modules_after(command("runs", "list"), folder)
    found = modules_after(command("runs", "show", "last"), folder)
    assert not (HEAVY - {"rich"}) & found


def test_comparing_runs_imports_what_it_may(scored, tmp_path: Path) -> None:
    (run,) = (p for p in (scored[0] / "runs").iterdir() if p.is_dir())
    names = [run.name, "copy"]
    for name in names:
        shutil.copytree(run, tmp_path / "runs" / name)
    compare = command("report", *names, "--quiet", "--charts", "charts")
    markdown = command("report", "last", "--format", "md", "--to", "-")
    for code in (compare, markdown):
        assert not {"tensorflow", "keras", "sklearn"} & modules_after(code, tmp_path)
    diff = "from learnable.zoo.cli.runs_diff import diff_command as diff"
    code = f"{diff}; diff({names!r}, standalone_mode=False)"
    assert not HEAVY & modules_after(code, tmp_path)
