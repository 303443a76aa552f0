"""Answers of ``zoo check`` held against their own numbers."""

import json

import pytest
from learnable.benchmarks.mutants.answers import contradictions
from learnable.benchmarks.tables import HERE

CAUSE = {
    "code": "N202",
    "label": "lr-too-low",
    "side": "network",
    "sentence": "Adam with a learning rate of 1e-06 takes 400 steps.",
    "advice": "Raise the learning rate, e.g. to 0.001.",
    "original_score": 0.1,
    "alone": 0.9,
    "all": 0.9,
    "ablation": 0.8,
}
FACTS = {
    "verdict": "network-at-fault",
    "sides": ["network"],
    "sentence": "The network has a score of 0.10 (forest: 0.88); with the repairs it "
    "has 0.90.",
    "change": "Nothing: the repairs were tested, and each one is needed.",
    "original_score": 0.1,
    "baseline_score": 0.88,
    "best_score": 0.9,
    "repaired_score": 0.9,
    "tuned": "",
    "tuned_score": 0.9,
    "causes": [CAUSE],
    "ruled_out": [],
    "failed": "",
    "fixed": "import keras",
    "ports": [],
    "data": {"sentence": "There is a signal.", "change": "A p-value above 0.05."},
}
UNTESTED = {
    "label": "too-few-units",
    "state": "untested",
    "reason": "the budget was spent after 9 trainings",
}


def recorded():
    """Answers of the last run of the benchmark."""
    path = HERE / "mutants.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    parts = [known.get(name, {}) for name in ("single", "pairs")]
    return [
        pytest.param(record["facts"], id=record["mutant"])
        for part in parts
        for record in part.values()
        if "facts" in record
    ]


def test_an_answer_that_agrees_with_its_numbers():
    assert contradictions(FACTS) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sides": ["data"]}, "causes lie in"),
        ({"sides": [], "causes": []}, "without the side network"),
        ({"verdict": "undecided"}, "undecided with the sides"),
        ({"original_score": 0.3}, "the sentence says 0.10"),
        ({"repaired_score": 0.8}, "with all, 0.800 reported"),
        ({"best_score": 0.5}, "the best score is 0.500"),
        ({"ruled_out": [UNTESTED]}, "is untested"),
        ({"causes": [CAUSE | {"advice": "Drop it (--drop)."}]}, "--drop does not go"),
        ({"tuned": "more epochs", "tuned_score": 0.9}, "is said to help"),
        ({"failed": "it ended with an error"}, "that failed"),
    ],
)
def test_a_contradiction_is_seen(change, told):
    assert any(told in line for line in contradictions(FACTS | change))


@pytest.mark.parametrize("facts", recorded())
def test_recorded_answers_do_not_contradict_themselves(facts):
    assert contradictions(facts) == []
