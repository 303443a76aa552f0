"""Answers of ``zoo check`` held against their own numbers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

ACCEPTED = {"--budget", "--fit", "--time-limit", "--write", "--sandbox", "--seed"}
"""Options of ``zoo check`` that go with a script."""
AT_FAULT = ("network-at-fault", "preparation-at-fault")
LEARNS = ("network-ahead", "network-level")
FAILING = 0.75
KEPT = (
    "verdict", "sides", "sentence", "change", "original_score", "baseline_score",
    "best_score", "repaired_score", "tuned", "tuned_score", "causes", "ruled_out",
    "failed", "data", "fixed", "ports",
)  # fmt: skip
"""Facts of ``zoo check --json`` that are looked at."""

Facts = dict[str, Any]


def contradictions(facts: Facts) -> list[str]:
    """Return what an answer says against its own numbers, a line each.

    Parameters
    ----------
    facts : dict
        As ``zoo check --json`` prints them.
    """
    checks: tuple[Callable[[Facts], Iterator[str]], ...] = (
        _sides, _scores, _sentence, _change, _advice, _script
    )  # fmt: skip
    return [line for check in checks for line in check(facts)]


def _sides(facts: Facts) -> Iterator[str]:
    verdict, sides = facts["verdict"], set(facts["sides"])
    told = {cause["side"] for cause in facts["causes"]}
    few = any(cause["code"] == "D311" for cause in facts["causes"])
    if told and told != sides:
        yield f"causes lie in {sorted(told)}, sides are {sorted(sides)}"
    if verdict == "network-at-fault" and "network" not in sides:
        yield "network-at-fault without the side network"
    if verdict == "preparation-at-fault" and "preparation" not in sides:
        yield "preparation-at-fault without the side preparation"
    if sides and (verdict in LEARNS or (verdict == "undecided" and not few)):
        yield f"{verdict} with the sides {sorted(sides)}"
    if verdict in AT_FAULT and not sides:
        yield f"{verdict} without a side"


def _scores(facts: Facts) -> Iterator[str]:
    if facts["baseline_score"] is None:
        return  # nothing was trained
    before, after = facts["original_score"], facts["repaired_score"]
    best, base = facts["best_score"], facts["baseline_score"]
    if max(after, base) > best + 1e-9:
        yield f"the best score is {best:.3f}; repaired {after:.3f}, baseline {base:.3f}"
    for cause in facts["causes"]:
        if cause.get("all") is None:
            continue
        if abs(cause["all"] - after) > 1e-9 or after < before:
            yield f"{cause['label']}: {cause['all']:.3f} with all, {after:.3f} reported"
        if cause["ablation"] < 0:
            yield f"{cause['label']} is a cause and more is had without it"
    if facts["tuned"] and facts["tuned_score"] <= after:
        better = f"{after:.3f} to {facts['tuned_score']:.3f}"
        yield f"{facts['tuned']} is said to help: {better}"
    level = before >= FAILING * base or before > 0
    if facts["verdict"] in LEARNS and not level:
        yield f"{facts['verdict']} with {before:.3f} beside {base:.3f}"


def _sentence(facts: Facts) -> Iterator[str]:
    for pattern, name in (
        (r"The network has a score of (-?[\d.]+\d) \(", "original_score"),
        (r"with the repairs it has (-?[\d.]+\d)", "repaired_score"),
    ):
        for number in re.findall(pattern, facts["sentence"]):
            if float(number) != round(facts[name], 2):  # 0 has two signs
                yield f"the sentence says {number}, {name} is {facts[name]:.2f}"


def _change(facts: Facts) -> Iterator[str]:
    open_ = [
        f"{one['label']} ({one['reason']})"
        for one in facts["ruled_out"]
        if one["state"] in ("untested", "insufficient_alone")
        and "budget" in one["reason"]
    ]
    if not facts["change"].strip():
        yield "nothing is said of what would change this"
    if facts["change"].startswith("Nothing") and open_ and facts["verdict"] in AT_FAULT:
        yield f"nothing would change this, and {', '.join(open_)} is untested"


def _advice(facts: Facts) -> Iterator[str]:
    told = [facts["sentence"], facts["change"]]
    told += [c[key] for c in facts["causes"] for key in ("sentence", "advice")]
    told += [(facts["data"] or {}).get(key, "") for key in ("sentence", "change")]
    for text in told:
        for option in set(re.findall(r"--[a-z][a-z-]*", text)) - ACCEPTED:
            yield f"{option} does not go with a script: {text}"
    for cause in facts["causes"]:
        if not cause["advice"].strip():
            yield f"{cause['label']}: no advice"


def _script(facts: Facts) -> Iterator[str]:
    if facts["failed"] and facts["fixed"]:
        yield f"a script is handed out that failed: {facts['failed']}"
    if facts["fixed"] and not (facts["causes"] or facts["ports"]):
        yield "a repaired script without a cause"
