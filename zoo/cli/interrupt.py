"""Ctrl-C that is not lost.

Python drops an exception that is raised inside a destructor, KeyboardInterrupt too, and
TensorFlow's functions have destructors. So the signal is remembered, and asked for at
each step of the work.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


def check() -> None:
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
