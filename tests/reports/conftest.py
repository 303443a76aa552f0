"""Results as a run writes them, built without training anything."""

import math
import random
from dataclasses import replace

import pytest
from learnable.baselines.results.findings import Finding
from learnable.baselines.results.results import (
    About,
    Comparison,
    Network,
    Pair,
    Results,
    Row,
    Score,
    Signal,
    Verdict,
)

BASELINES = (
    ("majority class", 0.0, 0.5),
    ("logistic regression", 0.71, 0.89),
    ("k nearest neighbours", 0.66, 0.87),
    ("naive Bayes", 0.52, 0.82),
    ("decision tree", 0.58, 0.86),
    ("random forest", 0.78, 0.93),
    ("gradient boosting", 0.80, 0.935),
    ("support vector machine", 0.74, 0.91),
)


def score(mean, spread=0.02, folds=10, seed=0):
    rng = random.Random(f"{mean}{seed}")
    values = tuple(mean + rng.gauss(0, spread) for _ in range(folds))
    return Score(mean, mean - spread, mean + spread, values)


def class_scores(skill, accuracy):
    return {
        "skill": score(skill),
        "log_loss": score(0.69 * (1 - skill)),
        "accuracy": score(accuracy),
        "balanced_accuracy": score(accuracy - 0.01),
        "mcc": score(2 * accuracy - 1),
        "roc_auc": score(min(1.0, 0.5 + skill / 2)),
        "brier": score(0.25 * (1 - skill)),
    }


def matrix(size, right=40):
    return tuple(
        tuple(right if i == j else (i * 7 + j * 3) % 5 for j in range(size))
        for i in range(size)
    )


def class_row(name, kind, skill, accuracy, *, seconds=0.05, size=2):
    return Row(
        name=name,
        kind=kind,
        about="ignores the inputs" if name == "majority class" else "",
        scores=class_scores(skill, accuracy),
        fit_seconds=seconds,
        predict_seconds=seconds / 20,
        confusion=matrix(size),
    )


def curve(start, end, epochs):
    return tuple(end + (start - end) * math.exp(-5 * i / epochs) for i in range(epochs))


def network(name, *, loss=0.15, epochs=60, unit="log_loss", classes=("a", "b")):
    return Network(
        name=name,
        recipe={
            "model": name,
            "epochs": epochs,
            "optimizer": {"name": "adam", "learning_rate": 0.001},
            "hidden": [64, 64],
        },
        parameters=8_705,
        history={
            "loss": curve(0.9, loss * 0.8, epochs),
            "val_loss": curve(0.8, loss, epochs),
            "accuracy": curve(0.5, 0.95, epochs),
        },
        loss_unit=unit,
        test={"accuracy": 0.94, "log_loss": loss},
        examples=(
            ((0.0, 0.0, 128.0), {classes[0]: 0.97, classes[1]: 0.03}),
            ((250.0, 240.5, 10.0), {classes[0]: 0.08, classes[1]: 0.92}),
        ),
        way="xla",
        reason="9,000 steps in all",
    )


SIGNAL = Signal(0.002, 499, 0.431, "random Fourier features", 1_000, None, 0.8)


def classification(networks=("mlp",), skill=0.81):
    """Eight baselines and some networks on two classes."""
    rows = [class_row(n, "baseline", s, a) for n, s, a in BASELINES]
    rows += [
        class_row(n, "network", skill - 0.02 * i, 0.93, seconds=125)
        for i, n in enumerate(networks)
    ]
    comparisons = tuple(
        Comparison(n, b, skill - 0.02 * i - s, skill - s - 0.03, skill - s + 0.03, p, p)
        for i, n in enumerate(networks)
        for b, s, _ in BASELINES
        for p in (0.0004 if skill - s > 0.1 else 0.21,)
    )
    verdicts = [
        Verdict(
            "network-level",
            n,
            f"{n} and gradient boosting are practically equal; the simpler will do.",
            "a difference in skill above 0.05, or more rows.",
        )
        for n in networks
    ]
    data = Verdict(
        "signal",
        "",
        "The inputs say something about the target (p = .002).",
        "a p-value above .05 on new rows.",
    )
    return Results(
        command="zoo train mlp --data credit.csv --target approved --seed 7",
        seed=7,
        created="2026-11-20T23:15:00+00:00",
        seconds=712.4,
        versions={"learnable": "0.1.0", "keras": "3.15.1", "scikit-learn": "1.8.0"},
        about=About(
            name="credit",
            title="Credit decisions",
            task="binary",
            target="approved",
            source="credit.csv",
            rows=1_000,
            columns=14,
            classes={"refused": 620, "approved": 380},
            notes=("12 duplicate rows were left out.", "Column 'id' was not used."),
            sha256="9f2c" * 16,
        ),
        split="5-fold cross-validation, repeated twice, stratified",
        metric="skill",
        rows=tuple(rows),
        signal=SIGNAL,
        verdicts=(data, *verdicts),
        comparisons=comparisons,
        pairs=tuple(
            Pair(n, networks[0], -0.02, -0.05, 0.01, 0.2, 0.2, f"{n} < {networks[0]}.")
            for n in networks[1:2]
        ),
        networks=tuple(network(n, classes=("refused", "approved")) for n in networks),
    )


def data_only():
    """Pure noise, and no network."""
    made = classification(networks=())
    rows = tuple(
        class_row(n, "baseline", -0.01 * i, 0.5)
        for i, (n, _, _) in enumerate(BASELINES)
    )
    verdict = Verdict(
        "no-signal",
        "",
        "No baseline finds a relation between inputs and target, and a relation "
        "that explains 3.1 % would have been found.",
        "other columns, or about 4,000 rows for a relation half as strong.",
    )
    signal = replace(SIGNAL, p=0.61, explained=-0.004, detectable=0.031)
    return replace(made, rows=rows, verdicts=(verdict,), signal=signal)


def regression():
    """A network that is at fault, on a number."""
    skills = {"mean": 0.0, "ridge": 0.58, "random forest": 0.82, "boosting": 0.85}

    def row(name, kind, skill, seconds):
        root = math.sqrt(1 - skill)
        scores = {
            "skill": score(skill),
            "rmse": score(16.7 * root, 0.4),
            "mae": score(13.2 * root, 0.3),
            "r2": score(skill),
        }
        return Row(name, kind, "", scores, seconds, 0.01)

    made = classification(networks=())
    rows = [row(n, "baseline", s, 0.8) for n, s in skills.items()]
    verdict = Verdict(
        "network-at-fault",
        "concrete_mlp",
        "The data can be learned, but concrete_mlp does not: its skill is 0.05, "
        "boosting reaches 0.85.",
        "a repair of the network that brings its skill above 0.80.",
    )
    return replace(
        made,
        about=replace(made.about, title="Concrete", task="regression", classes={}),
        rows=(*rows, row("concrete_mlp", "network", 0.05, 75.0)),
        verdicts=(verdict,),
        comparisons=tuple(
            Comparison("concrete_mlp", n, 0.05 - s, -s, 0.1 - s, 0.001, 0.004)
            for n, s in skills.items()
        ),
        networks=(
            replace(
                network("concrete_mlp", loss=0.96, unit="relative_mse"),
                test={"rmse": 16.1},
                examples=(),
            ),
        ),
    )


def many_classes(size):
    """A network on more classes than a table can show."""
    made = classification()
    names = {f"class number {i}": 40 + i for i in range(size)}
    rows = tuple(replace(row, confusion=matrix(size)) for row in made.rows)
    return replace(made, about=replace(made.about, classes=names), rows=rows)


def failing():
    """A candidate that failed, and a fold on which a metric is not defined."""
    made = classification()
    first, second, *others = made.rows
    broken = Row("ARIMA", "baseline", "", {}, None, None, error="ValueError: 1 class")
    auc = Score(0.8, None, None, (0.8, math.nan, 0.8))
    second = replace(second, scores=second.scores | {"roc_auc": auc})
    return replace(made, rows=(first, second, broken, *others))


def hostile(text):
    """The same text in every place that a user can fill."""
    made = classification(networks=(text,))
    return replace(
        made,
        command=text,
        created=text,
        versions={text: text},
        about=replace(
            made.about,
            name=text,
            title=text,
            target=text,
            source=text,
            classes={text: 5, f"{text}2": 6},
            notes=(text,),
            sha256=text,
        ),
        split=text,
        rows=(
            *(
                replace(row, name=f"{text}{i}" if i < 3 else row.name, about=text)
                for i, row in enumerate(made.rows)
            ),
            Row(text, "baseline", text, {}, None, None, error=text),
        ),
        signal=replace(made.signal, features=text),
        verdicts=(Verdict("undecided", text, text, text),),
        networks=(
            replace(
                network(text, classes=(text, f"{text}2")),
                recipe={text: {text: [text]}},
                test={text: 0.5},
            ),
        ),
    )


def finding(code, label, severity, **more):
    return Finding(
        code,
        label,
        severity,
        f"What {code} saw in 12 of the rows.",
        f"Mend what {code} saw.",
        **more,
    )


SORTED = finding("D304", "row-order", "warning", evidence={"distance": 0.8})
GAPS = finding(
    "D303",
    "inputs-not-finite",
    "note",
    columns=("age", "income"),
    rows=tuple(range(3, 13)),
    n_columns=2,
    n_rows=1_200,
    evidence={"largest_share": 0.12},
)
COPIES = finding(
    "D309",
    "duplicate-rows-across-split",
    "note",
    rows=tuple(range(0, 100, 10)),
    n_rows=2_345,
)
SINGLE = finding("D313", "constant-columns", "note", columns=("unit",), n_columns=1)


def with_findings(found=(SORTED, GAPS, COPIES, SINGLE)):
    """Faults of the data beside a network and its baselines."""
    return replace(classification(), findings=tuple(found))


def hostile_finding(text, code="D313"):
    """The same text in every place of a finding that comes from the data."""
    made = Finding(code, text, "note", text, text, (text, f"{text}2"), (1,), 2)
    return with_findings((made,))


BUILDERS = {
    "classification": classification,
    "two networks": lambda: classification(("mlp", "mlp_twin")),
    "five networks": lambda: classification(("a", "b", "c", "d", "e")),
    "data only": data_only,
    "regression": regression,
    "few classes": lambda: many_classes(5),
    "twenty classes": lambda: many_classes(20),
    "many classes": lambda: many_classes(30),
    "failing": failing,
    "hostile": hostile,
    "findings": with_findings,
    "hostile finding": hostile_finding,
}


@pytest.fixture(scope="session")
def made():
    """Results by the name of a builder: ``made("regression")``."""
    return lambda name, *args: BUILDERS[name](*args)
