"""Documentation cannot drift: commands, names and help texts are all in it."""

import re
import subprocess
import sys
from pathlib import Path

import learnable
import pytest
from click.testing import CliRunner
from learnable.baselines.estimators.catalog import BASELINES
from learnable.data.catalog import DATASETS
from learnable.zoo.cli import COMMANDS, main
from learnable.zoo.cli.runs import PARTS
from learnable.zoo.registry import MODELS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
DOCS = "\n".join(page.read_text("utf-8") for page in PAGES)
NAMES = {*MODELS, *DATASETS, *(b.name for group in BASELINES.values() for b in group)}


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_documented(name: str) -> None:
    assert f"zoo {name}" in DOCS


@pytest.mark.parametrize("name", sorted(NAMES))
def test_catalog_name_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("part", PARTS)
def test_command_on_runs_is_documented(part: str) -> None:
    assert f"zoo runs {part}" in (ROOT / "docs" / "journal.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["", *COMMANDS, *(f"runs {part}" for part in PARTS)])
def test_help_ends_in_an_example(name: str) -> None:
    shown = CliRunner().invoke(main, [*name.split(), "--help"]).output
    assert re.search(r"\n +Examples?:\n( +.*zoo .*\n)+\Z", shown)


@pytest.mark.parametrize("script", ["make_cli.py", "make_models.py", "make_api.py"])
def test_made_pages_are_up_to_date(script: str) -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "docs" / script, "--check"], check=False
    )
    assert made.returncode == 0, "run `make docs`"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_project_speaks_of_itself_alone() -> None:
    for page in PAGES:
        assert str(ROOT) not in page.read_text("utf-8")


def test_public_names_are_documented() -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    for name in learnable.__all__:
        assert f"\n## `{name}`\n" in page
    assert "``" not in page.replace("```", "")
    assert "----" not in page  # every heading of numpydoc's is made one of Markdown
