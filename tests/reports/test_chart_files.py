"""Charts as files that stand alone."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from learnable.baselines.results.results import Layer
from learnable.reports import Report
from learnable.reports.chart_files import alone, chart_files, slug, write_charts
from learnable.reports.figures import figures
from learnable.reports.oklab import mixed
from learnable.reports.several.compare import compare_facts, compared_figures
from learnable.reports.several.runs import Run


def charts_of(results):
    facts = Report(results).facts
    return chart_files(facts, figures(facts))


@pytest.fixture(scope="module")
def charts(made):
    return charts_of(made("two networks"))


def test_charts_are_called_by_what_they_show(charts):
    assert set(charts) >= {"forest", "accuracy", "curves-mlp", "curves-mlp-twin"}


def test_charts_need_no_page(charts):
    for svg in charts.values():
        root = ET.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in svg
        assert "color-mix" not in svg
        ground = root[0].attrib
        assert (ground["fill"], ground["width"]) == ("#ffffff", "100%")
        assert root.attrib["font-family"]


def test_letters_are_large_enough_to_read(charts):
    for svg in charts.values():
        sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)', svg)]
        assert sizes
        assert min(sizes) >= 11


def test_network_gives_its_layers(made):
    results = made("classification")
    layers = (
        Layer("stem", "Dense", (8,), 40, ()),
        Layer("head", "Dense", (2,), 18, ("stem",)),
    )
    (net,) = results.networks
    svg = charts_of(replace(results, networks=(replace(net, layers=layers),)))[
        "layers-mlp"
    ]
    assert "var(" not in svg
    assert "Layers of mlp" in svg


def test_names_are_safe_and_unique(made):
    evil = "../../etc <b>passwd</b>\n"
    names = list(charts_of(made("hostile", evil)))
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)
    assert slug("網路") == "chart"


def test_two_networks_of_one_name_have_two_files(made):
    facts = Report(made("two networks")).facts
    for network in facts["networks"]:
        network["name"] = "A b"
    assert {"curves-a-b", "curves-a-b-2"} <= set(chart_files(facts, figures(facts)))


def test_runs_compared_have_their_charts(made):
    results = made("classification")
    facts = compare_facts([Run("one", results), Run("two", results)])
    found = chart_files(facts, compared_figures(facts))
    assert set(found) == {"forest", "curves"}
    assert "var(" not in found["curves"]
    assert "Validation loss (log loss) per epoch" in found["curves"]


def test_files_are_written_whole_as_svg_and_png(charts, tmp_path):
    folder = tmp_path / "new" / "charts"
    some = {name: charts[name] for name in ("forest", "curves-mlp")}
    written = write_charts(folder, some)
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in written)
    png = (folder / "forest.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    wide = int.from_bytes(png[16:20], "big")
    box = re.search(r'width="([\d.]+)"', charts["forest"])
    assert box is not None
    assert wide == pytest.approx(2 * float(box[1]), abs=2)
    assert (folder / "forest.svg").read_text("utf-8") == charts["forest"]


def test_label_that_looks_like_a_colour_stays_as_it_is():
    svg = '<svg viewBox="0 0 90 9" aria-label="var(--ink)"><g fill="var(--ink)">'
    svg += "<text>var(--ink)</text></g></svg>"
    made = alone(svg, title="a < b")
    assert made.count("var(--ink)") == 2
    assert 'fill="#1c1f24"' in made
    assert "a &lt; b" in ET.tostring(ET.fromstring(made), "unicode")


def test_long_title_is_cut_to_the_width():
    made = alone('<svg viewBox="0 0 200 9"></svg>', title="word " * 60)
    assert "…" in made


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_ends_of_a_mixture_are_its_colours(share):
    found = mixed("#2457c5", "#b3560f", share)
    if share in (0.0, 1.0):
        assert found == ("#2457c5", "#b3560f")[int(share)]
    else:
        assert found not in ("#2457c5", "#b3560f")


def test_mixture_of_black_and_white_is_the_grey_of_half_its_lightness():
    linear = 0.5**3
    grey = 1.055 * math.pow(linear, 1 / 2.4) - 0.055
    assert mixed("#000000", "#ffffff", 0.5) == "#" + 3 * f"{round(255 * grey):02x}"


@pytest.mark.parametrize("leads_to", ["mine", "nowhere"])
def test_link_in_place_of_the_folder_is_refused(charts, leads_to, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "charts").symlink_to(tmp_path / leads_to)
    with pytest.raises(OSError, match="symbolic link"):
        write_charts(tmp_path / "charts", charts)
    assert list((tmp_path / "mine").iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
