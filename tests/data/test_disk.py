from pathlib import Path

import pytest
from learnable.data.disk import write_whole


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
