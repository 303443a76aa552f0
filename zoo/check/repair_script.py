"""The repaired program, written and run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..diagnosis.problem.context import repaired
from ..diagnosis.record.arrays import whole_fit
from ..diagnosis.search.causes import FAILING
from .jobs import RerunJob

if TYPE_CHECKING:
    from ..diagnosis.codemod.edits import Edit
    from ..diagnosis.problem.context import Repair
    from ..diagnosis.problem.training_setup import Setup
    from ..diagnosis.record.recording import Fit, Recording
    from .answer import CheckEvidence
    from .rerunner import Rerunner


@dataclass(frozen=True)
class RepairedScript:
    """A repaired script, its difference from the script, and what came of running it.

    ``failed`` says in one line why it did not run to its end; "" if it did.
    ``snippet`` is the repaired network as code, where the script cannot be changed.
    """

    fixed: str = ""
    diff: str = ""
    failed: str = ""
    snippet: str = ""


def repair_script(
    recording: Recording,
    fit: Fit,
    setup: Setup,
    evidence: CheckEvidence,
    arguments: Sequence[str],
    rerunner: Rerunner,
    *,
    seconds: float,
) -> RepairedScript:
    """Write the repairs of all causes into the script, and run it.

    Parameters
    ----------
    recording, fit, setup
        Of the script as it is.
    evidence : CheckEvidence
        With the causes; where there are none, with a plain network, or without.
    arguments : sequence of str
        Its command line.
    rerunner : Rerunner
    seconds : float
        It is stopped after them.
    """
    from ..diagnosis.codemod.apply import difference
    from ..diagnosis.codemod.model_to_code import as_code

    repairs = [cause.proposal.repair for cause in evidence.inquiry.causes]
    repairs += evidence.data_repairs
    if not repairs:
        plain = evidence.reference
        return RepairedScript(
            snippet="" if plain is None else as_code(plain.model) or ""
        )
    script, failed, diff = Path(recording.script), "", ""
    tuned = [*repairs, *evidence.inquiry.tuned]
    whole = whole_fit(recording, fit)
    same = (i for i, f in enumerate(recording.fits) if f is whole)
    job = RerunJob(
        script=str(script.resolve()),
        arguments=(*arguments,),
        seconds=seconds,
        fit=next(same, 0),
        output=fit.output,
    )
    for edits in (*_ways(setup, tuned), *_ways(setup, repairs)):
        source, fixed = _written(script, fit, edits)
        if fixed is None:
            continue
        here = difference(source, fixed, name=script.name)
        why = rerunner.run(fixed, job, least=FAILING * evidence.expected)
        if not why:
            return RepairedScript(fixed, here)
        diff, failed = diff or here, failed or why
    return RepairedScript(
        "", diff, failed, as_code(repaired(setup, repairs).model) or ""
    )


def _ways(setup: Setup, repairs: Sequence[Repair]) -> Iterator[tuple[Edit, ...]]:
    """The edits of each repair; else the network anew and what is not in its layers."""
    from ..diagnosis.codemod.edits import FeedFrom, InsertLayer, SetArgument, Statement
    from ..diagnosis.codemod.model_to_code import as_code

    known = [edit for repair in repairs for edit in repair.edits or ()]
    if all(repair.edits is not None for repair in repairs):
        yield tuple(known)
    untold = (repair for repair in repairs if repair.edits is None)
    if any(repair.apply(setup).model is setup.model for repair in untold):
        return  # the network, written anew, would leave it out
    code = as_code(repaired(setup, repairs).model, name="network")
    if code is None:
        return
    around = [
        edit
        for edit in known
        if not isinstance(edit, FeedFrom | InsertLayer)
        and not (isinstance(edit, Statement) and "{model}" in edit.code)
        and not (isinstance(edit, SetArgument) and edit.call == "layer")
    ]
    # in a function, whose names are not those of the script
    body = textwrap.indent(f"{code.rstrip()}\nreturn network", "    ")
    text = f"def repaired_network():\n{body}\n\n\n{{model}} = repaired_network()"
    yield (Statement(text), *around)


def _written(script: Path, fit: Fit, edits: Sequence[Edit]) -> tuple[str, str | None]:
    """The script's source, and that with the edits; None where they have no place."""
    from ..diagnosis.codemod.apply import apply_edits

    if fit.place is None or not script.is_file():
        return "", None
    source = script.read_text("utf-8")
    return source, apply_edits(source, edits, fit=fit.place, compiled=fit.compiled)
