"""The answer: on which side the fault lies, and the causes in words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from ...baselines.diagnosis import (
    Cause,
    Diagnosis,
    Look,
    Side,
    Sign,
    Suspicion,
    Trial,
)
from ..diagnosis.inquiry import NOTHING
from ..diagnosis.symptoms import symptoms
from .verdicts import verdict_of

if TYPE_CHECKING:
    from ..diagnosis import inquiry as inquiries
    from ..diagnosis.case import Case, Suspect
    from ..diagnosis.golden import GoldenTest
    from ..diagnosis.inquiry import Inquiry
    from ..diagnosis.probe import Moment
    from .sides import Sides

MOST_OF_ERROR = 160
"""Characters told of what ended a training: TensorFlow lists every label."""
BY_HEART = (
    "There are {} different rows, of which none can be kept back: networks are judged "
    "by whether they learn these by heart, and baselines were given copies."
)


def answer(
    sides: Sides, golden: Sequence[GoldenTest], seconds: dict[str, float]
) -> Diagnosis:
    """Side, verdict, causes, and what was acquitted."""
    inquiry = sides.inquiry
    probe = sides.case.probe
    causes = (*sides.data, *(_as_cause(c) for c in inquiry.causes))
    verdict, sentence, change = verdict_of(sides)
    if sides.by_heart:
        sentence = f"{sentence} {BY_HEART.format(sides.by_heart)}"
    if sides.case.fit.error:
        error = shorten(sides.case.fit.error, MOST_OF_ERROR, placeholder=" ...")
        sentence = f"The training ended with {error.rstrip('.')}. {sentence}"
    return Diagnosis(
        script=sides.case.recording.script,
        side=_side(sides, causes),
        verdict=verdict,
        sentence=sentence,
        change=change,
        measure=measure(sides.case),
        before=inquiry.before,
        baseline=sides.best[1],
        reach=inquiry.reach,
        mended=inquiry.mended,
        reference=None if sides.reference is None else sides.reference.score,
        output=sides.case.fit.output,
        causes=causes,
        suspicions=tuple(_suspicions(inquiry)),
        tuned="; ".join(repair.what for repair in inquiry.tuned),
        best=inquiry.best,
        trials=tuple(Trial(what, score) for what, score in inquiry.scores.items()),
        symptoms=tuple(
            Sign(s.code, s.label, False, s.sentence) for s in symptoms(sides.case)
        ),
        golden=tuple(Sign(*vars(test).values()) for test in golden),
        looks=() if probe is None else tuple(_as_look(m) for m in probe.moments),
        losses=() if probe is None else probe.losses,
        seconds=seconds,
    )


def _as_look(moment: Moment) -> Look:
    layers = moment.layers
    return Look(
        moment.step,
        moment.loss,
        gradients={layer.name: layer.gradient for layer in layers},
        updates=dict(moment.updates),
        dead={layer.name: layer.dead for layer in layers},
        saturated={layer.name: layer.saturated for layer in layers},
    )


def measure(case: Case) -> str:
    """What the scores are."""
    if case.question.task == "regression":
        return "R2"
    return "balanced accuracy above chance (0: chance, 1: always right)"


def _side(sides: Sides, causes: tuple[Cause, ...]) -> Side:
    kinds = {cause.is_data for cause in causes}
    if len(kinds) == 2:
        return "both"
    if kinds:
        return "data" if kinds == {True} else "network"
    if sides.is_behind:
        return "network" if sides.is_at_fault else "none"
    unclear = sides.inquiry.is_failing or sides.inquiry.before <= NOTHING
    return "undecided" if unclear else "none"


def _as_cause(cause: inquiries.Cause) -> Cause:
    suspect, repair = cause.proposal.suspect, cause.proposal.repair
    # advice is on a rule's first repair; where another mends, that is to be made
    first = repair.what == suspect.repairs[0].what
    return Cause(
        suspect.code,
        suspect.label,
        suspect.sentence,
        suspect.advice if first else f"Make the change that was proved: {repair.what}.",
        repair.what,
        cause.before,
        cause.only,
        cause.together,
        cause.lost.gain,
        cause.lost.error,
        suspect.is_data,
    )


def _suspicions(inquiry: Inquiry) -> list[Suspicion]:
    others = {p.suspect.code: p.repair.what for p in inquiry.others}
    # of several faults none is acquitted by a trial of its repair alone
    is_open = inquiry.is_cut and inquiry.is_failing and not inquiry.causes
    acquitted = "not-alone" if is_open else "acquitted"

    def told(suspect: Suspect) -> Suspicion:
        would = others.get(suspect.code, "")
        state = "would-do" if would else acquitted
        return Suspicion(suspect.code, suspect.label, suspect.sentence, state, would)

    untested = [
        Suspicion(s.code, s.label, s.sentence, "untested") for s in inquiry.untested
    ]
    return [told(s) for s in inquiry.acquitted] + untested
