"""Mutants drawn by a seed, and those that are measurably worse than their base."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from learnable.benchmarks.mutants.measure import measure
from learnable.benchmarks.mutants.operators import HARMLESS, NETWORK, ROWS, Operator
from learnable.benchmarks.mutants.program import Program, load_bases

SEEDS = (0, 1, 2)
LEAST_LOST = 0.25
"""Share of a base's distance from chance that a fault must cost: of less, ``zoo check``
says nothing."""
MOST_TRIED = 6
"""Mutants drawn in vain before a seed goes without."""


@dataclass(frozen=True)
class Mutant:
    """A program with faults put in, or with a change that does no harm.

    ``scores`` and ``base_scores`` are test scores, one a seed.
    """

    name: str
    program: Program
    operators: tuple[Operator, ...]
    scores: tuple[float, ...] = ()
    base_scores: tuple[float, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is at fault."""
        return not any(operator.answers for operator in self.operators)


class Ruler:
    """Scores of bases and mutants, each base measured once.

    Parameters
    ----------
    known : dict
        What was measured before, by the name of the base; it is added to.
    """

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known

    def base_scores(self, base: Program) -> tuple[list[float], float]:
        """Return the test scores of a base, and what chance has."""
        if base.name not in self.known:
            found = measure(base.text, SEEDS)
            scores = [one["test"] for one in found]
            self.known[base.name] = {"scores": scores, "chance": found[0]["chance"]}
        facts = self.known[base.name]
        return facts["scores"], facts["chance"]

    def measured(self, mutant: Mutant, base: Program) -> Mutant | None:
        """Return the mutant with its scores; None where it is not what it is to be."""
        sound, chance = self.base_scores(base)
        scores = [one["test"] for one in measure(mutant.program.text, SEEDS)]
        found = Mutant(
            mutant.name, mutant.program, mutant.operators, (*scores,), (*sound,)
        )
        flatters = any(operator.flatters for operator in mutant.operators)
        if mutant.is_sound:
            return found if not is_worse(scores, sound, chance) else None
        if flatters:
            return found if np.mean(scores) > np.mean(sound) + FLATTERED else None
        return found if is_worse(scores, sound, chance) else None


FLATTERED = 0.03
"""What a score must gain by copies, or by a leak."""


def is_worse(scores: Sequence[float], sound: Sequence[float], chance: float) -> bool:
    """Whether every score is below all sound ones, and much is lost on the whole."""
    given = np.nan_to_num(np.array(scores), nan=chance)
    lost = np.mean(sound) - given.mean()
    return bool(
        given.max() < min(sound) and lost >= LEAST_LOST * (np.mean(sound) - chance)
    )


def draw(seed: int, *, pairs: bool = False) -> Iterator[list[tuple[Mutant, Program]]]:
    """Draw lists of mutants, of each of which the first that holds is taken.

    One has a fault of the network, one a fault of the rows, one none; with ``pairs``
    one has two faults.
    """
    bases = load_bases()
    groups = ("pair",) if pairs else ("network", "rows", "sound")
    for group in groups:
        rng = np.random.default_rng([seed, *group.encode()])
        yield [_one(group, seed, bases, rng) for _ in range(MOST_TRIED)]


def _one(
    group: str, seed: int, bases: Sequence[Program], rng: np.random.Generator
) -> tuple[Mutant, Program]:
    kinds = {"network": (NETWORK,), "rows": (ROWS,), "sound": (HARMLESS,)}
    while True:
        # the operator first: some have a place in one base alone
        chosen = [
            part[rng.integers(len(part))] for part in kinds.get(group, (ROWS, NETWORK))
        ]
        able = [(base, made) for base in bases if (made := _apply(base, chosen))]
        if able:
            base, made = able[rng.integers(len(able))]
            told = " + ".join(operator.name for operator in chosen)
            return Mutant(f"{seed} {base.name}: {told}", made, (*chosen,)), base


def _apply(program: Program, operators: Sequence[Operator]) -> Program | None:
    """Apply operators in turn; those of the rows first, which need the marks."""
    made: Program | None = program
    for operator in operators:
        made = None if made is None else operator.apply(made)
    return made
