"""Answers of ``zoo check`` on mutants, beside the truth."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from learnable.baselines.rules.registry import RULES, rule_side
from learnable.benchmarks.mutants.answers import contradictions
from learnable.benchmarks.mutants.draw import Mutant

EITHER = {
    "leak": {"data", "preparation"},
    "duplicate-rows-across-split": {"data", "preparation"},
    "class-imbalance": {"data", "network"},
    "inputs-not-finite": {"preparation", "network"},
    "rows-not-shuffled": {"preparation", "network"},
    "labels-misaligned": {"preparation", "network"},
    "train-test-mismatch": {"preparation", "network"},
    "constant-inputs": {"preparation", "network"},
    "label-encoding": {"preparation", "network"},
    "target-shape": {"preparation", "network"},
    "input-shape": {"preparation", "network"},
    "labels-random": {"data", "preparation"},
    "no-update": {"network"},
}
"""Labels whose fault may be mended on more sides than one."""


def truth_of(mutant: Mutant) -> dict[str, Any]:
    """Return what a full answer holds: labels, labels allowed beside, scores."""
    every = product(*(o.answers for o in mutant.operators if o.answers))
    answers = [] if mutant.is_sound else [[*sum(parts, ())] for parts in every]
    return {
        "answers": answers,
        "also": [label for o in mutant.operators for label in o.also],
        "scores": mutant.scores,
        "base_scores": mutant.base_scores,
        "flatters": any(o.flatters for o in mutant.operators),
    }


def judge(record: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Found, false alarms, sides, and whether the written script is as good."""
    told = set(record.get("causes", ()))
    answers = [set(answer) for answer in truth["answers"]]
    allowed = set(truth["also"]).union(*answers)
    return {
        "found": any(answer <= told for answer in answers) if answers else None,
        "false": sorted(told - allowed),
        "sides": _are_sides(record, answers),
        "repaired": _is_repaired(record, truth),
    }


def _are_sides(record: dict[str, Any], answers: Sequence[set[str]]) -> bool:
    """Whether the sides are those of one answer."""
    sides = set(record.get("sides", ()))
    if not answers:
        return not sides and record.get("verdict") not in (None, "undecided")
    return any(_fit(sides, answer) for answer in answers)


def _fit(sides: set[str], answer: set[str]) -> bool:
    known = {
        rule.label: {rule_side(code)}
        for code, rule in RULES.items()
        if code[0] in "NPD"
    }
    known |= EITHER
    allowed = [known[label] for label in answer]
    return sides <= set().union(*allowed) and all(sides & one for one in allowed)


def _is_repaired(record: dict[str, Any], truth: dict[str, Any]) -> bool | None:
    """Whether the written script lost no more than a tenth; None where none is due."""
    given = record.get("fixed", {})
    if not truth["answers"] or truth["flatters"] or given is None:
        return None
    own = [value for value in given.values() if np.isfinite(value)]
    sound = truth["base_scores"]
    return bool(own and np.mean(own) >= 0.9 * np.mean(sound))


def figures(
    records: dict[str, dict[str, Any]],
) -> dict[str, float]:
    """The figures of a set of mutants: records with ``truth``."""
    judged = [(r, judge(r, r["truth"])) for r in records.values()]
    failing = [(r, j) for r, j in judged if r["truth"]["answers"]]
    sound = [j for r, j in judged if not r["truth"]["answers"]]
    named = sum(len(r.get("causes", ())) for r, _ in failing)
    wrong = sum(len(j["false"]) for _, j in failing)
    repaired = [j["repaired"] for _, j in judged if j["repaired"] is not None]
    return {
        "with a fault": len(failing),
        "sound": len(sound),
        "recall": _mean([j["found"] for _, j in failing]),
        "precision": (named - wrong) / named if named else float("nan"),
        "sound ones blamed": _mean([bool(j["false"]) for j in sound]),
        "sides": _mean([j["sides"] for _, j in judged]),
        "repaired": _mean(repaired),
        "contradictions": sum(
            len(contradictions(r["facts"])) for r, _ in judged if "facts" in r
        ),
        "median seconds": float(np.median([r["seconds"] for r, _ in judged])),
    }


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")
