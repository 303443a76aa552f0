"""``zoo runs note``, ``tag``, ``rm`` and ``prune``."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from learnable.data.errors import Misuse
from learnable.zoo.runs.journal import clear_removed, entries, remove

FIRST = "20260101-120000-baseline-0001"
COMMAND = "from learnable.zoo.cli import main; main()"


def left(out: Path) -> list[str]:
    return [entry.name[-4:] for entry in entries(out)]


def everything(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def test_note_is_set_shown_and_removed(zoo, journal) -> None:
    told = zoo("runs", "note", "0001", "first <b>\ntwo\x1b[2J", "--out", journal)
    assert told.exit_code == 0
    shown = zoo("runs", "note", "0001", "--out", journal).stdout
    assert shown == "first <b>\ntwo\N{REPLACEMENT CHARACTER}[2J\n"
    kept = json.loads((journal / FIRST / "notes.json").read_text("utf-8"))
    assert kept == {"note": "first <b>\ntwo\x1b[2J", "tags": []}
    zoo("runs", "note", "0001", "", "--out", journal)
    assert not (journal / FIRST / "notes.json").exists()
    assert zoo("runs", "note", "0001", "--out", journal).stdout == ""


def test_tags_are_given_and_taken(zoo, journal) -> None:
    zoo("runs", "note", "0001", "kept", "--out", journal)
    zoo("runs", "tag", "0001", "b", "a", "b", "--out", journal)
    zoo("runs", "tag", "0001", " c  d ", "--out", journal)
    assert zoo("runs", "tag", "0001", "--out", journal).stdout == "b\na\nc d\n"
    told = zoo("runs", "tag", "0001", "x", "--remove", "--out", journal)
    assert told.exit_code == 2
    assert "'c d'" in told.stderr
    zoo("runs", "tag", "0001", "b", "c d", "--remove", "--out", journal)
    assert entries(journal)[0].tags == ("a",)
    assert entries(journal)[0].note == "kept"


@pytest.mark.parametrize("tag", ["", "  ", "x" * 61])
def test_tag_that_cannot_be_shown_is_misuse(zoo, journal, tag) -> None:
    assert zoo("runs", "tag", "0001", tag, "--out", journal).exit_code == 2
    assert entries(journal)[0].tags == ()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"note": "", "tags": 3}'])
def test_damaged_notes_are_told_and_never_overwritten(zoo, journal, text) -> None:
    path = journal / FIRST / "notes.json"
    path.write_text(text)
    told = zoo("runs", "tag", "0001", "a", "--out", journal)
    assert told.exit_code == 1
    assert "notes.json is damaged" in told.stderr
    assert path.read_text() == text
    assert "notes.json is damaged" in zoo("runs", "--out", journal).stdout
    zoo("runs", "prune", "--keep", 0, "--yes", "--out", journal)
    assert left(journal) == ["0001"]


def test_full_disk_leaves_the_note_as_it_was(journal) -> None:
    path = journal / FIRST / "notes.json"
    path.write_text('{"note": "old", "tags": []}')
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9));"
    done = subprocess.run(
        [sys.executable, "-c", limit + COMMAND,
         "runs", "note", "0001", "new" * 50, "--out", journal],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert done.stderr.count("\n") == 1
    assert json.loads(path.read_text())["note"] == "old"
    assert not list(path.parent.glob(".*"))


def test_rm_deletes_these_runs_alone(zoo, journal) -> None:
    told = zoo("runs", "rm", "0001", "last", FIRST, "--yes", "--out", journal)
    assert (told.exit_code, told.stdout) == (0, "Removed 2 runs.\n")
    assert left(journal) == ["0002", "0003"]
    assert len(list(journal.iterdir())) == 2


def test_rm_without_a_terminal_wants_yes(zoo, journal) -> None:
    told = zoo("runs", "rm", "0001", "--out", journal, input="y\n")
    assert told.exit_code == 2
    assert "--yes" in told.stderr
    assert len(left(journal)) == 4


@pytest.mark.parametrize(("answer", "count"), [("n", 4), ("", 4), ("y", 3)])
def test_rm_asks_at_a_terminal(journal, answer, count) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "runs", "rm", "0001", "--out", journal],
        stdin=theirs, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert FIRST in done.stderr
    assert len(left(journal)) == count
    os.close(ours)
    os.close(theirs)


def test_all_or_none_are_removed(zoo, journal) -> None:
    assert zoo("runs", "rm", "0001", "9999", "--yes", "--out", journal).exit_code == 2
    assert len(left(journal)) == 4


def test_what_is_no_run_is_not_removed(zoo, journal, tmp_path, monkeypatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "results.json").write_text("{}")
    (project / "thesis.tex").write_text("...")
    (journal / "project").mkdir()
    (journal / "project" / "results.json").write_text('{"accuracy": 0.9}')
    (journal / "linked").symlink_to(journal / FIRST)
    (journal / "away").symlink_to(project)
    before = everything(tmp_path)
    monkeypatch.chdir(project)
    for name in (".", str(project), "project", "linked", "away", "..", str(journal)):
        told = zoo("runs", "rm", name, "--yes", "--out", journal)
        assert told.exit_code == 2, name
        assert told.stderr.count("\n") == 1
    assert everything(tmp_path) == before


def test_links_in_a_run_are_not_followed(journal, tmp_path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("kept")
    (journal / FIRST / "link").symlink_to(tmp_path / "mine")
    (journal / FIRST / "file").symlink_to(tmp_path / "mine" / "file")
    remove(journal / FIRST, journal)
    assert (tmp_path / "mine" / "file").read_text() == "kept"
    assert left(journal)[0] == "0002"


def test_damaged_runs_can_be_removed(zoo, journal) -> None:
    (journal / FIRST / "results.json").write_text("{")
    (journal / FIRST / "summary.json").unlink()
    assert zoo("runs", "rm", "0001", "--yes", "--out", journal).exit_code == 0
    assert len(left(journal)) == 3


def test_killed_removal_leaves_no_half_run(zoo, journal) -> None:
    (journal / FIRST).rename(journal / ".removed-0123456789abcdef")
    assert left(journal)[0] == "0002"
    zoo("runs", "rm", "0002", "--yes", "--out", journal)
    assert len(list(journal.iterdir())) == 2
    clear_removed(journal / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_one_line(zoo, journal) -> None:
    journal.chmod(0o555)
    told = zoo("runs", "rm", "0001", "--yes", "--out", journal)
    journal.chmod(0o755)
    assert told.exit_code == 1
    assert "it is as it was" in told.stderr
    assert len(left(journal)) == 4


@pytest.mark.parametrize(
    ("rule", "stay"),
    [
        (["--keep", "2"], 2),
        (["--keep", "9"], 4),
        (["--older-than", "12h"], 1),
        (["--older-than", "9999w"], 4),
        (["--keep", "3", "--older-than", "1d"], 3),
        (["--keep", "0", "--older-than", "1d"], 1),
    ],
)
def test_prune_goes_by_its_rule(zoo, journal, rule, stay) -> None:
    told = zoo("runs", "prune", *rule, "--yes", "--out", journal)
    assert told.exit_code == 0
    assert left(journal) == [p.name[-4:] for p in sorted(journal.iterdir())][-stay:]
    assert len(left(journal)) == stay


def test_noted_and_tagged_runs_stay(zoo, journal) -> None:
    zoo("runs", "note", "0001", "good", "--out", journal)
    zoo("runs", "tag", "0002", "good", "--out", journal)
    told = zoo("runs", "prune", "--keep", 1, "--yes", "--out", journal)
    assert "2 runs" in told.stderr
    assert left(journal)[:2] == ["0001", "0002"]
    assert len(left(journal)) == 3
    zoo("runs", "prune", "--keep", 1, "--yes", "--all", "--out", journal)
    assert len(left(journal)) == 1


def test_dry_run_removes_nothing(zoo, journal) -> None:
    told = zoo("runs", "prune", "--keep", 1, "--dry-run", "--out", journal)
    assert told.stdout == "3 runs would be deleted.\n"
    assert FIRST in told.stderr
    assert len(left(journal)) == 4
    told = zoo("runs", "prune", "--keep", 1, "--out", journal)
    assert told.exit_code == 2
    assert len(left(journal)) == 4


def test_age_of_a_renamed_run_is_that_of_its_results(zoo, journal) -> None:
    (journal / FIRST).rename(journal / "zzz")
    (journal / "pictures").mkdir()
    zoo("runs", "prune", "--keep", 3, "--yes", "--out", journal)
    assert "zzz" not in left(journal)
    assert (journal / "pictures").is_dir()


@pytest.mark.parametrize("rule", [[], ["--older-than", "30"], ["--older-than", "-1d"]])
def test_prune_without_a_rule_is_misuse(zoo, journal, rule) -> None:
    assert zoo("runs", "prune", *rule, "--yes", "--out", journal).exit_code == 2
    assert len(left(journal)) == 4


def test_missing_folder_is_no_trouble(zoo, tmp_path) -> None:
    told = zoo("runs", "prune", "--keep", 1, "--out", tmp_path / "none")
    assert (told.exit_code, told.stdout) == (0, "No run would be deleted.\n")


def test_folder_without_results_is_not_removed(journal) -> None:
    empty = journal / "20260101-120000-baseline-0009"
    empty.mkdir()
    for folder in (empty, journal / "nowhere"):
        with pytest.raises(Misuse, match="nothing was deleted"):
            remove(folder, journal)
    assert empty.is_dir()
