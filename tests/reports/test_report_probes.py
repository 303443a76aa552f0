"""What to change, and the layers over the steps of a training."""

import math
import xml.etree.ElementTree as ET

import pytest
from learnable.baselines.results.diagnosis import Cause, Diagnosis, ProbeStep
from learnable.reports.sections.diagnosis import (
    LONGEST,
    MOST_DIFF_LETTERS,
    program_facts,
)
from learnable.reports.sections.probes import (
    HALF,
    MOST_LAYERS,
    MOST_LOOKS,
    layers_without_chart,
    probe_chart,
    probe_facts,
)
from learnable.reports.svg import NARROW, page_svg


def found(**more):
    return Diagnosis("", "none", "", "", "", "", None, None, None, None, **more)


def look(step, gradients=None, dead=None):
    return ProbeStep(step, 1.0, gradients or {}, {}, dead or {}, {})


def probe(title, **more):
    (fact,) = [fact for fact in probe_facts(found(**more)) if fact["title"] == title]
    return fact


def gradients(*probe_steps):
    return probe("Gradient norm", probe_steps=probe_steps)


def losses(*values):
    return probe("Loss by step", losses=values)


def test_nothing_measured_draws_nothing():
    assert probe_facts(found()) == []
    assert probe_facts(found(probe_steps=(look(0),))) == []


def test_gradients_are_drawn_by_layer_and_step():
    fact = gradients(look(5, {"a": 0.1, "b": 2.0}), look(0, {"a": 1.0, "b": 0.5}))
    lines = {line["name"]: line["points"] for line in fact["chart"]["lines"]}
    assert lines == {"a": [(0, 1.0), (5, 0.1)], "b": [(0, 0.5), (5, 2.0)]}
    assert fact["chart"]["domain"] == [0.1, 2.0]
    assert fact["chart"]["steps"] == [0, 5]
    assert fact["sentences"] == []


def test_layers_and_looks_are_thinned_with_both_ends():
    names = [f"layer {i}" for i in range(30)]
    probe_steps = [look(i, dict.fromkeys(names, 0.1)) for i in range(500)]
    fact = gradients(*probe_steps)
    lines = fact["chart"]["lines"]
    assert len(lines) == MOST_LAYERS
    assert (lines[0]["name"], lines[-1]["name"]) == ("layer 0", "layer 29")
    steps = [step for step, _ in lines[0]["points"]]
    assert len(steps) == MOST_LOOKS
    assert (steps[0], steps[-1]) == (0, 499)
    assert fact["sentences"] == ["12 of 30 layers are drawn."]
    said = layers_without_chart(found(probe_steps=tuple(probe_steps)))
    assert said.startswith("Layers without a line: layer 1, ")
    assert len(said.split(", ")) == 30 - MOST_LAYERS


def test_layers_that_any_chart_draws_are_not_named_again():
    assert (
        layers_without_chart(found(probe_steps=(look(0, {"a": 1.0}, {"b": 0.5}),)))
        == ""
    )


def test_zero_gradients_are_named_and_drawn_at_the_edge():
    fact = gradients(look(0, {"a": 0.0, "b": 1.0}), look(1, {"a": 0.0, "b": 0.5}))
    assert fact["sentences"] == ["No gradient at any step: a."]
    assert fact["chart"]["domain"] == [0.05, 1.0]
    assert 'aria-label="a\nstep \n0: 0\n1: 0"' in page_svg(
        probe_chart(fact["chart"], HALF)
    )


def test_all_zero_is_said_and_not_drawn():
    fact = probe("Share of dead units", probe_steps=(look(0, dead={"a": 0.0}),))
    assert fact["chart"] is None
    assert fact["sentences"] == [
        "There is no dead unit in any of these layers, at any step."
    ]


def test_numbers_that_are_none_are_named():
    fact = gradients(look(0, {"a": 1.0, "b": math.nan}), look(1, {"a": math.inf}))
    assert [line["name"] for line in fact["chart"]["lines"]] == ["a"]
    assert fact["sentences"] == ["NaN or infinite at some steps: a, b."]
    fact = gradients(look(0, {"a": math.nan}))
    assert fact["chart"] is None
    assert fact["sentences"] == ["NaN or infinite at some steps: a."]


def test_losses_are_means_of_many_steps():
    fact = losses(*range(1_000))
    (line,) = fact["chart"]["lines"]
    assert len(line["points"]) == 200
    assert line["points"][:2] == [(1, 2.0), (6, 7.0)]
    assert fact["sentences"] == ["Each point is the mean of 5 steps."]


def test_step_where_the_loss_is_lost_is_said():
    fact = losses(0.7, 0.6, math.nan, math.inf)
    assert fact["chart"]["lines"][0]["points"] == [(1, 0.7), (2, 0.6)]
    assert fact["sentences"] == ["The first NaN or infinite loss is at step 3."]
    assert losses(math.nan)["chart"] is None


@pytest.mark.parametrize(
    ("values", "log"),
    [((0.7, 0.5), False), ((700.0, 0.5), True), ((700.0, -0.5), False)],
)
def test_losses_far_apart_have_a_logarithmic_axis(values, log):
    assert losses(*values)["chart"]["log"] == log


@pytest.mark.parametrize(
    "values",
    [
        (0.5,),
        (-1e308, 1e308),
        (5e-324, 1e308),
        (1e308,) * 1_000,
        (0.0, 0.0, 1e-9),
        (-0.7, -0.5),
        (math.nan, 0.5, math.nan),
    ],
)
@pytest.mark.parametrize("width", [HALF, NARROW])
def test_any_losses_can_be_drawn(values, width):
    svg = page_svg(probe_chart(losses(*values)["chart"], width))
    root = ET.fromstring(svg)
    assert root.get("aria-label") == "Loss by step over the steps"
    assert "NaN" not in svg


@pytest.mark.parametrize("value", [1e-320, 1.0, 1e305])
def test_any_gradient_can_be_drawn(value):
    fact = gradients(look(0, {"a" * 300: value, "<b>\x00": 0.0}))
    svg = page_svg(probe_chart(fact["chart"], NARROW))
    ET.fromstring(svg)
    assert "NaN" not in svg


def test_lines_of_a_difference_have_their_kinds():
    diff = "--- a.py\n+++ b.py\n@@ -1,3 +1,3 @@\n x = 1\r\n--- y\n+++ z\n\n"
    lines = program_facts(found(diff=diff))["lines"]
    assert [(line["kind"], line["text"]) for line in lines] == [
        ("head", "--- a.py"),
        ("head", "+++ b.py"),
        ("place", "@@ -1,3 +1,3 @@"),
        ("same", " x = 1"),
        ("removed", "--- y"),
        ("added", "+++ z"),
    ]


def test_snippet_stands_where_there_is_no_difference():
    assert program_facts(found()) is None
    facts = program_facts(found(snippet="a = 1\nb = 2\n"))
    assert (facts["lines"], facts["snippet"]) == ([], "a = 1\nb = 2")
    assert program_facts(found(diff="+a", snippet="b"))["snippet"] == ""


def test_long_code_is_cut_and_counted():
    facts = program_facts(found(diff="+a\n" * 1_000))
    assert len(facts["lines"]) == 400
    assert facts["cut"] == "600 more lines in results.json."
    facts = program_facts(found(snippet=("x" * 5_000 + "\n") * 300))
    assert len(facts["snippet"]) < MOST_DIFF_LETTERS + 2 * LONGEST
    assert max(map(len, facts["snippet"].split("\n"))) == LONGEST


def test_repaired_script_tells_whether_it_ran():
    assert program_facts(found(diff="+a"))["ran"] == ""
    assert program_facts(found(diff="+a", fixed="a"))["ran"] == ""  # ported alone
    named = Cause("N106", "missing-nonlinearity", "", "", "relu", 0.1, 0.8, 0.8)
    said = program_facts(found(diff="+a", fixed="a", causes=(named,)))["ran"]
    assert said == "The repaired script was run to the end."
    said = program_facts(found(diff="+a", failed="NameError: b"))["ran"]
    assert said == "With these changes: NameError: b"
