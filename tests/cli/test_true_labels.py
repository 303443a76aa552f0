"""What the right answers to rows that a script asks about say of its data."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.baselines.results.findings import Finding
from learnable.zoo.check import evaluation_rows
from learnable.zoo.check.evaluation_rows import (
    Scores,
    evaluation_faults,
    fault_of_few_rows,
    fault_of_labels,
    find_unseen_class,
    is_answered,
    right_answers,
)
from learnable.zoo.diagnosis.problem.task import TrainingTask
from learnable.zoo.diagnosis.record.recording import (
    Evaluation,
    EvaluationOverlap,
    Place,
)

RNG = np.random.default_rng(0)
QUESTION = TrainingTask("multiclass", np.arange(4).repeat(50), np.array([2, 4, 6, 8]))
TRUTH = RNG.integers(0, 4, 400)
GOOD = Scores(
    held=0.9, error=0.01, best_score=0.92, train_score=0.95, alike=True, known=0.0
)
NOISY = Scores(
    held=0.4, error=0.02, best_score=0.42, train_score=0.45, alike=True, known=0.0
)


def answered(share: float, truth: np.ndarray = TRUTH) -> np.ndarray:
    """So many right, and the rest drawn at random."""
    keep = np.random.default_rng(1).random(len(truth)) < share
    return np.where(keep, truth, np.random.default_rng(2).integers(0, 4, len(truth)))


def label(said: np.ndarray, scores: Scores) -> str | None:
    found = fault_of_labels(QUESTION, said, TRUTH, scores)
    return None if found is None else found.label


@given(st.permutations(range(4)).filter(lambda p: p != [0, 1, 2, 3]))
def test_classes_numbered_otherwise_are_an_encoding_of_their_own(numbers):
    said = np.asarray(numbers)[answered(0.95)]
    assert label(said, GOOD) == "label-encoding"


def test_the_sentence_names_the_classes_as_the_script_has_them():
    found = fault_of_labels(QUESTION, (answered(1.0) + 1) % 4, TRUTH, GOOD)
    assert found is not None
    assert "2 as 8, 4 as 2, 6 as 4, 8 as 6" in found.sentence
    assert found.side == "preparation"


@pytest.mark.parametrize(
    ("share", "alike", "told"),
    [
        (0.0, True, "labels-misaligned"),
        (0.0, False, "train-test-mismatch"),
        (0.3, True, "train-test-mismatch"),
        (0.6, True, None),
        (0.9, True, None),
    ],
)
def test_answers_that_are_lost_on_other_rows(share, alike, told):
    assert label(answered(share), replaced(GOOD, alike=alike)) == told


def test_a_training_that_failed_by_chance_is_not_the_fault_of_other_rows():
    assert label(answered(0.0), replaced(GOOD, train_score=0.0)) is None


@pytest.mark.parametrize(("own", "told"), [(0.35, None), (0.9, "train-test-mismatch")])
def test_a_network_as_bad_on_its_own_rows_is_no_fault_of_others(own, told):
    scores = replaced(GOOD, held=0.76, train_score=own)
    assert label(answered(0.33), scores) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "label-noise"),
        ({"train_score": 0.85}, None),  # memorised: more there than on other rows
        ({"best_score": 0.8}, None),  # another network, or a baseline, does as well
        ({"known": 0.5}, None),  # rows that were trained on
        ({"alike": False}, None),  # easier rows
    ],
)
def test_more_on_other_rows_than_anyone_has_on_these_is_noise_of_labels(changed, told):
    assert label(answered(0.9), replaced(NOISY, **changed)) == told


def test_few_rows_tell_nothing():
    found = fault_of_labels(QUESTION, answered(0.9)[:30], TRUTH[:30], NOISY)
    assert found is None


def replaced(scores: Scores, **changed: Any) -> Scores:
    return Scores(**(vars(scores) | changed))


def asked(y: Any = None) -> Evaluation:
    return Evaluation("predict" if y is None else "evaluate", None, None, y, 1)


def script(**named: Any) -> Any:
    return SimpleNamespace(module=SimpleNamespace(**named))


VALUES = QUESTION.values[TRUTH]


@pytest.mark.parametrize(
    "given_y", [VALUES, VALUES[:, None], np.eye(4)[TRUTH], VALUES.astype("float32")]
)
def test_evaluate_was_given_them(given_y):
    found = right_answers(script(), QUESTION, asked(given_y), TRUTH[::-1])
    assert found is not None
    assert (found == TRUTH).all()


def test_predict_has_them_beside_it_under_any_name():
    said = answered(0.5)
    held = script(a=VALUES, b=np.eye(4)[TRUTH], said=QUESTION.values[said], n=3)
    found = right_answers(held, QUESTION, asked(), said)
    assert found is not None
    assert (found == TRUTH).all()


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"y": VALUES, "other": VALUES[::-1].copy()},
        {"short": VALUES[:-1]},
        {"strange": VALUES + 1},
        {"right": VALUES == 4},
        {"always": np.full(400, 4)},
    ],
    ids=["none", "two", "shorter", "no classes", "flags", "one class"],
)
def test_what_may_not_be_the_answers_is_not_taken(named):
    assert right_answers(script(**named), QUESTION, asked(), answered(0.5)) is None


def test_numbers_have_no_classes():
    task = TrainingTask("regression", RNG.normal(size=20), np.zeros(0))
    assert right_answers(script(), task, asked(np.zeros(9)), np.zeros(9)) is None


def case_of(own: Any, other: Any, *, told: bool = True, **names: Any) -> Any:
    """A training on some labels, and evaluated rows with others."""
    x = np.zeros((len(other), 2))
    history: dict[str, Any] = {}
    fit = SimpleNamespace(model="net", y=own, validation=None, history=history)
    evaluated = Evaluation("evaluate", "net", x, other if told else None, after=1)
    recording = SimpleNamespace(
        evaluations=[evaluated], fits=[fit], module=SimpleNamespace(**names)
    )
    rows = SimpleNamespace(x=np.random.default_rng(0).normal(size=(len(own), 2)))
    return SimpleNamespace(recording=recording, fit=fit, task=QUESTION, dataset=rows)


def study_of(*findings: Any) -> Any:
    return SimpleNamespace(results=SimpleNamespace(findings=findings))


OWN, MISSED = np.arange(60) % 2, np.full(30, 2)
ORDER = Finding("D304", "row-order", "warning", "sorted", "shuffle")


@pytest.mark.parametrize(
    ("findings", "label"),
    [((), "train-test-mismatch"), ((ORDER,), "rows-not-shuffled")],
)
def test_a_class_that_was_never_trained_on(findings, label):
    found = find_unseen_class(case_of(OWN, MISSED), study_of(*findings))
    assert found is not None
    assert found.cause.label == label
    assert "Class 2 has no training row, but 30 of 30 evaluated" in found.cause.sentence


def test_a_class_of_a_split_whose_labels_stand_in_the_script():
    y = np.concatenate([OWN, MISSED])
    case = case_of(OWN, MISSED, told=False, y=y, y_test=MISSED)
    assert find_unseen_class(case, study_of()) is not None
    # of the other rows some were left out
    more = case_of(OWN, MISSED, told=False, y=np.append(y, OWN[:3]), y_test=MISSED)
    assert find_unseen_class(more, study_of()) is not None
    # ids of the evaluated rows are no labels
    ids = case_of(OWN, MISSED, told=False, y=OWN, ids=np.arange(30))
    assert find_unseen_class(ids, study_of()) is None


def test_as_many_classes_by_other_numbers_are_coded_otherwise():
    found = find_unseen_class(case_of(OWN, OWN[:40] + 1), study_of())
    assert found is not None
    assert found.cause.label == "label-encoding"


@pytest.mark.parametrize("other", [OWN, np.eye(2)[OWN], OWN[OWN == 1]])
def test_classes_that_were_trained_on_are_fine(other):
    assert find_unseen_class(case_of(OWN, other), study_of()) is None
    assert find_unseen_class(case_of(np.eye(2)[OWN], other), study_of()) is None


@pytest.mark.parametrize(("noise", "is_right"), [(0.1, True), (3.0, False)])
def test_numbers_of_another_season_may_be_answered_well(noise, is_right):
    """Rows that differ from those trained on are no fault then."""
    later = np.linspace(5, 9, 80)
    case = case_of(OWN, later)
    case.task = TrainingTask("regression", np.linspace(0, 4, 60), np.zeros(0))
    said = later + noise * np.random.default_rng(0).normal(size=80)
    evaluated = case.recording.evaluations[0]
    assert is_answered(case, evaluated, said, least=0.7) == is_right
    untold = case_of(OWN, later, told=False).recording.evaluations[0]
    assert not is_answered(case, untold, said, least=0.7)


@pytest.mark.parametrize(
    ("share", "own", "told"),
    [(0.3, 1.0, True), (0.95, 1.0, False), (0.3, 0.3, False)],
    ids=["learned by heart", "learned", "not learned"],
)
def test_few_rows_that_tell_nothing_of_others(share, own, told):
    few = TrainingTask("multiclass", np.arange(4).repeat(3), np.array([2, 4, 6, 8]))
    found = fault_of_few_rows(few, answered(share), TRUTH, own)
    assert (found is not None) == told
    if found is not None:
        assert found.label == "too-few-rows"
        assert "There are 12 training rows" in found.sentence


@pytest.mark.parametrize(
    ("share", "own", "held", "told"),
    [
        (1.0, 0.99, 0.35, "duplicate-rows-across-split"),
        (1.0, 0.99, 0.97, None),  # the network knows other rows as well
        (0.2, 0.99, 0.35, None),  # of five folds the second
    ],
)
def test_folds_over_one_network_are_told_where_they_flatter(
    monkeypatch, share, own, held, told
):
    model = object()
    place = Place("train.py", 26)
    fit = SimpleNamespace(
        model=model, validation=None, error="", retested=EvaluationOverlap(share, place)
    )
    problem: Any = SimpleNamespace(fit=fit, recording=SimpleNamespace(evaluations=[]))
    scores = np.where(np.arange(1000) < held * 1000, 1.0, 0.0)
    runner: Any = SimpleNamespace(
        splits=[None],
        outcome=lambda repairs, number: SimpleNamespace(row_scores=scores),
    )
    monkeypatch.setattr(evaluation_rows, "train_score", lambda problem: own)
    study: Any = None
    found = evaluation_faults(problem, study, runner, best_score=0.5)
    assert [fault.cause.label for fault in found] == [told] * (told is not None)
    if found:
        assert found[0].cause.side == "preparation"
        assert "100% of the rows that are held out of a later one (line 26)" in (
            found[0].cause.sentence
        )
