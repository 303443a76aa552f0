"""From trials to an answer: side and verdict."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from learnable.baselines.results.diagnosis import Cause as DataCause
from learnable.baselines.results.diagnosis import CheckResult
from learnable.baselines.results.results import Verdict
from learnable.baselines.rules.registry import RULES, rule_side
from learnable.zoo.check.answer import CheckEvidence, Reference, answer
from learnable.zoo.check.data_faults import DataFault
from learnable.zoo.cli.check_output import show
from learnable.zoo.diagnosis.problem.context import NetworkFinding, Repair
from learnable.zoo.diagnosis.problem.task import TrainingTask
from learnable.zoo.diagnosis.search.causes import Proposal, ProvedCause, SearchResult
from learnable.zoo.diagnosis.search.definitions import LimitedFinding
from learnable.zoo.diagnosis.search.trials import ScoreDifference

SURE, UNSURE = ScoreDifference(0.5, 0.01), ScoreDifference(0.5, 0.4)
LEAK = DataCause("D308", "leak", "a column is the answer", "leave it out", side="data")


def cause(code: str) -> ProvedCause:
    repair = Repair("mended", lambda setup: setup)
    label, side = RULES[code].label, rule_side(code)
    found = NetworkFinding(code, label, "seen", "do this", 0, (repair,), side=side)
    return ProvedCause(Proposal(found, repair), 0.0, 0.9, 0.9, SURE)


def inquiry(
    before: float, causes: tuple[ProvedCause, ...] = (), best_score: float = 0.9
) -> SearchResult:
    mended = 0.9 if causes else before
    return SearchResult(before, best_score, causes, (), (), (), {}, mended, mended)


def told(
    found: SearchResult,
    *,
    data="signal",
    best=0.9,
    short=SURE,
    faults=(),
    plain=None,
    train_score=None,
    error="",
    limited=None,
    notes=(),
) -> Any:
    task = TrainingTask("binary", np.array([0, 1]), np.array([0, 1]))
    recording = SimpleNamespace(script="train.py")
    fit = SimpleNamespace(
        history={},
        weights=[],
        trained=[],
        model=None,
        loss="mse",
        output="",
        error=error,
        place=None,
    )
    context: Any = SimpleNamespace(
        task=task,
        recording=recording,
        probe=None,
        fit=fit,
        loss="mse",
        locations=lambda finding, repair=None: (),
    )
    verdict = Verdict(data, "", "what the data say", "what would change it")
    about = SimpleNamespace(notes=notes)
    study: Any = SimpleNamespace(
        results=SimpleNamespace(verdicts=[verdict], about=about)
    )
    named = tuple(DataFault(fault) for fault in faults)
    evidence = CheckEvidence(
        context, study, found, ("forest", best), short, named, plain, train_score,
        limited=limited, n_trainings=3,
    )  # fmt: skip
    return answer(evidence, (), {})


def test_crashed_training_has_no_symptoms(monkeypatch):
    sign = CheckResult("S401", "collapsed-predictions", None, "It says 1 for all rows.")
    monkeypatch.setattr("learnable.zoo.check.answer.symptoms", lambda context: (sign,))
    found = told(inquiry(0.1), error="ValueError: 7 rows")
    assert (found.crashed, found.symptoms) == ("ValueError: 7 rows", ())
    assert len(told(inquiry(0.1)).symptoms) == 1


@pytest.fixture(autouse=True)
def no_symptoms(monkeypatch):
    monkeypatch.setattr("learnable.zoo.check.answer.symptoms", lambda context: ())


@pytest.mark.parametrize(
    ("made", "advice"), [(0, "do this"), (1, "proved change: other.")]
)
def test_advice_is_the_repair_that_was_proved(made, advice):
    repairs = (Repair("one", lambda s: s), Repair("other", lambda s: s))
    found = NetworkFinding("N201", "label", "seen", "do this", 0, repairs)
    named = ProvedCause(Proposal(found, repairs[made]), 0.0, 0.9, 0.9, SURE)
    assert told(inquiry(0.0, (named,))).causes[0].advice.endswith(advice)


@pytest.mark.parametrize(
    ("causes", "faults", "sides", "headline"),
    [
        (("N106",), (), ["network"], "the fault lies in the network"),
        (("P701",), (), ["preparation"], "the script hands them over unscaled"),
        (
            ("N106", "P701"), (), ["network", "preparation"],
            "the fault lies in the network and the preparation of the rows",
        ),
        (
            ("N106",), (LEAK,), ["network", "data"],
            "the fault lies in the network and the data",
        ),
    ],
)  # fmt: skip
def test_sides_are_where_the_causes_are(causes, faults, sides, headline):
    named = inquiry(0.0, tuple(cause(code) for code in causes))
    found = told(named, faults=faults)
    assert list(found.sides) == sides
    assert found.headline == f"The data can be learned; {headline}."


def test_a_leak_is_on_the_side_of_the_data():
    found = told(inquiry(0.0), faults=(LEAK,))
    assert found.sides == ("data",)
    assert found.headline == "The fault lies in the data."


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        (["P701"], "preparation-at-fault"),
        (["D310"], "preparation-at-fault"),
        (["N106", "P701"], "network-at-fault"),
    ],
)
def test_verdict_says_whether_the_network_is_at_fault(codes, verdict):
    found = told(inquiry(0.0, tuple(cause(code) for code in codes)))
    assert found.verdict == verdict


def test_every_label_of_the_preparation_has_a_headline():
    for rule in RULES.values():
        if rule.code[0] != "P":
            continue
        fault = DataCause(rule.code, rule.label, "seen", "do", side="preparation")
        found = told(inquiry(0.0), faults=(fault,))
        assert found.verdict == "preparation-at-fault"
        assert found.headline.startswith(("The script hands", "The script prepares",
                                          "The script encodes",
                                          "The script never"))  # fmt: skip


def test_a_network_surely_behind_is_at_fault_though_nothing_mends_it():
    found = told(inquiry(0.1))
    assert (found.sides, found.verdict) == (("network",), "network-at-fault")


def test_nothing_is_said_of_a_network_that_cannot_be_trained_again():
    found = told(replace(inquiry(0.0), unrepeated="ValueError: no get_config"))
    assert (found.sides, found.verdict) == ((), "undecided")
    assert "no get_config" in found.sentence


def test_what_was_not_tried_for_want_of_time_is_said():
    found = told(replace(inquiry(0.1), timed_out=True))
    assert "--budget" in found.change
    assert "--budget" not in told(inquiry(0.1)).change


@pytest.mark.parametrize(
    ("cut", "state"), [(True, "insufficient_alone"), (False, "no_effect")]
)
def test_nothing_is_acquitted_that_was_only_tried_alone_for_want_of_time(cut, state):
    tried = NetworkFinding("N201", "lr-too-high", "seen", "do this", 2, ())
    found = replace(inquiry(0.1), no_effect=(tried,), timed_out=cut)
    assert [s.state for s in told(found).ruled_out] == [state]


@pytest.mark.parametrize(
    ("score", "state"), [(0.9, "small_effect"), (0.82, "no_effect")]
)
def test_a_repair_that_helps_a_network_that_learns_is_told_with_its_score(score, state):
    repair = Repair("adapted", lambda setup: setup)
    tried = NetworkFinding("P711", "label", "seen", "do this", 0, (repair,))
    found = replace(inquiry(0.8), no_effect=(tried,), scores={"adapted": score})
    (one,) = told(found).ruled_out
    assert one.state == state
    assert ("score 0.90 with it, 0.80 without" in repr(told(found))) == (score == 0.9)


def test_what_baselines_did_not_see_is_told_where_nothing_was_found():
    notes = ("Baselines were given 1,000 of 19,900 columns.",)
    found = told(inquiry(0.0), data="no-signal", short=None, notes=notes)
    assert found.sentence.endswith(notes[0])
    assert notes[0] not in told(inquiry(0.9), short=None, notes=notes).sentence


def test_a_network_behind_by_chance_is_not():
    found = told(inquiry(0.5), short=UNSURE)
    assert (found.sides, found.verdict) == ((), "undecided")


def test_without_any_trial_nobody_is_blamed():
    found = told(inquiry(0.0), short=None)
    assert (found.sides, found.verdict) == ((), "undecided")


@pytest.mark.parametrize(
    ("before", "verdict"), [(0.8, "network-level"), (1.0, "network-ahead")]
)
def test_a_network_that_learns_is_left_alone(before, verdict):
    found = told(inquiry(before), short=UNSURE)
    assert (found.sides, found.verdict) == ((), verdict)


@pytest.mark.parametrize(
    ("before", "learns", "change"),
    [
        (0.72, "most of what can be learned: a score of 0.72", "below 0.68"),
        (0.85, "learns what can be learned", "Nothing: even a perfect score"),
    ],
)
def test_how_much_is_learned_is_said(before, learns, change):
    found = told(inquiry(before), short=UNSURE)
    assert learns in found.sentence
    assert change in found.change


@pytest.mark.parametrize(
    ("data", "verdict"), [("undecided", "undecided"), ("signal", "suspicious")]
)
def test_faulty_data_have_the_word_though_the_network_scores_well(data, verdict):
    found = told(inquiry(0.9), data=data, short=UNSURE, faults=(LEAK,))
    assert (found.sides, found.verdict) == (("data",), verdict)


def test_where_nothing_learns_the_data_have_the_word():
    found = told(
        inquiry(0.0, best_score=0.01), data="no-signal", best=0.01, short=UNSURE
    )
    assert (found.sides, found.verdict) == ((), "no-signal")


@pytest.mark.parametrize(
    ("before", "score", "gain", "sides", "verdict"),
    [
        (0.3, 0.88, SURE, ("network",), "network-at-fault"),
        (0.3, 0.88, UNSURE, (), "undecided"),
        (0.3, 0.5, SURE, (), "undecided"),
        (0.0, 0.0, UNSURE, ("network",), "network-at-fault"),
    ],
    ids=["twice as good", "by chance", "not twice", "nothing learned"],
)
def test_a_plain_network_says_whether_any_can(before, score, gain, sides, verdict):
    found = told(inquiry(before), plain=Reference(score, None, gain))
    assert found.reference == score
    assert (found.sides, found.verdict) == (sides, verdict)
    assert f"plain network on these rows has {score:.2f}" in found.sentence


@pytest.mark.parametrize(
    ("score", "gain", "differences_dict"),
    [
        (0.88, SURE, "learns less than a network can"),
        (0.88, UNSURE, "not sure that another network"),
        (0.6, SURE, "not sure that another network"),
    ],
    ids=["surely better", "by chance", "not as good as the baseline"],
)
def test_what_a_plain_network_reaches_is_not_denied(score, gain, differences_dict):
    found = told(inquiry(0.55), plain=Reference(score, None, gain))
    assert (found.sides, found.verdict) == ((), "undecided")
    assert differences_dict in found.sentence


@pytest.mark.parametrize(
    ("before", "taught", "plain", "sides"),
    [
        (0.2, 0.95, 0.7, ()),
        (0.2, 0.3, 0.7, ("network",)),
        (0.0, 0.95, 0.7, ("network",)),
        (0.0, 0.95, 0.0, ()),
        (0.0, 0.1, 0.0, ("network",)),
    ],
)
def test_a_network_that_knows_its_own_rows_learns(before, taught, plain, sides):
    gain = SURE if plain else UNSURE
    found = told(
        inquiry(before), plain=Reference(plain, None, gain), train_score=taught
    )
    assert found.sides == sides
    assert (f"{taught:.2f} on its training rows" in found.sentence) == (not sides)


def test_a_tuned_network_says_so_beside_its_causes():
    tuned = Repair("epochs 5 -> 20", lambda setup: setup)
    mended = replace(inquiry(0.0, (cause("N202"),)), tuned=(tuned,), tuned_score=0.95)
    found = told(mended)
    assert "epochs 5 -> 20 (score 0.90 without, 0.95 with)" in repr(found)
    assert [c.code for c in found.causes] == ["N202"]


def test_what_ended_the_training_is_told_first():
    found = told(inquiry(0.0), error="RuntimeError: no idea (line 7)")
    assert found.sentence.startswith("The training ended with RuntimeError: no idea")


@pytest.mark.parametrize("failed", ["", "ValueError: no such output"])
def test_changes_that_failed_are_not_shown_as_a_repair(capsys, failed):
    found = told(inquiry(0.0, (cause("N106"),)))
    results: Any = SimpleNamespace(
        diagnosis=replace(found, diff="-a\n+b\n", failed=failed)
    )
    show(results, Path("run"), wrote=None)
    printed = capsys.readouterr().out
    assert "-a\n+b\n" in printed
    assert ("was run, and failed: ValueError: no such output" in printed) == (
        failed != ""
    )


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        ("ValueError: 1 losses and 2 weights", "undecided"),
        ("stopped after 60 s", "network-level"),
    ],
)
def test_a_training_that_an_error_ended_is_not_called_sound(error, verdict):
    found = told(inquiry(0.9), short=None, error=error)
    assert found.verdict == verdict
    assert ("without this error" in found.sentence) == (verdict == "undecided")


@pytest.mark.parametrize(
    ("own", "verdict"), [(0.3, "undecided"), (0.8, "network-level")]
)
def test_a_network_worse_than_the_same_one_trained_again_is_not_called_sound(
    own, verdict
):
    found = told(inquiry(0.76), short=None, best=0.8, train_score=own)
    assert found.verdict == verdict
    assert ("0.30 on its own training rows" in found.sentence) == (own == 0.3)


SEEN = NetworkFinding(
    "N102", "wrong-output-activation", "31 of 60 lie outside", "do", 0
)
LIMITED = LimitedFinding(SEEN, 0.5)


def test_what_follows_from_the_definitions_is_a_cause_without_trials():
    found = told(inquiry(0.1), limited=LIMITED, short=None)
    assert (found.sides, found.verdict) == (("network",), "network-at-fault")
    assert "No training brings the score above 0.50" in found.sentence
    assert "follows from the definitions" in repr(found)
    assert found.causes[0].together is None
    assert found.headline == "The fault lies in the network."


def test_a_network_that_cannot_be_rebuilt_has_no_score():
    left = replace(inquiry(0.0), unrepeated="ValueError: no get_config")
    found = told(left, limited=LIMITED)
    assert found.verdict == "network-at-fault"
    assert "has a score" not in found.sentence


def test_one_cause_may_be_proved_both_ways():
    found = told(inquiry(0.0, (cause("N102"),)), limited=LIMITED)
    (both,) = found.causes
    assert (both.limit, both.together) == (0.5, 0.9)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timed_out": True}, "the budget was spent after 3 trainings"),
        ({"unrepeated": "ValueError: no"}, "the training could not be repeated"),
        ({"original_score": 0.9}, "the network learns as it is"),
        (
            {"causes": (cause("N201"),), "repaired_score": 0.9},
            "other repairs were enough",
        ),
        (
            {"causes": (cause("N201"),), "repaired_score": 0.6, "timed_out": True},
            "the budget was spent after 3 trainings",
        ),
    ],
)
def test_what_was_not_tested_has_a_reason(changes, reason):
    repair = Repair("rate", lambda setup: setup)
    left = NetworkFinding("N202", "lr-too-low", "seen", "do this", 2, (repair,))
    found = told(replace(inquiry(0.1), untested=(left,), **changes))
    assert [one.reason for one in found.ruled_out] == [reason]
    assert f"Untested: lr-too-low ({reason})." in repr(found)


def test_repairs_that_do_not_help_are_told_only_where_some_were_tested():
    assert "no repair of it was tested" in told(inquiry(0.1)).sentence
    tried = replace(inquiry(0.1), scores={"rate": 0.1})
    assert "none of the tested repairs helps" in told(tried).sentence
    helped = replace(inquiry(0.1), scores={"rate": 0.7}, timed_out=True)
    sentence = told(helped).sentence
    assert "the best of the tested repairs has 0.70 in a trial (rate)" in sentence


def test_a_network_that_was_not_trained_is_at_fault():
    fault = DataCause("N115", "untrained-network", "0 epochs", "call fit")
    left = NetworkFinding("N115", "untrained-network", "0 epochs", "call fit", 0)
    found = told(replace(inquiry(0.9), untested=(left,)), faults=(fault,))
    assert (found.sides, found.verdict) == (("network",), "network-at-fault")
    assert found.ruled_out == ()


def test_repairs_that_leave_something_are_not_said_to_be_all():
    found = replace(inquiry(0.1, (cause("N201"),), 0.9), repaired_score=0.6)
    assert told(found).change.startswith("A further repair: 0.90 can be reached")
    more = told(replace(found, timed_out=True)).change
    assert more.startswith("More trainings (--budget)")


def test_too_few_rows_leave_it_undecided():
    few = DataCause("D311", "too-few-rows", "seen", "collect more", side="data")
    found = told(inquiry(0.8), best=0.5, faults=(few,))
    assert (found.verdict, found.sides) == ("undecided", ("data",))
    assert found.headline == "There are too few rows to tell where the fault lies."
