"""A recorded training examined from both sides: the data, and the network."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ...baselines.diagnosis import Cause, Diagnosis
from ..diagnosis.again import inquire_again, look_again
from ..diagnosis.case import Case, Repair, Suspect
from ..diagnosis.gain import Difference, gap
from ..diagnosis.given import each_output
from ..diagnosis.golden import golden_tests
from ..diagnosis.inquiry import FAILING, NOTHING, Inquiry
from ..diagnosis.measure import measure
from ..diagnosis.raising import inquire
from ..diagnosis.setup import as_given
from ..diagnosis.suspects import suspects
from ..diagnosis.trials import Laboratory, OutOfTime
from . import data_side
from .answering import answer
from .asked import asked_faults
from .data_half import data_half, mean_score, reached
from .data_repairs import Fault, hide
from .material import Material, prepare, taught_score
from .mending import mend
from .plain import plain_network
from .rerunner import Rerunner
from .sides import Sides
from .stages import Say, Stages

if TYPE_CHECKING:
    from ...baselines.study import Study
    from ..diagnosis.recording import Fit, Recording

LEAST_JUDGED = 30
"""Rows to judge by, below which a good score may well be luck."""
PROBE_SECONDS = 8.0
GOLDEN_SECONDS = 10.0
RUN_SECONDS = 120.0
"""Beside four times the script's own training, that a repaired script may take."""

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class Checked:
    """The answer, and the data half that it rests on."""

    diagnosis: Diagnosis
    study: Study


def check_outputs(
    recording: Recording,
    fit: Fit,
    *,
    budget: float,
    seed: int = 0,
    arguments: Sequence[str] = (),
    say: Say,
) -> Checked:
    """Examine one training, each of its network's outputs by itself.

    The answer is that on the first output with a fault, or on the first one; those on
    the others are its ``others``. Parameters and errors are those of `check_fit`; the
    outputs share the budget.
    """
    parts = each_output(fit)
    found = [
        check_fit(
            recording,
            one,
            budget=budget / len(parts),
            seed=seed,
            arguments=arguments,
            say=lambda what, one=one: say(_of_output(one, what)),
        )
        for one in parts
    ]
    faulty = (one for one in found if one.diagnosis.side not in ("none", "undecided"))
    main = next(faulty, found[0])
    others = tuple(one.diagnosis for one in found if one is not main)
    return replace(main, diagnosis=replace(main.diagnosis, others=others))


def _of_output(fit: Fit, what: str) -> str:
    return f"output {fit.output!r}: {what}" if fit.output else what


def check_fit(
    recording: Recording,
    fit: Fit,
    *,
    budget: float,
    seed: int,
    arguments: Sequence[str],
    say: Say,
) -> Checked:
    """Examine one training of a network with one output.

    Parameters
    ----------
    recording : Recording
        All that the script did.
    fit : Fit
        The training to examine.
    budget : float
        Seconds for the first look and all trials, of which half are for trials at
        least; what was not tried then is said.
    seed : int
    arguments : sequence of str
        The script's, to run the repaired one with.
    say : callable

    Raises
    ------
    BadData
        The rows are too few or too odd to be examined, or nothing was compiled.
    """
    start, stages = time.monotonic(), Stages(say)
    what = "what the data allow, and how the network trains"
    with stages("data and first look", what), ThreadPoolExecutor(1) as beside:
        material = prepare(recording, fit, seed=seed)
        # baselines need no network, and a network leaves a core to them
        learned = beside.submit(data_half, material)
        case = _probed(material)
        golden = golden_tests(
            case.setup,
            material.question,
            material.splits[0].train,
            seed=seed,
            seconds=GOLDEN_SECONDS,
        )
        study = learned.result()
    with Rerunner() as rerunner:
        with stages("trials"):
            end = max(start + budget, time.monotonic() + budget / 2)
            lab = _laboratory(material, case, end, say)
            sides = _tried(material, case, study, lab, rerunner)
        with stages("repaired script", "the repaired script runs"):
            seconds = 4 * fit.seconds + RUN_SECONDS
            mended = mend(
                recording, fit, case.setup, sides, arguments, rerunner, seconds=seconds
            )
    found = answer(sides, golden, stages.seconds)
    return Checked(replace(found, **vars(mended)), study)


def _tried(
    material: Material, case: Case, study: Study, lab: Laboratory, rerunner: Rerunner
) -> Sides:
    """What trials say of the network, beside what the data allow."""
    reach = reached(study, material)
    scores = {name: mean_score(marks) for name, marks in reach.items()}
    best = max(scores, key=lambda name: scores[name], default="")
    if material.fit.place and lab.score([]) < FAILING * scores.get(best, 0.0):
        rerunner.prepare()
    found = _inquired(material, case, lab, scores.get(best, 0.0))
    short = _shortfall(lab, reach.get(best, []))
    faults = _faults(material, study, found, lab)
    sides = Sides(case, study, found, (best, scores.get(best, 0.0)), short, faults)
    sides = replace(sides, by_heart=material.by_heart)
    if not sides.is_unmended:
        return sides
    return replace(sides, reference=plain_network(lab), taught=taught_score(material))


def _inquired(material: Material, case: Case, lab: Laboratory, reach: float) -> Inquiry:
    """The causes; also those that only show beside the repair of another."""
    raised, known = bool(material.fit.error), suspects(case)
    found = inquire(lab, known, reach=reach, has_raised=raised)
    if raised:
        return found
    look = partial(_looked_again, case, lab)
    return inquire_again(found, lab, known, look, reach=reach)


def _looked_again(
    case: Case, lab: Laboratory, repairs: Sequence[Repair]
) -> tuple[Suspect, ...]:
    try:
        return look_again(case, lab, repairs)
    # a network of somebody's own may fail in any way; the first look counts then
    except Exception as error:
        _log.debug("the mended network cannot be looked at: %r", error)
        return ()


def _shortfall(lab: Laboratory, best: Sequence[np.ndarray]) -> Difference | None:
    """How far the network, as it is, is behind; None where time was over before."""
    try:
        own = [lab.outcome([], i).marks for i in range(len(best))]
    except OutOfTime:
        return None
    # a training that failed has learned nothing
    filled = [m if len(m) else 0 * b for m, b in zip(own, best, strict=True)]
    return gap(best, filled, whole=lab.whole) if best else None


def _probed(material: Material) -> Case:
    """The case with what was measured on the network while it trains."""
    setup = as_given(material.fit, material.question)
    case = Case(material.recording, material.fit, material.question, setup)
    try:
        rows = material.splits[0].train
        probe = measure(setup, rows, seed=material.seed, seconds=PROBE_SECONDS)
        return replace(case, probe=probe)
    # a network of somebody's own may fail in any way; rules do without the probe then
    except Exception as error:
        _log.debug("the network cannot be looked at: %r", error)
        return case


def _laboratory(
    material: Material, case: Case, deadline: float, say: Say
) -> Laboratory:
    return Laboratory(
        case.setup,
        material.question,
        material.splits,
        deadline=deadline,
        spare=material.spare,
        seed=material.seed,
        on_trial=say,
        whole=material.by_heart > 0,
    )


def _faults(
    material: Material, study: Study, inquiry: Inquiry, lab: Laboratory
) -> tuple[Fault, ...]:
    """Faults that no change to the network mends."""
    judged = sum(len(split.test) for split in material.splits)
    learned = bool(inquiry.causes) or inquiry.before > NOTHING
    learned = learned and (material.by_heart > 0 or judged >= LEAST_JUDGED)
    causes = data_side.data_causes(
        study, material.dataset, learned=learned, failing=inquiry.is_failing
    )
    if not causes:
        return asked_faults(material, study, lab, reach=inquiry.reach)
    return tuple(
        _without_leak(cause, material, study, lab)
        if cause.code == "D308"
        else Fault(cause)
        for cause in causes
    )


def _without_leak(
    cause: Cause, material: Material, study: Study, lab: Laboratory
) -> Fault:
    """A leak, and what the network has without it."""
    finding = data_side.leaking(study)
    if finding is None or finding.n_columns > len(finding.columns):
        return Fault(cause)
    repair = hide(material, finding.columns)
    if repair is None:
        return Fault(cause)
    lab.allow(PROBE_SECONDS)
    score = lab.score([repair])
    told = f"{cause.sentence} Without it the network has a score of {score:.2f}."
    return Fault(replace(cause, sentence=told, repair=repair.what), repair, score)
