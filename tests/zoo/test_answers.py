"""Answers of the public functions: verdict first, and the same ways to read all."""

import json
import re
from dataclasses import replace
from pathlib import Path

import learnable
import numpy as np
import pandas as pd
import pytest
from learnable.baselines.results.diagnosis import Cause, Diagnosis
from learnable.baselines.results.results import Verdict
from learnable.data.errors import BadData, Misuse, UnknownName, ZooError
from learnable.reports import Report
from learnable.reports.answers import SHOWN_LINES, Answer
from learnable.zoo.experiment import Scoring
from learnable.zoo.experiments.candidates import named_candidates
from learnable.zoo.experiments.score import process_limit
from learnable.zoo.registry import recipe
from learnable.zoo.runs.folder import read_settings
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

N = 90
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame({"a": RNG.normal(size=N), "<b>": RNG.choice(list("xyz"), N)})
TABLE["kind"] = np.where(TABLE["a"] + (TABLE["<b>"] == "x") > 0.3, "yes", "no")
FAST = {"folds": 2, "jobs": 1}


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    pipeline = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["<b>"]), ("passthrough", ["a"])),
        LogisticRegression(),
    )
    compared = learnable.compare([pipeline, SVC()], TABLE, "kind", **FAST)
    told = ("N106", "missing-nonlinearity", "No <relu>.", "Add one.", "relu")
    cause = Cause(*told, 0.1, 0.9, 0.9)
    facts = ("network-at-fault", "It fails.", "Nothing.", "R2", 0.1, 0.9, 0.9, 0.9)
    found = Diagnosis("m", ("network",), *facts, causes=(cause,))
    checked = Report(replace(compared.results, diagnosis=found), note="Ten epochs.")
    return {
        "look": learnable.look(TABLE, "kind"),
        "signal_test": learnable.signal_test(TABLE, "kind"),
        "compare": compared,
        "check": checked,
    }


KINDS = ("look", "signal_test", "compare", "check")


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_begins_with_its_verdict(answers, kind: str) -> None:
    answer = answers[kind]
    assert isinstance(answer.verdict, Verdict)
    assert answer.verdict.sentence
    assert answer.verdict.change
    shown = repr(answer)
    assert shown.startswith((answer.verdict.name, f"{answer.verdict.about}: "))
    assert len(shown.splitlines()) <= SHOWN_LINES
    assert max(map(len, shown.splitlines())) <= 200


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_has_numbers_and_findings(answers, kind: str) -> None:
    answer = answers[kind]
    assert isinstance(answer.table, pd.DataFrame)
    assert len(answer.table)
    for finding in answer.findings:
        assert finding.sentence
        assert isinstance(finding.label, str)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_written(answers, kind: str, tmp_path: Path) -> None:
    answer = answers[kind]
    assert isinstance(json.loads(answer.to_json()), dict)
    name = answer.verdict.name.replace("-", " ")
    assert name in answer.to_markdown().replace("-", " ")
    if kind in ("look", "signal_test"):  # the page of a run takes seconds
        page = answer.to_html()
        assert page.lower().startswith("<!doctype html>")
        assert answer.to_html(tmp_path / "a.html") == str(tmp_path / "a.html")
        assert (tmp_path / "a.html").read_text("utf-8") == page
    with pytest.raises(Misuse, match=r"cannot write .*; choose another path"):
        answer.to_markdown(tmp_path / "no" / "folder" / "a.md")
    with pytest.raises(Misuse, match="path must be the path of a file, got int"):
        answer.to_json(3)  # type: ignore[arg-type]  (what is tested: a wrong type)


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_shows_the_top_in_its_own_colours(answers, kind: str) -> None:
    shown = answers[kind]._repr_html_()
    assert len(shown.encode()) < 60_000
    rules = re.search(r"<style>(.*?)</style>", shown, re.DOTALL)
    assert rules
    selectors = re.findall(r"(?:^|})\s*([^{}]+?)\s*{", rules[1])
    parts = [part.strip() for s in selectors for part in s.split(",")]
    assert parts
    assert all(part.startswith(".zoo-top") for part in parts)
    assert "<script" not in shown
    assert "&lt;b&gt;" in shown or kind != "look"


def test_candidates_are_compared(answers) -> None:
    report = answers["compare"]
    first = ["kind", "accuracy", "low", "high", "skill"]
    assert list(report.table.columns[:5]) == first
    assert set(report.table.index) > {"Pipeline", "SVC", "majority"}
    assert report.table.loc["Pipeline", "accuracy"] > 0.8
    assert "error" not in report.table
    assert set(report.predictions["candidate"]) == set(report.table.index)
    assert [v.about for v in report.verdicts] == ["Pipeline", "SVC", ""]
    assert "SVC: " in repr(report)


def test_estimators_are_not_called_networks(answers: dict[str, Answer]) -> None:
    verdicts = answers["compare"].results.verdicts
    texts = [v.sentence + v.change for v in verdicts if v.about]
    assert texts
    assert not [text for text in texts if "he network" in text]


def test_advice_names_arguments(answers) -> None:
    report = answers["compare"]
    told = Verdict("suspicious", "", "A copy.", "Leave it out (--drop), --rows time.")
    found = Report(replace(report.results, verdicts=(told,)))
    assert found.verdict.change == "Leave it out (drop=), rows='time'."
    assert "(drop=)" in repr(found)
    assert not re.search(r" --[a-z]", answers["look"]._repr_html_())


def test_a_check_tells_causes_first(answers) -> None:
    report = answers["check"]
    assert report.verdict.name == "network-at-fault"
    assert report.findings[0].code == "N106"
    assert list(report.table["score"]) == [0.1, 0.9, 0.9, 0.9]
    assert "Ten epochs." in repr(report)
    assert "What to do: Add one." in repr(report)
    assert "No &lt;relu&gt;." in report._repr_html_()


def test_baselines_stand_for_themselves(monkeypatch) -> None:
    report = learnable.baseline(TABLE, "kind", **FAST)
    assert report.verdict == report.verdicts[-1]
    assert report.results.command == "learnable.baseline(<DataFrame>, 'kind')"
    assert report.results.about.source == "in memory"


def test_what_cannot_be_learned_from_is_looked_at() -> None:
    rare = TABLE.assign(kind=["rare", *["no"] * (N - 1)])
    found = learnable.look(rare, "kind")
    assert found.verdict.name == "not-usable"
    assert "has 1 row" in found.verdict.sentence
    assert learnable.look(TABLE).verdict.name == "no-target"
    assert learnable.look((TABLE[["a"]], TABLE["kind"])).verdict.name == "usable"


def test_the_signal_test_takes_x_and_y() -> None:
    x = TABLE[["a"]].to_numpy()
    found = learnable.signal_test(x, TABLE["a"].to_numpy() > 0)
    assert (found.verdict.name, found.p) == ("signal", found.signal.p)
    nothing = learnable.signal_test(x, RNG.permutation(N) % 2)
    assert nothing.verdict.name in ("no-signal", "undecided")
    assert "baseline" not in nothing.verdict.sentence


CANDIDATES = [
    ("mlpp", UnknownName, "no model is named 'mlpp'. Did you mean 'mlp'"),
    (SVC, Misuse, r"'SVC' is the class SVC; give an instance, SVC\(\)"),
    (3, Misuse, "candidate 'int' is a int; give a name of the zoo"),
    ({"": SVC()}, Misuse, "a candidate is named ''"),
    ({"forest": SVC()}, Misuse, "forest is the name of a baseline"),
    ("lstm-series", Misuse, "lstm-series supports forecast, and the table is binary"),
]


@pytest.mark.parametrize(("candidate", "kind", "told"), CANDIDATES)
def test_what_is_no_candidate_is_told(candidate, kind, told: str) -> None:
    with pytest.raises(kind, match=told) as caught:
        learnable.compare(candidate, TABLE, "kind", **FAST)
    assert "\n" not in str(caught.value)


def test_candidates_are_named_by_what_they_are() -> None:
    data = learnable.load(TABLE, "kind")
    made = named_candidates(
        [SVC(), SVC(), "one-hidden"], data, epochs=None, batch_size=8
    )
    assert list(made) == ["SVC", "SVC-2", "one-hidden"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: learnable.baseline(TABLE, "knid"), "Did you mean 'kind'"),
        (
            lambda: learnable.baseline(TABLE.iloc[:0], "kind"),
            "has 3 columns and 0 rows",
        ),
        (
            lambda: learnable.baseline(TABLE[["a"]], TABLE["kind"][:9]),
            "X has 90 rows and",
        ),
        (
            lambda: learnable.baseline(TABLE, "kind", folds=1),
            "folds= must be 2 or more",
        ),
        (lambda: learnable.compare([], TABLE, "kind", seeds=0), "seeds= must be 1 or"),
        (lambda: learnable.compare([], TABLE, "kind", epochs=0), "must be 1 or more"),
        (lambda: learnable.signal_test(None), "data must be a table"),
        (lambda: learnable.look("no-such.csv"), "no-such.csv"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(call, told: str) -> None:
    with pytest.raises(ZooError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert "--" not in str(caught.value)


def test_an_argument_that_nobody_knows_is_refused() -> None:
    with pytest.raises(TypeError, match="fold"):
        learnable.baseline(TABLE, "kind", fold=3)  # type: ignore[call-arg]  (a wrong name)


@pytest.fixture(scope="module")
def keras():
    from learnable.zoo.backend import keras

    return keras


def network(keras, width: int, head: tuple[int, str], loss: object, inputs: int = 4):
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((inputs,)), layers.Dense(width, "tanh"), layers.Dense(*head)]
    )
    model.compile(keras.optimizers.Adam(0.05), loss)
    return model


@pytest.mark.parametrize(
    ("head", "loss"),
    [
        ((1, "sigmoid"), "binary_crossentropy"),
        ((2, "softmax"), "sparse_categorical_crossentropy"),
        ((2, "softmax"), "categorical_crossentropy"),
        ((1, "tanh"), "hinge"),
        ((2, "linear"), "logits"),
    ],
)
def test_a_keras_model_is_a_candidate(keras, head, loss) -> None:
    if loss == "logits":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model, data = network(keras, 8, head, loss), learnable.load(TABLE, "kind")
    before = [w.copy() for w in model.get_weights()]
    (one,) = named_candidates(model, data, epochs=40, batch_size=16).values()
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 4))
    y = (x[:, 0] > 0).astype("int64")
    fitted = one.fit(x, y)
    likely = fitted.predict_proba(x)
    assert likely.shape == (80, 2)
    np.testing.assert_allclose(likely.sum(axis=1), 1, atol=1e-6)
    assert (fitted.predict(x) == y).mean() > 0.9
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_numbers_are_predicted_in_their_shape(keras) -> None:
    data = learnable.load(TABLE[["a"]].to_numpy() * np.ones(4), RNG.normal(size=N))
    model = network(keras, 4, (1, "linear"), "mse")
    (one,) = named_candidates({"net": model}, data, epochs=2, batch_size=16).values()
    fitted = one.fit(np.asarray(data.x), data.y)
    assert fitted.predict(np.asarray(data.x)).shape == (N, 1)
    assert len(fitted.history_["loss"]) == 2


def test_a_training_without_epochs_ends_when_it_gains_no_more(keras) -> None:
    data = learnable.load(RNG.normal(size=(N, 4)), np.arange(N) % 2)
    model = network(keras, 8, (1, "sigmoid"), "binary_crossentropy")
    (one,) = named_candidates(model, data, epochs=None, batch_size=16).values()
    fitted = one.fit(np.asarray(data.x), data.y)
    assert 10 < len(fitted.history_["val_loss"]) < 200


def test_models_that_do_not_fit_are_told_before_anything_is_trained(keras) -> None:
    data = learnable.load(TABLE, "kind")

    def told(one: object) -> str:
        with pytest.raises((BadData, Misuse)) as caught:
            named_candidates({"net": one}, data, epochs=1, batch_size=8)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    assert "candidate 'net': the model is not compiled" in told(plain)
    wide = network(keras, 2, (1, "sigmoid"), "binary_crossentropy", inputs=7)
    assert "takes 7 numbers a row, and the data give 4" in told(wide)
    narrow = network(keras, 2, (1, "softmax"), "sparse_categorical_crossentropy")
    assert "needs one output per class" in told(narrow)
    assert "not a Keras model but a int" in told(lambda: 3)
    assert "it may take none, or two" in told(lambda a, b, c: None)
    assert "failed: ZeroDivisionError" in told(lambda: 1 / 0)


def test_models_are_sent_to_other_processes_unless_parts_are_ones_own(keras) -> None:
    import pickle

    data = learnable.load(TABLE, "kind")

    def own_loss(y, p):
        return keras.losses.binary_crossentropy(y, p)

    usual = network(keras, 2, (1, "sigmoid"), "binary_crossentropy")
    made = named_candidates({"net": usual}, data, epochs=1, batch_size=8)
    assert process_limit(made, data, Scoring()) is None
    again = pickle.loads(pickle.dumps(made["net"]))
    assert again.make().loss == "binary_crossentropy"
    assert again.make().count_params() == usual.count_params()
    own = network(keras, 2, (1, "sigmoid"), own_loss)
    made = named_candidates({"net": own}, data, epochs=1, batch_size=8)
    assert process_limit(made, data, Scoring()) == 1


def test_short_trainings_of_small_tables_need_no_other_process() -> None:
    from joblib import parallel_config

    data = learnable.load(TABLE, "kind")
    short = {"net": recipe("one-hidden")}
    assert process_limit(short, data, Scoring()) == 1
    assert process_limit(short, data, Scoring(folds=20_000)) is None
    assert process_limit(short | {"forest": None}, data, Scoring()) is None
    assert process_limit({}, data, Scoring()) is None
    wide = learnable.load((np.zeros((300, 400)), np.arange(300) % 2))
    assert process_limit(short, wide, Scoring()) is None
    with parallel_config("threading", n_jobs=2):
        assert process_limit(short, data, Scoring()) is None


def test_own_network_is_trained_scored_and_kept(keras, tmp_path) -> None:
    own = network(keras, 2, (1, "sigmoid"), "binary_crossentropy")
    before = own.get_weights()
    run = learnable.train(own, TABLE, "kind", epochs=2, out=tmp_path, **FAST)
    assert own.name in {verdict.about for verdict in run.results.verdicts}
    kept = keras.models.load_model(run.folder / "model.keras")
    assert kept.predict(np.zeros((3, 4)), verbose=0).shape == (3, 1)
    assert not np.array_equal(kept.get_weights()[0], before[0])
    assert all(map(np.array_equal, own.get_weights(), before))
    with pytest.raises(BadData, match="one of your own"):
        read_settings(run.folder)


@pytest.mark.parametrize(
    ("model", "options", "reason"),
    [
        (3, {}, "a Keras model or a function that builds one, got int"),
        (SVC(), {}, "learnable.compare scores estimators"),
        (lambda: 3, {}, "not a Keras model but a int"),
        (lambda: 3, {"changes": ["epochs=3"]}, "changes is for networks of the zoo"),
    ],
)
def test_what_is_no_network_is_not_trained(model, options, reason, tmp_path) -> None:
    with pytest.raises(ZooError, match=reason):
        learnable.train(model, TABLE, "kind", out=tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_length_of_a_training_is_an_argument(tmp_path) -> None:
    run = learnable.train(
        "one-hidden", TABLE, "kind", epochs=2, batch_size=64, out=tmp_path, **FAST
    )
    (network_of_the_zoo,) = run.results.networks
    assert network_of_the_zoo.recipe["epochs"] == 2
    assert network_of_the_zoo.recipe["batch_size"] == 64
