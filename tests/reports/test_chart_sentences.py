"""Sentences on charts follow from the numbers that are drawn."""

from learnable.baselines.results.results import Picture, TradeoffCurve
from learnable.reports.sections.chart_sentences import (
    areas_sentence,
    histogram_sentence,
    paired_sentence,
    points_sentence,
    residuals_sentence,
    seeds_sentence,
)
from learnable.reports.summarize import summarize

MINUS = "\N{MINUS SIGN}"


def mark(name, *folds):
    return {"name": name, "mean": sum(folds) / len(folds), "folds": list(folds)}


def test_folds_are_counted_and_the_widest_gap_is_told():
    marks = [mark("forest", 0.1, -0.04, 0.0), mark("ridge", 0.3, 0.2, 0.1)]
    assert paired_sentence(marks, alone=True, name="net") == (
        "net is above forest on 1 of 3 folds and ridge on 3 of 3 folds. The widest gap "
        "is +0.200, to ridge."
    )
    marks = [mark("a", -0.2, -0.1), mark("b", 0.1, 0.1)]
    assert paired_sentence(marks, alone=False, name="forest") == (
        "a is above forest on 0 of 2 folds and b is above it on 2 of 2 folds. The "
        f"widest gap is {MINUS}0.150, of a."
    )


def test_seeds_and_folds_are_set_side_by_side():
    dots = [{"fold": f, "at": v} for f, v in ((1, 0.5), (1, 0.7), (2, 0.9), (2, 0.9))]
    means = [{"fold": 1, "at": 0.6}, {"fold": 2, "at": 0.9}]
    assert seeds_sentence({"dots": dots, "means": means}) == (
        "Seeds of one fold differ by up to 0.200, means of folds by 0.300."
    )
    assert "means of folds" not in seeds_sentence({"dots": dots, "means": means[:1]})


def test_largest_areas_are_named():
    curves = [
        Picture(
            name, roc=TradeoffCurve((), (), roc), recall=TradeoffCurve((), (), recall)
        )
        for name, roc, recall in (("a", 0.7, 0.9), ("b", 0.8, 0.6))
    ]
    assert areas_sentence(["a", "b"], curves) == (
        "b has the largest ROC AUC, 0.800; a has 0.700. "
        "a has the largest average precision, 0.900; b has 0.600."
    )


def test_flat_predictions_are_seen():
    points = [{"actual": i, "predicted": 5 + i / 10} for i in range(11)]
    assert points_sentence(points) == (
        "Predictions go from 5.00 to 6.00, 10 % of that range; actual values from 0.00 "
        "to 10.0."
    )
    assert points_sentence([]) == ""
    assert "range" not in points_sentence([{"actual": 1, "predicted": 2}])


def bar(low, high, rows):
    return {"from": low, "to": high, "rows": rows}


def test_residuals_are_parted_at_zero():
    bars = [bar(-2, 0, 3), bar(0, 2, 1)]
    assert residuals_sentence(bars) == (
        "Too low for 25 % of the rows, too high for 75 %."
    )
    assert residuals_sentence([bar(0, 1, 0)]) == ""


def test_fullest_bar_and_its_hits_are_told():
    panel = {
        "bars": [bar(0, 0.5, 1), bar(0.5, 1, 3)],
        "inner": [bar(0, 0.5, 0), bar(0.5, 1, 2)],
    }
    assert histogram_sentence(panel, numbers=False) == (
        "75 % of the predictions are between 0.500 and 1.00; 67 % of these are true."
    )
    assert histogram_sentence(panel, numbers=True).endswith("0.500 and 1.00.")


def test_scores_have_a_leader_and_a_place(made):
    said = summarize(made("classification"))["scores"]["chart"]["sentence"]
    assert said == (
        "gradient boosting is best in accuracy (0.935), mlp is 0.005 behind; their "
        "95 % intervals overlap."
    )
    assert "comes last" not in said
    regression = summarize(made("regression"))["scores"]["chart"]["sentence"]
    assert "concrete_mlp comes fourth of 5 with 0.050." in regression
