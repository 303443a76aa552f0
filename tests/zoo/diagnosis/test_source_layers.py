"""New layers and other inputs, written into a script."""

import pytest
from edited_scripts import ADDED, FUNCTIONAL, LISTED, at, changed, edited, run, script
from learnable.zoo.diagnosis.codemod.edits import FeedFrom, InsertLayer, SetArgument


class TestNewLayers:
    @pytest.mark.parametrize("before", [True, False])
    def test_in_a_list(self, before):
        new = "keras.layers.BatchNormalization()"
        edit = InsertLayer(at(LISTED, "sigmoid"), "Dense", new, before)
        result = edited(LISTED, edit) or ""
        lines = result.splitlines()
        i = lines.index(f"    {new},")
        assert ("sigmoid" in lines[i + 1], "sigmoid" in lines[i - 1]) == (
            before,
            not before,
        )
        assert "    layers.Dense(4),  # hidden" in lines
        assert len(run(result)["model"].layers) == 3

    def test_comment_stays_with_its_layer(self):
        edit = InsertLayer(at(LISTED, "hidden"), "Dense", "layers.ReLU()", before=False)
        assert changed(LISTED, edit) == ["+    layers.ReLU(),"]

    @pytest.mark.parametrize("before", [True, False])
    def test_input_stays_first(self, before):
        edit = InsertLayer(at(LISTED, "Input"), "Input", "layers.ReLU()", before)
        lines = (edited(LISTED, edit) or "").splitlines()
        assert lines[lines.index("    layers.ReLU(),") - 1] == "    keras.Input((2,)),"

    def test_on_one_line(self):
        source = LISTED.replace("\n    ", " ").replace("  # hidden", "")
        source = source.replace(",\n])", "])").replace("  # enough", "")
        place = at(source, "Sequential")
        edit = InsertLayer(place, "Dense", "layers.ReLU()", False, nth=1, of=2)
        assert changed(source, edit)[1].endswith('"sigmoid"), layers.ReLU()])')
        edit = InsertLayer(place, "Dense", "layers.ReLU()", nth=0, of=2)
        assert "(2,)), layers.ReLU(), layers.Dense(4)," in changed(source, edit)[1]

    def test_in_a_list_of_one(self):
        source = ADDED.replace("Sequential()", "Sequential([Full(3)])")
        edit = InsertLayer(at(source, "Full(3)"), "Dense", "Full(2)")
        assert changed(source, edit)[1].endswith("([Full(2), Full(3)])")
        edit = InsertLayer(at(source, "Full(3)"), "Dense", "Full(2)", before=False)
        assert changed(source, edit)[1].endswith("([Full(3), Full(2)])")

    @pytest.mark.parametrize(("before", "at_line"), [(True, 6), (False, 7)])
    def test_added(self, before, at_line):
        new = "keras.layers.Flatten()"
        edit = InsertLayer(at(ADDED, "Full(4)"), "Dense", new, before)
        assert (edited(ADDED, edit) or "").splitlines()[at_line] == f"model.add({new})"

    @pytest.mark.parametrize(
        ("before", "line"),
        [
            (True, "Flatten()(ReLU()(G()(image)))"),
            (False, "ReLU()(Flatten()(G()(image)))"),
        ],
    )
    def test_functional(self, before, line):
        edit = InsertLayer(at(FUNCTIONAL, "Flatten"), "Flatten", "ReLU()", before)
        new = changed(FUNCTIONAL, edit)[1]
        assert new.replace("GlobalAveragePooling2D", "G") == f"+x = {line}"

    def test_around_one_call(self):
        place = at(FUNCTIONAL, "Dense(")
        edits = [
            InsertLayer(place, "Dense", "A()", before=False),
            InsertLayer(place, "Dense", "B()"),
            SetArgument("layer", "activation", "'relu'", place, "Dense"),
        ]
        line = "+x = A()(Dense(1, activation='relu')(B()(x)))"
        assert changed(FUNCTIONAL, *edits)[1] == line

    @pytest.mark.parametrize(
        "body",
        [
            "d = Dense(1)  # this",
            "d = [Dense(1)]  # this",
            "d = Sequential(*[Dense(1)])  # this",
            "d = Sequential([Dense(1) for _ in '12'])  # this",
            "d = Add()([a, b])  # this",
            "d = Dense(1)(inputs=a)  # this",
            "d = model.add(Dense(1))  # this",
            "model.add(Dense(1)); d = 1  # this",
            "d = TimeDistributed(Dense(1))  # this",
        ],
    )
    def test_refused(self, body):
        source = script(f"{body}\nmodel.fit(x, y)\n")
        kind = "Add" if "Add" in body else "Dense"
        edit = InsertLayer(at(source, "# this"), kind, "ReLU()")
        assert edited(source, edit) is None


class TestOtherInputs:
    def feed(self, kind: str, source_kind: str, source: str = FUNCTIONAL) -> FeedFrom:
        places = at(source, f"{kind}("), at(source, f"{source_kind}(")
        return FeedFrom(places[0], kind, places[1], source_kind)

    def test_output_of_the_layer_before(self):
        edit = self.feed("MaxPooling2D", "Conv2D")
        assert changed(FUNCTIONAL, edit)[1] == "+x = MaxPooling2D(2)(x)"

    def test_nested_call(self):
        edit = self.feed("GlobalAveragePooling2D", "MaxPooling2D")
        new = "+x = Flatten()(GlobalAveragePooling2D()(x))"
        assert changed(FUNCTIONAL, edit)[1] == new

    def test_input(self):
        edit = self.feed("Dense", "Input")
        assert changed(FUNCTIONAL, edit)[1] == "+x = Dense(1)(image)"

    def test_several_at_once_run(self):
        edits = [
            self.feed("MaxPooling2D", "Conv2D"),
            self.feed("GlobalAveragePooling2D", "MaxPooling2D"),
        ]
        net = run(edited(FUNCTIONAL, *edits) or "")["net"]
        assert len(net.layers) == 6

    @pytest.mark.parametrize(
        ("kind", "source_kind"),
        [
            ("Flatten", "Conv2D"),  # x is another thing by then
            ("Flatten", "GlobalAveragePooling2D"),  # its output has no name
            ("Conv2D", "Flatten"),  # made later
        ],
    )
    def test_refused(self, kind, source_kind):
        assert edited(FUNCTIONAL, self.feed(kind, source_kind)) is None

    def test_refused_in_a_branch(self):
        source = FUNCTIONAL.replace("x = Conv2D", "if y[0]:\n    x = Conv2D")
        assert edited(source, self.feed("MaxPooling2D", "Conv2D", source)) is None
