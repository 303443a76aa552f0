"""The answer: on which sides faults lie, and the causes in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from ...baselines.results.diagnosis import (
    NO_REPAIR,
    SIDES,
    UNTRIED,
    Cause,
    CheckResult,
    Diagnosis,
    Location,
    ProbeStep,
    RuledOut,
    Side,
    Trial,
)
from ...data.counts import count
from ..diagnosis.probe.symptoms import symptoms
from ..diagnosis.record.source_locations import STOPPED
from ..diagnosis.search.causes import FAILING, NOTHING
from ..diagnosis.search.reference import plain_repair
from ..diagnosis.search.trials import BudgetExceeded, TrialRunner

if TYPE_CHECKING:
    from ...baselines.evaluate import Study
    from ...baselines.results.results import Verdict
    from ..diagnosis.probe.golden_tests import GoldenTest
    from ..diagnosis.probe.probe import Snapshot
    from ..diagnosis.problem.context import NetworkFinding, Repair, RuleContext
    from ..diagnosis.record.recording import Fit, Place
    from ..diagnosis.search import causes as inquiries
    from ..diagnosis.search.causes import SearchResult
    from ..diagnosis.search.definitions import LimitedFinding
    from ..diagnosis.search.trials import ScoreDifference
    from .data_faults import DataFault


MOST_OF_ERROR = 160
"""Characters told of what ended a training: TensorFlow lists every label."""
_LEARNED = 0.3
"""A score from which a lower one on the rows of the training is not by chance."""
_SMALL = 0.03
"""Of a score, that the repair of what is no cause must add to be told."""
_MEMORISED = (
    "Distinct rows: {}, too few to hold any out. Networks are judged by whether they "
    "memorise these, and baselines are fitted to copies."
)


def answer(
    evidence: CheckEvidence, golden: Sequence[GoldenTest], seconds: dict[str, float]
) -> Diagnosis:
    """Verdict, sides, causes, and what was ruled out."""
    inquiry = evidence.inquiry
    probe = evidence.context.probe
    causes = _causes(evidence)
    verdict, sentence, change = verdict_of(evidence)
    if verdict in ("undecided", "no-signal"):
        # what baselines did not see, they could not find
        sentence = " ".join([sentence, *evidence.study.results.about.notes])
    if evidence.memorised:
        sentence = f"{sentence} {_MEMORISED.format(evidence.memorised)}"
    if evidence.context.fit.error:
        error = shorten(evidence.context.fit.error, MOST_OF_ERROR, placeholder=" ...")
        sentence = f"The training ended with {error.rstrip('.')}. {sentence}"
    crashed = evidence.context.fit.error if evidence.has_script_error else ""
    return Diagnosis(
        script=evidence.context.recording.script,
        sides=_sides(evidence, causes),
        verdict=verdict,
        sentence=sentence,
        change=change,
        measure=_measure(evidence.context),
        original_score=inquiry.original_score,
        baseline_score=evidence.best[1],
        best_score=inquiry.best_score,
        repaired_score=inquiry.repaired_score,
        reference=None if evidence.reference is None else evidence.reference.score,
        output=evidence.context.fit.output,
        causes=causes,
        ruled_out=tuple(_suspicions(evidence)),
        tuned="; ".join(repair.what for repair in inquiry.tuned),
        tuned_score=inquiry.tuned_score,
        trials=tuple(Trial(what, score) for what, score in inquiry.scores.items()),
        symptoms=tuple(
            CheckResult(s.code, s.label, False, s.sentence)
            for s in (() if crashed else symptoms(evidence.context))
        ),
        golden=tuple(
            CheckResult(*vars(test).values()) for test in golden if not crashed
        ),
        crashed=crashed,
        probe_steps=()
        if probe is None
        else tuple(_as_probe_step(m) for m in probe.moments),
        losses=() if probe is None else probe.losses,
        seconds=seconds,
        location=_location(evidence.context.fit.place),
    )


def _location(place: Place | None) -> Location | None:
    return None if place is None else Location(place.file, place.line)


def _as_probe_step(moment: Snapshot) -> ProbeStep:
    layers = moment.layers
    return ProbeStep(
        moment.step,
        moment.loss,
        gradients={layer.name: layer.gradient for layer in layers},
        updates=dict(moment.updates),
        dead={layer.name: layer.dead for layer in layers},
        saturated={layer.name: layer.saturated for layer in layers},
    )


def _measure(context: RuleContext) -> str:
    """Return the name of the metric that the scores are in."""
    if context.task.kind == "regression":
        return "R2"
    return "balanced accuracy above chance (0: chance, 1: always right)"


def _sides(evidence: CheckEvidence, causes: tuple[Cause, ...]) -> tuple[Side, ...]:
    found = {cause.side for cause in causes}
    if not found and evidence.is_behind and evidence.is_at_fault:
        found = {"network"}
    return tuple(side for side in SIDES if side in found)


def _causes(evidence: CheckEvidence) -> tuple[Cause, ...]:
    """Those of the data, those that trials prove, and one that definitions prove."""
    context = evidence.context
    proved = tuple(_as_cause(cause, context) for cause in evidence.inquiry.causes)
    limited = evidence.limited
    if limited is None:
        return (*evidence.data, *proved)
    found = limited.finding
    texts = (found.code, found.label, found.sentence, found.advice)
    if found.code not in {cause.code for cause in proved}:
        by_definition = Cause(
            *texts,
            side=found.side,
            limit=limited.limit,
            locations=context.locations(found),
        )
        return (*evidence.data, by_definition, *proved)
    both = (
        replace(c, limit=limited.limit) if c.code == found.code else c for c in proved
    )
    return (*evidence.data, *both)


def _as_cause(cause: inquiries.ProvedCause, context: RuleContext) -> Cause:
    finding, repair = cause.proposal.finding, cause.proposal.repair
    # advice is on a rule's first repair; where another mends, that is to be made
    first = repair.what == finding.repairs[0].what
    return Cause(
        finding.code,
        finding.label,
        finding.sentence,
        finding.advice if first else f"Make the proved change: {repair.what}.",
        repair.what,
        cause.original_score,
        cause.alone,
        cause.together,
        cause.ablation.difference,
        cause.ablation.error,
        finding.side,
        locations=context.locations(finding, repair),
    )


def _suspicions(evidence: CheckEvidence) -> list[RuledOut]:
    inquiry, limited = evidence.inquiry, evidence.limited
    proved = {cause.code for cause in evidence.data}
    proved |= set() if limited is None else {limited.finding.code}
    others = {p.finding.code: p.repair.what for p in inquiry.others}
    # of several faults none is acquitted by a trial of its repair alone
    is_open = inquiry.timed_out and inquiry.is_failing and not inquiry.causes
    no_effect = "insufficient_alone" if is_open else "no_effect"

    def told(finding: NetworkFinding) -> RuledOut:
        would = others.get(finding.code, "")
        effect = "" if would or is_open else _effect(inquiry, finding)
        state = "small_effect" if effect else "alternative" if would else no_effect
        named = (finding.code, finding.label, finding.sentence)
        at = evidence.context.locations(finding)
        return RuledOut(*named, state, would, effect, at)

    tried = [told(finding) for finding in inquiry.no_effect]
    untested = [
        RuledOut(
            s.code,
            s.label,
            _full_sentence(s),
            "untested",
            reason=_reason(evidence, s),
            locations=evidence.context.locations(s),
        )
        for s in inquiry.untested
    ]
    return [one for one in (*tried, *untested) if one.code not in proved]


def _full_sentence(finding: NetworkFinding) -> str:
    """The sentence; with what to do, where the finding holds without a trial."""
    advice = f" {finding.advice}" if finding.code in UNTRIED else ""
    return f"{finding.sentence}{advice}"


def _effect(inquiry: SearchResult, finding: NetworkFinding) -> str:
    """Say what the best repair of a finding did by itself; "" for next to nothing."""
    tried = [inquiry.scores.get(repair.what, 0.0) for repair in finding.repairs]
    best, own = max(tried, default=0.0), inquiry.original_score
    if inquiry.causes or best < own + _SMALL:
        return ""
    return f"score {best:.2f} with it, {own:.2f} without"


def _reason(evidence: CheckEvidence, finding: NetworkFinding) -> str:
    """Say why no trial tested a finding."""
    inquiry = evidence.inquiry
    if inquiry.unrepeated:
        return "the training could not be repeated"
    if not finding.repairs:
        return UNTRIED.get(finding.code, NO_REPAIR)
    if inquiry.causes and inquiry.is_solved:
        return "other repairs were enough"
    if inquiry.timed_out:
        return f"the budget was spent after {count(evidence.n_trainings, 'training')}"
    if inquiry.causes:
        return "it was not needed beside the other repairs"
    return "" if inquiry.is_failing else "the network learns as it is"


_AHEAD = 1.1
"""A network is ahead whose score is so many times the best baseline's."""
_MOST = 0.9
"""Share of the best baseline's score, below which a network learns less than can be."""


def verdict_of(evidence: CheckEvidence) -> tuple[str, str, str]:
    """Name, sentence, and what would change it."""
    data = evidence.study.results.verdicts[-1]
    inquiry, (name, score) = evidence.inquiry, evidence.best
    own = round(inquiry.original_score, 2) + 0  # what rounds to nothing has no sign
    stands = f"a score of {own:.2f} ({name}: {score:.2f})"
    if data.name == "suspicious" and not inquiry.is_failing:
        return data.name, data.sentence, data.change
    if evidence.limited is not None and not inquiry.causes:
        return _limit_verdict(evidence.limited, "" if inquiry.unrepeated else stands)
    if evidence.data and not inquiry.causes:
        return _data_fault_verdict(data, evidence.data[0])
    if inquiry.causes:
        in_network = any(c.proposal.finding.side == "network" for c in inquiry.causes)
        return (
            "network-at-fault" if in_network else "preparation-at-fault",
            f"The network has {stands}; with the repairs it has "
            f"{inquiry.repaired_score:.2f}.",
            _change_with_causes(evidence),
        )
    if inquiry.unrepeated:
        return (
            "undecided",
            "The network could not be rebuilt and trained as the script does, so "
            f"it was not examined: {inquiry.unrepeated}",
            "A network that Keras can rebuild from its configuration (get_config).",
        )
    if not evidence.is_varied:
        return (
            "undecided",
            f"All rows have the same target, so a constant is right for each: {stands} "
            "tells nothing of what the network can learn.",
            "Rows with different targets.",
        )
    if evidence.is_behind:
        return _behind_verdict(evidence, stands)
    if inquiry.original_score <= NOTHING and data.name != "signal":
        return data.name, data.sentence, data.change
    if inquiry.is_failing or inquiry.original_score <= NOTHING:
        return (
            "undecided",
            "With these rows it is unclear whether the network underperforms: "
            f"{stands}.",
            "More rows, or more trainings (--budget)."
            if inquiry.timed_out
            else "More rows.",
        )
    if evidence.has_script_error:
        return _raised(stands)
    if evidence.differs_from_trials:
        return _differs_verdict(stands, evidence.train_score)
    verdict = (
        "network-ahead" if inquiry.original_score > _AHEAD * score else "network-level"
    )
    part = "what" if inquiry.original_score >= _MOST * score else "most of what"
    return (
        verdict,
        f"The network learns {part} can be learned: {stands}.",
        _change(inquiry.original_score, score),
    )


def _change_with_causes(evidence: CheckEvidence) -> str:
    """Describe what would change a verdict that rests on proved causes."""
    inquiry = evidence.inquiry
    if inquiry.is_solved:
        return "Nothing: the repairs were tested, and each one is needed."
    missing = f"{inquiry.best_score:.2f} can be reached"
    if inquiry.timed_out:
        return f"More trainings (--budget): {missing}, and not all was tested."
    return f"A further repair: {missing}, and none of the tested ones adds to these."


def _limit_verdict(limited: LimitedFinding, stands: str) -> tuple[str, str, str]:
    """The verdict on a network that cannot give its own targets."""
    is_network = limited.finding.side == "network"
    has = f"The network has {stands}. " if stands else ""
    return (
        "network-at-fault" if is_network else "preparation-at-fault",
        f"{has}No training brings the score above {limited.limit:.2f}: this follows "
        "from the definitions.",
        "Nothing: it follows from the definitions.",
    )


def _raised(stands: str) -> tuple[str, str, str]:
    """The verdict on a training that fails where a network of its layers learns."""
    return (
        "undecided",
        f"Rebuilt and trained without this error, the network has {stands}: the error "
        "comes from how the script calls compile and fit, or from its own code there.",
        "A training that ends without this error.",
    )


def _differs_verdict(stands: str, own: float | None) -> tuple[str, str, str]:
    """The verdict on a network that is worse than the same one trained again."""
    return (
        "undecided",
        f"Trained again, the network has {stands} on held-out rows, but the one that "
        f"the script trained has {own:.2f} on its own training rows: its training ends "
        "differently each time, or the script changes it.",
        "Trainings from several seeds (keras.utils.set_random_seed) that end alike.",
    )


def _change(score: float, best: float) -> str:
    """Describe which scores would turn a network that learns into one that fails."""
    if score < _MOST * best:
        limit = f"{FAILING * best:.2f}"
        return f"A score of the network below {limit}, which would count as a failure."
    if score / FAILING >= 1:
        return "Nothing: even a perfect score would not be clearly higher."
    return f"A network or baseline with a score above {score / FAILING:.2f}."


def _behind_verdict(evidence: CheckEvidence, stands: str) -> tuple[str, str, str]:
    """The verdict on a network that is behind for no known cause."""
    plain = evidence.reference
    has = (
        "" if plain is None else f"a plain network on these rows has {plain.score:.2f}"
    )
    also = f" {has.capitalize()}." if has else ""
    learns = plain is not None and plain.score >= FAILING * evidence.best[1]
    is_surely_more = plain is not None and learns and plain.difference.is_sure
    if not evidence.is_at_fault and evidence.has_learned:
        return (
            "undecided",
            f"The network has {stands} on held-out rows, and "
            f"{evidence.train_score:.2f} on its training rows: it learns, but does not "
            f"generalise.{also}",
            "More rows; a smaller network, dropout, or early stopping.",
        )
    if not evidence.is_at_fault and is_surely_more:
        return (
            "undecided",
            f"The network has {stands}, and {_tested(evidence.inquiry)}.{also} It "
            "learns less than a network can, for a reason that is not known.",
            "A repair that was not tested: other layers, or a longer training.",
        )
    if not evidence.is_at_fault:
        return (
            "undecided",
            f"The network has {stands}.{also} It is not sure that another network "
            "does clearly better here.",
            f"A network that scores close to {evidence.best[0]}; until then, use that.",
        )
    so = ": a network can learn these rows" if learns else ", which is no better"
    can = f" {has.capitalize()}{so}." if has else ""
    return (
        "network-at-fault",
        f"The network has {stands}, and {_tested(evidence.inquiry)}.{can}",
        "More trainings (--budget): not all repairs were tested together."
        if evidence.inquiry.timed_out
        else "A repair that was not tested.",
    )


def _tested(inquiry: SearchResult) -> str:
    """Say what came of the repairs, of which none was proved."""
    if not inquiry.scores:
        return "no repair of it was tested"
    what, score = max(inquiry.scores.items(), key=lambda pair: pair[1])
    if inquiry.timed_out and score >= inquiry.original_score + _SMALL:
        return (
            f"the best of the tested repairs has {score:.2f} in a trial ({what}), "
            "which the budget left no time to prove"
        )
    return "none of the tested repairs helps"


def _data_fault_verdict(data: Verdict, cause: Cause) -> tuple[str, str, str]:
    """The verdict on the data; where they only look sound, what is wrong with them.

    So it is on a network that was not even trained.
    """
    if cause.code == "D311" and cause.side == "data":
        return "undecided", cause.sentence, cause.advice
    if cause.side == "network":
        return "network-at-fault", cause.sentence, cause.advice
    if cause.side == "preparation":
        return "preparation-at-fault", cause.sentence, cause.advice
    if data.name != "signal":
        return data.name, data.sentence, data.change
    return "suspicious", cause.sentence, cause.advice


TWICE = 2.0
"""Times the network's score, that a plain one must have to put it at fault: a third
more was had of a sound network of 16 units, trained for 30 epochs."""


@dataclass(frozen=True)
class Reference:
    """A plain network on the same rows, its score and its gain over the script's."""

    score: float
    model: Any
    difference: ScoreDifference


def has_crashed(fit: Fit) -> bool:
    """Whether an error ended a training, and no limit of time."""
    return bool(fit.error) and not fit.error.startswith(STOPPED)


@dataclass(frozen=True)
class CheckEvidence:
    """All that an answer is drawn from.

    ``best`` is the best baseline and its score; ``short`` how far the network is behind
    it, None where nobody knows; ``reference`` a plain network, where nothing mends the
    script's; ``train_score`` the script's own on its training rows, None where nobody
    asked or knows; ``memorised`` how many different rows there are, where networks are
    judged by those that they learn, else 0; ``limited`` a finding by which the network
    must fail; ``is_varied`` whether the rows have more than one target.
    """

    context: RuleContext
    study: Study
    inquiry: SearchResult
    best: tuple[str, float]
    short: ScoreDifference | None
    faults: tuple[DataFault, ...]
    reference: Reference | None = None
    train_score: float | None = None
    memorised: int = 0
    limited: LimitedFinding | None = None
    n_trainings: int = 0
    is_varied: bool = True

    @property
    def is_behind(self) -> bool:
        """Whether the network is surely and clearly behind the best baseline."""
        sure = self.short is not None and self.short.is_sure
        sure = sure and not self.inquiry.unrepeated
        return sure and self.inquiry.original_score < FAILING * self.best[1]

    @property
    def data(self) -> tuple[Cause, ...]:
        """The faults of the data, and of what the script does beside training."""
        return tuple(fault.cause for fault in self.faults)

    @property
    def data_repairs(self) -> tuple[Repair, ...]:
        """Changes to the script that undo faults of the data."""
        return tuple(f.repair for f in self.faults if f.repair is not None)

    @property
    def expected_score(self) -> float:
        """Return the score that the repaired network should reach."""
        known = [f.score for f in self.faults if f.score is not None]
        return min([self.inquiry.repaired_score, *known])

    @property
    def has_script_error(self) -> bool:
        """Whether an error ended the training, and no limit of time."""
        return has_crashed(self.context.fit)

    @property
    def differs_from_trials(self) -> bool:
        """Whether the script's own network knows less than trials of it, on its rows.

        None does by chance: rows that were trained on are easier than others. An output
        of several does where another, faulty one disturbs the layers that they share.
        """
        if self.context.fit.output:
            return False
        own, again = self.train_score, self.inquiry.original_score
        return own is not None and again >= _LEARNED and own < FAILING * again

    @property
    def is_unexplained(self) -> bool:
        """Whether the network is behind, and no cause is known."""
        return self.is_behind and not self.has_known_cause

    @property
    def has_known_cause(self) -> bool:
        """Whether a cause is known, of whatever kind."""
        return bool(self.inquiry.causes or self.data or self.limited)

    @property
    def is_at_fault(self) -> bool:
        """Whether it is behind, and so more than networks are on these rows.

        One that learns nothing is; else a plain one must surely be twice as good, and
        the network must not know the rows that it was trained on.
        """
        plain, before = self.reference, self.inquiry.original_score
        if plain is None:
            return self.is_behind and not self.has_learned
        better = plain.score > TWICE * before and plain.difference.is_sure
        if before <= NOTHING:
            return self.is_behind and (better or not self.has_learned)
        return self.is_behind and better and not self.has_learned

    @property
    def has_learned(self) -> bool:
        """Whether it knows the rows that it was trained on as a baseline knows others.

        It learns then, and what it lacks is rows, or restraint.
        """
        return (
            self.train_score is not None and self.train_score >= FAILING * self.best[1]
        )


REFERENCE_COST = 30.0
"""Of a plain network where nothing mends the script's, whatever is left."""


def plain_network(runner: TrialRunner) -> Reference | None:
    """A plain network on the same rows, on the splits that are paid for.

    None where there is none, or no such network fits.
    """
    repair = plain_repair(runner.setup, runner.task)
    if repair is None:
        return None
    runner.budget.allow(REFERENCE_COST)
    splits = 0
    try:
        for number in range(len(runner.splits)):
            runner.outcome([repair], number)
            runner.outcome([], number)
            splits += 1
    except BudgetExceeded:
        if not splits:
            return None
    score = runner.score([repair], splits=splits)
    gain = runner.difference([repair], [], splits=splits)
    return Reference(score, repair.apply(runner.setup).model, gain)
