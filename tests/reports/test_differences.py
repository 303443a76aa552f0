"""What differs between runs, found without a page."""

import json
import math
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.diagnosis import Cause, Diagnosis
from learnable.data.errors import BadData, Misuse
from learnable.reports.html import compared_html
from learnable.reports.several.compare import (
    COLORS,
    DASHES,
    MARKS,
    compare_facts,
    comparison_charts,
    curves_facts,
)
from learnable.reports.several.differences import (
    as_dict,
    dict_differences,
    explain_comparability,
    groups,
    obstacles,
    outcome,
)
from learnable.reports.several.runs import ReadRun, read_run
from learnable.reports.svg import page_svg

RECIPE = {
    "recipe": {
        "model": "mlp",
        "hidden": [64, 64],
        "optimizer": {"name": "adam", "learning_rate": 0.01, "clip_norm": 0},
    },
    "scoring": {"folds": 5},
    "seed": 3,
    "command": "zoo train mlp",
    "inputs": {"shape": [4]},
}


def told(*trees):
    found = dict_differences("settings", trees)
    return {d.name: d.values for d in found.differences}, found.equal


def changed(**more):
    other = json.loads(json.dumps(RECIPE))
    other["recipe"] |= more
    return other


def test_nested_settings_have_dotted_names():
    optimizer = RECIPE["recipe"]["optimizer"] | {"learning_rate": 0.1}
    found, equal = told(RECIPE, changed(optimizer=optimizer))
    assert found == {"recipe.optimizer.learning_rate": (0.01, 0.1)}
    assert equal == 8


def test_lists_are_values():
    found, _ = told(RECIPE, changed(hidden=[64, 32]))
    assert found == {"recipe.hidden": ([64, 64], [64, 32])}


def test_numbers_are_equal_whatever_their_form_and_truth_is_no_number():
    assert told({"a": 1, "b": 0.5}, {"a": 1.0, "b": 0.5}) == ({}, 2)
    assert told({"a": 1}, {"a": True})[0] == {"a": (1, True)}


def test_setting_that_one_run_lacks_is_a_difference():
    assert told({"a": 1, "b": 2}, {"a": 1})[0] == {"b": (2, None)}


def test_part_that_one_run_lacks_is_one_difference():
    found, _ = told(RECIPE, {"networks": [RECIPE["recipe"]], "scoring": {"folds": 5}})
    assert {"recipe", "networks"} <= set(found)
    assert not any("." in name for name in found)


def test_optimizer_may_become_a_dict_or_stay_a_name():
    found, _ = told(RECIPE, changed(optimizer="adam"))
    assert found["recipe.optimizer"][1] == "adam"


def test_networks_of_a_list_are_told_apart_by_their_models():
    one, other = {"model": "a", "epochs": 3}, {"model": "b", "epochs": 4}
    found, equal = told(
        {"networks": [one, other]}, {"networks": [other | {"epochs": 5}]}
    )
    assert found == {"networks.a": (one, None), "networks.b.epochs": (4, 5)}
    assert equal == 1


def test_run_without_settings_takes_no_part():
    found = dict_differences("settings", [{"a": 1}, {}, {"a": 2}])
    assert found.differences[0].values == (1, None, 2)
    assert found.without == (1,)
    assert dict_differences("settings", [{"a": 1}, {}]).differences == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)
TREES = st.dictionaries(st.text(max_size=4), JSON, max_size=4)


@given(TREES, TREES)
@settings(max_examples=25, deadline=None)
def test_any_settings_can_be_compared(one, other):
    assert dict_differences("settings", [one, one]).differences == ()
    there = dict_differences("settings", [one, other])
    back = dict_differences("settings", [other, one])
    assert {(d.name, d.values[::-1]) for d in map(_frozen, there.differences)} == {
        (d.name, d.values) for d in map(_frozen, back.differences)
    }


def _frozen(difference):
    return replace(difference, values=tuple(map(repr, difference.values)))


def run(made, name="20261120-231500-mlp-1f3a", settings=RECIPE, **about):
    results = made("classification")
    return ReadRun(
        name, replace(results, about=replace(results.about, **about)), settings
    )


def test_same_data_split_and_seed_can_be_compared(made):
    results = made("classification")
    assert obstacles([results, results]) == []
    assert "same data" in explain_comparability([results, results])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sha256": "0" * 64}, "sha256"),
        ({"sha256": "", "rows": 3}, "different data"),
    ],
)
def test_other_data_are_said(made, change, why):
    one, other = run(made).results, run(made, **change).results
    said = explain_comparability([one, other])
    assert said.startswith("The scores are not comparable.")
    assert why in said


def test_data_without_a_sha256_may_be_the_same(made):
    said = explain_comparability([run(made).results, run(made, sha256="").results])
    assert said.startswith("It is unknown whether the scores are comparable.")


def test_other_splits_and_seeds_are_said(made):
    results = made("classification")
    said = explain_comparability([results, replace(results, split="hold-out")])
    assert "not comparable" in said
    assert "split in different ways" in said
    said = explain_comparability([results, replace(results, seed=8)])
    assert "due to the folds" in said


def test_runs_on_the_same_data_are_named(made):
    same, other = run(made), run(made, sha256="1" * 64)
    results = [found.results for found in (same, other, same)]
    assert groups(results) == [[0, 2], [1]]
    assert "A and C" in compare_facts([same, other, same])["groups"]
    assert compare_facts([same, same])["groups"] == ""


def test_outcome_of_a_checked_script_has_its_causes(made):
    cause = Cause("N102", "wrong-output-activation", "", "")
    found = Diagnosis(
        "/home/me/train.py", ("network",), "network-at-fault", "", "", "",
        0.0, 0.9, None, 0.9, causes=(cause,),
    )  # fmt: skip
    came = outcome(replace(made("data only"), diagnosis=found))
    assert list(came.verdicts.items()) == [
        ("train.py", "network-at-fault"),
        ("data", "no-signal"),
    ]
    assert came.marks == {"as it is": 0.0, "best baseline": 0.9, "repaired": 0.9}
    assert came.causes == ("N102 wrong-output-activation",)
    assert came.scores[0].kind == "baseline"


def test_json_holds_everything_and_no_nan(made):
    results = made("failing")
    rows = [replace(row, scores={}) for row in results.rows]
    runs = [
        run(made),
        ReadRun("other", replace(results, rows=tuple(rows)), changed(dropout=1)),
    ]
    found = as_dict(runs)
    json.dumps(found, allow_nan=False)
    assert {"part", "name", "values"} == set(found["differences"][0])
    assert found["runs"][0]["verdicts"]["mlp"] == "network-level"
    assert found["equal"]["settings"] == 6


def test_curves_of_one_unit_stand_together(made):
    runs = [run(made), run(made), ReadRun("c", made("regression"))]
    found = curves_facts(runs)
    assert [line["name"] for line in found["lines"]] == ["A: mlp", "B: mlp"]
    assert "C: concrete_mlp" in found["sentences"][-1]
    assert found["axis"] == "validation loss"
    assert curves_facts([ReadRun("d", made("data only"))] * 2) is None


def test_a_single_curve_is_not_compared(made):
    found = curves_facts([run(made), ReadRun("c", made("regression"))])
    assert found["lines"] == []
    assert comparison_charts({"forest": None, "curves": found})["curves"] is None


def test_a_diverging_curve_ends_in_sight(made):
    results = made("classification")
    net = results.networks[0]
    wild = replace(net, history={"loss": (1.0, math.nan, 50.0)})
    found = curves_facts([run(made), ReadRun("w", replace(results, networks=(wild,)))])
    assert found["axis"] == "training loss"
    assert found["domain"][1] >= 50


def test_eight_runs_are_told_apart_by_colour_dash_and_name(made):
    runs = [run(made, f"run-{i}") for i in range(8)]
    facts = compare_facts(runs)
    svg = page_svg(comparison_charts(facts)["curves"]["wide"])
    for mark, color, dash in zip(MARKS, COLORS, DASHES, strict=True):
        assert f"{mark}: mlp<" in svg
        assert color in svg
        assert dash == [1, 0] or f'stroke-dasharray="{",".join(map(str, dash))}"' in svg
    assert len({tuple(dash) for dash in DASHES}) == len(set(COLORS)) == 8


def test_page_of_eight_runs_is_small_quick_and_alone(made):
    runs = [run(made, f"run-{i}", changed(dropout=i / 10)) for i in range(8)]
    start = time.perf_counter()
    page = compared_html(compare_facts(runs))
    assert time.perf_counter() - start < 6
    assert len(page.encode()) < 500_000
    assert "recipe.dropout" in page
    assert "recipe.model" not in page  # what is equal is not repeated
    assert "src=" not in page
    assert "url(" not in page


def test_hostile_names_are_text_on_the_page(made):
    evil = "<script>alert(1)</script>\"' onload=x {{ 7*7 }}"
    results = made("hostile", evil)
    runs = [
        ReadRun(evil, results, {evil: {evil: 1}}),
        ReadRun("b", results, {evil: {evil: evil}}),
    ]
    page = compared_html(compare_facts(runs))
    assert "<script>alert" not in page
    assert "{{ 7*7 }}" in page


@pytest.mark.parametrize("text", ["{", "[1]", "[" * 100_000, "\udcff"])
def test_damaged_settings_are_one_line(made, tmp_path, text):
    made("classification").save(tmp_path / "results.json")
    (tmp_path / "recipe.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadData, match=r"recipe\.json is damaged"):
        read_run(tmp_path)


def test_runs_without_settings_and_scores_have_a_page(made):
    results = replace(made("data only"), rows=())
    facts = compare_facts([ReadRun("a", results), ReadRun("b", results)])
    page = compared_html(facts)
    assert "A and B have no recipe.json; there are no settings to compare." in page
    assert 'data-test="scores"' not in page
    assert "0 settings" not in page


def test_run_is_read_with_what_is_there(made, tmp_path):
    made("classification").save(tmp_path / "results.json")
    found = read_run(tmp_path)
    assert (found.settings, found.environment) == ({}, {})
    (tmp_path / "environment.json").write_text('{"cores": 2}')
    assert read_run(tmp_path).environment == {"cores": 2}
    with pytest.raises(Misuse):
        read_run(tmp_path / "none")
