"""Repairs that are causes: all together, then fewer, and never without a trial.

A training that ends with an error is first made to run; and where the best repair does
not mend all, the rules are asked once more behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, groupby

import numpy as np

from ..probe.probe import measure
from ..problem.context import NetworkFinding, Repair, RuleContext, repaired
from ..rules.run_rules import run_rules
from .causes import (
    FAILING,
    IMBALANCE,
    LOSS,
    NOTHING,
    SOLVED,
    Proposal,
    ProvedCause,
    SearchResult,
    TrialScores,
    find_proved_cause,
    is_rarity,
    names,
)
from .trials import BudgetExceeded, ScoreDifference, TrialRunner, score_difference
from .tuning import choose_value, find_tuning

PROOF = 4
"""Trainings that prove a single repair: two more splits, with and without it."""
SETS = 12
"""Trainings that a search for several repairs takes: sets, fewer, and their proof."""
INSTEAD = {
    IMBALANCE: frozenset({"N202", "N205"}),
    "N206": frozenset({"N201"}),
}
"""Findings by code, and others whose repairs come before theirs, where both do: a
network that has only begun gives the commonest class to all rows, and gradients that
are cut short are those of a rate that is too high."""
MOST_TOGETHER = 4
"""Faults that are looked for at a time, one added after the other."""


def _pairs(proposals: Sequence[Proposal]) -> list[list[Proposal]]:
    return [list(pair) for pair in combinations(proposals, 2)]


def _are_different(proposals: Sequence[Proposal]) -> bool:
    """Whether no repair is there twice, such as a rate that two rules propose."""
    return len({p.repair.what for p in proposals}) == len(proposals)


class Search:
    """Trials of proposals, from single ones to sets.

    Parameters
    ----------
    runner : TrialRunner
    findings : sequence of NetworkFinding
    best_score : float
        Score of the best baseline; 0 where nothing is learned.
    """

    def __init__(
        self,
        runner: TrialRunner,
        findings: Sequence[NetworkFinding],
        *,
        best_score: float,
    ) -> None:
        self.runner = runner
        self.findings = tuple(findings)
        self.proposals = [
            Proposal(s, r)
            for s in sorted(findings, key=lambda s: s.priority)
            for r in s.repairs
        ]
        self.tried: set[int] = set()
        self.aside: set[int] = set()
        self.results = TrialScores(runner, best_score=best_score)
        self.timed_out = False
        self._refuted: set[str] = set()

    def run(self) -> SearchResult:
        """Find the causes, as far as time allows."""
        causes: tuple[ProvedCause, ...] = ()
        before = self.runner.score([])  # a first trial there is always
        try:
            before = self.runner.score([], splits=len(self.runner.splits))
            causes = self._proved(before)
        except BudgetExceeded:
            self.timed_out = True
        before = causes[0].original_score if causes else before
        return self._tuned(self._as_search_result(before, causes))

    @property
    def single_repair_scores(self) -> dict[int, float]:
        """Scores of the proposals that were tried by themselves."""
        scores = self.results.scores
        return {i: scores[self.proposals[i].repair.what] for i in sorted(self.tried)}

    def _proved(self, before: float) -> tuple[ProvedCause, ...]:
        """The causes of the first set of repairs that holds on every split."""
        for found in self._candidates(before):
            chosen = self._prefer_root_repairs(found)
            best = self._tune_values(chosen)
            for repairs in (best, chosen, found):
                if names(repairs) in self._refuted:
                    continue
                causes = find_proved_cause(self.results, repairs)
                if causes:
                    return causes
                self._refuted.add(names(repairs))
        return ()

    def _candidates(self, before: float) -> Iterator[list[Proposal]]:
        """The smallest sets of repairs that mend the network on the first split."""
        healthy = before >= FAILING * self.results.best_score and before > NOTHING
        for priority in (0, 1) if healthy else (0, 1, 2):
            self._try_tier(priority)
            while (
                nearest := self._first_sufficient_repair(before, priority)
            ) is not None:
                yield [nearest]
                self._refuted.add(nearest.repair.what)
        if healthy:
            return
        yield self._eliminated(self._best_set())
        # what was set aside for its length, now that nothing shorter did
        self._try_tier(2, others=0)
        while (best := self._best_single()) is not None:
            yield [best]
            self._refuted.add(best.repair.what)

    def _try_tier(self, priority: int, *, others: int = SETS) -> None:
        """Try each by itself, the cheapest first; enough is left for others."""
        takes = {
            i: self.runner.cost([proposal.repair])
            for i, proposal in enumerate(self.proposals)
            if proposal.finding.priority == priority and i not in self.tried
        }
        for i in sorted(takes, key=lambda i: takes[i]):
            if not self._is_too_long(takes[i], others):
                self.results.score([self.proposals[i]])
                self.tried.add(i)
            else:
                self.aside.add(i)

    def _is_too_long(self, cost: float, others: int) -> bool:
        """Whether a trial would cost what others need which may be enough."""
        base = self.runner.cost([])
        if any(
            self.results.is_enough(score)
            for score in self.single_repair_scores.values()
        ):
            others = PROOF
        # what is no longer than the script's own training never waits
        left = others * base if cost > base or others == PROOF else 0.0
        return not self.runner.can_pay(cost + left)

    def _first_sufficient_repair(self, before: float, priority: int) -> Proposal | None:
        """The first of a tier that is enough, or a clearly better one."""
        short = self.results.is_failing_or_behind(before, priority=priority)
        if not short or self.results.best_score <= NOTHING:
            return None
        enough = [
            i
            for i, score in self._open_singles.items()
            if self.proposals[i].finding.priority == priority
            and self.results.is_enough(score)
        ]
        return self.proposals[enough[0]] if enough else None

    def _best_single(self) -> Proposal | None:
        """The best of those that leave no failing network, though more was reached."""
        least = max(FAILING * self.results.best_score, NOTHING)
        good = [(i, s) for i, s in self._open_singles.items() if s > least]
        if not good:
            return None
        return self.proposals[good[self._first_of_best([s for _, s in good])][0]]

    def _first_of_best(self, scores: Sequence[float]) -> int:
        """Return the index of the one nearest to the script, of about the best."""
        least = max(scores) - LOSS * self.results.best_score
        return next(i for i, score in enumerate(scores) if score >= least)

    @property
    def _open_singles(self) -> dict[int, float]:
        """Those that did not fail on other splits."""
        return {
            i: score
            for i, score in self.single_repair_scores.items()
            if self.proposals[i].repair.what not in self._refuted
        }

    def _best_of_each(self) -> list[Proposal]:
        """For every finding its repair with the best score by itself."""
        best: dict[str, int] = {}
        for i, score in sorted(self.single_repair_scores.items()):
            code = self.proposals[i].finding.code
            if code not in best or score > self.single_repair_scores[best[code]] + LOSS:
                best[code] = i
        return [self.proposals[i] for i in sorted(best.values())]

    def _best_set(self) -> list[Proposal]:
        """The best set found: all that goes together, or what was added one by one."""
        every = self._best_of_each()
        tried = [
            p for i, p in enumerate(self.proposals) if i in self.single_repair_scores
        ]
        structure = [p for p in every if p.finding.priority < 2]
        settings = [p for p in tried if p.finding.priority == 2]
        settings.sort(key=lambda p: self.runner.cost([p.repair]))
        best = [p for p in every if p.finding.priority == 2]
        found: list[tuple[float, list[Proposal]]] = []
        for more in ([], *([p] for p in settings), *_pairs(best), best):
            together = [*structure, *more]
            if len(together) < 2 or not _are_different(together):
                continue
            score = self.results.score(together)
            found.append((score, together))
            if self.results.is_enough(score):
                return found[-1][1]
        found.append(self._grow_set(tried))
        score, chosen = max(found, key=lambda pair: pair[0])
        return chosen if score > NOTHING else []

    def _grow_set(self, every: Sequence[Proposal]) -> tuple[float, list[Proposal]]:
        """Repairs added one by one, each time one that helps most."""
        chosen: list[Proposal] = []
        score = self.runner.score([])
        for _ in range(MOST_TOGETHER):
            codes = {p.finding.code for p in chosen}
            left = [
                p
                for p in every
                if p.finding.code not in codes and _are_different([*chosen, p])
            ]
            tries = [self.results.score([*chosen, p]) for p in left]
            least = score + LOSS * max(self.results.best_score, NOTHING)
            if not tries or max(tries) < least:
                break
            place = self._first_of_best(tries)
            score = tries[place]
            chosen.append(left[place])
            if self.results.is_enough(score):
                break
        return score, chosen

    def _eliminated(self, chosen: list[Proposal]) -> list[Proposal]:
        """Without those that can be left out; settings are left out first."""
        for proposal in sorted(chosen, key=lambda p: -p.finding.priority):
            if len(chosen) < 2:
                break
            rest = [p for p in chosen if p is not proposal]
            kept = self.results.score(chosen) - LOSS * self.results.best_score
            if self.results.score(rest) >= kept:
                chosen = rest
        return chosen

    def _prefer_root_repairs(self, chosen: list[Proposal]) -> list[Proposal]:
        """With what `INSTEAD` has for a repair, where that does as well."""
        for old in chosen:
            better = INSTEAD.get(old.finding.code, frozenset())
            is_weighted = old.finding.code == IMBALANCE and not is_rarity(old)
            if not better or is_weighted:
                continue
            rest = [p for p in chosen if p is not old]
            used = {p.finding.code for p in rest}
            least = self.results.score(chosen) - LOSS * self.results.best_score
            for p in self.proposals:
                if p.finding.code not in better - used:
                    continue
                if not self._can_be_proved(p.repair):
                    continue
                if self.results.score([*rest, p]) >= least:
                    return self._prefer_root_repairs([*rest, p])
        return chosen

    def _tune_values(self, chosen: list[Proposal]) -> list[Proposal]:
        """Give each setting the value that does best beside the other repairs."""
        found = list(chosen)
        for i, (finding, repair) in enumerate((p.finding, p.repair) for p in chosen):
            if finding.priority == 2:
                others = [p.repair for p in found if p.finding is not finding]
                values = [r for r in finding.repairs if self._can_be_proved(r)]
                best = choose_value(self.runner, others, values, repair)
                found[i] = Proposal(finding, best)
        return found

    def _can_be_proved(self, repair: Repair) -> bool:
        return self.runner.can_pay(PROOF * self.runner.cost([repair]))

    def _tuned(self, found: SearchResult) -> SearchResult:
        """With what makes the mended network better still."""
        repairs = [cause.proposal.repair for cause in found.causes]
        codes = {cause.proposal.finding.code for cause in found.causes}
        weights = [
            p.repair
            for p in self.proposals
            if p.finding.code == IMBALANCE and p.finding.code not in codes
        ]
        more = find_tuning(self.runner, repairs, more=weights) if repairs else ()
        if not more:
            return found
        best = self.runner.score([*repairs, *more], splits=len(self.runner.splits))
        return replace(
            found, tuned=more, tuned_score=best, best_score=max(found.best_score, best)
        )

    def _as_search_result(
        self, before: float, causes: tuple[ProvedCause, ...]
    ) -> SearchResult:
        codes = {c.proposal.finding.code for c in causes}
        tried = {self.proposals[i].finding.code for i in self.single_repair_scores}
        single = len(causes) == 1
        made = {c.proposal.repair.what for c in causes}
        others = tuple(
            self.proposals[i]
            for i, score in self.single_repair_scores.items()
            if single
            and self.results.is_enough(score)
            and self.proposals[i].finding.code not in codes
            and self.proposals[i].repair.what not in made
        )
        repaired_score = causes[0].together if causes else before
        return SearchResult(
            before,
            max(self.results.best_score, repaired_score),
            tuple(sorted(causes, key=lambda c: -c.ablation.difference)),
            others,
            tuple(s for s in self.findings if s.code in tried - codes),
            tuple(s for s in self.findings if s.code not in tried | codes),
            self.results.scores,
            repaired_score,
            tuned_score=repaired_score,
            timed_out=self.timed_out or not self.aside <= self.tried,
        )


WITHOUT = " Without this repair the training ends with an error."


def search_causes(
    runner: TrialRunner,
    findings: Sequence[NetworkFinding],
    *,
    best_score: float,
    has_raised: bool,
) -> SearchResult:
    """Find the causes of a network that does not learn.

    Where the script's training raised, and does so again, a repair with which it runs
    is a cause, whatever the score: the rest is looked for in the training that runs.
    Where it ran and raises here, nothing can be said of the network.

    Parameters
    ----------
    runner : TrialRunner
    findings : sequence of NetworkFinding
    best_score : float
        Score of the best baseline; 0 where nothing is learned.
    has_raised : bool
        Whether the script's own training ended with an error.
    """
    error = runner.outcome([]).error
    if error and not has_raised:
        # nothing is proved by a repair with which our own copy of the network runs
        left = tuple(findings)
        return SearchResult(
            0.0, best_score, (), (), (), left, {}, 0.0, 0.0, unrepeated=error
        )
    running = _running(runner, findings) if error else []
    if not running:
        return Search(runner, findings, best_score=best_score).run()
    first = max(running, key=lambda p: runner.score([p.repair]))
    codes = {p.finding.code for p in running}
    repaired_runner = runner.with_repairs(first.repair)
    rest = [s for s in findings if s.code not in codes]
    found = Search(repaired_runner, rest, best_score=best_score).run()
    causes = (_first(first, repaired_runner, found), *(_later(c) for c in found.causes))
    same = tuple(p for p in running if p.finding.code != first.finding.code)
    return replace(
        found if found.causes else _tuned(repaired_runner, found),
        original_score=0.0,
        causes=causes,
        others=same if len(causes) == 1 else (),
        no_effect=(*found.no_effect, *(p.finding for p in same)),
        scores={first.repair.what: found.original_score, **found.scores},
    )


def _tuned(runner: TrialRunner, found: SearchResult) -> SearchResult:
    """With what makes the training that runs better still."""
    more = find_tuning(runner, [])
    best = runner.score(more, splits=len(runner.splits)) if more else found.tuned_score
    return replace(
        found, tuned=more, tuned_score=best, best_score=max(found.best_score, best)
    )


def _running(runner: TrialRunner, findings: Sequence[NetworkFinding]) -> list[Proposal]:
    """Repairs with which the training ends, of the first tier that has any."""
    every = [Proposal(s, r) for s in findings for r in s.repairs]
    tiers = groupby(sorted(every, key=_tier), key=_tier)
    try:
        for _, priority in tiers:
            found = [p for p in priority if not runner.outcome([p.repair]).error]
            if found:
                return found
    except BudgetExceeded:
        pass
    return []


def _tier(proposal: Proposal) -> int:
    return proposal.finding.priority


def _first(proposal: Proposal, mended: TrialRunner, found: SearchResult) -> ProvedCause:
    """Without this repair there is no training, so that all is lost."""
    repairs = [cause.proposal.repair for cause in found.causes]
    known = [row_scores for row_scores in _marks(mended, repairs) if len(row_scores)]
    lost = (
        score_difference(known, [np.zeros(len(p)) for p in known])
        if known
        else ScoreDifference(0, 0)
    )
    finding = replace(proposal.finding, sentence=proposal.finding.sentence + WITHOUT)
    proposal = replace(proposal, finding=finding)
    return ProvedCause(proposal, 0.0, found.original_score, found.repaired_score, lost)


def _marks(runner: TrialRunner, repairs: Sequence[Repair]) -> list[np.ndarray]:
    """Return the marks of the splits that there was time for."""
    found = []
    for number in range(len(runner.splits)):
        try:
            found.append(runner.outcome(repairs, number).row_scores)
        except BudgetExceeded:
            break
    return found


def _later(cause: ProvedCause) -> ProvedCause:
    """Return a cause that only shows once the training runs, its scores set to 0."""
    return replace(cause, original_score=0.0, alone=0.0)


LOOK_COST = 5.0
"""Of what is measured while the mended network trains."""
TRIALS = 5
"""Trainings that there must be time for: a repair by itself, beside the first, and the
proof of both."""

LookAgain = Callable[[Sequence[Repair]], Sequence[NetworkFinding]]
"""Gives what is suspected of the training with some repairs made."""


def rerun_rules(
    context: RuleContext, runner: TrialRunner, repairs: Sequence[Repair]
) -> tuple[NetworkFinding, ...]:
    """Return what the rules suspect of the training with some repairs made.

    Rules on layers still read the network of the script; those on the training see the
    mended one.
    """
    setup = repaired(context.setup, repairs)
    losses = [*runner.outcome(repairs).losses]
    rows = runner.splits[0].train
    return run_rules(
        replace(
            context,
            setup=setup,
            fit=replace(context.fit, history={"loss": losses}),
            probe=measure(setup, rows, seed=runner.seed, cost=LOOK_COST),
        )
    )


def search_remaining_causes(
    found: SearchResult,
    runner: TrialRunner,
    known: Sequence[NetworkFinding],
    look: LookAgain,
    *,
    best_score: float,
) -> SearchResult:
    """Look behind the repair that helps most, where it does not mend all.

    Inputs on a wrong scale hide a rate that is too low: only beside the scaled ones
    does the loss fall, and slowly.

    Parameters
    ----------
    found : SearchResult
        Of the first search.
    runner : TrialRunner
        That of the first search: what it knows is not trained again.
    known : sequence of NetworkFinding
        Of the first search.
    look : callable
    best_score : float
        Score of the best baseline; 0 where nothing is learned.

    Returns
    -------
    SearchResult
        The first, where a second finds no more.
    """
    repairs = _most_helpful(found, known)
    if not repairs or not runner.can_pay(TRIALS * runner.cost(repairs)):
        return found
    codes = {s.code for s in known}
    new = [s for s in look(repairs) if s.code not in codes]
    if not new:
        return found
    second = Search(runner, [*known, *new], best_score=best_score).run()
    gained = second.repaired_score - found.repaired_score
    better = bool(second.causes) and gained > LOSS * found.best_score
    return second if better or not found.causes else found


def _most_helpful(found: SearchResult, known: Sequence[NetworkFinding]) -> list[Repair]:
    """The causes' repairs, or the one that helps most; none where all is well."""
    if not found.is_failing or found.repaired_score >= SOLVED * found.best_score:
        return []
    if found.causes:
        return [cause.proposal.repair for cause in found.causes]
    every = [r for s in known for r in s.repairs if r.what in found.scores]
    best = max(every, key=lambda r: found.scores[r.what], default=None)
    if (
        best is None
        or found.scores[best.what] < found.original_score + LOSS * found.best_score
    ):
        return []
    return [best]
