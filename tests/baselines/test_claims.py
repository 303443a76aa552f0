"""What is claimed on a screen, on draws whose truth is known.

Reduced draws of ``python -m benchmarks.verdicts``, whose figures are in
``docs/statistics.md``.
"""

import numpy as np
import pytest
from learnable.baselines.estimators.catalog import baselines_for
from learnable.baselines.results.results import Signal
from learnable.baselines.scores import harness
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.rank_test import rank_p
from learnable.baselines.scores.temperature import refine, temperature
from learnable.baselines.verdicts.bayes_error import best_achievable_score
from learnable.baselines.verdicts.evidence import gather
from learnable.baselines.verdicts.verdict import draw_verdicts
from learnable.data.split import make_folds
from scipy.stats import mannwhitneyu
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

FOUND = Signal(0.002, 499, 0.4, "the columns themselves", 500, None, 1.0)
NOTHING = Signal(0.4, 499, 0.0, "the columns themselves", 500, 0.05, 1.0)
QUICK = ("majority", "prior", "naive-bayes", "logistic")


def board_of(data, names=QUICK, **more):
    made = {n: b for n, b in baselines_for(data).items() if n in names}
    folds = make_folds(data)
    return collect_outcomes(data, folds, harness.run(made | more, data, folds, jobs=1))


class Tempered(LogisticRegression):
    """A logistic regression whose log odds are multiplied by ``sharpness``."""

    def __init__(self, sharpness=1.0):
        super().__init__()
        self.sharpness = sharpness

    def predict_proba(self, X):
        p = super().predict_proba(X) ** self.sharpness
        return p / p.sum(axis=1, keepdims=True)


@pytest.fixture
def logistic_rows(dataset_of):
    def maker(seed, rows=300):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(rows, 5))
        chance = 1 / (1 + np.exp(-1.5 * (x[:, 0] + x[:, 1])))
        return dataset_of(x, (rng.random(rows) < chance).astype(int))

    return maker


@pytest.mark.parametrize(
    "kind", ["two clusters", "one threshold", "one column apart", "a copy"]
)
def test_dead_network_on_an_easy_problem_is_at_fault(dataset_of, kind):
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 200)
    x = rng.normal(size=(200, 4))
    if kind == "one threshold":
        y = (x[:, 0] > 0).astype(int)
    else:
        x[:, : 4 if kind == "two clusters" else 1] += 9 * y[:, None]
    if kind == "a copy":
        x[:, 0] = 1 + 4 * y
    board = board_of(dataset_of(x, y), net=DummyClassifier(strategy="prior"))
    network, data = draw_verdicts(gather(board, FOUND))
    assert network.name == "network-at-fault"
    assert network.suspicion
    assert data.name == (
        "suspicious" if kind in ("one column apart", "a copy") else "signal"
    )


@pytest.mark.parametrize(
    ("sharpness", "words"), [(0.2, "too modest"), (4.0, "too sure")]
)
def test_tempered_network_is_level_and_told_so(logistic_rows, sharpness, words):
    board = board_of(logistic_rows(1, 1_000), net=Tempered(sharpness))
    network = draw_verdicts(gather(board, FOUND))[0]
    assert network.name == "network-level"
    assert f"Its probabilities are {words}" in network.sentence


def test_equal_networks_are_not_told_apart(logistic_rows):
    found = []
    for seed in range(6):
        board = board_of(logistic_rows(seed), net=Tempered(1.0))
        found.append(draw_verdicts(gather(board, FOUND))[0].name)
    assert set(found) <= {"network-level", "undecided"}


@pytest.mark.parametrize("rows", [60, 200])
def test_coin_labels_prove_nothing(dataset_of, rows):
    """Neither a signal by ranks, nor an accuracy above a coin's."""
    signals, above = 0, 0
    for seed in range(8):
        rng = np.random.default_rng([seed, rows])
        data = dataset_of(rng.normal(size=(rows, 6)), rng.permutation(rows) % 2)
        board = board_of(data)
        name = draw_verdicts(gather(board, NOTHING))[-1].name
        signals += name == "signal"
        above += best_achievable_score(board).low > 0.5
    assert signals == 0
    assert above <= 1


@pytest.mark.parametrize("border", ["linear", "checkerboard"])
def test_sharp_borders_are_not_denied(dataset_of, border):
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, size=(2_500, 2))
    y = x.sum(axis=1) > 0
    if border == "checkerboard":
        y = np.floor(x * 2).sum(axis=1) % 2 == 0
    board = board_of(dataset_of(x, y.astype(int)), names=(*QUICK, "forest"))
    assert best_achievable_score(board).high == 1.0


def test_ceiling_is_below_no_score(dataset_of):
    rng = np.random.default_rng(6)
    y = rng.integers(0, 2, 2_500)
    x = rng.normal(size=(2_500, 1)) + y[:, None]
    board = board_of(dataset_of(x, y))
    found = best_achievable_score(board)
    assert found.basis == "neighbours"
    tops = [row.scores["accuracy"].mean for row in board.rows]
    assert found.low <= max(tops) <= found.high


def test_interval_of_an_accuracy_has_a_width(dataset_of):
    """Folds are stratified, so that the majority's share is the same in each."""
    board = board_of(dataset_of(np.zeros((100, 2)), np.arange(100) % 2))
    score = board.rows[0].scores["accuracy"]
    assert score.low < 0.42
    assert score.high > 0.58


def test_intervals_cover_the_truth(logistic_rows):
    fresh, inside, truths, ends = logistic_rows(999, 4_000), 0, [], []
    for seed in range(12):
        data = logistic_rows(seed, 100)
        board = board_of(data, names=("logistic",))
        score = board.rows[0].scores["accuracy"]
        model = baselines_for(data)["logistic"]
        train = board.folds[0].train
        model.fit(data.x.iloc[train].to_numpy(), data.y[train])
        truths.append((model.predict(fresh.x.to_numpy()) == fresh.y).mean())
        ends.append((score.low, score.high))
    inside = sum(low <= np.mean(truths) <= high for low, high in ends)
    assert inside >= 10


def test_rank_test_of_one_set_is_mann_whitney(rng):
    y = np.arange(60) % 2
    said = rng.random(60) + 0.2 * y
    p = np.stack([1 - said, said], axis=1)
    expected = mannwhitneyu(
        said[y == 1], said[y == 0], alternative="greater", method="asymptotic",
        use_continuity=False,
    )  # fmt: skip
    assert rank_p([p], [y]) == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_rank_test_rejects_no_chance(rng, classes):
    rejected = 0
    for _ in range(200):
        y = rng.integers(0, classes, 60) if classes else rng.normal(size=60)
        p = rng.dirichlet(np.ones(classes), 60) if classes else rng.normal(size=60)
        rejected += rank_p([p], [y]) <= 0.05
    assert 2 <= rejected <= 22


@pytest.mark.parametrize("sharpness", [0.25, 1.0, 4.0])
def test_temperature_is_found_and_mends(rng, sharpness):
    odds = 2 * rng.normal(size=2_000)
    y = (rng.random(2_000) < 1 / (1 + np.exp(-odds))).astype(int)

    def probabilities(sharp):
        p = 1 / (1 + np.exp(-sharp * odds))
        return np.split(np.stack([1 - p, p], axis=1), 5)

    truths = np.split(y, 5)
    said = probabilities(sharpness)
    assert temperature(said, truths) == pytest.approx(sharpness, rel=0.2)
    for refined, right in zip(refine(said, truths), probabilities(1.0), strict=True):
        assert refined == pytest.approx(right, abs=0.05)


def test_each_label_has_a_temperature(rng):
    odds = 2 * rng.normal(size=(1_000, 2))
    y = (rng.random((1_000, 2)) < 1 / (1 + np.exp(-odds))).astype(int)
    said = 1 / (1 + np.exp(-odds * [0.25, 4.0]))
    refined = np.concatenate(refine(np.split(said, 5), np.split(y, 5)))
    assert refined == pytest.approx(1 / (1 + np.exp(-odds)), abs=0.06)


def test_perfect_order_is_not_taken_for_certainty():
    p = np.array([[0.6, 0.4], [0.4, 0.6]] * 20)
    (first, _) = refine(np.split(p, 2), np.split(np.arange(40) % 2, 2))
    assert 0.9 < first.max() < 0.999
