"""A user's script, run as it is in this process, with all that it does with Keras."""

from __future__ import annotations

import linecache
import os
import signal
import sys
import time
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn, TextIO, cast

from ..ports.notebook import SUFFIX, notebook_source
from ..ports.port import port_script, port_sentences
from .recorder import recorded
from .recording import Listener, Recording
from .scikit_wrappers import describe_stand_ins, install_stand_ins
from .script_errors import script_end
from .source_locations import STOPPED, ScriptTimeout, UserCode

# Letters that are kept of what a script prints: its last words.
MOST_PRINTED = 20_000

# A script may catch everything; then it is stopped again after so many seconds.
_AGAIN = 10.0


def run_script(
    path: Path,
    arguments: Sequence[str] = (),
    *,
    seconds: float,
    then: Callable[[ModuleType], None] | None = None,
    source: str | None = None,
    listener: Listener | None = None,
) -> Recording:
    """Run a script or a notebook as Python runs it, and record what it does with Keras.

    Old spellings are ported in what runs (`learnable.zoo.diagnosis.ports`), not in the
    file.

    Nothing is asked and no window opens: its standard input is at its end and plots
    are drawn to memory. It may change this process in ways that nobody can put back,
    so this belongs into a process of its own, in its main thread.

    Parameters
    ----------
    path : Path
        The script.
    arguments : sequence of str
        Its command line.
    seconds : float
        It is stopped after them.
    then : callable, optional
        Called with the module that the file has become. It is run as a module then,
        which is not called ``__main__``.
    source : str, optional
        What to run in place of what the file holds.
    listener : Listener, optional
        Hears of the script while it runs.

    Returns
    -------
    Recording
        What was done until the script ended, whatever ended it.
    """
    file, process = path.resolve(), os.getpid()
    code, began = UserCode(str(file)), time.perf_counter()
    with ExitStack() as stack:
        stack.enter_context(_script_environment(file, arguments))
        stack.enter_context(install_stand_ins())
        printed = stack.enter_context(_printed())
        heard = listener.training_begins if listener else None
        recording = stack.enter_context(recorded(str(file), heard=heard))
        try:
            with _as_main(file) as recording.module, _stopped_after(seconds):
                recording.source, recording.ports = _source(file, source)
                if listener is not None:
                    notes = (*recording.ports, *describe_stand_ins(recording.source))
                    listener.script_begins(recording.source, notes)
                _run(file, recording.module, then, recording.source)
        # whatever a script raises is what became of it: KeyboardInterrupt too, for no
        # Ctrl-C reaches a process of its own
        except BaseException as error:
            recording.error = script_end(error, file, recording.source, code)
            recording.error_place = (
                code.error_location(error) if recording.error else None
            )
    if os.getpid() != process:
        _end_copy(failed=bool(recording.error))
    recording.printed = printed.end
    recording.seconds = time.perf_counter() - began
    return recording


def _source(file: Path, source: str | None) -> tuple[str, tuple[str, ...]]:
    """Return what runs in place of a file, and what was ported there."""
    if source is not None:
        return source, ()
    if file.suffix.lower() == SUFFIX:
        text, left_out = notebook_source(file)
    else:
        text, left_out = _read(file), []
    ported = port_script(text)
    return ported.source, port_sentences([*left_out, *ported.ports])


def _read(file: Path) -> str:
    try:
        with tokenize.open(file) as opened:  # in the encoding that its first lines name
            return opened.read()
    except UnicodeDecodeError as error:
        msg = f"{file.name} is not in UTF-8: save it so, or name its encoding"
        raise SyntaxError(f"{msg} in the first line (# -*- coding: ... -*-)") from error


def _run(
    file: Path,
    module: ModuleType,
    then: Callable[[ModuleType], None] | None,
    source: str,
) -> None:
    if then is not None:
        module.__name__ = file.stem
    if file.suffix.lower() == SUFFIX:
        module.__dict__["display"] = print  # as notebooks have it
        lines = source.splitlines(keepends=True)
        linecache.cache[str(file)] = (len(source), None, lines, str(file))
    # otherwise it would be compiled with the future statements of this file
    compiled = compile(source, str(file), "exec", dont_inherit=True)
    exec(compiled, module.__dict__)
    if then is not None:
        then(module)


def _end_copy(*, failed: bool) -> NoReturn:
    """End a copy of the process that the script made by fork; its end is its own."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(failed)


@contextmanager
def _as_main(file: Path) -> Iterator[ModuleType]:
    """A fresh ``__main__``; the process has its own back afterwards.

    Workers of joblib import the file of ``__main__``: they would run the script again.
    """
    module = ModuleType("__main__")
    module.__file__ = str(file)
    module.__dict__["__builtins__"] = __builtins__
    before = dict(sys.modules)
    sys.modules["__main__"] = module
    try:
        yield module
    finally:
        sys.modules["__main__"] = before["__main__"]
        for name in set(sys.modules) - set(before):
            if _is_user_module(sys.modules[name], file):
                del sys.modules[name]


def _is_user_module(module: ModuleType, file: Path) -> bool:
    """Whether a module is the user's; another script may have one of the same name."""
    # not by getattr: that would import modules that load themselves when they are used
    own = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    return own is not None and UserCode(str(file)).is_user_file(own)


@contextmanager
def _script_environment(file: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Command line, paths, input and plots as the script shall find them."""
    folder, argv, path = os.getcwd(), sys.argv, sys.path
    backend, stdin = os.environ.get("MPLBACKEND"), sys.stdin
    sys.argv, sys.path = [str(file), *arguments], [str(file.parent), *path]
    os.environ["MPLBACKEND"] = "Agg"
    try:
        with open(os.devnull) as sys.stdin, warnings.catch_warnings():
            # what `plt.show()` says where no window can open
            warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
            yield
    finally:
        sys.argv, sys.path, sys.stdin = argv, path, stdin
        try:
            os.chdir(folder)
        except OSError:  # the script has deleted it
            os.chdir(os.sep)
        os.environ.pop("MPLBACKEND", None)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise ScriptTimeout(f"{STOPPED} {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Tee:
    """Standard output as before, with its end kept."""

    def __init__(self, real: TextIO) -> None:
        self._real, self.end = real, ""

    def write(self, text: str) -> int:
        self.end = (self.end + text)[-MOST_PRINTED:]
        return self._real.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@contextmanager
def _printed() -> Iterator[_Tee]:
    """Keep the end of what is printed; the standard streams can be used afterwards."""
    real, errors = sys.stdout, sys.stderr
    tee = _Tee(real)
    sys.stdout = cast(TextIO, tee)
    try:
        yield tee
    finally:
        sys.stdout, sys.stderr = _usable(real), _usable(errors)
        # else the next file to be opened would get the number of a closed stream, and
        # with it all that libraries write there
        for number in range(3):
            _fill(number)


def _usable(stream: TextIO) -> TextIO:
    return open(os.devnull, "w") if stream.closed else stream


def _fill(number: int) -> None:
    """Open the null device under a descriptor's number, if that is closed."""
    try:
        os.fstat(number)
    except OSError:
        free = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        os.set_inheritable(free, True)
