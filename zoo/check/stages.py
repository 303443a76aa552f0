"""The stages of an examination, said and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]
"""Called with what is being done, in a few words."""


class Stages:
    """Stages done one after the other, and the seconds that each took."""

    def __init__(self, say: Say) -> None:
        self.seconds: dict[str, float] = {}
        self.say = say

    @contextmanager
    def __call__(self, name: str, what: str = "") -> Iterator[None]:
        """Say what begins, and note under a name how long it took."""
        if what:
            self.say(what)
        start = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - start
