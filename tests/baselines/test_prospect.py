"""Whether a network is worth trying: the answer follows from the numbers."""

from dataclasses import replace

import pytest
from learnable.baselines.results.results import (
    About,
    AchievableScore,
    Ceiling,
    Curve,
    Line,
    Results,
    Row,
    Score,
    Signal,
    Verdict,
)
from learnable.baselines.verdicts.prospect import network_prospect

FLAT = AchievableScore(0.0, -0.1, 0.1)


def row(name, skill, *, folds=None, **others):
    made = {"skill": skill, "accuracy": 0.5 + skill / 2} | others
    scores = {k: Score(v, None, None, (v,) * 5) for k, v in made.items()}
    if folds:
        scores["skill"] = replace(scores["skill"], folds=folds)
    return Row(name, "baseline", "", scores, 1.0, 0.1)


def results(*rows, verdict="signal", task="binary", **more):
    about = About("t", "t", task, "y", "", 200, 3, {}, (), "")
    signal = Signal(0.005, 199, 0.3, "trees", 200, None, 0.1)
    made = Results(
        "zoo baseline t", 0, "", 1.0, {}, about, "", "skill",
        (row("majority", 0.0), *rows), signal, (Verdict(verdict, "", "", ""),),
    )  # fmt: skip
    return replace(made, **more)


def told(*rows, **facts):
    found = network_prospect(results(*rows, **facts))
    assert found is not None
    return found.answer, found.reason


@pytest.mark.parametrize(
    ("verdict", "answer"),
    [("no-signal", "no"), ("undecided", "not yet"), ("suspicious", "not yet")],
)
def test_nothing_is_promised_without_a_signal(verdict, answer):
    assert told(row("forest", 0.1), row("logistic", 0.2), verdict=verdict)[0] == answer


def test_relation_that_bends_is_worth_a_network():
    answer, reason = told(row("forest", 0.6), row("logistic", 0.3))
    assert answer == "yes"
    assert "above logistic on 5 of 5 folds (accuracy 0.800 against 0.650)" in reason
    assert "over accuracy 0.800" in reason


def test_skill_is_to_beat_where_the_majority_has_the_highest_accuracy():
    poor = row("forest", 0.02, accuracy=0.48), row("logistic", 0.01, accuracy=0.47)
    assert "over skill 0.020, which forest reaches" in told(*poor)[1]


def test_scores_that_look_the_same_are_told_in_skill():
    same = row("forest", 0.2, accuracy=0.957), row("logistic", 0.17, accuracy=0.957)
    assert "(skill 0.200 against 0.170)" in told(*same)[1]


def test_accuracy_of_a_rare_class_leaves_much_to_gain():
    """Of a class that one row in 300 has, the majority is right as often."""
    majority = row("majority", 0.0, accuracy=0.997)
    able = row("logistic", 0.07, accuracy=0.997), row("forest", 0.3, accuracy=0.997)
    assert told(majority, *able)[0] == "yes"
    reached = row("logistic", 0.9, accuracy=0.9999), row("forest", 0.9, accuracy=0.9999)
    assert told(majority, *reached)[0] == "hardly"


def test_sum_of_columns_needs_no_network():
    answer, reason = told(row("forest", 0.5), row("logistic", 0.6))
    assert answer == "hardly"
    assert "is not behind forest (accuracy 0.800 against 0.750)" in reason


def test_gain_that_is_not_on_every_fold_proves_nothing():
    mixed = row("forest", 0.6, folds=(0.9, 0.9, 0.2, 0.8, 0.2))
    answer, reason = told(mixed, row("logistic", 0.3))
    assert (answer, "on 3 of 5 folds" in reason) == ("perhaps", True)


def test_scores_that_disagree_are_told_in_skill():
    bent = row("forest", 0.6, accuracy=0.7)
    _, reason = told(bent, row("logistic", 0.3, accuracy=0.8))
    assert "skill 0.600 against 0.300" in reason


def test_little_is_left_near_the_top():
    answer, reason = told(row("forest", 0.98), row("logistic", 0.3))
    assert (answer, reason) == ("hardly", "forest reaches accuracy 0.990 of at most 1.")
    top = Ceiling("accuracy", "neighbours", 0.7, 0.81, 1.0, 200, 0.8, "forest", "")
    answer, reason = told(row("forest", 0.6), row("logistic", 0.3), ceiling=top)
    assert (answer, "allow about 0.810 at most" in reason) == ("hardly", True)


def test_series_is_measured_by_its_last_season():
    naive, worse, better = (
        replace(made, scores={k: made.scores[k] for k in ("skill", "mase")})
        for made in (
            row("seasonal-naive", 0.0, mase=1.2),
            row("ets", -0.2, mase=1.4),
            row("ets", 0.2, mase=0.9),
        )
    )
    answer, reason = told(naive, worse, task="forecast")
    assert (answer, "repeating the last season" in reason) == ("hardly", True)
    answer, reason = told(naive, better, task="forecast")
    assert (answer, "under MASE 0.900" in reason) == ("perhaps", True)


def test_more_rows_come_before_a_network():
    line = Line("forest", "baseline", (), "rising", FLAT, 0.01, FLAT, None, "")
    curve = Curve("accuracy", (line,), 1.0)
    _, reason = told(row("forest", 0.6), row("logistic", 0.3), curve=curve)
    assert reason.endswith("More rows still raise forest, whatever the model.")


def test_run_with_a_network_has_a_verdict_instead():
    network = replace(row("net", 0.5), kind="network")
    assert network_prospect(results(row("forest", 0.6), network)) is None
