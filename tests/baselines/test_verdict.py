from dataclasses import replace

import pytest
from learnable.baselines.results.results import (
    EXIT_CODES,
    Comparison,
    Row,
    Score,
    Signal,
)
from learnable.baselines.scores.comparison import Estimate
from learnable.baselines.verdicts.evidence import Evidence, round_row_count
from learnable.baselines.verdicts.leakage import Suspicion
from learnable.baselines.verdicts.verdict import draw_verdicts

FOUND = Signal(0.002, 499, 0.4, "the columns themselves", 500, None, 1.0)
DOUBTFUL = replace(FOUND, p=0.03, detectable=0.2)
NOTHING = replace(FOUND, p=0.4, explained=-0.01, detectable=0.05)


def score(mean: float) -> Score:
    return Score(mean, mean - 0.05, mean + 0.05, (mean,) * 5)


def row(name: str, skill: float, kind="baseline", **others: float) -> Row:
    """Scores that go with a skill, unless given by name."""
    made = {
        "skill": skill,
        "log_loss": 0.69 * (1 - skill),
        "accuracy": 0.5 + skill / 2,
        "balanced_accuracy": 0.5 + skill / 2,
        "roc_auc": 0.5 + skill / 2,
    }
    return Row(
        name, kind, "", {m: score(v) for m, v in (made | others).items()}, 1.0, 0.1
    )


MAJORITY = row("majority", -1.0, accuracy=0.5)
FOREST = row("forest", 0.6)
LOGISTIC = row("logistic", 0.3)


def gap(low: float, high: float, p: float, baseline="forest") -> Comparison:
    return Comparison("net", baseline, (low + high) / 2, low, high, p, p)


def evidence(net=None, gaps=(), *, baselines=(FOREST, LOGISTIC), error=0.02, **facts):
    """What is known of a forest, a logistic regression and a network."""
    rows = (MAJORITY, *baselines, *([net] if net else []))
    skills = {
        r.name: Estimate(r.scores["skill"].mean, error, 4) for r in rows if not r.error
    }
    made = Evidence(rows, FOUND, tuple(gaps), skills, None, 500, False)
    return replace(made, **facts)


def net(skill: float, **others: float) -> Row:
    return row("net", skill, "network", **others)


WEAK = (row("forest", -0.02), row("logistic", 0.01))
EASY = Suspicion("easy", "One column is enough")
ANSWER = Suspicion("answer", "Column 'x' is the answer (1.000)")
COPIES = Suspicion("copies", "Skill only on copies")
BOTH_BEATEN = (gap(0.1, 0.2, 0.001), gap(0.4, 0.5, 0.001, "logistic"))
FAILED = Row("net", "network", "", {}, None, None, error="ValueError: shapes")

CASES = {
    # better than all, surely
    "ahead": (evidence(net(0.75), BOTH_BEATEN), "network-ahead"),
    # better than the best, but not surely better than all
    "not ahead of all": (
        evidence(net(0.65), (gap(0.0, 0.1, 0.001), gap(-0.1, 0.5, 0.06, "logistic"))),
        "network-level",
    ),
    # margin of .03: 5 % of the forest's .6
    "level": (evidence(net(0.61), [gap(-0.03, 0.05, 0.7)]), "network-level"),
    "not quite level": (evidence(net(0.61), [gap(-0.031, 0.05, 0.7)]), "undecided"),
    "surely worse": (evidence(net(0.4), [gap(-0.3, -0.1, 0.001)]), "network-at-fault"),
    "worse within margin": (
        evidence(net(0.58), [gap(-0.029, -0.011, 0.001)]),
        "network-level",
    ),
    "worse by chance": (evidence(net(0.4), [gap(-0.5, 0.1, 0.06)]), "undecided"),
    "never learned": (evidence(net(-0.2), [gap(-1.7, 0.1, 0.06)]), "network-at-fault"),
    "fails": (evidence(FAILED), "network-at-fault"),
    # it ranks as well as the forest, and is too sure of itself
    "overconfident": (
        evidence(
            net(-0.5, accuracy=0.8, balanced_accuracy=0.8, roc_auc=0.8),
            [gap(-1.2, -1.0, 0.001)],
        ),
        "network-level",
    ),
    # always the commonest of very unequal classes: accurate, and of no use
    "collapsed": (
        evidence(
            net(-0.1, accuracy=0.99, balanced_accuracy=0.5, roc_auc=0.5),
            [gap(-0.8, -0.6, 0.001)],
        ),
        "network-at-fault",
    ),
    "no baseline learns": (
        evidence(net(0.0), [gap(-0.1, 0.1, 0.9)], baselines=WEAK[:1]),
        "undecided",
    ),
    "network alone learns": (
        evidence(net(0.3), [gap(0.2, 0.4, 0.001)], baselines=WEAK[:1]),
        "network-ahead",
    ),
    "only copies": (evidence(net(0.6), suspicion=COPIES), "suspicious"),
    # what looks too good stands beside the verdict
    "dead where a column is the answer": (
        evidence(net(0.0), [gap(-0.7, -0.5, 0.001)], suspicion=ANSWER),
        "network-at-fault",
    ),
    "dead where it is easy": (
        evidence(net(0.0), [gap(-0.7, -0.5, 0.001)], suspicion=EASY),
        "network-at-fault",
    ),
    "no signal": (
        evidence(net(-0.1), [gap(-0.2, 0.1, 0.5)], baselines=WEAK, signal=NOTHING),
        "no-signal",
    ),
    "no signal, failing": (
        evidence(FAILED, baselines=WEAK, signal=NOTHING),
        "no-signal",
    ),
    "signal for the network only": (
        evidence(net(0.5), BOTH_BEATEN, baselines=WEAK, signal=NOTHING),
        "network-ahead",
    ),
    "doubtful": (
        evidence(net(0.0), [gap(-0.1, 0.1, 0.9)], baselines=WEAK, signal=DOUBTFUL),
        "undecided",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_network_gets_its_verdict(case):
    known, expected = CASES[case]
    first, data = draw_verdicts(known)
    assert first.name == expected
    assert (first.about, data.about) == ("net", "")


@pytest.mark.parametrize("case", CASES)
def test_verdicts_have_numbers_and_change(case):
    for found in draw_verdicts(CASES[case][0]):
        assert found.name in EXIT_CODES
        assert any(c.isdigit() for c in found.sentence) or case in (
            "fails",
            "only copies",
        )
        assert found.change.endswith(".")
        assert found.sentence.endswith(".")
        assert "nan" not in f"{found.sentence} {found.change}"


@pytest.mark.parametrize(
    ("signal", "baselines", "expected"),
    [
        (FOUND, (FOREST,), "signal"),
        (FOUND, WEAK, "signal"),
        (replace(FOUND, p=0.01), WEAK, "signal"),
        (replace(DOUBTFUL, p=0.012), WEAK, "undecided"),
        (replace(NOTHING, p=0.05), WEAK, "undecided"),
        (replace(NOTHING, p=0.052), WEAK, "no-signal"),
        (replace(NOTHING, detectable=0.13), WEAK, "no-signal"),
        (replace(NOTHING, detectable=0.14), WEAK, "undecided"),
        (replace(NOTHING, detectable=1.0), WEAK, "undecided"),
        (NOTHING, (FOREST,), "signal"),  # the baseline's own gain is proof enough
        (NOTHING, (row("forest", 0.08),), "undecided"),
        (NOTHING, (), "no-signal"),
    ],
)
def test_data_get_their_verdict(signal, baselines, expected):
    assert (
        draw_verdicts(evidence(baselines=baselines, signal=signal))[-1].name == expected
    )


def test_suspicion_stands_beside_the_verdict_on_a_network():
    network, data = draw_verdicts(evidence(net(0.75), BOTH_BEATEN, suspicion=ANSWER))
    assert (network.name, data.name) == ("network-ahead", "suspicious")
    assert "Column 'x' is the answer (1.000)" in network.suspicion
    assert "judged on all columns" in network.suspicion
    assert "Column 'x'" in data.sentence


def test_easy_problem_is_called_easy_beside_its_signal():
    network, data = draw_verdicts(evidence(net(0.75), BOTH_BEATEN, suspicion=EASY))
    assert (network.name, data.name) == ("network-ahead", "signal")
    assert network.suspicion == data.suspicion == "One column is enough."


def test_ranks_prove_a_signal():
    weak = evidence(baselines=WEAK, signal=DOUBTFUL)
    assert draw_verdicts(weak)[-1].name == "undecided"
    proved = replace(weak, rank_p={"forest": 0.2, "logistic": 1e-6})
    found = draw_verdicts(proved)[-1]
    assert found.name == "signal"
    assert "logistic is better than chance (corrected p = 2e-06)" in found.sentence


def test_small_lead_is_level():
    lead = [gap(0.005, 0.045, 0.001), gap(0.2, 0.4, 0.001, "logistic")]
    assert draw_verdicts(evidence(net(0.62), lead))[0].name == "network-level"


def test_lead_in_probabilities_alone_is_level():
    same = {"accuracy": 0.8, "balanced_accuracy": 0.8, "roc_auc": 0.8}
    assert draw_verdicts(evidence(net(0.75, **same), BOTH_BEATEN))[0].name == (
        "network-level"
    )


@pytest.mark.parametrize(
    ("temperature", "words"), [(0.2, "too modest"), (5.0, "too sure")]
)
def test_direction_of_calibration_is_told(temperature, words):
    raw = net(0.61, log_loss=0.5, refined_log_loss=0.27)
    known = evidence(replace(raw, temperature=temperature), [gap(-0.03, 0.05, 0.7)])
    assert f"Its probabilities are {words}" in draw_verdicts(known)[0].sentence


def test_well_calibrated_probabilities_are_not_spoken_of():
    raw = net(0.61, log_loss=0.271, refined_log_loss=0.27)
    known = evidence(replace(raw, temperature=1.2), [gap(-0.03, 0.05, 0.7)])
    assert "probabilities" not in draw_verdicts(known)[0].sentence


def test_many_baselines_need_more_proof():
    weak = row("forest", 0.08)
    others = tuple(replace(row("", -0.5), name=f"b{i}") for i in range(20))
    assert (
        draw_verdicts(evidence(baselines=(weak,), signal=NOTHING))[-1].name
        == "undecided"
    )
    found = draw_verdicts(evidence(baselines=(weak, *others), signal=NOTHING))[-1]
    assert found.name == "no-signal"
    assert "forest reaches" in found.sentence
    assert "among 21 baselines one may be so by chance" in found.sentence


def test_failure_is_told_truly():
    learned = draw_verdicts(evidence(FAILED))[0]
    assert "ValueError: shapes" in learned.sentence
    assert "learn from the same rows" in learned.sentence
    assert (
        "learn" not in draw_verdicts(evidence(FAILED, baselines=WEAK[:1]))[0].sentence
    )


def test_failed_baselines_are_left_out():
    broken = Row("boosting", "baseline", "", {}, None, None, error="E: x")
    known = evidence(net(0.75), BOTH_BEATEN, baselines=(FOREST, LOGISTIC, broken))
    assert draw_verdicts(known)[0].name == "network-ahead"


def test_every_network_is_judged():
    known = evidence(net(0.75), BOTH_BEATEN)
    second = replace(net(0.4), name="twin")
    gaps = (*BOTH_BEATEN, replace(gap(-0.3, -0.1, 0.001), network="twin"))
    skills = {**known.skills, "twin": Estimate(0.4, 0.02, 4)}
    known = replace(known, rows=(*known.rows, second), comparisons=gaps, skills=skills)
    found = {v.about: v.name for v in draw_verdicts(known)}
    assert found == {"net": "network-ahead", "twin": "network-at-fault", "": "signal"}


def test_regression_is_told_by_r2():
    def numbers(name, r2, kind="baseline"):
        return Row(name, kind, "", {"skill": score(r2), "r2": score(r2)}, 1.0, 0.1)

    known = evidence(numbers("net", 0.1, "network"), [gap(-0.6, -0.4, 0.001)])
    known = replace(
        known, rows=(numbers("mean", 0.0), numbers("forest", 0.6), known.rows[-1])
    )
    found = draw_verdicts(known)[0]
    assert found.name == "network-at-fault"
    assert "R² 0.600" in found.sentence


def test_exit_codes_are_fixed():
    assert EXIT_CODES == {
        "signal": 0,
        "network-ahead": 0,
        "network-level": 0,
        "network-at-fault": 3,
        "preparation-at-fault": 3,
        "undecided": 4,
        "no-signal": 5,
        "suspicious": 6,
        "no-fault-proved": 0,
    }


@pytest.mark.parametrize(
    ("rows", "text"), [(7, "7"), (99.4, "99"), (154, "150"), (12_345, "12,000")]
)
def test_rows_are_said_roundly(rows, text):
    assert round_row_count(rows) == text


def test_baseline_above_the_majority_with_a_poor_log_loss_is_told_once():
    poor = row("forest", -0.05, accuracy=0.7), row("logistic", -0.1, accuracy=0.6)
    said = draw_verdicts(evidence(baselines=poor))[-1].sentence
    assert "none of the baselines is better than the class frequencies" in said
    assert "no baseline" not in said
    assert said.count("0.700") == 1
    assert "95 % interval [0." in said


def test_a_large_skill_of_few_rows_is_no_hardly():
    """Twelve rows on a line: too few to prove what a skill of .99 is."""
    few = evidence(baselines=(row("ridge", 0.99),), error=0.9)
    *_, verdict = draw_verdicts(few)
    assert verdict.name == "signal"
    assert "hardly" not in verdict.change
    *_, small = draw_verdicts(evidence(baselines=(row("ridge", 0.04),), error=0.9))
    assert "hardly" in small.change
