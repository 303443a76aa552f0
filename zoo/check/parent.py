"""The process that runs a user's code, as ``zoo check`` starts and hears it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...data.errors import BadData, Misuse
from .. import console
from .sandbox import sandboxed
from .supervised import REST, Supervised, read_answer

CHILD = f"{__package__}.worker"
GRACE = 300.0
"""Seconds beyond all limits after which a child that does not answer is stopped."""
_PAUSE = 0.1
LAST_WORDS = 400
_MOST_SHOWN = 200
"""Letters of what a child says that it is doing."""


def examined(job: dict[str, Any], *, quiet: bool) -> Path:
    """Examine a script or a network in a process of its own; return the run's folder.

    Raises
    ------
    Misuse, BadData
        What kept it from being examined, in one line.
    """
    out = Path(job["out"])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        # the script may go elsewhere, or delete the folder that it is in
        facts = job | {"out": str(out.absolute())}
        (place / "job.json").write_text(json.dumps(facts), "utf-8")
        with _command(place, job) as command, Supervised(command) as child:
            # what shows the answer takes seconds to import: meanwhile is free
            from ...baselines.verdicts import verdict  # noqa: F401

            _watch(child, place, job, quiet=quiet)
        return _told(place, child, out)


@contextmanager
def _command(place: Path, job: dict[str, Any]) -> Iterator[list[str]]:
    """Yield what does the job; a sandbox needs the folder for runs to be there."""
    command = [sys.executable, "-P", "-m", CHILD, str(place)]
    if not job["sandbox"]:
        yield command
        return
    out = Path(job["out"]).absolute()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write runs to {job['out']!r}: {error.strerror}"
        raise Misuse(f"{msg}. Choose another folder with --out.") from error
    files = [Path(name) for name in (job["name"], job["data"]) if name]
    try:
        yield sandboxed(command, readable=files, writable=[out, place])
    finally:
        with suppress(OSError):  # there are runs in it
            out.rmdir()


def _watch(child: Supervised, place: Path, job: dict[str, Any], *, quiet: bool) -> None:
    """Show what is being done until there is an answer, or the child ends."""
    answer, doing = place / "answer.json", place / "doing.txt"
    latest = time.monotonic() + job["time_limit"] + 2 * job["budget"] + GRACE
    with console.waiting(f"checking {job['title']}", quiet=quiet) as say:
        while child.is_busy(answer) and time.monotonic() < latest:
            if doing.is_file():
                with doing.open(encoding="utf-8", errors="replace") as file:
                    say(file.read(_MOST_SHOWN).strip())
            time.sleep(_PAUSE)
    if answer.is_file():
        child.close(grace=REST)


def _told(place: Path, child: Supervised, out: Path) -> Path:
    """Return the run that the child wrote.

    Raises
    ------
    Misuse, BadData
        The child's error, or what became of a child that told none.
    """
    facts = read_answer(place / "answer.json")
    if facts is None:
        raise BadData(_last_words(child))
    if isinstance(facts.get("error"), str):
        kind = Misuse if facts.get("code") == Misuse.exit_code else BadData
        raise kind(facts["error"])
    # only the name is taken: where runs are is known here
    run = out / Path(str(facts.get("run"))).name
    if not (run / "results.json").is_file():
        msg = "the answer of the process that examined it is damaged"
        raise BadData(f"{msg}; its last words: {_end(child) or 'none'}")
    return run


def _last_words(child: Supervised) -> str:
    code = child.returncode or 0
    what = "ran out of memory or was stopped" if code < 0 else "ended"
    msg = f"the process that examined it {what} (code {code})"
    return f"{msg}; its last words: {_end(child) or 'none'}"


def _end(child: Supervised) -> str:
    return " ".join(child.said[-LAST_WORDS:].split())
