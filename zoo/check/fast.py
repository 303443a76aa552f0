"""``zoo check --fast``: what rules say of a training that has not begun.

The script runs until its first training begins. Nothing is trained, so nothing is
proved but what follows from the definitions of layers and loss, and from the script's
own arrays; all else is possible, and said to be.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...baselines.results.diagnosis import (
    SIDES,
    UNTRIED,
    Cause,
    Diagnosis,
    Location,
    RuledOut,
)
from ...data.counts import count
from ...data.errors import BadData
from ..backend import keras
from ..diagnosis.problem.context import RuleContext
from ..diagnosis.problem.from_model import split_outputs
from ..diagnosis.problem.training_setup import (
    check_compiled,
    original_training,
    sampled,
)
from ..diagnosis.record.arrays import is_dataset
from ..diagnosis.record.run_script import run_script
from ..diagnosis.rules.run_rules import run_rules
from ..diagnosis.search.causes import NOTHING, SETTING
from ..diagnosis.search.definitions import Limit, explained_by, find_limit
from ..diagnosis.search.reference import trained_score
from ..diagnosis.search.trials import SLACK
from .duplicates import find_mispaired_rows
from .first_contact import FirstContact, aligned, explain_no_training, files_read
from .jobs import RECORDED, UNTRAINED, CheckAnswer
from .unpaired import find_unpaired

if TYPE_CHECKING:
    from ..diagnosis.problem.context import NetworkFinding
    from ..diagnosis.record.recording import Fit, Recording, TrainingBegun
    from .jobs import CheckJob

UNPROVED = "no-fault-proved"

_log = logging.getLogger("learnable")


def fast_check(job: CheckJob) -> CheckAnswer:
    """Run a script until it trains; return what it holds, and what rules say of it.

    Parameters
    ----------
    job : CheckJob

    Raises
    ------
    BadData
        It trains nothing, ends before, or its rows are too odd to be read.
    """
    lines: list[str] = []
    path = Path(job.name)
    read = files_read(path.resolve().parent)
    contact = FirstContact(lines.append, read, stops=True)
    recording = run_script(
        path, job.arguments, seconds=job.time_limit, listener=contact
    )
    if contact.begun is None:
        raise BadData(f"{path.name} {explain_no_training(recording)}")
    lines += aligned({"examined": "the first training, before its first step"})
    found = _answers(recording, contact.begun, seed=job.seed)
    main = next((one for one in found if one.causes), found[0])
    others = tuple(one for one in found if one is not main)
    answer = replace(main, others=others, ports=recording.ports)
    return CheckAnswer(lines=tuple(lines), diagnosis=answer)


def _answers(
    recording: Recording, begun: TrainingBegun, *, seed: int
) -> tuple[Diagnosis, ...]:
    """One answer an output."""
    fit = _first_fit(recording, begun)
    if fit is None:
        return (_unread(recording, begun, "its rows come from a loop or generator"),)
    check_compiled(fit)
    if fit.y is None:
        return (_unread(recording, begun, "fit was given no targets"),)
    unpaired = _result_or_none(find_unpaired, recording, fit)
    if unpaired is not None:
        return (unpaired,)
    is_whole = not fit.cut and begun.kind == "fit"
    return tuple(
        _answer(recording, one, is_whole=is_whole, seed=seed)
        for one in split_outputs(fit)
    )


def _first_fit(recording: Recording, begun: TrainingBegun) -> Fit | None:
    """The training as it was about to begin; None where its rows are not known."""
    fit = next((f for f in recording.fits if f.model is begun.model), None)
    if fit is None or fit.x is None:
        return None
    return replace(fit, error=fit.error if "compile" in fit.error else "")


def _unread(recording: Recording, begun: TrainingBegun, why: str) -> Diagnosis:
    sentence = f"No rule was checked: {why}."
    place = begun.place
    at = None if place is None else Location(place.file, place.line)
    return _diagnosis(recording, at, UNPROVED, sentence)


def _answer(recording: Recording, fit: Fit, *, is_whole: bool, seed: int) -> Diagnosis:
    fit, task = sampled(fit, seed=seed)
    _build(fit)
    context = RuleContext(recording, fit, task, original_training(fit, task))
    known = run_rules(context)
    causes = tuple(_proved(context, known)) if is_whole else ()
    proved = {cause.code for cause in causes}
    possible = tuple(_possible(context, known, proved))
    place = fit.place
    at = None if place is None else Location(place.file, place.line)
    if causes:
        only_rows = all(cause.side == "preparation" for cause in causes)
        verdict = "preparation-at-fault" if only_rows else "network-at-fault"
        proved_by = "by definitions or by the script's own arrays"
        are = count(len(causes), "fault is", "faults are")
        sentence = f"{are} proved without a training, {proved_by}."
    else:
        verdict, sentence = UNPROVED, "No rule proves a fault."
    sentence = f"{sentence} {_counted(possible)}".strip()
    found = _diagnosis(recording, at, verdict, sentence)
    sides = {cause.side for cause in causes}
    return replace(
        found,
        sides=tuple(side for side in SIDES if side in sides),
        causes=causes,
        ruled_out=possible,
        output=fit.output,
    )


def _counted(possible: Sequence[RuledOut]) -> str:
    open_ones = sum(one.code not in UNTRIED for one in possible)
    faults = count(open_ones, "possible fault is", "possible faults are")
    return f"{faults} not tested." if open_ones else ""


def _diagnosis(
    recording: Recording, at: Location | None, verdict: str, sentence: str
) -> Diagnosis:
    name = Path(recording.script).name
    change = f"`zoo check {name}`, which trains with and without each repair."
    if verdict != UNPROVED:
        change = "Nothing: no training changes this."
    said = (verdict, sentence, change)
    return Diagnosis(
        recording.script, (), *said, "", None, None, None, None, location=at
    )


def _build(fit: Fit) -> None:
    """Give a network without an input shape its weights, as its first batch would."""
    if getattr(fit.model, "built", True) or is_dataset(fit.x):
        return
    try:
        fit.model(keras.tree.map_structure(lambda part: np.asarray(part)[:2], fit.x))
    # a network of somebody's own may fail in any way, here as in its training
    except Exception as error:
        _log.debug("the network cannot be built: %r", error)


def _proved(context: RuleContext, known: Sequence[NetworkFinding]) -> Iterator[Cause]:
    """Faults that no training is needed for, and none refutes."""
    for f in known:
        if f.is_recorded or (f.code in RECORDED and not f.repairs):
            at = context.locations(f)
            texts = (f.code, f.label, f.sentence, f.advice)
            yield Cause(*texts, side=f.side, locations=at)
    limit = _result_or_none(find_limit, context)
    if limit is not None and _is_sure(context, limit):
        yield _definition_cause(context, limit, known)
    mispaired = _result_or_none(find_mispaired_rows, context.recording, context.fit)
    if mispaired is not None:
        yield mispaired


def _is_sure(context: RuleContext, limit: Limit) -> bool:
    """Whether nothing can be learned under a limit, and the network obeys it.

    What more can be reached on these rows, baselines would have to say.
    """
    if limit.score is None:  # no gradient: it stays as good as it begins
        return not context.fit.pretrained
    own = _result_or_none(trained_score, context.fit, context.task)
    is_refuted = own is not None and own > limit.score + SLACK
    return limit.score <= NOTHING and not is_refuted


def _definition_cause(
    context: RuleContext, limit: Limit, known: Sequence[NetworkFinding]
) -> Cause:
    f = explained_by(context, limit, known, set())
    texts = (f.code, f.label, f.sentence, f.advice)
    at = context.locations(f)
    return Cause(*texts, side=f.side, limit=limit.score, locations=at)


def _possible(
    context: RuleContext, known: Sequence[NetworkFinding], proved: set[str]
) -> Iterator[RuledOut]:
    """Findings that trials would prove or rule out, and those that none can test.

    Without a trial nothing can be said of settings.
    """
    for f in known:
        is_setting = f.priority == SETTING and f.code not in UNTRIED
        if f.code in proved or is_setting:
            continue
        reason = UNTRIED.get(f.code, UNTRAINED)
        sentence = f"{f.sentence} {f.advice}"
        at = context.locations(f)
        yield RuledOut(
            f.code, f.label, sentence, "untested", reason=reason, locations=at
        )


def _result_or_none(look: Any, *given: Any) -> Any:
    """Return a look's result; None where a network of the user's is too odd for it."""
    try:
        return look(*given)
    # layers and losses of somebody's own may raise anything when they are looked at
    except Exception as error:
        _log.debug("%s cannot read this training: %r", look.__name__, error)
        return None
