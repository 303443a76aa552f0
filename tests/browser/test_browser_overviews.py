"""Pages over several runs: the index, a comparison, a matrix."""

import json

import pytest
from learnable.baselines.results.results import Results
from learnable.reports.html import compared_html
from learnable.reports.several.compare import compare_facts
from learnable.reports.several.matrix import column_of, matrix_facts, matrix_html
from learnable.reports.several.runs import read_run
from learnable.zoo.runs.index import write_index
from looking import CUT, LEVELS, RUN, axe, width_of

KINDS = ("index", "comparison", "matrix")


@pytest.fixture(scope="module")
def overviews(results, tmp_path_factory):
    """A page of each kind over the same runs, twelve of them for the index."""
    out = tmp_path_factory.mktemp("overviews")
    found = [results(name) for name in ("binary", "multiclass", "regression")]
    for i in range(12):
        run = out / f"20260101-1200{i:02}-train-{i:04x}"
        run.mkdir()
        (run / "results.json").write_text(json.dumps(found[i % 3]), "utf-8")
    folders = sorted(out.iterdir())
    pages = {
        "comparison": compared_html(compare_facts([read_run(f) for f in folders[:3]])),
        "matrix": matrix_html(_matrix(found, folders)),
    }
    for name, text in pages.items():
        (out / f"{name}.html").write_text(text, "utf-8")
    return {"index": write_index(out)} | {n: out / f"{n}.html" for n in pages}


def _matrix(found, folders):
    loaded = [Results.from_dict(facts) for facts in found]
    columns = [
        column_of(one, data=one.about.name, run=folder.name, others={})
        for one, folder in zip(loaded, folders, strict=False)
    ]
    names = dict.fromkeys(n.name for one in loaded for n in one.networks)
    return matrix_facts(list(names), columns, command="zoo compare")


@pytest.mark.parametrize("kind", KINDS)
def test_overview_reads_on_a_phone(opened, overviews, kind):
    page = opened(overviews[kind], width=360)
    assert width_of(page) <= 360
    assert page.evaluate(CUT) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious_in_an_overview(opened, overviews, kind):
    source = axe()
    page = opened(overviews[kind])
    page.evaluate(source)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(50)
        assert page.evaluate(RUN, LEVELS)[0] == [], scheme


@pytest.mark.parametrize("kind", KINDS)
def test_overview_is_whole_without_scripts(opened, overviews, kind):
    page = opened(overviews[kind], scripts=False)
    assert page.locator("h1").is_visible()
    assert page.locator("table").first.is_visible()
    assert page.locator(".sort, .filter").count() == 0


def test_index_sorts_and_is_searched(opened, overviews):
    page = opened(overviews["index"])
    rows = page.locator("table.runs tbody tr")
    page.locator("th .sort", has_text="Baseline").click()
    shown = rows.locator("td.base").evaluate_all(
        "cells => cells.map((cell) => Number(cell.dataset.value))"
    )
    assert shown == sorted(shown)
    page.locator(".filter input").fill("diabetes")
    assert rows.locator("visible=true").count() == 4
    assert page.evaluate("location.hash") == "#diabetes"
