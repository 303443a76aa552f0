"""The outcomes of all candidates on all folds, as one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...data import Dataset
from ...data.split import Fold
from .harness import Outcome


@dataclass(frozen=True)
class FoldOutcomes:
    """All outcomes on one dataset, with the folds they were got on.

    ``outcomes`` holds those of each candidate's own seed, one a fold; ``more`` those of
    further seeds, of the candidates that have some.
    """

    dataset: Dataset
    folds: tuple[Fold, ...]
    outcomes: Mapping[str, Sequence[Outcome]]
    more: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)

    @property
    def held_out(self) -> bool:
        """Whether there is one split only, so that intervals are over rows."""
        return len(self.folds) == 1

    @property
    def test_over_train(self) -> float:
        """Return a fold's test over train rows; the mean where a series' rows grow."""
        return float(np.mean([len(f.test) / len(f.train) for f in self.folds]))

    @property
    def asked(self) -> dict[str, int]:
        """Return the facts of the task that the scoring needs."""
        data = self.dataset
        return {"classes": len(data.classes), "season": data.season}

    def failure(self, name: str) -> str | None:
        """Why a candidate has no scores; equal reasons are counted."""
        trainings = self.trainings(name)
        errors = Counter(o.error for o in trainings if o.error)
        if not errors:
            return None
        of = f"{len(self.folds)} folds"
        if name in self.more:
            of = f"{len(trainings)} trainings"
        return "; ".join(f"{e} (in {n} of {of})" for e, n in errors.items())

    def trainings(self, name: str) -> list[Outcome]:
        """A candidate's outcomes by seed, then by fold."""
        return [*self.outcomes[name], *self.more.get(name, ())]


def collect_outcomes(
    dataset: Dataset, folds: Sequence[Fold], outcomes: Sequence[Outcome]
) -> FoldOutcomes:
    """Outcomes grouped by candidate, each in the order of the folds."""
    own: dict[str, list[Outcome]] = {}
    more: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.seed, o.fold)):
        kind = more if outcome.seed else own
        kind.setdefault(outcome.candidate, []).append(outcome)
    names = dict.fromkeys(o.candidate for o in outcomes)
    return FoldOutcomes(
        dataset, tuple(folds), {name: own[name] for name in names}, more
    )
