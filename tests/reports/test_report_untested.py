"""What was not tested, and the loss before and after a repair."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from learnable.baselines.results.diagnosis import (
    CheckResult,
    Diagnosis,
    RuledOut,
    TrainingCurve,
)
from learnable.baselines.results.results import Results
from learnable.reports import Report
from learnable.reports.markdown import to_markdown
from learnable.reports.sections.repaired_training import (
    repaired_training_chart,
    repaired_training_facts,
)
from learnable.reports.sections.untested import untested_facts
from learnable.reports.summarize import summarize
from learnable.reports.svg import NARROW, WIDE, page_svg

BEFORE = TrainingCurve("as it is", (0.9, 0.8, 0.7), "binary_crossentropy", "log_loss")
AFTER = TrainingCurve("repaired", (0.6, 0.3, 0.1), "binary_crossentropy", "log_loss")


def checked(made, **facts):
    bare = Diagnosis("train.py", (), "undecided", "", "", "", 0.1, 0.9, 0.9, 0.9)
    return replace(made("data only"), diagnosis=replace(bare, **facts))


def with_curves(made, *curves):
    results = checked(made, curves=curves)
    rows = made("classification").rows[:8]
    return replace(results, rows=rows)


def reasons(results):
    return {row["what"]: row["reason"] for row in untested_facts(results)}


def test_crash_is_the_reason_for_missing_tests(made):
    results = checked(made, crashed="ValueError: 7 rows")
    found = reasons(results)
    assert found["Symptoms and golden tests"] == (
        "The training ended with ValueError: 7 rows."
    )
    page = Report(results).html()
    assert 'data-test="untested"' in page
    assert 'data-test="signs"' not in page


def test_suspicions_and_tests_that_did_not_run_are_listed(made):
    late = RuledOut(
        "N204", "lr-too-low", "s", "untested", reason="the budget was spent"
    )
    told = RuledOut("N118", "misleading-metric", "It lies.", "untested", reason="x")
    sign = CheckResult("G503", "shuffled-targets", None, "there were too few rows")
    found = reasons(checked(made, ruled_out=(late, told), golden=(sign,)))
    assert found["N204 lr-too-low"] == "The budget was spent."
    assert found["G503 shuffled-targets"] == "There were too few rows."
    assert not any("N118" in what for what in found)


def test_failed_candidates_and_single_seeds_are_listed(made):
    found = reasons(made("failing"))
    assert found["ARIMA"] == "ValueError: 1 class."
    assert "--seeds 3" in found["Luck of the seed"]
    assert "Luck of the seed" not in reasons(made("data only"))
    assert "nothing was found" in reasons(made("data only"))["Learning curve"].lower()


def test_markdown_lists_the_same(made):
    assert "- ARIMA: ValueError: 1 class." in to_markdown(summarize(made("failing")))


def test_loss_falls_below_that_of_the_baseline(made):
    facts = repaired_training_facts(with_curves(made, BEFORE, AFTER))
    name, bound = facts["level"]["name"], facts["level"]["loss"]
    assert (name, round(bound, 3)) == ("gradient boosting", 0.138)
    assert facts["sentences"] == [
        "As it is the loss goes from 0.900 to 0.700 in 3 epochs.",
        "Repaired the loss goes from 0.600 to 0.100 in 3 epochs.",
        f"It is below that of {name} (0.138 on rows it has not seen) from epoch 3 on.",
    ]
    worse = replace(AFTER, losses=(0.6, 0.5, 0.4))
    said = repaired_training_facts(with_curves(made, BEFORE, worse))["sentences"]
    assert said[-1].startswith("It stays above that of gradient boosting")


def test_losses_of_two_kinds_are_not_drawn_together(made):
    other = replace(BEFORE, loss="mean_squared_error", unit="mse")
    facts = repaired_training_facts(with_curves(made, other, AFTER))
    assert (facts["comparable"], facts["level"]) == (False, None)
    assert "changes the loss" in facts["sentences"][-1]
    page = Report(with_curves(made, other, AFTER)).html()
    assert 'data-test="repaired-training"' in page
    assert 'data-test="before-after"' not in page


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("first", [0.9, 1e4, 0.0, -3.0])
def test_lines_and_level_are_told(made, width, first):
    before = replace(BEFORE, losses=(first, math.nan, 0.7))
    facts = repaired_training_facts(with_curves(made, before, AFTER))
    root = ET.fromstring(page_svg(repaired_training_chart(facts, width)))
    labels = [e.get("aria-label") or "" for e in root.iter()]
    assert sum(label.startswith(("as it is", "repaired")) for label in labels) == 2
    assert "gradient boosting: 0.138" in labels


def test_losses_that_are_no_numbers_are_told(made):
    endless = replace(BEFORE, losses=(0.9, math.inf))
    facts = repaired_training_facts(with_curves(made, endless, AFTER))
    assert facts["sentences"][0] == "As it is the loss is no longer finite at the end."
    lost = replace(BEFORE, losses=(math.nan,))
    assert repaired_training_facts(with_curves(made, lost, AFTER)) is None


def test_curves_come_back_from_disk(made, tmp_path):
    results = with_curves(made, BEFORE, AFTER)
    results.save(tmp_path / "results.json")
    again = Results.load(tmp_path / "results.json")
    assert again.diagnosis.curves == (BEFORE, AFTER)
