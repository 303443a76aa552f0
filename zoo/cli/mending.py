"""The repaired program, written and run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..diagnosis.case import Repair
    from ..diagnosis.edits import Edit
    from ..diagnosis.recording import Fit, Recording
    from ..diagnosis.search import Inquiry
    from ..diagnosis.setup import Setup


@dataclass(frozen=True)
class Mended:
    """A repaired script, its difference from the script, and what came of running it.

    ``failed`` says in one line why it did not run to its end; "" if it did.
    ``snippet`` is the repaired network as code, where the script cannot be changed.
    """

    fixed: str = ""
    diff: str = ""
    failed: str = ""
    snippet: str = ""


def mend(
    recording: Recording,
    fit: Fit,
    setup: Setup,
    inquiry: Inquiry,
    arguments: Sequence[str],
    *,
    seconds: float,
) -> Mended:
    """Write the repairs of all causes into the script, and run it.

    Parameters
    ----------
    recording, fit, setup, inquiry
        Of the script as it is.
    arguments : sequence of str
        Its command line.
    seconds : float
        It is stopped after them.
    """
    from ..diagnosis.snippet import as_code
    from ..diagnosis.source import difference

    repairs = [cause.proposal.repair for cause in inquiry.causes]
    if not repairs:
        return Mended()
    script, failed, diff = Path(recording.script), "", ""
    for edits in _ways(setup, repairs):
        source, fixed = _written(script, fit, edits)
        if fixed is None:
            continue
        here = difference(source, fixed, name=script.name)
        why = _run(script, fixed, arguments, seconds)
        if not why:
            return Mended(fixed, here)
        diff, failed = diff or here, failed or why
    return Mended("", diff, failed, as_code(_applied(setup, repairs).model) or "")


def _applied(setup: Setup, repairs: Sequence[Repair]) -> Setup:
    for repair in repairs:
        setup = repair.apply(setup)
    return setup


def _ways(setup: Setup, repairs: Sequence[Repair]) -> Iterator[tuple[Edit, ...]]:
    """The edits of each repair; else the network anew and what is not in its layers."""
    from ..diagnosis.edits import FeedFrom, InsertLayer, SetArgument, Statement
    from ..diagnosis.snippet import as_code

    known = [edit for repair in repairs for edit in repair.edits or ()]
    if all(repair.edits is not None for repair in repairs):
        yield tuple(known)
    code = as_code(_applied(setup, repairs).model, name="network")
    if code is None:
        return
    around = [
        edit
        for edit in known
        if not isinstance(edit, FeedFrom | InsertLayer | Statement)
        and not (isinstance(edit, SetArgument) and edit.call == "layer")
    ]
    # in a function, whose names are not those of the script
    body = textwrap.indent(f"{code.rstrip()}\nreturn network", "    ")
    text = f"def repaired_network():\n{body}\n\n\n{{model}} = repaired_network()"
    yield (Statement(text), *around)


def _written(script: Path, fit: Fit, edits: Sequence[Edit]) -> tuple[str, str | None]:
    """The script's source, and that with the edits; None where they have no place."""
    from ..diagnosis.source import apply_edits

    if fit.place is None or not script.is_file():
        return "", None
    source = script.read_text("utf-8")
    return source, apply_edits(source, edits, fit=fit.place, compiled=fit.compiled)


def _run(script: Path, fixed: str, arguments: Sequence[str], seconds: float) -> str:
    """Run a repaired script as if it lay where the script lies."""
    # its folder is where its own modules are found; nothing is written there
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); name = sys.argv[2]; "
        "text = sys.stdin.read(); sys.argv = sys.argv[2:]; "
        "exec(compile(text, name, 'exec'), {'__name__': '__main__', '__file__': name})"
    )
    folder = str(script.resolve().parent)
    try:
        told = subprocess.run(
            [sys.executable, "-c", start, folder, str(script.resolve()), *arguments],
            input=fixed,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {seconds:g} s"
    if not told.returncode:
        return ""
    return (told.stderr.strip().splitlines() or ["no word"])[-1][:300]
