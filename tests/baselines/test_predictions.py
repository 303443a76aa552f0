"""Candidates known by their predictions alone."""

import learnable
import numpy as np
import pandas as pd
import pytest
from learnable.baselines.contradictions import contradictions
from learnable.data.errors import ZooError
from learnable.zoo.experiments.compare import check_sources, predictions_of

N = 240
RNG = np.random.default_rng(0)
TRUE = RNG.integers(0, 2, N)
Y = np.array(["ham", "spam"])[TRUE]
GOOD = np.clip(0.2 + 0.6 * TRUE + RNG.normal(0, 0.25, N), 0.01, 0.99)
POOR = np.clip(0.4 + 0.2 * TRUE + RNG.normal(0, 0.25, N), 0.01, 0.99)
NUMBERS = RNG.normal(size=N)


def test_the_better_one_is_ahead() -> None:
    report = learnable.compare_predictions(Y, {"torch": GOOD, "forest": POOR})
    assert [(v.about, v.name) for v in report.verdicts] == [
        ("torch", "network-ahead"), ("", "signal"),
    ]  # fmt: skip
    (comparison,) = report.results.comparisons
    assert comparison.mcnemar is not None
    assert comparison.by == "rows"
    right = (GOOD > 0.5) == TRUE
    assert report.table.loc["torch", "accuracy"] == pytest.approx(right.mean())
    assert list(report.table.index) == ["torch", "forest", "prior"]
    assert not contradictions(report.results, None)
    assert report.results.command.startswith("learnable.compare_predictions(")


def test_forms_of_predictions_are_one() -> None:
    two = np.column_stack([1 - GOOD, GOOD])
    frame = pd.DataFrame({"spam": GOOD, "ham": 1 - GOOD})
    found = [
        learnable.compare_predictions(Y, {"a": p}).table.loc["a", "skill"]
        for p in (GOOD, two, frame, two.tolist(), pd.Series(GOOD))
    ]
    assert len({round(skill, 12) for skill in found}) == 1
    words = np.where(GOOD > 0.5, "spam", "ham")
    labels = learnable.compare_predictions(Y, {"a": words})
    assert labels.table.loc["a", "accuracy"] == ((GOOD > 0.5) == TRUE).mean()


def test_who_is_compared_with_whom() -> None:
    given = {"a": GOOD, "b": POOR, "c": POOR}

    def kinds(**options) -> dict:
        report = learnable.compare_predictions(Y, given, **options)
        return report.table["kind"].to_dict()

    others = {"b": "baseline", "c": "baseline", "prior": "baseline"}
    assert kinds() == {"a": "network", **others}
    assert kinds(baselines=["a"])["c"] == "network"
    single = learnable.compare_predictions(Y, {"a": GOOD})
    assert [v.name for v in single.verdicts] == ["signal"]


def test_numbers_are_compared() -> None:
    near = {
        "a": NUMBERS + RNG.normal(0, 0.3, N),
        "ridge": NUMBERS + RNG.normal(0, 0.9, N),
    }
    report = learnable.compare_predictions(NUMBERS, near)
    assert report.verdict.name == "network-ahead"
    assert report.table.index.tolist() == ["a", "ridge", "mean"]


def test_groups_are_the_unit() -> None:
    """Twelve copies of each case say no more than one of them."""
    cases, copies = np.arange(20), 12
    rows = np.repeat(cases, copies)
    given = {"a": GOOD[rows], "forest": POOR[rows]}
    whole = learnable.compare_predictions(Y[rows], given).results.comparisons[0]
    grouped = learnable.compare_predictions(Y[rows], given, rows).results.comparisons[0]
    assert grouped.difference == pytest.approx(whole.difference, abs=0.1)
    assert grouped.high - grouped.low > 2 * (whole.high - whole.low)
    assert grouped.mcnemar is None


@pytest.mark.slow  # 400 draws
def test_equal_candidates_differ_as_often_as_stated() -> None:
    """Of two equally good candidates one is significantly better in about 5 %."""
    from learnable.baselines.predictions import study_predictions

    hits, draws = 0, 400
    for seed in range(draws):
        rng = np.random.default_rng([3, seed])
        true = rng.integers(0, 2, 100)
        noisy = 0.3 + 0.4 * true + rng.normal(0, 0.3, (2, 100))
        a, b = np.clip(noisy, 0.02, 0.98)
        study = study_predictions(true, {"a": a, "b": b})
        hits += study.results.comparisons[0].p < 0.05
    assert 0.02 <= hits / draws <= 0.09


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((Y, {}), "got an empty one"),
        ((Y, GOOD), "got a ndarray"),
        (
            (Y, {"a": GOOD[:5]}),
            r"of shape \(5,\), and y has 240 rows",
        ),
        (
            (Y, {"a": np.eye(3)[TRUE]}),
            r"3 columns, and y 2 classes \(ham, spam\)",
        ),
        ((Y, {"a": 3 * np.column_stack([GOOD, GOOD])}), "of logits give the softmax"),
        ((Y, {"a": GOOD * 9}), r"no class of y \(ham, spam\)"),
        ((Y, {"a": np.where(TRUE, GOOD, np.nan)}), "missing or infinite"),
        ((Y[:4], {"a": GOOD[:4]}), "y has 4 rows; tests need 10 or more"),
        ((Y, {"a": GOOD}, [1] * N), "groups has one value"),
        ((Y, {"a": GOOD}, [1]), "groups has 1 rows, and y 240"),
        ((Y, {"prior": GOOD}), "prior is the name of a baseline"),
        (([None] * N, {"a": GOOD}), "y is missing in 240 rows"),
        ((NUMBERS, {"a": Y}), "no numbers"),
        ((np.eye(2)[TRUE], {"a": GOOD}), "of one-hot codes their argmax"),
    ],
)
def test_what_cannot_be_compared_is_told(arguments, told: str) -> None:
    with pytest.raises(ZooError, match=told) as caught:
        learnable.compare_predictions(*arguments)
    assert "\n" not in str(caught.value)


def test_columns_of_classes_belong_together() -> None:
    table = pd.DataFrame({"net:a": [0.1], "net:b": [0.9], "forest": ["a"]})
    found = predictions_of(table)
    assert list(found) == ["net", "forest"]
    assert list(found["net"].columns) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (((), None, None, ()), "name a model"),
        (((), "p.csv", None, ()), "--truth is missing"),
        (((), None, "y", ()), "--predictions is missing"),
        ((("mlp",), "p.csv", "y", ()), "mlp does not go with --predictions"),
        (((), "p.csv", "y", ("iris",)), "--data does not go with"),
    ],
)
def test_what_does_not_go_together_is_told(given, told: str) -> None:
    with pytest.raises(ZooError, match=told):
        check_sources(*given)
