"""The repaired program, written and run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..diagnosis.recording import Fit, Recording
    from ..diagnosis.search import Inquiry


@dataclass(frozen=True)
class Mended:
    """A repaired script, its difference from the script, and what came of running it.

    ``failed`` says in one line why it did not run to its end; "" if it did.
    """

    fixed: str = ""
    diff: str = ""
    failed: str = ""


def mend(
    recording: Recording,
    fit: Fit,
    inquiry: Inquiry,
    arguments: Sequence[str],
    *,
    seconds: float,
) -> Mended:
    """Write the repairs of all causes into the script, and run it.

    Parameters
    ----------
    recording, fit, inquiry
        Of the script as it is.
    arguments : sequence of str
        Its command line.
    seconds : float
        It is stopped after them.
    """
    from ..diagnosis.source import apply_edits, difference

    edits = [cause.proposal.repair.edits for cause in inquiry.causes]
    if not edits or fit.place is None or any(part is None for part in edits):
        return Mended()
    script = Path(recording.script)
    source = script.read_text("utf-8")
    flat = [edit for part in edits for edit in part or ()]
    fixed = apply_edits(source, flat, fit=fit.place, compiled=fit.compiled)
    if fixed is None:
        return Mended()
    failed = _run(script, fixed, arguments, seconds)
    diff = difference(source, fixed, name=script.name)
    return Mended("" if failed else fixed, diff, failed)


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
