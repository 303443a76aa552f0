import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from learnable.data.disk import (
    open_no_follow,
    read_error,
    remove_temporary,
    replaced_by_name,
    write_whole,
)


@pytest.mark.parametrize("text", ["", "plain\n", "ä\r\n€\n" * 1_000])
def test_text_is_there_whole(tmp_path, text):
    write_whole(tmp_path / "a.json", "old")
    write_whole(tmp_path / "a.json", text)
    assert (tmp_path / "a.json").read_bytes().decode() == text
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o644


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["chmod", "replace"])
def test_failure_leaves_old_text(tmp_path, monkeypatch, step):
    write_whole(tmp_path / "a.json", "old")
    monkeypatch.setattr(Path, step, full_disk)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a.json", "new")
    assert (tmp_path / "a.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_bad_text_leaves_nothing(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a.json", "\ud800")
    assert not list(tmp_path.iterdir())


def test_missing_folder_is_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "a.json", "x")


def test_link_is_replaced_and_not_followed(tmp_path):
    mine, link = tmp_path / "mine.txt", tmp_path / "a.json"
    mine.write_text("kept")
    link.symlink_to(mine)
    write_whole(link, "new")
    assert (mine.read_text(), link.read_text()) == ("kept", "new")
    assert not link.is_symlink()


def test_second_name_of_a_file_keeps_its_text(tmp_path):
    mine, other = tmp_path / "mine.txt", tmp_path / "a.json"
    mine.write_text("kept")
    other.hardlink_to(mine)
    write_whole(other, "new")
    assert mine.read_text() == "kept"


def test_failure_under_a_name_leaves_old_text(tmp_path):
    write_whole(tmp_path / "a.json", "old")

    def write():
        with replaced_by_name(tmp_path / "a.json") as new:
            new.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert (tmp_path / "a.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_name_of_full_length_is_written(tmp_path):
    write_whole(tmp_path / ("a" * 255), "text")
    assert [len(path.name) for path in tmp_path.iterdir()] == [255]


KILLED = """
import os, sys
from pathlib import Path
from learnable.data.disk import replaced
with replaced(Path(sys.argv[1]) / "report.html") as stream:
    os._exit(1)
"""


def test_only_what_killed_writing_left_is_removed(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    own = [".report.html.abcd1234", ".learnable-abc.part", "a.part", ".hidden"]
    for name in own:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".learnable-abcdefgh.part").mkdir()
    (tmp_path / ".learnable-01234567.part").symlink_to(tmp_path / ".hidden")
    remove_temporary(tmp_path)
    assert not left.exists()
    assert len([*tmp_path.iterdir()]) == len(own) + 2


@pytest.mark.parametrize("mode", ["ab", "rb", "wb"])
@pytest.mark.parametrize("kind", ["link", "pipe", "dangling", "folder"])
def test_only_regular_files_are_opened(tmp_path, mode, kind):
    mine, path = tmp_path / "mine.txt", tmp_path / "lock"
    mine.write_text("kept")
    make = {
        "link": lambda: path.symlink_to(mine),
        "pipe": lambda: os.mkfifo(path),
        "dangling": lambda: path.symlink_to(tmp_path / "nowhere"),
        "folder": path.mkdir,
    }
    make[kind]()
    with pytest.raises(OSError, match="lock"), open(path, mode, opener=open_no_follow):
        pass
    assert mine.read_text() == "kept"
    assert not (tmp_path / "nowhere").exists()


def test_refused_reading_is_not_called_damage(tmp_path):
    path = tmp_path / "notes.json"
    refused = read_error(path, OSError(errno.EIO, "Input/output error"), "mend it")
    assert str(refused) == f"cannot read {path}: Input/output error"
    damaged = read_error(path, KeyError("note"), "mend it")
    assert str(damaged) == f"{path} is damaged (KeyError: 'note'); mend it"
