"""Charts as files that stand alone."""

import re
import xml.etree.ElementTree as ET

import pytest
from learnable.reports import Report
from learnable.reports.figures import chart_files, figures, slug, write_charts
from learnable.reports.several.compare import compare_facts, comparison_charts
from learnable.reports.several.runs import ReadRun
from learnable.reports.svg import Chart, file_svg


def charts_of(results):
    facts = Report(results).facts
    return chart_files(facts, figures(facts))


@pytest.fixture(scope="module")
def charts(made):
    return charts_of(made("two networks"))


def test_charts_are_called_by_what_they_show(charts):
    assert set(charts) >= {"forest", "deciding", "curves-mlp", "curves-mlp-twin"}


def test_charts_need_no_page(charts):
    for svg in charts.values():
        root = ET.fromstring(svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in svg
        assert "color-mix" not in svg
        ground = root[0].attrib
        assert ground["fill"] == "#ffffff"
        assert ground["width"] == root.attrib["width"]
        assert root.attrib["aria-label"]
        assert 'font-family="Helvetica Neue' in svg


def test_letters_are_large_enough_to_read(charts):
    for svg in charts.values():
        sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)', svg)]
        assert sizes
        assert min(sizes) >= 11


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
    facts = compare_facts([ReadRun("one", results), ReadRun("two", results)])
    found = chart_files(facts, comparison_charts(facts))
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


def points(name):
    import altair as alt

    drawn = alt.Chart(alt.NamedData("rows")).mark_point(color="var(--ink)")
    said = drawn.encode(x="x:Q", y="name:N", description=alt.Description("name:N"))
    sized = said.properties(width=200, height=30)
    return Chart(sized, {"rows": [{"x": 1, "name": name}]}, name)


def test_label_that_looks_like_a_colour_stays_as_it_is():
    made = file_svg(points("var(--ink)"), "a < b")
    assert made.count("var(--ink)") >= 3  # the chart, its point, the name at the axis
    assert 'stroke="#1c1f24"' in made
    root = ET.fromstring(made)
    assert root.attrib["aria-label"] == "var(--ink)"
    assert "a < b" in [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_long_title_is_cut_to_the_width():
    assert "…" in file_svg(points("a"), "word " * 60)


@pytest.mark.parametrize("leads_to", ["mine", "nowhere"])
def test_link_in_place_of_the_folder_is_refused(charts, leads_to, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "charts").symlink_to(tmp_path / leads_to)
    with pytest.raises(OSError, match="symbolic link"):
        write_charts(tmp_path / "charts", charts)
    assert list((tmp_path / "mine").iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
