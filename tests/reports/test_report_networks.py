"""Facts of a network beside its curve: seeds, layers, texts, notes."""

import json
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from learnable.baselines.results.results import Layer, Sample, SeedRuns
from learnable.reports import Report
from learnable.reports import html as page_module
from learnable.reports.html import as_json, fitting, to_html
from learnable.reports.sections.seeds import seed_run_facts, strip_chart
from learnable.reports.sections.training import (
    ALL_LAYERS,
    TIMES,
    count_layer_types,
    layer_facts,
    sample_facts,
    shape_of,
    unused_sentence,
)
from learnable.reports.summarize import summarize
from learnable.reports.svg import NARROW, WIDE, page_svg

SAMPLE = Sample("KING LEAR:\n", "\n<b>Nothing</b> & more", 0.62, 47)


def layers(used, unused=0):
    return tuple(
        Layer(f"layer_{i}", "Dense", (8,), 72, (), used=i < used)
        for i in range(used + unused)
    )


def with_network(made, **facts):
    plain = made("classification")
    return replace(plain, networks=(replace(plain.networks[0], **facts),))


def texts(page, mark):
    """The element of this mark, without its tags."""
    found = re.search(rf'data-test="{mark}".*?</(?:p|figure|div|details)>', page, re.S)
    return re.sub(r"<[^>]*>", "", found.group())


def test_seeds_that_succeed_are_counted():
    facts = seed_run_facts(SeedRuns(0.001, (0.0001,) * 17 + (0.24, 0.25, 0.0)), 100)
    assert facts["sentences"] == [
        "18 of 20 seeds bring the loss below 0.001.",
        "The losses range from 0 to 0.25.",
    ]
    assert len(facts["dots"]) == 20
    assert len(seed_run_facts(SeedRuns(0.001, (0.1,) * 50), 30)["dots"]) == 30


def test_seeds_without_a_number_are_told():
    facts = seed_run_facts(SeedRuns(1e-5, (math.nan, 1e-6)), 100)
    assert facts["sentences"] == [
        "1 of 2 seeds brings the loss below 1.0e\N{MINUS SIGN}05.",
        "1 ended with a loss of NaN or infinity.",
    ]
    assert seed_run_facts(SeedRuns(0.1, ()), 100) is None
    assert seed_run_facts(None, 100) is None


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("losses", [(0.0, 0.5, 1e-7), (0.0,), (0.01, 0.01)])
def test_strip_has_a_dot_for_each_seed(losses, width):
    svg = page_svg(strip_chart(seed_run_facts(SeedRuns(0.001, losses), 100), width))
    ET.fromstring(svg)
    assert len(re.findall(r'aria-label="loss \S+"', svg)) == len(losses)
    assert "below 0.001" in svg
    good = sum(loss < 0.001 for loss in losses)
    assert svg.count('fill="var(--accent)"') == good
    assert "NaN" not in svg


def test_tries_are_on_the_page(made):
    page = Report(with_network(made, tries=SeedRuns(0.1, (0.01, 0.5)))).html()
    assert "1 of 2 seeds brings the loss below 0.1." in texts(page, "tries")
    none = Report(with_network(made, tries=SeedRuns(0.1, (math.nan,)))).html()
    assert "0 of 1 seed bring the loss below 0.1." in texts(none, "tries")
    assert "<svg" not in none.split('data-test="tries"')[1].split("</figure>")[0]
    assert 'data-test="tries"' not in Report(made("classification")).html()


def test_note_stands_under_the_name(made):
    page = Report(with_network(made, note="It says 'a' of <all> rows.")).html()
    assert "It says &#39;a&#39; of &lt;all&gt; rows." in page
    assert page.index('data-test="note"') < page.index('data-test="curve"')
    assert 'data-test="note"' not in Report(made("classification")).html()


def test_text_stays_as_it_was_written(made):
    page = Report(with_network(made, sample=SAMPLE)).html()
    found = re.search(r"<pre><span[^>]*>(.*?)</span>(.*?)</pre>", page, re.S)
    assert found.groups() == (
        "KING LEAR:\n",
        "\n&lt;b&gt;Nothing&lt;/b&gt; &amp; more",
    )
    assert "62 % of it occurs verbatim in the training text" in page
    assert "the longest run has 47 characters" in page


def test_text_that_is_not_copied_is_told_so():
    own = sample_facts(replace(SAMPLE, verbatim=0.0, longest=0))
    assert "nothing is copied" in own["sentence"]
    assert len(sample_facts(replace(SAMPLE, text="x" * 9_000))["text"]) <= 2_000
    assert sample_facts(replace(SAMPLE, text="")) is None
    assert sample_facts(None) is None


def test_unused_layers_are_told_above_the_fold(made):
    page = Report(with_network(made, layers=layers(3, unused=2))).html()
    said = "2 of 5 layers reach no output of the network, so that their results are"
    assert said in texts(page, "unused")
    assert page.index('data-test="unused"') < page.index('<details data-test="layers"')
    assert (
        'data-test="unused"' not in Report(with_network(made, layers=layers(3))).html()
    )


def test_unused_layers_are_named_as_far_as_there_is_room():
    one = unused_sentence(layers(1, unused=1))
    assert one.startswith("1 of 2 layers reaches no output")
    assert one.endswith("its result is never used: layer_1.")
    assert "and 12 more." in unused_sentence(layers(1, unused=20))
    assert unused_sentence(layers(4)) == ""


def test_kinds_are_counted():
    few = [*layers(3), replace(layers(1)[0], kind="Dropout")]
    assert count_layer_types(few) == "3 Dense, 1 Dropout"
    many = [replace(layer, kind=f"Kind{i}") for i, layer in enumerate(layers(10))]
    assert count_layer_types(many).endswith("1 Kind7, 2 others")


def layer_rows(page):
    """The cells of each row of the first table of layers, without tags."""
    inside = page.split('<details data-test="layers">')[1].split("</details>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", inside, re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


RESIDUAL = (
    Layer("stem", "Conv2D", (28, 28, 8), 1_584, ()),
    Layer("conv", "Conv2D", (28, 28, 8), 584, ("stem",)),
    Layer("add", "Add", (28, 28, 8), 0, ("conv", "stem")),
    Layer("lost", "Flatten", (6_272,), 0, ("stem",), used=False),
    Layer("head", "LSTM", (0, 32), 5_000, ("add",)),
)


def test_layers_are_a_table_in_a_fold(made):
    page = Report(with_network(made, layers=RESIDUAL)).html()
    assert layer_rows(page) == [
        ["Layer", "Type", "Output shape", "Parameters", "Connected to"],
        ["stem", "Conv2D", f"28 {TIMES} 28 {TIMES} 8", "1,584", "input"],
        ["conv", "Conv2D", f"28 {TIMES} 28 {TIMES} 8", "584", "stem"],
        ["add", "Add", f"28 {TIMES} 28 {TIMES} 8", "0", "conv, stem"],
        ["lostreaches no output", "Flatten", "6,272", "0", "stem"],
        ["head", "LSTM", f"any {TIMES} 32", "5,000", "add"],
    ]
    assert "Layers of mlp" in page
    assert "5 layers: 2 Conv2D, 1 Add, 1 Flatten, 1 LSTM." in page
    assert 'data-test="layers"' not in Report(made("classification")).html()


def test_shape_without_sizes_is_one_number():
    assert shape_of(replace(RESIDUAL[0], shape=())) == "1"
    assert shape_of(replace(RESIDUAL[0], shape=(1,))) == "1"


@pytest.mark.parametrize("name", ["<b>\"&'", "\x00\ufffe\u202e", "x" * 500, ""])
def test_names_of_layers_stay_texts(made, name):
    odd = (Layer(name, name, (3,), 1, ()), Layer("b", "Dense", (2,), 8, (name,)))
    page = Report(with_network(made, layers=odd)).html()
    assert '<b>"' not in page
    assert max(len(cell) for row in layer_rows(page) for cell in row) <= 80


def test_tables_of_layers_share_their_room(made):
    results = with_network(made, layers=layers(ALL_LAYERS + 100))
    facts = layer_facts(results.networks[0], 20)
    assert len(facts["rows"]) == 20
    assert facts["more"] == f"and {ALL_LAYERS + 80} more layers"
    page = Report(results).html()
    assert len(layer_rows(page)) == ALL_LAYERS + 1
    assert "and 100 more layers in results.json." in page
    assert len(page.encode()) < 500_000


def test_curves_give_way_on_a_page_that_is_too_large(made, monkeypatch):
    facts = summarize(with_network(made, layers=layers(20)))
    assert "The curve is left out" not in to_html(facts)
    monkeypatch.setattr(page_module, "LIMIT", 10_000)
    smallest = to_html(facts)
    assert "The curve is left out to keep the page small." in smallest
    assert "Lowest validation loss" in smallest
    assert 'data-test="layers"' in smallest


def test_page_with_everything_is_small(made):
    plain = made("classification")
    full = replace(
        plain.networks[0],
        layers=layers(60, unused=30),
        tries=SeedRuns(0.1, tuple(0.001 * i for i in range(200))),
        sample=replace(SAMPLE, text="word " * 1_000),
        note="x" * 2_000,
    )
    names = [f"network {i}" for i in range(12)]
    networks = tuple(replace(full, name=name) for name in names)
    rows = made("twenty classes").rows
    rows += tuple(replace(rows[-1], name=name) for name in names)
    page = Report(replace(plain, rows=rows, networks=networks)).html()
    assert len(page.encode()) < 500_000


def test_embedded_results_lose_layers_before_examples(made):
    data = with_network(made, layers=layers(50)).to_dict()
    bare = json.loads(json.dumps(data))
    bare["networks"][0] |= {"history": {}}
    for row in bare["rows"]:
        row["confusion"] = []
    left_out = fitting(data, len(as_json(bare)))["left_out"]
    assert left_out == ["histories", "confusions", "layers"]
