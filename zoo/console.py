"""Console output while a command works: progress, a status line, Ctrl-C."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


_pressed = threading.Event()


@contextmanager
def heard() -> Iterator[None]:
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


def plain(said: object) -> str:
    """Return a text from a file on one line, without what would govern a terminal.

    Names of columns, classes and networks are somebody's, and a run may be from
    elsewhere: control and bidirectional characters could hide or reorder what is shown.
    """
    from ..reports.text import clean

    return clean(" ".join(str(said).splitlines()), sys.maxsize)


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

    found = Console(stderr=True, highlight=False)
    return (
        found
        if found.is_terminal
        else Console(stderr=True, highlight=False, width=PLAIN_WIDTH)
    )


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Step]:
    """A bar on a terminal; elsewhere one line at the end."""
    where = console()
    if quiet:
        yield lambda done, total, words: None
        return
    if not where.is_terminal:
        last: list[str] = []

        def note(done: int, total: int, words: str) -> None:
            last[:] = [f"{title}: {done} of {total} {words}".rstrip()]

        yield note
        for line in last:
            where.print(plain(line), markup=False)
        return
    with _bar(where) as bar:
        task = bar.add_task(_unmarked(title), total=None, words="")
        yield lambda done, total, words: bar.update(
            task, completed=done, total=total, words=_unmarked(words)
        )


@dataclass(frozen=True)
class Waiting:
    """Status line of work in progress; ``line`` shows a line that stays."""

    words: Callable[[str], None]
    line: Callable[[str], None]

    def __call__(self, words: str) -> None:
        """Show what is being done now."""
        self.words(words)


@contextmanager
def waiting(title: str, *, quiet: bool) -> Iterator[Waiting]:
    """Show what is being done, on one line of a terminal; elsewhere each once."""
    where, last = console(), [""]
    if quiet:
        yield Waiting(lambda words: None, lambda line: None)
        return

    def show(line: str) -> None:
        where.print(plain(line), markup=False)

    if where.is_terminal:
        with where.status(_unmarked(title)) as status:
            yield Waiting(
                lambda words: status.update(_unmarked(f"{title}: {words}")), show
            )
        return

    def note(words: str) -> None:
        if words != last[0]:
            last[0] = words
            where.print(plain(f"{title}: {words}"), markup=False)

    yield Waiting(note, show)


def _unmarked(words: str) -> str:
    """Return words of which rich makes no colours and links."""
    from rich.markup import escape

    return escape(plain(words))


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
