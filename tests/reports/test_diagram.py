import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import Layer
from learnable.reports.diagram import TIMES, diagram
from learnable.reports.layout import INPUT, arrange, collapse, in_order

SVG = "{http://www.w3.org/2000/svg}"


def chain(size, *, first="", used=True, start=0):
    """Layers that follow one another: layer0, layer1 ..."""
    names = [f"layer{start + i}" for i in range(size)]
    before = [first, *names[:-1]]
    return [
        Layer(name, "Dense", (8,), 72, (source,) if source else (), used)
        for name, source in zip(names, before, strict=True)
    ]


def layer(name, *inputs, used=True, kind="Conv2D"):
    return Layer(name, kind, (28, 28, 8), 584, inputs, used)


RESIDUAL = (
    layer("stem"),
    layer("conv", "stem"),
    layer("add", "conv", "stem", kind="Add"),
    layer("head", "add"),
)
OVERWRITTEN = (
    *(layer(f"lost{i}", used=False) for i in range(3)),
    layer("last"),
    layer("head", "last"),
)


def texts(svg):
    root = ET.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def paths(svg):
    return [element.get("d") for element in ET.fromstring(svg).iter(f"{SVG}path")]


@st.composite
def graphs(draw):
    """Layers that take any layers as inputs, themselves and unknown ones too."""
    names = [f"n{i}" for i in range(draw(st.integers(1, 40)))]
    pick = st.lists(st.sampled_from([*names, "unknown"]), max_size=3)
    kinds = st.sampled_from(["Dense", "Add", INPUT])
    return [
        Layer(name, draw(kinds), (4,), 0, tuple(draw(pick)), draw(st.booleans()))
        for name in names
    ]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(graphs())
def test_any_graph_is_drawn_once(layers):
    plan = arrange(layers)
    drawn = [layer.name for box in plan.boxes for layer in box.layers]
    assert sorted(drawn) == sorted(layer.name for layer in layers)
    places = [(box.used, box.row, box.column) for box in plan.boxes]
    assert len(set(places)) == len(places)
    for line in plan.lines:
        assert plan.boxes[line.source].row < plan.boxes[line.target].row
    ET.fromstring(diagram(layers, title="any"))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(graphs())
def test_lines_in_one_lane_do_not_meet(layers):
    plan = arrange(layers)
    spans: dict[int | None, list[tuple[int, int]]] = {}
    for line in plan.lines:
        if line.lane is not None and plan.boxes[line.target].used:
            ends = plan.boxes[line.source].row, plan.boxes[line.target].row
            spans.setdefault(line.lane, []).append(ends)
    for taken in spans.values():
        taken.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(taken))


def test_layers_stand_below_their_inputs_in_any_order():
    names = [found.name for found in in_order(RESIDUAL[::-1])]
    assert names == ["stem", "conv", "add", "head"]
    rows = [box.row for box in arrange(RESIDUAL[::-1]).boxes]
    assert rows == [0, 1, 2, 3, 4]  # the network's input is the first


def test_skip_connection_has_a_lane_of_its_own():
    plan = arrange(RESIDUAL)
    (skip,) = [line for line in plan.lines if line.lane is not None]
    ends = [plan.boxes[i].layers[0].name for i in (skip.source, skip.target)]
    assert ends == ["stem", "add"]
    drawn = ET.fromstring(diagram(RESIDUAL, title="skip"))
    groups = [g for g in drawn.iter(f"{SVG}g") if "accent" in g.get("style", "")]
    assert [len(list(g)) for g in groups] == [1]


def test_branches_of_unequal_length_need_no_lane():
    layers = [
        layer("in", kind=INPUT),
        layer("short", "in"),
        layer("long", "in"),
        layer("longer", "long"),
        layer("join", "short", "longer"),
    ]
    plan = arrange(layers)
    assert (plan.columns, plan.lanes) == (2, 0)
    assert plan.boxes[0].layers[0].kind == INPUT  # no second input above it


def test_unused_layers_stand_beside_the_network():
    plan = arrange(OVERWRITTEN)
    lost = [box for box in plan.boxes if not box.used]
    assert [box.row for box in lost] == [1, 2, 3]
    assert plan.columns == 1
    assert plan.side_lanes == 1  # all come from the network's input
    svg = diagram(OVERWRITTEN, title="overwritten")
    assert "reaches no output" in texts(svg)
    assert svg.count('stroke-dasharray="4 3"') == 2  # their lines and their frames
    assert "lost0 (Conv2D) from the input, reaches no output" in svg
    assert "reaches no output" not in diagram(RESIDUAL, title="whole")


def test_box_tells_kind_name_shape_and_parameters():
    svg = diagram([layer("stem")], title="one")
    assert texts(svg) == [
        "Conv2D stem",
        f"28 {TIMES} 28 {TIMES} 8 · 584 parameters",
        "input",
    ]
    bare = Layer("gap", "Flatten", (1,), 0, ())
    assert "one number" in texts(diagram([bare], title="bare"))
    free = Layer("lstm", "LSTM", (0, 32), 0, ())
    assert f"any {TIMES} 32" in texts(diagram([free], title="any length"))


def test_long_chains_share_boxes():
    assert len(collapse(chain(24))) == 24
    runs = collapse(chain(64))
    assert [len(run) for run in runs] == [10] * 6 + [4]
    assert len(collapse(chain(4_000))) == 40
    svg = diagram(chain(64), title="deep")
    assert "10 layers 10 Dense" in texts(svg)
    assert "8 · 720 parameters" in texts(svg)


def test_runs_end_where_something_branches():
    trunk = chain(30)
    branch = layer("aside", "layer4")
    lost = chain(2, first="layer29", used=False, start=90)
    runs = collapse(in_order([*trunk, branch, *lost]))
    found = [(run[0].name, len(run)) for run in runs]
    assert found == [
        ("layer0", 5),
        ("layer5", 10),
        ("layer15", 10),
        ("layer25", 5),
        ("aside", 1),
        ("layer90", 2),
    ]


def test_lines_from_one_box_to_unused_ones_are_drawn_once():
    shared = [d for d in paths(diagram(OVERWRITTEN, title="x")) if "H" in d]
    starts = {d.split("H")[0] for d in shared}
    assert len(starts) == 3  # one from the input, two from the lane itself


@pytest.mark.parametrize("name", ["<b>\"&'", "\x00\ufffe\u202e", "x" * 500, ""])
def test_names_stay_texts_and_fit(name):
    layers = [Layer(name, name, (3,), 1, ()), Layer("b", "Dense", (2,), 8, (name,))]
    svg = diagram(layers, title=name)
    root = ET.fromstring(svg)
    assert max(map(len, texts(svg))) < 40
    assert {e.tag for e in root.iter()} <= {
        f"{SVG}{tag}"
        for tag in ("svg", "title", "desc", "g", "path", "rect", "text", "tspan")
    }


def test_drawing_speaks_and_stands_alone():
    svg = diagram(RESIDUAL, title="Layers of resnet")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Layers of resnet"
    assert "add (Add) from conv and stem" in root.find(f"{SVG}desc").text
    assert "id=" not in svg
    for element in root.iter():
        style = element.get("style", "")
        for part in filter(None, style.split(";")):
            what, value = part.split(":")
            plain = value.removesuffix(")").rpartition(",")[2]
            assert element.get(what) == plain  # for readers that know no variables
            assert value.startswith("var(--")


def test_network_without_layers_is_an_empty_drawing():
    assert paths(diagram([], title="none")) == []
