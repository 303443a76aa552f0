import json
import math
from dataclasses import replace

import pytest
from learnable.baselines.results.results import Noise, Row
from learnable.reports.html import as_json, fitting, to_html
from learnable.reports.sections.scores import failures, score_facts, timing_facts
from learnable.reports.sections.training import ceiling, curve_facts, thin_curve
from learnable.reports.summarize import summarize


def test_networks_speak_before_the_data(made):
    about = [v["about"] for v in summarize(made("two networks"))["verdicts"]]
    assert about == ["mlp", "mlp_twin", "the data"]


def test_signal_is_put_in_words(made):
    signal = summarize(made("data only"))["signal"]
    assert (signal["p"], signal["explained"]) == ("p = .610", "\N{MINUS SIGN}0.4 %")
    assert signal["detectable"] == "3.1 % of the variance"
    assert summarize(made("regression"))["signal"]["detectable"] == ""


def test_network_meets_the_best_baseline(made):
    (duel,) = summarize(made("regression"))["duels"]
    assert duel["baseline"] == "boosting"
    assert (duel["difference"], duel["outcome"]) == (
        "\N{MINUS SIGN}0.800",
        "network worse",
    )


def test_candidates_come_best_first(made):
    facts = score_facts(made("classification"))
    assert facts["rows"][0]["name"] == "gradient boosting"
    assert facts["rows"][-1]["name"] == "majority class"
    assert facts["rows"][-1]["thumb"]
    assert facts["metric"] == "accuracy"
    assert [c["label"] for c in facts["columns"][:2]] == ["skill", "log loss"]
    assert facts["columns"][1]["better"] == "lower is better"
    assert facts["rows"][0]["cells"][1] == {"text": "0.138", "best": False}


def test_unknown_metrics_are_shown_without_a_best(made):
    results = made("classification")
    row = results.rows[0]
    row = replace(row, scores=row.scores | {"top_5": row.scores["skill"]})
    facts = score_facts(replace(results, rows=(row,)))
    assert facts["columns"][-1] == {"label": "top 5", "better": ""}
    assert not facts["rows"][0]["cells"][-1]["best"]


def test_majority_line_stands_in_the_accuracies(made):
    results = made("classification")
    thumb = results.rows[0]
    certain = replace(thumb.scores["skill"], mean=-9.0, low=-9.1, high=-8.9)
    first = replace(thumb, scores=thumb.scores | {"skill": certain})
    prior = replace(thumb, name="prior")
    facts = score_facts(replace(results, rows=(first, prior, *results.rows[1:])))
    assert facts["chart"]["line_label"] == "majority class"
    assert facts["chart"]["line"] == thumb.scores["accuracy"].mean
    assert facts["deciding"]["line_label"] == "prior"
    assert facts["deciding"]["cut"] == ["majority class"]
    assert score_facts(made("regression"))["chart"]["axis"] == "R²"


def test_disastrous_skill_is_cut_off(made):
    results = made("classification")
    bad = replace(results.rows[-1].scores["skill"], mean=-50.0, low=-60.0, high=-40.0)
    row = replace(results.rows[-1], scores={"skill": bad})
    forest = score_facts(replace(results, rows=(*results.rows[:-1], row)))["deciding"]
    assert forest["cut"] == ["mlp"]
    assert forest["domain"][0] > -1.2


def test_failed_candidates_keep_their_reason(made):
    results = made("failing")
    assert failures(results)[0]["error"] == "ValueError: 1 class"
    assert "ARIMA" not in [row["name"] for row in score_facts(results)["rows"]]


def test_all_candidates_may_fail(made):
    rows = (Row("majority class", "baseline", "", {}, None, None, error="no rows"),)
    facts = summarize(replace(made("data only"), rows=rows))
    assert facts["scores"] is None
    assert facts["timings"] is None


def test_cheaper_baseline_is_named_only_when_as_good(made):
    (said,) = timing_facts(made("regression"))["sentences"]
    assert said.startswith("boosting reached R² 0.850 in 0.8 s")
    best = replace(made("classification").rows[-1], fit_seconds=0.01)
    slower = made("classification").rows[:6]
    alone = replace(made("classification"), rows=(*slower, best))
    assert timing_facts(alone)["sentences"] == []


def test_baseline_losses_need_a_comparable_loss(made):
    results = made("classification")
    network = results.networks[0]
    assert len(curve_facts(network, results)["lines"]) == 8
    bare = curve_facts(replace(network, loss_unit=""), results)
    assert bare["lines"] == []
    assert "No baseline lines are drawn" in " ".join(bare["sentences"])
    odd = curve_facts(replace(network, loss_unit="hinge"), results)
    assert "no baseline has a hinge" in " ".join(odd["sentences"])


def test_relative_error_is_one_minus_skill(made):
    results = made("regression")
    lines = curve_facts(results.networks[0], results)["lines"]
    assert [round(line["loss"], 2) for line in lines] == [0.15, 0.18, 0.42, 1.0]


def test_long_curves_keep_their_lowest_point():
    losses = [1.0] * 10_000
    losses[4_321] = 0.1
    points = thin_curve(losses, 200)
    assert len(points) <= 200
    assert (4_322, 0.1) in points
    assert [points[0][0], points[-1][0]] == [1, 10_000]


def test_losses_that_are_no_numbers_are_told(made):
    results = made("classification")
    history = {"loss": (0.9, math.nan, math.nan), "val_loss": (0.8, math.nan, math.nan)}
    curve = curve_facts(replace(results.networks[0], history=history), results)
    assert "The validation loss is NaN or infinite from epoch 2." in curve["sentences"]
    none = replace(results.networks[0], history={"loss": (math.nan,)})
    assert curve_facts(none, results) is None


def test_wild_first_losses_do_not_hide_the_rest():
    assert ceiling([1e6, *[0.5] * 99], [0.69], 0.69) < 2
    assert ceiling([0.9, 0.5, 0.4], [0.69], 0.69) == pytest.approx(0.936)


@pytest.mark.parametrize(("name", "rows"), [("few classes", 5), ("many classes", 0)])
def test_confusions_fit_their_number_of_classes(made, name, rows):
    network, best = summarize(made(name))["confusions"]
    assert (network["name"], best["name"]) == ("mlp", "gradient boosting")
    assert len(network["rows"]) == rows
    assert len(network["largest"]) == (0 if rows else 10)


def test_rare_classes_are_counted_together(made):
    rows = summarize(made("many classes"))["balance"]["rows"]
    assert len(rows) == 21
    assert rows[-1]["label"] == "10 more, together"
    assert summarize(made("regression"))["balance"] is None


def test_recipes_are_flat(made):
    recipe = summarize(made("classification"))["networks"][0]["recipe"]
    assert {"name": "optimizer.learning_rate", "value": "0.001"} in recipe
    assert {"name": "hidden", "value": "[64, 64]"} in recipe


def test_embedded_results_shrink_to_their_room(made):
    data = made("five networks").to_dict()
    assert fitting(data, 10**9) is data
    short = fitting(data, len(as_json(data)) - 1)
    assert short["left_out"] == ["histories"]
    assert fitting(data, 50)["left_out"] == ["everything: see results.json"]


def test_embedded_results_cannot_end_their_element():
    text = as_json({"a": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--&\u2028"}


def test_noise_of_folds_and_seeds_is_shown(made):
    plain = made("classification")
    noise = (
        Noise("mlp", "accuracy", 0.0123, 0.0041, 5, 3, ""),
        Noise("<b>", "accuracy", 0.02, 0.0, 5, 1, ""),
        Noise("held", "accuracy", 0.0, 0.003, 1, 2, ""),
    )
    assert 'data-test="noise"' not in to_html(summarize(plain))
    facts = summarize(replace(plain, noise=noise))
    assert [(n["folds"], n["seeds"], n["trainings"]) for n in facts["noise"]] == [
        ("0.012", "0.004", "5 x 3"), ("0.020", "none", "5 x 1"),
        ("one set", "0.003", "1 x 2"),
    ]  # fmt: skip
    page = to_html(facts)
    assert 'data-test="noise"' in page
    assert '<th scope="row"><b></th>' not in page
