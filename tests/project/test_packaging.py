"""What is installed is what the folders hold."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_every_folder_is_packaged() -> None:
    named = SETTINGS["tool"]["setuptools"]["packages"]
    found = {"learnable"} | {
        ".".join(["learnable", *p.parent.relative_to(ROOT).parts])
        for folder in ("data", "zoo", "baselines", "reports")
        for p in (ROOT / folder).rglob("__init__.py")
    }
    assert sorted(named) == sorted(found)


def test_root_holds_one_module() -> None:
    assert [p.name for p in ROOT.glob("*.py")] == ["__init__.py"]


def test_versions_agree() -> None:
    import learnable

    assert SETTINGS["project"]["version"] == learnable.__version__


def test_dependencies_are_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if not line.startswith("#")}
    asked = [
        *SETTINGS["project"]["dependencies"],
        *SETTINGS["project"]["optional-dependencies"]["dev"],
    ]
    names = {a.split("[")[0].split(">")[0].strip().lower() for a in asked}
    assert names <= pinned


def test_package_stays_small() -> None:
    folders = ("data", "zoo", "baselines", "reports")
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]
    shipped = [p for p in files if "__pycache__" not in p.parts]
    assert sum(p.stat().st_size for p in shipped) < 2_200_000
