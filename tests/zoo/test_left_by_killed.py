"""What killed processes leave, what is taken for ours, and what is never touched."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from learnable.data.errors import BadData, Misuse
from learnable.zoo.experiment import FILE
from learnable.zoo.run_files import HISTORY, LOCK, RESULTS, STATE
from learnable.zoo.runs import folder as disk
from learnable.zoo.runs.checkpointed_runs import (
    OWN_FOLDERS,
    TrainingStopped,
    delete_unfinished,
    find_unfinished,
    list_left,
    list_unfinished,
    resumed_run,
    training_run,
)
from learnable.zoo.runs.folder import delete_folder, is_abandoned, list_runs, new_run

KILLED = """
import os, sys
from pathlib import Path
from learnable.zoo.runs.folder import new_run
with new_run(Path(sys.argv[1]), "baseline") as (folder, final):
    for name in sys.argv[2:]:
        (folder / name).write_text("epoch,loss\\n")
    os._exit(9)
"""


@pytest.fixture
def stopped(tmp_path):
    """A training that was interrupted, in a folder of its own."""

    def stop():
        with training_run(tmp_path / "runs", "mlp") as (folder, _):
            (folder / FILE).write_text("{}")
            (folder / HISTORY).write_text("epoch,loss\n1,0.5\n")
            (folder / STATE).write_text("")
            raise KeyboardInterrupt

    with pytest.raises(TrainingStopped):
        stop()
    (run,) = list_unfinished(tmp_path / "runs")
    return run


def killed(out, *files) -> Path:
    """The folder that a killed command leaves."""
    before = {*out.glob("*")}
    subprocess.run([sys.executable, "-c", KILLED, str(out), *files], check=False)
    (left,) = {*out.glob(".*.partial")} - before
    return left


def put(kind: str, path: Path, mine: Path) -> None:
    """Make something at a path that no training makes."""
    path.unlink(missing_ok=True)
    make = {
        "link": lambda: path.symlink_to(mine),
        "dangling link": lambda: path.symlink_to(mine.parent / "nowhere"),
        "link to a folder": lambda: path.symlink_to(mine.parent),
        "hard link": lambda: path.hardlink_to(mine),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()


KINDS = ["link", "dangling link", "link to a folder", "hard link", "pipe", "folder"]


@pytest.mark.parametrize("name", [LOCK, HISTORY, "model.keras", "tensorboard/train"])
@pytest.mark.parametrize("kind", KINDS)
def test_stopped_run_with_what_is_not_ours_is_left_alone(
    stopped, kind, name, tmp_path, refused
):
    if (kind, name) == ("folder", "tensorboard/train"):
        pytest.skip("no attack: a run may hold the folder tensorboard/train")
    mine = tmp_path / "mine.txt"
    mine.write_text("kept")
    (stopped.folder / "tensorboard").mkdir()
    put(kind, stopped.folder / name, mine)
    before = sorted(path.name for path in stopped.folder.rglob("*"))

    def resume():
        with resumed_run(stopped):
            pass

    for change in (resume, lambda: delete_unfinished(stopped.folder)):
        assert f"{name}' " in refused(Misuse, change)
    assert sorted(path.name for path in stopped.folder.rglob("*")) == before
    assert mine.read_text() == "kept"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
def test_listing_passes_over_a_lock_that_is_not_ours(stopped, kind, tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    put(kind, stopped.folder / LOCK, tmp_path / "mine.txt")
    (run,) = list_unfinished(tmp_path / "runs")
    assert run.name == stopped.name


@pytest.mark.parametrize("make", ["link", "file"])
def test_folder_that_is_none_is_no_stopped_run(stopped, make, tmp_path, refused):
    elsewhere = stopped.folder.rename(tmp_path / "mine")
    if make == "link":
        stopped.folder.symlink_to(elsewhere)
    else:
        stopped.folder.write_text("")
    assert list_unfinished(tmp_path / "runs") == []
    refused(Misuse, find_unfinished, stopped.name, tmp_path / "runs")
    with pytest.raises((Misuse, BadData)):
        delete_unfinished(stopped.folder)
    assert (elsewhere / STATE).exists()
    assert os.path.lexists(stopped.folder)


def test_training_with_event_files_goes_on(stopped):
    for name in OWN_FOLDERS:
        (stopped.folder / name).mkdir()
        (stopped.folder / name / "events.out.tfevents.1").write_text("")
    with resumed_run(stopped) as (_, final):
        pass
    assert (final / "tensorboard" / "train").is_dir()


@pytest.mark.parametrize("step", ["open", "rename"])
def test_read_only_disk_is_one_line(stopped, step, monkeypatch, refused):
    def read_only(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    def resume():
        with resumed_run(stopped):
            pass

    places = {"open": (disk, "open_no_follow"), "rename": (Path, "rename")}
    monkeypatch.setattr(*places[step], read_only)
    for change in (resume, lambda: delete_unfinished(stopped.folder)):
        assert "Read-only file system" in refused(BadData, change)
    assert stopped.folder.is_dir()


def test_taken_name_is_told_before_the_training(stopped, refused):
    stopped.folder.with_name(stopped.name).symlink_to("nowhere")

    def resume():
        with resumed_run(stopped):
            raise AssertionError

    assert "exists already" in refused(Misuse, resume)


def test_whole_run_keeps_nothing_that_killed_writing_left(stopped):
    (stopped.folder / "tensorboard").mkdir()
    for place in (stopped.folder, stopped.folder / "tensorboard"):
        (place / ".learnable-0a1b2c3d.part").write_text("half")
    (stopped.folder / ".mine").write_text("kept")
    with resumed_run(stopped) as (_, final):
        pass
    left = {path.relative_to(final).as_posix() for path in final.rglob("*")}
    assert left == {FILE, HISTORY, ".mine", "tensorboard"}


@pytest.mark.parametrize("files", [(), (RESULTS,), (FILE,), (RESULTS, FILE)])
def test_what_a_killed_command_leaves_is_known(files, tmp_path):
    left = killed(tmp_path, *files)
    (found,) = list_left(tmp_path)
    assert (found.folder, f".{found.name}.partial") == (left, left.name)
    delete_unfinished(found.folder)
    assert [*tmp_path.iterdir()] == []


def test_training_that_can_go_on_is_no_left_over(tmp_path):
    killed(tmp_path, FILE, HISTORY)
    assert list_left(tmp_path) == []
    assert len(list_unfinished(tmp_path)) == 1


def test_folder_is_marked_while_it_is_written_and_not_after(tmp_path):
    with new_run(tmp_path, "mlp") as (folder, final):
        (folder / RESULTS).write_text("{}")
        assert (folder / LOCK).stat().st_size
        assert list_left(tmp_path) == []
    assert [path.name for path in final.iterdir()] == [RESULTS]


@pytest.mark.parametrize("mark", [None, "", "mine", "link"])
def test_folder_without_our_mark_is_nobodys_to_clear(mark, tmp_path):
    folder = tmp_path / ".20260101-120000-mlp-aaaa.partial"
    folder.mkdir()
    if mark == "link":
        (folder / LOCK).symlink_to(killed(tmp_path) / LOCK)
    elif mark is not None:
        (folder / LOCK).write_text(mark)
    assert folder not in [run.folder for run in list_left(tmp_path)]
    assert not is_abandoned(folder)


def test_kill_after_the_rename_leaves_the_run_whole(tmp_path, monkeypatch):
    def killed_here(*_, **__):
        raise KeyboardInterrupt

    def write():
        with new_run(tmp_path, "mlp") as (folder, _):
            (folder / RESULTS).write_text("{}")
            monkeypatch.setattr(Path, "unlink", killed_here)

    with pytest.raises(KeyboardInterrupt):
        write()
    (run,) = list_runs(tmp_path)
    assert (run / RESULTS).read_text() == "{}"


def test_link_to_a_folder_is_never_cleared(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("kept")
    (tmp_path / "link").symlink_to(mine)
    with pytest.raises(NotADirectoryError):
        delete_folder(tmp_path / "link")
    assert (mine / "file").read_text() == "kept"


@pytest.mark.parametrize("label", ["x" * 300, "ä" * 130])
def test_name_that_is_too_long_is_one_line(label, tmp_path, refused):
    def write(out, name):
        with new_run(out, name):
            pass

    assert "too long" in refused(Misuse, write, tmp_path, label)
    assert "too long" in refused(Misuse, write, tmp_path / label / "runs", "mlp")
    assert list_runs(tmp_path / label) == list_unfinished(tmp_path / label) == []
    assert [*tmp_path.iterdir()] == []
