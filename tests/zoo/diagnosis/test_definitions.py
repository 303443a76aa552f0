"""Limits that the definitions of the last layer and the loss set."""

from dataclasses import replace

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.problem.context import Repair, network_finding
from learnable.zoo.diagnosis.rules.run_rules import run_rules
from learnable.zoo.diagnosis.search.causes import Proposal, ProvedCause, SearchResult
from learnable.zoo.diagnosis.search.definitions import find_limit, limited_finding
from learnable.zoo.diagnosis.search.trials import ScoreDifference

Dense = keras.layers.Dense
X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
NUMBERS = 5 * X[:, 1]
TWO = (X[:, 0] > 0).astype("int32")
THREE = np.digitize(X[:, 0], [-0.5, 0.5])
SPARSE = "sparse_categorical_crossentropy"
# Keras itself warns of both
pytestmark = [
    pytest.mark.filterwarnings("ignore:You are using a softmax"),
    pytest.mark.filterwarnings("ignore:In loss categorical_crossentropy"),
]


def inquiry(score: float, best_score: float = 0.9) -> SearchResult:
    return SearchResult(score, best_score, (), (), (), (), {}, score, score)


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y", "score", "told"),
    [
        (1, "softmax", "bce", TWO, 0.0, "is 1 for every row"),
        (1, "softmax", "mse", TWO, 0.0, "is 1 for every row"),
        (1, "relu", "mse", NUMBERS, 0.5, "31 of 60 targets lie outside"),
        (1, "sigmoid", "mse", NUMBERS + 40, -5.0, "60 of 60 targets lie outside"),
        (
            1,
            "tanh",
            "mse",
            THREE * 7.0,
            -0.9,
            "outside of what tanh can give (-1 to 1)",
        ),
        (1, "sigmoid", "bce", TWO + 1, 0.0, "outside of what sigmoid can give"),
        (1, "sigmoid", "bce", NUMBERS, 0.3, "targets lie outside"),
        (10, "softmax", "mse", NUMBERS[:, None], 0.0, "the best is 0.1"),
        (3, "softmax", "mse", 5 * X + 20, -5.0, "60 of 60 targets are not"),
        (3, "softmax", SPARSE, THREE + 1, 0.5, "labels from 0 to 2; 18 of 60"),
        (2, "softmax", SPARSE, THREE, 0.5, "labels from 0 to 1; 18 of 60"),
        (3, "softmax", SPARSE, THREE / 255, 0.0, "labels from 0 to 2"),
    ],
)
def test_limit_is_the_score_of_the_best_outputs(
    case_of, sequence, units, activation, loss, y, score, told
):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    limit = find_limit(case_of(model, X, y))
    assert limit is not None
    assert limit.score == pytest.approx(score, abs=0.12)
    assert told in limit.sentence


@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (1, "sigmoid", "bce", TWO),
        (1, "relu", "bce", TWO),
        (1, "linear", "mse", NUMBERS),
        (1, "relu", "mse", abs(NUMBERS)),
        (1, "tanh", "hinge", 2 * TWO - 1),
        (1, "sigmoid", "hinge", TWO),
        (3, "sigmoid", "categorical_crossentropy", np.eye(3)[THREE]),
        (3, "softmax", "mse", np.eye(3)[THREE]),
        (3, "softmax", "mse", np.exp(X) / np.exp(X).sum(1, keepdims=True)),
        (3, "softmax", SPARSE, THREE),
        (1, lambda x: keras.ops.relu(x) - 9, "mse", NUMBERS),
    ],
)
def test_what_can_be_learned_has_no_limit(
    case_of, sequence, units, activation, loss, y
):
    model = sequence((3,), [Dense(units, activation=activation)], loss)
    assert find_limit(case_of(model, X, y)) is None


def test_a_bent_relu_has_no_limit(case_of, sequence):
    bent = keras.layers.ReLU(negative_slope=0.2)
    model = sequence((3,), [Dense(1), bent], "mse")
    assert find_limit(case_of(model, X, NUMBERS)) is None


@pytest.mark.parametrize(
    ("loss", "units"),
    [
        ("categorical_crossentropy", 1),
        (lambda y, given: keras.ops.mean(keras.ops.square(y)) + 0 * given, 1),
    ],
)
def test_a_loss_that_is_the_same_for_all_outputs(case_of, sequence, loss, units):
    model = sequence((3,), [Dense(units, activation="sigmoid")], loss)
    context = case_of(model, X, TWO[:, None])
    assert "whatever the network outputs" in find_limit(context).sentence
    # it stays where it starts, wherever that is
    found = limited_finding(context, run_rules(context), inquiry(0.3))
    assert (found.finding.label, found.limit) == ("wrong-loss", 0.3)


def test_every_output_of_a_step_is_looked_at(case_of, sequence):
    steps = np.repeat(X[:, None], 5, axis=1)
    model = sequence((5, 3), [keras.layers.LSTM(1)], "mse")
    context = case_of(model, steps, NUMBERS + 50)
    found = limited_finding(context, (), inquiry(-5.0))
    assert found.finding.label == "wrong-output-activation"
    assert "60 of 60" in found.finding.sentence


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_few_rows_are_enough(case_of, sequence, rows):
    model = sequence((3,), [Dense(1, activation="tanh")], "mse")
    context = case_of(model, X[:rows], 9 + np.arange(rows, dtype=float))
    found = limited_finding(context, run_rules(context), inquiry(-5.0, 1.0))
    assert f"{rows} of {rows} targets" in found.finding.sentence


@pytest.mark.parametrize(
    ("score", "best_score", "is_cause"),
    [(0.1, 0.9, True), (0.0, 0.0, True), (0.7, 0.9, False), (0.3, 0.6, False)],
    ids=["fails", "nothing is learned", "trials refute it", "others are as low"],
)
def test_trials_have_the_word(case_of, sequence, score, best_score, is_cause):
    model = sequence((3,), [Dense(1, activation="relu")], "mse")
    context = case_of(model, X, NUMBERS)
    found = limited_finding(context, run_rules(context), inquiry(score, best_score))
    assert (found is not None) == is_cause


@pytest.mark.parametrize(("cosine", "is_cause"), [(0.9, True), (-0.9, False)])
def test_steps_that_climb_need_no_trial(case_of, sequence, cosine, is_cause):
    context = case_of(sequence((3,), [Dense(1)], "mse"), X, NUMBERS)
    steps = network_finding("N114", "It climbs.", "Do not.", priority=0, cosine=cosine)
    left = replace(inquiry(0.1), untested=(steps,))
    found = limited_finding(context, (steps,), left)
    assert (found is not None) == is_cause


def test_a_few_targets_out_of_reach_explain_nothing(case_of, sequence):
    y = abs(NUMBERS) + 1
    y[0] = -0.5
    context = case_of(sequence((3,), [Dense(1, activation="relu")], "mse"), X, y)
    assert limited_finding(context, run_rules(context), inquiry(0.0)) is None


@pytest.mark.parametrize(
    ("code", "limit"), [("N102", 0.5), ("N205", None)], ids=["the same", "another"]
)
def test_a_cause_that_lifts_the_limit_may_follow_from_it(
    case_of, sequence, code, limit
):
    context = case_of(sequence((3,), [Dense(1, activation="relu")], "mse"), X, NUMBERS)
    known = run_rules(context)
    proved = next((f for f in known if f.code == code), None) or network_finding(
        code, "seen", "do", priority=2
    )
    cause = ProvedCause(
        Proposal(proved, Repair("made", lambda s: s)),
        0.1,
        0.9,
        0.9,
        ScoreDifference(1, 0),
    )
    found = replace(inquiry(0.1), causes=(cause,), repaired_score=0.9)
    limited = limited_finding(context, known, found)
    assert (limited and limited.limit) == (limit and pytest.approx(limit, abs=0.12))
