"""Whatever ends a command, a user sees one line."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from learnable.data.errors import BadData
from learnable.zoo.cli import Zoo
from learnable.zoo.faults import as_error


class Panic(BaseException):
    """As libraries in Rust raise it: no `Exception`."""


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


ERRORS = [
    (ValueError("inner"), 1, "a fault of zoo: ValueError at "),
    (Panic("at the disco"), 1, "a fault of zoo: Panic at "),
    (Mute(), 1, "a fault of zoo: Mute at "),
    (RecursionError("deep"), 1, "a fault of zoo: RecursionError at "),
    (MemoryError(), 1, "there is not enough memory"),
    (BadData("the rows are odd"), 1, "the rows are odd"),
    (OSError(errno.ENOSPC, "full", "/somewhere/x"), 1, "the disk is full (/somewhere"),
    (OSError(errno.EROFS, "ro", "/somewhere/x"), 1, "the disk is read-only (/some"),
    (
        OSError(errno.EMFILE, "many", "/somewhere/x"),
        1,
        "too many files are open; raise",
    ),
    (OSError(errno.ENAMETOOLONG, "long", "a" * 300), 2, "a name is too long"),
    (OSError(errno.ECHILD, "no child"), 1, "a fault of zoo: ChildProcessError at "),
]


@pytest.mark.parametrize(("error", "code", "said"), ERRORS, ids=lambda v: str(type(v)))
def test_error_is_one_line(
    error: BaseException, code: int, said: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    @click.group(cls=Zoo)
    def group() -> None: ...

    @click.command()
    def fails() -> None:
        raise error

    monkeypatch.setattr(Zoo, "get_command", lambda self, ctx, name: fails)
    told = CliRunner().invoke(group, ["list"])
    assert told.exit_code == code
    assert told.stderr.startswith(f"Error: {said}")
    assert told.stderr.count("\n") == 1
    assert len(told.stderr) < 400
    kept = list(tmp_path.glob("zoo-fault-*.txt"))
    assert len(kept) == ("a fault of zoo" in said)
    if kept:
        assert str(kept[0]) in told.stderr
        assert "raise error" in kept[0].read_text("utf-8")


def test_place_is_the_innermost_line_of_ours(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    from learnable.data.generate import make_rgb

    with pytest.raises(TypeError) as caught:
        make_rgb("no seed")  # type: ignore[arg-type]  (the mistake that is made)
    assert " at data/generate.py:" in as_error(caught.value)[0]


STREAMS = {
    "stdin closed": "<&-",
    "stdout closed": ">&-",
    "stderr closed": "2>&-",
    "all closed": "<&- >&- 2>&-",
    "stdout full": ">/dev/full",
}


@pytest.mark.parametrize("streams", STREAMS.values(), ids=STREAMS)
def test_streams_that_are_closed_or_full_are_no_fault(streams: str) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("an output that is full is tried with /dev/full, which is of Linux")
    zoo = f"exec {sys.executable} -c 'from learnable.zoo.cli import main; main()' list"
    done = subprocess.run(
        ["sh", "-c", f"{zoo} {streams}"], capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    if "full" in streams:
        assert done.stderr == (
            "Error: the output cannot be written: No space left on device\n"
        )
        assert done.returncode == 1
    else:
        assert done.returncode == 0


def test_closed_stream_gets_no_file_s_number(tmp_path: Path) -> None:
    """Else what is printed would be written into the first file that is opened."""
    code = (
        "from learnable.zoo.faults import open_standard_streams as ready;"
        f"ready(); f = open({str(tmp_path / 'file')!r}, 'w'); print('said'); f.close()"
    )
    subprocess.run(["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, code])
    assert (tmp_path / "file").read_text() == ""
