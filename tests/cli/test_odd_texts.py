"""Texts of a run from elsewhere: they cannot govern the terminal that shows them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

FIRST = "20260101-120000-baseline-0001"
SECOND = "20260102-120000-baseline-0002"
ODD = "\u202e\x1b[2J\x07\u2066"
COLOURS = re.compile(r"\x1b\[\d*m")


def spoil(facts: Any, keys: tuple[str, ...]) -> Any:
    """Facts whose texts of these names are odd."""
    if isinstance(facts, dict):
        return {
            key: f"{value}{ODD}"
            if key in keys and isinstance(value, str)
            else spoil(value, keys)
            for key, value in facts.items()
        }
    return [spoil(part, keys) for part in facts] if isinstance(facts, list) else facts


@pytest.fixture
def odd(journal) -> Path:
    """A journal whose first run has odd texts wherever a run may have any."""
    told = ("sentence", "change", "advice", "label", "source", "command", "split")
    for file, keys in {
        "results.json": (*told, "learnable", "python"),
        "recipe.json": ("command", "target", "name"),
        "environment.json": ("platform", "git"),
        "summary.json": ("data", "version", "data"),
    }.items():
        path = journal / FIRST / file
        facts = spoil(json.loads(path.read_text("utf-8")), keys)
        if file == "results.json":
            facts["about"]["name"] += ODD
            facts["about"]["notes"] = [ODD]
            for row in facts["rows"]:
                row["name"] += ODD
        path.write_text(json.dumps(facts), "utf-8")
    notes = {"note": f"note{ODD}", "tags": [f"tag{ODD}"]}
    (journal / FIRST / "notes.json").write_text(json.dumps(notes))
    return journal


def shown(told) -> str:
    assert told.exit_code == 0, told.output
    return COLOURS.sub("", told.stdout + told.stderr)


@pytest.mark.parametrize(
    "command",
    [
        ("runs",),
        ("runs", "show", "0001"),
        ("runs", "diff", "0001", "0002"),
        ("runs", "note", "0001"),
        ("runs", "tag", "0001"),
        ("runs", "prune", "--keep", "0", "--all", "--dry-run"),
        ("report", "0001"),
        ("report", "0001", "--format", "md", "--to", "-"),
        ("report", "0001", "0002", "--format", "md", "--to", "-"),
    ],
    ids=" ".join,
)
def test_what_is_shown_governs_no_terminal(zoo, odd, command) -> None:
    said = shown(zoo(*command, "--out", odd))
    assert "\N{REPLACEMENT CHARACTER}" in said
    assert not set(said) & set(ODD) - {*"[2J"}


def test_json_is_what_it_was(zoo, odd) -> None:
    told = zoo("runs", "show", "0001", "--json", "--out", odd)
    facts = json.loads(told.stdout)
    assert facts["note"] == f"note{ODD}"
    assert "\u202e" not in told.stdout
    assert "\x1b" not in told.stdout


def test_name_of_a_folder_and_its_error_are_shown_so_too(zoo, journal) -> None:
    folder = journal / f"mine{ODD}"
    folder.mkdir()
    (folder / "results.json").write_text("{")
    said = shown(zoo("runs", "--out", journal))
    assert "is damaged" in said
    assert not set(said) & set(ODD) - {*"[2J"}


def test_line_break_in_a_text_makes_no_line_of_its_own(zoo, journal) -> None:
    path = journal / FIRST / "results.json"
    facts = json.loads(path.read_text("utf-8"))
    facts["verdicts"][0]["sentence"] += "\nreport: elsewhere.html"
    path.write_text(json.dumps(facts))
    said = shown(zoo("runs", "show", "0001", "--out", journal))
    assert "report: elsewhere.html" in said
    assert not re.search("^report: elsewhere", said, re.MULTILINE)
