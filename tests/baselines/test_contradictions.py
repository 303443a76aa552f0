"""Statements of one run that deny each other are found, and runs have none."""

import re
from dataclasses import replace

import numpy as np
import pytest
from learnable.baselines.contradictions import all_sentences, contradictions
from learnable.baselines.evaluate import run_study
from learnable.baselines.results.findings import Finding
from learnable.baselines.results.results import (
    About,
    Ceiling,
    Comparison,
    Results,
    Row,
    Score,
    Signal,
    Verdict,
)
from learnable.baselines.verdicts.prospect import network_prospect
from learnable.benchmarks.contradictions import HEAVY, draw, examine


def row(name, accuracy, skill, *, kind="baseline", width=0.05):
    values = {"accuracy": accuracy, "skill": skill}
    scores = {
        k: Score(v, v - width, min(1.0, v + width), (v, v)) for k, v in values.items()
    }
    return Row(name, kind, "", scores, 0.1, 0.1)


@pytest.fixture
def results() -> Results:
    """What contradicts itself in nothing: two baselines and a signal."""
    said = "There is something to learn: logistic reaches accuracy 0.800, skill 0.40."
    return Results(
        command="zoo baseline people.csv",
        seed=0,
        created="2026-11-20T23:15:00+00:00",
        seconds=1.0,
        versions={},
        about=About(
            "people", "", "binary", "y", "", 100, 2, {"a": 60, "b": 40}, (), ""
        ),
        split="2 stratified folds",
        metric="skill",
        rows=(row("majority", 0.6, -0.5), row("logistic", 0.8, 0.4)),
        signal=Signal(0.002, 499, 0.3, "the columns", 100, None, 0.1),
        verdicts=(Verdict("signal", "", said, "A leak."),),
    )


def finding(code, label, sentence, advice="", **more):
    return Finding(code, label, "note", sentence, advice, **more)


def data_verdict(name, sentence, change="More rows."):
    return (Verdict(name, "", sentence, change),)


def test_sound_results_contradict_themselves_in_nothing(results):
    assert contradictions(results, {"--drop"}) == ()


def top(low, high):
    return Ceiling("accuracy", "neighbours", low, high, 1.0, 100, 0.8, "logistic", "")


NOTHING = Signal(0.4, 499, 0.0, "the columns", 100, 0.05, 0.1)
AT_FAULT = Verdict("network-at-fault", "net", "The network is at fault.", "")
CONSTANT = finding(
    "D313", "constant-columns", "1 column has one value in all rows ('a').",
    "Drop them (--drop).", columns=("a",), n_columns=1,
)  # fmt: skip
LEAK = finding(
    "D308", "leak", "One column: 'a' (0.935); all columns together reach 0.903.",
    evidence={"highest": 0.935, "together": 0.903},
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ceiling": top(0.7, 0.75)}, "at most 0.750"),
        ({"ceiling": top(0.85, 0.9)}, "at least 0.850"),
        ({"verdicts": data_verdict("signal", "logistic reaches accuracy 0.700.")},
         "0.700 is quoted"),
        ({"verdicts": data_verdict("no-signal", "No baseline beats chance for sure.")},
         "no signal, with p"),
        ({"verdicts": data_verdict("no-signal", "no baseline is better for sure."),
          "signal": NOTHING}, "and logistic is"),
        ({"verdicts": data_verdict("signal", "So no baseline beats the majority.")},
         "without 'for sure'"),
        ({"verdicts": data_verdict("signal", "It loses to logistic (p = 1).")},
         "p = 1"),
        ({"findings": (finding("D999", "x", "Odd."),)}, "D999"),
        ({"findings": (finding("D308", "drift", "Odd."),)}, "is called drift"),
        ({"findings": (finding("D310", "class-imbalance", "1 rows are of it."),)},
         "'1 rows'"),
        ({"findings": (CONSTANT,)}, "its advice of several"),
        ({"findings": (LEAK,)}, "more than all columns together"),
        ({"findings": (finding("D311", "too-few-rows", "Few.", "Merge rare classes, "
                               "or merge rare classes."),)}, "merge rare classes"),
        ({"verdicts": data_verdict("undecided", "Unclear.", "About 90 rows or more.")},
         "about 90 rows would tell"),
        ({"verdicts": data_verdict("signal", "Found.", "Use --class-weight.")},
         "no such option"),
        ({"rows": (row("majority", 0.6, 0, width=0),)}, "has no width"),
    ],
)  # fmt: skip
def test_contradiction_is_found(results, change, words):
    found = contradictions(replace(results, **change), {"--drop"})
    assert any(words in sentence for sentence in found), found


def test_network_ahead_that_is_behind_is_found(results):
    rows = (*results.rows, row("net", 0.9, 0.2, kind="network"))
    behind = Comparison("net", "logistic", -0.2, -0.3, -0.1, 0.01, 0.01)
    ahead = Verdict("network-ahead", "net", "The network is ahead.", "")
    changed = replace(
        results, rows=rows, comparisons=(behind,), verdicts=(ahead, *results.verdicts)
    )
    assert any("ahead of every" in sentence for sentence in contradictions(changed))
    changed = replace(changed, verdicts=(AT_FAULT, *results.verdicts))
    assert any("highest accuracy" in sentence for sentence in contradictions(changed))


def test_short_numbers_are_quoted_as_they_are_rounded(results):
    odd = "logistic reaches R² -0.003, skill 0.007 (R² is against another mean)."
    scores = {"r2": Score(-0.0034, None, None, ()), "skill": Score(0.0066, 0, 1, ())}
    logistic = replace(results.rows[1], scores=scores)
    mean = replace(results.rows[0], scores=dict.fromkeys(scores, Score(0, 0, 0, ())))
    changed = replace(
        results, rows=(mean, logistic), verdicts=data_verdict("signal", odd)
    )
    assert contradictions(changed) == ()
    wrong = data_verdict("signal", odd.replace("0.007", "0.005"))
    assert any(
        "0.005 is quoted" in told
        for told in contradictions(replace(changed, verdicts=wrong))
    )


@pytest.mark.parametrize(("share", "denied"), [(0.615, False), (0.625, True)])
def test_share_of_a_class_may_differ_by_a_row_in_each_fold(results, share, denied):
    told = finding(
        "D310", "class-imbalance", "Rare.", evidence={"majority_share": share}
    )
    found = contradictions(replace(results, findings=(told,)))
    assert any("commonest class" in one for one in found) == denied


def test_option_of_another_command_may_be_advised(results):
    said = data_verdict("signal", "Found.", "Use `zoo train --class-weight balanced`.")
    assert contradictions(replace(results, verdicts=said), {"--drop"}) == ()


BY_RANKS = (
    "There is something to learn: logistic is better than chance (corrected p = 1e-24),"
    " though the signal test p = 0.2 over 199 permutations."
)


def test_claim_is_carried_by_one_of_its_p_values(results):
    by_ranks = replace(
        results, signal=NOTHING, verdicts=data_verdict("signal", BY_RANKS)
    )
    assert contradictions(by_ranks) == ()
    worse = data_verdict("signal", BY_RANKS.replace("1e-24", "0.3"))
    found = contradictions(replace(by_ranks, verdicts=worse))
    assert any("p = 0.3" in one for one in found), found


def test_word_on_networks_takes_part(results):
    by_ranks = replace(
        results, signal=NOTHING, verdicts=data_verdict("signal", BY_RANKS)
    )
    assert "0.4" not in network_prospect(by_ranks).sentence
    assert network_prospect(by_ranks).sentence in all_sentences(by_ranks)


@pytest.mark.slow
def test_advice_on_targets_of_other_rows_is_to_move_them(dataset_of, rng):
    x = rng.normal(size=(300, 3))
    y = np.roll(x.sum(axis=1) + rng.normal(size=300), 3)
    found = run_study(
        {}, dataset_of(x, y), folds=3, jobs=1, leave_out=HEAVY, curves="none"
    ).results
    assert "P707" in [finding.code for finding in found.findings]
    assert found.verdicts[-1].name == "no-signal"
    assert "P707" in found.verdicts[-1].change
    assert contradictions(found) == ()


@pytest.mark.parametrize("seed", [0, 2])
def test_drawn_tables_do_not_contradict_themselves(seed):
    assert examine(f"draw {seed}", lambda: draw(seed))["found"] == []


@pytest.mark.slow
def test_many_drawn_tables_do_not_contradict_themselves():
    found = [examine(f"draw {n}", lambda n=n: draw(n)) for n in range(40)]
    assert [one for one in found if one.get("found")] == []


def test_sentences_of_one_thing_are_told_from_those_of_several(results):
    for good in ("1 of 150 rows has another class", "11 rows", "0.1 rows", "1 class"):
        said = data_verdict("signal", f"There: {good}.")
        assert contradictions(replace(results, verdicts=said)) == (), good
    assert re.search("said of one", " ".join(contradictions(
        replace(results, verdicts=data_verdict("signal", "1 of 150 rows have it."))
    )))  # fmt: skip
