"""Console output while a command works: progress, a status line, Ctrl-C."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


_log = logging.getLogger("learnable")
_pressed = threading.Event()


@contextmanager
def catch_interrupt() -> Iterator[None]:
    """Remember Ctrl-C while the block runs; it is raised at once as well."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set a handler
        return
    _pressed.clear()
    handler = signal.signal(signal.SIGINT, _on_signal)
    hook, sys.unraisablehook = sys.unraisablehook, _quiet(sys.unraisablehook)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        sys.unraisablehook = hook


def check_interrupt() -> None:
    """Raise what a destructor may have swallowed.

    Raises
    ------
    KeyboardInterrupt
    """
    if _pressed.is_set():
        raise KeyboardInterrupt


def _on_signal(number: int, frame: Any) -> None:
    _pressed.set()
    raise KeyboardInterrupt


def _quiet(hook: Any) -> Any:
    """A hook that says nothing of a dropped KeyboardInterrupt: it is remembered."""

    def said(dropped: Any) -> None:
        if dropped.exc_type is not KeyboardInterrupt:
            hook(dropped)

    return said


Step = Callable[[int, int, str], None]
"""Called with how much is done, of how much, and a few words."""


PLAIN_WIDTH = 120


def strip_control_characters(sentence: object) -> str:
    """Return a text from a file on one line, without what would govern a terminal.

    Names of columns, classes and networks are somebody's, and a run may be from
    elsewhere: control and bidirectional characters could hide or reorder what is shown.
    """
    from ..reports.text import clean

    return clean(" ".join(str(sentence).splitlines()), sys.maxsize)


def json_line(facts: Any) -> str:
    """Return facts as one line of JSON that cannot govern a terminal either."""
    from ..reports.text import UNSAFE

    text = json.dumps(facts, ensure_ascii=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_quiet(verbose: bool | None) -> bool:
    """Whether to show no progress: None leaves it to who looks on.

    A terminal and a notebook have somebody who waits; a script's output has not.
    """
    if verbose is not None:
        return not verbose
    return not (console().is_terminal or in_notebook())


def in_notebook() -> bool:
    """Whether this process runs the cells of a notebook."""
    return "ipykernel" in sys.modules


def console() -> Console:
    """Standard error; plain and wide where it is no terminal. NO_COLOR is honoured."""
    from rich.console import Console

    # a notebook shows lines of standard error as they are
    plain_lines: dict[str, Any] = {
        "stderr": True,
        "highlight": False,
        "force_jupyter": False,
    }
    found = Console(**plain_lines)
    return found if found.is_terminal else Console(**plain_lines, width=PLAIN_WIDTH)


HEARTBEAT = 15.0
"""Seconds after which a line says how far the work is, where no bar shows it."""


@contextmanager
def _heartbeat(
    line: Callable[[float], str], tell: Callable[[str], None]
) -> Iterator[None]:
    """Tell every 15 s where the work is; ``line`` is given the seconds so far."""
    done, start = threading.Event(), time.monotonic()

    def beat() -> None:
        while not done.wait(HEARTBEAT):
            tell(line(time.monotonic() - start))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _line_writer(*, quiet: bool) -> Callable[[str], None]:
    """A function that logs a line, and prints it unless that is not wanted."""
    where = console()

    def tell(line: str) -> None:
        _log.info("%s", strip_control_characters(line))
        if not quiet:
            where.print(strip_control_characters(line), markup=False)

    return tell


def show_progress(title: str, done: int, total: int, words: str, seconds: float) -> str:
    """Tell the work that is done, and how long the rest may take.

    >>> show_progress("scoring", 5, 20, "fits", 30.0)
    'scoring: 5 of 20 fits, 30 s so far, about 90 s left'
    """
    if not total:
        return f"{title}: {seconds:.0f} s so far"
    message = f"{title}: {done} of {total} {words}".rstrip()
    message = f"{message}, {seconds:.0f} s so far"
    if 0 < done < total:
        message = f"{message}, about {_rounded(seconds * (total - done) / done)} left"
    return message


def _rounded(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Step]:
    """A bar on a terminal; elsewhere a line every 15 s and one at the end.

    The logger ``learnable`` has these lines, too, whatever is shown.
    """
    where = console()
    if where.is_terminal and not quiet:
        with _bar(where) as bar:
            task = bar.add_task(_escape_markup(title), total=None, words="")
            yield lambda done, total, words: bar.update(
                task, completed=done, total=total, words=_escape_markup(words)
            )
        return
    if quiet and not _log.isEnabledFor(logging.INFO):
        yield lambda done, total, words: None
        return
    state: tuple[int, int, str] = (0, 0, "")
    write_line = _line_writer(quiet=quiet)
    shown = _notebook_writer() if not quiet and in_notebook() else None

    def note(done: int, total: int, words: str) -> None:
        nonlocal state
        state = done, total, words
        if shown:
            shown(f"{title}: {done} of {total} {words}".rstrip())

    with _heartbeat(lambda seconds: show_progress(title, *state, seconds), write_line):
        yield note
    if shown:
        shown("")
    done, total, words = state
    if total:
        write_line(f"{title}: {done} of {total} {words}".rstrip())


def _notebook_writer() -> Callable[[str], None]:
    """Write lines over each other below the cell of a notebook, two a second."""
    last = 0.0

    def show(line: str) -> None:
        nonlocal last
        if not line or time.monotonic() - last > 0.5:
            last = time.monotonic()
            sys.stderr.write(
                f"\r{strip_control_characters(line)[:PLAIN_WIDTH]:<{PLAIN_WIDTH}}\r"
            )
            sys.stderr.flush()

    return show


@dataclass(frozen=True)
class StatusLine:
    """Status line of work in progress; ``line`` shows a line that stays."""

    words: Callable[[str], None]
    line: Callable[[str], None]

    def __call__(self, words: str) -> None:
        """Show what is being done now."""
        self.words(words)


@contextmanager
def waiting(title: str, *, quiet: bool) -> Iterator[StatusLine]:
    """Show what is being done, on one line of a terminal; elsewhere each once.

    There a line every 15 s says that it goes on. The logger ``learnable`` has these
    lines, too.
    """
    where, last = console(), [""]
    if quiet and not _log.isEnabledFor(logging.INFO):
        yield StatusLine(lambda words: None, lambda line: None)
        return

    def show(line: str) -> None:
        where.print(strip_control_characters(line), markup=False)

    if where.is_terminal and not quiet:
        with where.status(_escape_markup(title)) as status:
            yield StatusLine(
                lambda words: status.update(_escape_markup(f"{title}: {words}")), show
            )
        return

    write_line = _line_writer(quiet=quiet)

    def note(words: str) -> None:
        if words != last[0]:
            last[0] = words
            write_line(f"{title}: {words}")

    def heartbeat(seconds: float) -> str:
        return f"{title}: {last[0] or 'at work'} ({seconds:.0f} s so far)"

    with _heartbeat(heartbeat, write_line):
        yield StatusLine(note, write_line)


def _escape_markup(words: str) -> str:
    """Return words of which rich makes no colours and links."""
    from rich.markup import escape

    return escape(strip_control_characters(words))


def _bar(where: Console) -> Any:
    from rich import progress as parts

    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TextColumn("{task.fields[words]}"),
        parts.TimeElapsedColumn(),
        console=where,
    )
