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
    "help-json": command("help", "--json"),
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


def test_the_data_half_never_imports_tensorflow(tmp_path: Path) -> None:
    """Nor does what is known of answers: table, page of a notebook, JSON."""
    code = (
        "import learnable; r = learnable.baseline('iris', folds=2, jobs=1); repr(r);"
        "r._repr_html_(); r.to_json(); r.table; learnable.look('iris');"
        "learnable.compare_predictions([0, 1] * 9, {'a': [.1, .9] * 9})"
    )
    (loaded,) = modules_after([code], tmp_path)
    assert not {"tensorflow", "keras"} & loaded
    assert not list(tmp_path.iterdir())


def test_names_can_be_listed_and_read_from_outside() -> None:
    """`dir` knows all public names, and type checkers find each where it is made."""
    import ast

    import learnable

    assert set(learnable.__all__) <= set(dir(learnable))
    tree = ast.parse(Path(learnable.__file__).read_text("utf-8"))
    block, _ = (n for n in tree.body if isinstance(n, ast.If))  # and `if not`
    seen = {
        (alias.name, str(node.module).replace(".", "/"))
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {n: h.replace(".", "/") for n, h in learnable._HOME.items()}
    assert seen == set(homes.items())
    assert set(homes) == set(learnable.__all__)
    assert (Path(learnable.__file__).parent / "py.typed").is_file()


def test_the_package_is_a_command(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "learnable", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "zoo" in run.stdout.splitlines()[0]


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
