"""What killed commands and removals have left, and what only looks like it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from learnable.zoo.run_files import LOCK
from learnable.zoo.runs.folder import MARK, new_run
from learnable.zoo.runs.journal import clear_removed, entries, remove

FIRST = "20260101-120000-baseline-0001"
LEFT = ".20260105-120000-compare-00aa.partial"
TRAINING = ".20260106-120000-mlp-00bb.partial"

KILLED = """
import os, sys
from pathlib import Path
from learnable.zoo.runs.journal import remove
from learnable.zoo.runs.checkpointed_runs import delete_unfinished
whole = os.rmdir, os.unlink
def killing(*told, **more):
    killing.left -= 1
    if not killing.left:
        os._exit(9)
    return whole[killing.of](*told, **more)
killing.left, killing.of = int(sys.argv[2]), sys.argv[3] == "unlink"
setattr(os, sys.argv[3], killing)
folder = Path(sys.argv[1])
remove(folder, folder.parent) if folder.name[0] != "." else delete_unfinished(folder)
"""


@pytest.fixture
def left(journal) -> Path:
    """Four whole runs, one half written, and a training that can go on."""
    for name in (LEFT, TRAINING):
        (journal / name / "sub").mkdir(parents=True)
        (journal / name / "sub").rmdir()
        (journal / name / LOCK).write_bytes(MARK)
        (journal / name / "recipe.json").write_text("{}")
    (journal / TRAINING / "history.csv").write_text("epoch,loss\n1,0.5\n")
    return journal


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_partial_alone_clears_what_is_half_written(zoo, left) -> None:
    before = names(left)
    told = zoo("runs", "prune", "--partial", "--yes", "--out", left)
    assert (told.exit_code, told.stdout) == (0, "Removed 1 run.\n")
    assert names(left) == before - {LEFT}
    assert "to be resumed" in told.stderr
    assert "1 stopped training." in told.stderr


def test_partial_is_shown_and_asked_for(zoo, left) -> None:
    before = names(left)
    told = zoo("runs", "prune", "--partial", "--dry-run", "--out", left)
    assert told.stdout == "1 run would be deleted.\n"
    assert "20260105-120000-compare-00aa" in told.stderr
    assert "left by a killed command" in told.stderr
    told = zoo("runs", "prune", "--partial", "--out", left)
    assert told.exit_code == 2
    assert names(left) == before


@pytest.mark.parametrize(
    ("rule", "runs", "is_left"),
    [
        (["--keep", 4], 4, True),
        (["--keep", 4, "--partial"], 4, False),
        (["--keep", 1, "--partial"], 1, False),
        (["--older-than", "9999w", "--partial"], 4, True),
        (["--older-than", "1h", "--partial"], 1, False),
    ],
)
def test_partial_is_added_to_the_rule(zoo, left, rule, runs, is_left) -> None:
    assert zoo("runs", "prune", *rule, "--yes", "--out", left).exit_code == 0
    assert sum(entry.state == "finished" for entry in entries(left)) == runs
    assert (left / LEFT).is_dir() == is_left
    assert (left / TRAINING).is_dir()


def test_what_is_not_ours_stays(zoo, journal, tmp_path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for folder in (journal / ".my.partial", mine, journal / LEFT):
        folder.mkdir(exist_ok=True)
        (folder / "thesis.tex").write_text("...")
    (journal / TRAINING).symlink_to(mine)
    (mine / LOCK).write_bytes(MARK)
    (journal / ".file.partial").write_text("...")
    before = names(journal)
    told = zoo("runs", "prune", "--partial", "--yes", "--out", journal)
    assert (told.exit_code, told.stdout) == (0, "No run would be deleted.\n")
    assert names(journal) == before
    assert (mine / "thesis.tex").exists()


def test_link_in_what_is_left_is_told_and_nothing_goes(zoo, left) -> None:
    (left / LEFT / "results.json").symlink_to(left / FIRST / "results.json")
    told = zoo("runs", "prune", "--partial", "--yes", "--out", left)
    assert told.exit_code == 0
    assert "stays: " in told.stderr
    assert "is a symbolic link" in told.stderr
    assert (left / LEFT).is_dir()


def test_run_under_way_is_no_left_over(zoo, journal) -> None:
    with new_run(journal, "mlp") as (folder, _):
        told = zoo("runs", "prune", "--partial", "--yes", "--out", journal)
        assert told.stdout == "No run would be deleted.\n"
        assert folder.is_dir()


@pytest.mark.parametrize("facts", [{"recipe": []}, {"inputs": "x", "recipe": None}])
def test_odd_settings_of_a_stopped_run_are_no_trouble(zoo, left, facts) -> None:
    (left / TRAINING / "recipe.json").write_text(json.dumps(facts))
    told = zoo("runs", "--out", left)
    assert told.exit_code == 0, told.exception
    assert "interrupted, epoch 1" in told.stdout


@pytest.mark.parametrize(
    ("step", "count"), [("unlink", 1), ("unlink", 2), ("rmdir", 1)]
)
@pytest.mark.parametrize("name", [FIRST, LEFT])
def test_removal_killed_at_any_step_is_ended_by_the_next(
    left, name, step, count
) -> None:
    (left / FIRST / "tensorboard").mkdir()
    arguments = [str(left / name), str(count), step]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert done.returncode == 9
    assert not (left / name).exists()
    assert any(".removed-" in other for other in names(left))
    clear_removed(left)
    assert not any(".removed-" in other for other in names(left))
    assert len(names(left)) == 5


def test_only_our_removals_are_swept(zoo, journal, tmp_path) -> None:
    own = journal / ".removed-photos", journal / ".removed-0123456789abcdef"
    for folder in (*own, tmp_path / "mine"):
        folder.mkdir()
        (folder / "photo.jpg").write_text("...")
        (folder / "results.json").write_text('{"accuracy": 0.9}')
    (journal / ".removed-fedcba9876543210").symlink_to(journal / FIRST)
    shutil.copytree(journal / FIRST, journal / ".removed-0123456789abcdef.old")
    before = names(journal)
    told = zoo("runs", "rm", "0002", "--yes", "--out", journal)
    assert told.exit_code == 0
    assert before - names(journal) == {"20260102-120000-baseline-0002"}
    assert (journal / FIRST / "results.json").exists()


def test_folder_of_runs_may_be_a_link(zoo, journal, tmp_path) -> None:
    (tmp_path / "linked").symlink_to(journal)
    assert (
        zoo("runs", "rm", "0001", "--yes", "--out", tmp_path / "linked").exit_code == 0
    )
    assert FIRST not in names(journal)
    remove(tmp_path / "linked" / "20260102-120000-baseline-0002", tmp_path / "linked")
    assert len(names(journal)) == 2


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("notes.json", ("runs", "note", "0001", "new")),
        ("notes.json", ("runs", "tag", "0001", "new")),
        ("report.html", ("report", "0001")),
        ("report.md", ("report", "0001", "--format", "md")),
        ("../index.html", ("report", "--index")),
    ],
)
@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_files_of_a_run_are_never_written_through_a_link(
    zoo, journal, tmp_path, name, command, make
) -> None:
    path, mine = journal / FIRST / name, tmp_path / "mine"
    text = '{"note": "kept", "tags": []}'
    mine.write_text(text)
    path.unlink(missing_ok=True)
    make(path, mine)
    told = zoo(*command, "--out", journal)
    assert told.exit_code == 0, told.stderr
    assert mine.read_text() == text
    assert not path.is_symlink()
    assert path.read_text("utf-8") != text


@pytest.mark.parametrize("command", [("train", "--resume"), ("runs", "rm", "--yes")])
def test_stopped_training_with_a_link_is_one_line(zoo, left, tmp_path, command) -> None:
    (tmp_path / "mine").write_text("kept")
    (left / TRAINING / LOCK).unlink()
    (left / TRAINING / LOCK).symlink_to(tmp_path / "mine")
    told = zoo(*command, TRAINING[1:-8], "--out", left)
    assert told.exit_code == 2
    assert told.stderr.count("\n") == 1
    assert "is a symbolic link" in told.stderr
    assert (tmp_path / "mine").read_text() == "kept"
    assert (left / TRAINING / "history.csv").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("runs", "show"), ("runs", "note"), ("runs", "rm"), ("rerun",), ("report",),
        ("train", "--resume"),
    ],
)  # fmt: skip
def test_name_that_is_too_long_is_that_of_no_run(zoo, journal, command) -> None:
    for name in ("x" * 300, "x" * 5_000, "x/" * 3_000):
        told = zoo(*command, name, "--out", journal)
        assert told.exit_code == 2, told.exception
        assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("out", ["x" * 300, os.path.join("a", "x" * 300, "b")])
def test_folder_whose_name_is_too_long_is_told(zoo, out, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert zoo("runs", "--out", out).exit_code == 0
    assert zoo("runs", "prune", "--partial", "--out", out).exit_code == 0
    told = zoo("report", "--index", "--out", out)
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert names(tmp_path) == set()
