"""Rules that use what was learned: predictions, signal test and verdict."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import Signal, Verdict
from learnable.baselines.rules import dependent_rows as neighbours
from learnable.baselines.rules import labels_misaligned as relation
from learnable.baselines.rules.context import LearnedContext, TableContext
from learnable.baselines.rules.dependent_rows import dependent_rows
from learnable.baselines.rules.examine import examine, listing
from learnable.baselines.rules.label_noise import (
    confident_joint,
    find_doubts,
    label_noise,
)
from learnable.baselines.rules.labels_misaligned import labels_misaligned
from learnable.baselines.rules.labels_random import labels_random
from learnable.baselines.rules.leak import leak
from learnable.baselines.rules.registry import checks
from learnable.baselines.scores.fold_scores import collect_outcomes
from learnable.baselines.scores.harness import Outcome
from learnable.baselines.signal.problem import Problem, target_views
from learnable.data.split import make_folds
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def signal(p=0.002, detectable=None) -> Signal:
    return Signal(p, 499, 0.3, "random trees", 100, detectable, 0.1)


def learned_from(dataset, said, *, verdict="signal", test=None) -> TableContext:
    """A case whose only baseline said this of each row, out of fold."""
    folds = make_folds(dataset)
    name = "logistic" if dataset.classes else "ridge"
    outcomes = [Outcome(name, i, said[f.test]) for i, f in enumerate(folds)]
    board = collect_outcomes(dataset, folds, outcomes)
    verdict = Verdict(verdict, "", "", "")
    learned = LearnedContext(board, test or signal(), verdict, dataset)
    return TableContext(dataset, board.rows, learned)


def columns(rng, n=200, k=3) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(n, k)), columns=[f"x{i}" for i in range(k)])


def sure(y: np.ndarray, classes: int, p: float = 0.9) -> np.ndarray:
    """Probability p for this class, the rest for the others."""
    said = np.full((len(y), classes), (1 - p) / (classes - 1))
    said[np.arange(len(y)), y] = p
    return said


def nothing_said(dataset) -> np.ndarray:
    if not dataset.classes:
        return np.full(len(dataset), dataset.y.mean())
    return np.tile(np.bincount(dataset.y) / len(dataset), (len(dataset), 1))


def test_without_what_was_learned_nothing_is_said(dataset_of, rng):
    context = TableContext(dataset_of(columns(rng), rng.integers(0, 2, 200)), ())
    assert not any(check(context) for check in checks(examine.__module__))


# D305


def test_random_labels_are_told_with_what_would_have_been_found(dataset_of, rng):
    data = dataset_of(columns(rng), rng.integers(0, 2, 200))
    nothing = signal(0.4, 0.08)
    context = learned_from(data, nothing_said(data), verdict="no-signal", test=nothing)
    found = labels_random(context)
    assert found
    assert found.finding.severity == "warning"
    assert found.finding.evidence == {"p": 0.4, "detectable": 0.08}
    open_case = learned_from(data, nothing_said(data), verdict="undecided")
    assert labels_random(open_case) is None


def test_features_that_tell_the_spread_alone_are_a_note(dataset_of, rng):
    x = columns(rng, 300)
    y = np.exp(x["x0"].to_numpy()) * rng.normal(size=300)
    data = replace(dataset_of(x, y), dependence="none")
    test = signal(0.4, detectable=0.05)
    case = learned_from(data, nothing_said(data), verdict="no-signal", test=test)
    told = labels_random(case)
    assert told
    assert told.finding.severity == "note"
    assert "the spread of the targets (p = 0.005)" in told.finding.sentence


# D306


def related(rng, classes, n=300):
    x = columns(rng, n)
    drawn = x.x0 - x.x1 + 0.5 * rng.normal(size=n)
    return x, (drawn > 0).astype(int).to_numpy() if classes else drawn.to_numpy()


@pytest.mark.parametrize(("shift", "classes"), [(1, 2), (-7, 0), (20, 2)])
def test_moved_targets_are_found_with_their_distance(shift, classes, dataset_of, rng):
    x, y = related(rng, classes)
    data = dataset_of(x, np.roll(y, shift))
    found = labels_misaligned(learned_from(data, nothing_said(data)))
    assert found
    assert found.finding.evidence["shift"] == -shift
    assert found.finding.evidence["p"] <= 0.01
    way = "below" if shift > 0 else "above"
    assert f"{abs(shift)} row" in found.finding.sentence
    assert f"{way} it" in found.finding.sentence


def test_row_lost_on_the_way_is_found(dataset_of, rng):
    x, y = related(rng, 0, 600)
    data = dataset_of(x, np.concatenate([y[:250], y[251:], y[:1]]))
    found = labels_misaligned(learned_from(data, nothing_said(data)))
    assert found
    assert found.finding.evidence["shift"] == 1


@pytest.mark.parametrize("kind", ["related", "random", "slow", "sorted", "lines"])
def test_targets_in_their_place_are_left_alone(kind, dataset_of, rng):
    x, y = related(rng, 0)
    if kind == "random":
        y = rng.normal(size=300)
    if kind == "slow":  # rows follow each other: a moved target is as good
        x = x.rolling(30, min_periods=1).mean()
        y = (x.x0 - x.x1).to_numpy() + 0.05 * rng.normal(size=300)
    if kind == "sorted":
        order = np.argsort(y)
        x, y = x.iloc[order].reset_index(drop=True), y[order]
    if kind == "lines":  # two walks that have nothing to do with each other
        x, y = x.cumsum(), rng.normal(size=300).cumsum()
    data = dataset_of(x, y)
    assert labels_misaligned(learned_from(data, nothing_said(data))) is None


@pytest.mark.parametrize("width", [12, 16, 20, 24])
@pytest.mark.parametrize("scaled", [False, True])
def test_windows_of_a_series_hold_the_targets_of_other_rows(
    width, scaled, dataset_of, rng
):
    """What comes next is not in the window; some rows further it is."""
    series = rng.normal(size=420)
    x = np.stack([series[i : i + width] for i in range(380)])
    x = (x - x.mean(axis=0)) / x.std(axis=0) if scaled else x
    y = (series[width : width + 380] > 0).astype(int)
    data = dataset_of(pd.DataFrame(x), y)
    assert labels_misaligned(learned_from(data, nothing_said(data))) is None


def test_combinations_in_order_are_left_alone(dataset_of):
    """Exactly two of six at their first value: it shows better some rows further on."""
    levels = np.indices((3, 3, 2, 3, 4, 2)).reshape(6, -1).T
    y = ((levels == 0).sum(axis=1) == 2).astype(int)
    x = pd.DataFrame(levels, columns=[f"a{i}" for i in range(6)]).astype(float)
    part = slice(131, 432)
    data = dataset_of(x[part], y[part])
    moves = relation._Moves(
        Problem(x[part].to_numpy(), target_views(y[part], classes=True), None, 0)
    )
    assert moves.near[:, 1:].max() > moves.far.max()
    assert labels_misaligned(learned_from(data, nothing_said(data))) is None


# D307


def test_joint_is_that_of_the_definition():
    # thresholds: of class 0 (.9 + .6 + .3) / 3 = .6, of class 1 (.8 + .4) / 2 = .6
    y = np.array([0, 0, 0, 1, 1])
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4]])
    assert confident_joint(y, p).tolist() == [[2, 1], [1, 1]]
    doubts = find_doubts(y, p)
    assert doubts.rows.tolist() == [2, 4]  # margins -.4 and -.2
    assert doubts.share == pytest.approx((3 * 1 / 3 + 2 * 1 / 2) / 5)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(10, 80))
def test_doubts_keep_within_their_bounds(seed, classes, rows):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, classes, rows), rng.dirichlet(np.ones(classes), rows)
    doubts, joint = find_doubts(y, p), confident_joint(y, p)
    assert 0 <= doubts.share <= 1
    assert joint.sum() <= rows
    assert len(doubts.rows) <= joint.sum() - joint.trace()
    own = p[np.arange(rows), y]
    assert (own[doubts.rows] < p.max(axis=1)[doubts.rows]).all()
    order = rng.permutation(classes)  # names of the classes do not matter
    again = find_doubts(np.argsort(order)[y], p[:, order])
    assert again.share == pytest.approx(doubts.share)
    assert sorted(again.rows) == sorted(doubts.rows)


def test_labels_that_are_right_are_not_doubted():
    y = np.arange(60) % 3
    assert len(find_doubts(y, sure(y, 3)).rows) == 0
    assert find_doubts(y, sure(y, 3)).share == 0


def test_planted_labels_are_named_and_a_warning(dataset_of, rng):
    truth = rng.integers(0, 3, 400)
    wrong = np.sort(rng.choice(400, 24, replace=False))
    y = truth.copy()
    y[wrong] = (y[wrong] + 1) % 3
    context = learned_from(dataset_of(columns(rng, 400), y), sure(truth, 3))
    found = label_noise(context)
    assert found
    assert sorted(found.rows) == wrong.tolist()
    assert found.finding.severity == "warning"
    assert found.finding.evidence["share"] == pytest.approx(0.06, abs=0.005)


def test_overlap_of_classes_is_not_spoken_of(dataset_of, rng):
    at = rng.normal(size=2_000)
    chance = 1 / (1 + np.exp(-8 * at))
    y = (rng.random(2_000) < chance).astype(int)
    data = dataset_of(pd.DataFrame({"at": at}), y)
    assert label_noise(learned_from(data, np.stack([1 - chance, chance]).T)) is None


def test_wrong_labels_beside_overlap_are_a_note(dataset_of, rng):
    at = rng.normal(size=2_000)
    chance = 0.07 + 0.86 / (1 + np.exp(-8 * at))
    y = (rng.random(2_000) < chance).astype(int)
    data = dataset_of(pd.DataFrame({"at": at}), y)
    found = label_noise(learned_from(data, np.stack([1 - chance, chance]).T))
    assert found
    assert found.finding.severity == "note"
    assert "classes overlap" in found.finding.sentence


def test_class_that_is_often_called_another_is_named(dataset_of, rng):
    """A third of one class, of which nobody can be as sure as of the others."""
    truth = rng.integers(0, 3, 600)
    y = np.where((truth == 0) & (rng.random(600) < 0.33), 1, truth)
    said = np.array([[0.65, 0.34, 0.01], [0.01, 0.98, 0.01], [0.01, 0.01, 0.98]])[truth]
    said += rng.uniform(0, 0.02, said.shape)
    found = label_noise(learned_from(dataset_of(columns(rng, 600), y), said))
    assert found
    assert found.finding.severity == "note"
    assert "'a' is often labelled 'b'" in found.finding.sentence


def test_baseline_that_errs_is_no_judge(dataset_of, rng):
    y = rng.integers(0, 2, 300)
    said = sure(np.where(rng.random(300) < 0.45, 1 - y, y), 2, 0.7)
    assert label_noise(learned_from(dataset_of(columns(rng, 300), y), said)) is None


@pytest.mark.parametrize("rate", [0.2, 0.3])
def test_a_large_share_of_wrong_labels_is_a_warning(rate, dataset_of, rng):
    x = columns(rng, 1_000)
    truth = (x.x0 > 0).to_numpy().astype(int)
    y = np.where(rng.random(1_000) < rate, 1 - truth, truth)
    said = sure(truth, 2)
    said += rng.normal(0, 0.05, said.shape)  # no row is as sure as the next
    found = label_noise(learned_from(dataset_of(x, y), said))
    assert found
    assert found.finding.severity == "warning"
    assert found.finding.evidence["sure_share"] == pytest.approx(rate, abs=0.07)


def test_grades_that_overlap_are_not_taken_for_wrong_labels(dataset_of):
    """Four grades of a score, of which a measure tells a part; and numbers beside it.

    Where the measure has few values no row is far from where two grades meet.
    """
    for seed in range(20):
        rng = np.random.default_rng(seed)
        at = rng.normal(size=600)
        y = np.digitize(at + 0.8 * rng.normal(size=600), [-1, 0, 1])
        for step in (1, 1e6):
            x = np.c_[np.round(at * step), rng.normal(size=600).round(step > 1)]
            model = make_pipeline(StandardScaler(), LogisticRegression())
            p = cross_val_predict(model, x, y, method="predict_proba")
            found = label_noise(learned_from(dataset_of(x, y), p))
            assert found is None or found.finding.severity == "note"


def test_a_poor_judge_of_images_says_nothing_of_their_labels(dataset_of, rng):
    """Pixels tell a forest little of what networks see in them."""
    y = rng.integers(0, 10, 1_000)
    said = sure(np.where(rng.random(1_000) < 0.55, rng.integers(0, 10, 1_000), y), 10)
    said += rng.normal(0, 0.005, said.shape)
    table = learned_from(dataset_of(columns(rng, 1_000), y), said)
    assert label_noise(table)
    images = dataset_of(rng.random((1_000, 4, 4, 1)).astype("float32"), y)
    assert label_noise(learned_from(images, said)) is None


@pytest.mark.parametrize("steep", [0.5, 0.8, 1.0, 1.5])
def test_a_weak_relation_is_not_taken_for_wrong_labels(steep, dataset_of, rng):
    x = columns(rng, 2_000)
    p = 1 / (1 + np.exp(-steep * x.x0.to_numpy()))
    y = (rng.random(2_000) < p).astype(int)
    context = learned_from(dataset_of(x, y), np.column_stack([1 - p, p]))
    assert label_noise(context) is None


def test_labels_that_rows_and_baselines_deny_are_told_apart(dataset_of, rng):
    x = pd.concat([columns(rng, 150)] * 2, ignore_index=True)
    truth = np.tile((x.x0[:150] > 0).astype(int), 2)
    y = truth.copy()
    y[:20] = 1 - y[:20]
    context = learned_from(dataset_of(x, y), sure(truth, 2))
    every = examine(context.dataset, context.candidates, learned=context.learned)
    found = [f for f in every if f.finding.code in ("D307", "D315")]
    assert len(found) == 2
    table = listing(found)
    for number, one in enumerate(found):
        assert table[table.finding == number].row.tolist() == one.rows.tolist()


# D308


def test_answer_is_an_error(dataset_of, rng):
    y = rng.integers(0, 2, 200)
    x = columns(rng).assign(outcome=np.array(["no", "yes"])[y])
    found = leak(learned_from(dataset_of(x, y), sure(y, 2, 0.999)))
    assert found
    assert (found.finding.severity, found.columns) == ("error", ("outcome",))


def test_column_that_resembles_the_target_is_a_note_and_a_good_one_none(
    dataset_of, rng
):
    x = columns(rng, 400)
    y = x.x0.to_numpy() + 0.1 * rng.normal(size=400)
    found = leak(learned_from(dataset_of(x, y), x.x0.to_numpy()))
    assert found
    assert (found.finding.severity, found.columns) == ("note", ("x0",))
    y = (x.x0 + 0.4 * x.x1 + 0.1 * x.x2 * x.x1).to_numpy()
    assert leak(learned_from(dataset_of(x, y), y)) is None


@pytest.mark.parametrize(("target", "column"), [("price", "price_eur"), ("y", "y 2")])
def test_single_letter_is_no_name_of_the_target(target, column, dataset_of, rng):
    x = columns(rng, 300)
    y = (x.x0 + x.x1 + 0.3 * rng.normal(size=300)).to_numpy()
    x[column] = y + 0.3 * rng.normal(size=300)
    data = dataset_of(x, y)
    data = replace(data, card=replace(data.card, target=target))
    found = leak(learned_from(data, y))
    said = found is not None and "target's name" in found.finding.sentence
    assert said == (target == "price")


MADE = {
    "five bins": lambda y: pd.qcut(y, 5, labels=False),
    "a threshold": lambda y: (y > 103) * 1,
    "its square": lambda y: (y - 100) ** 2,
}


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_column_computed_from_the_target_is_a_warning(made, dataset_of, rng):
    x = columns(rng, 300)
    y = (100 + 5 * x.x0 + 5 * rng.normal(size=300)).to_numpy()
    found = leak(learned_from(dataset_of(x.assign(made=made(y)), y), y))
    assert found
    assert (found.finding.severity, found.columns) == ("warning", ("made",))


def test_clusters_are_not_computed_from_the_target(dataset_of, rng):
    kind = rng.integers(0, 2, 300)
    y = 50.0 * kind + rng.normal(size=300)
    x = columns(rng, 300).assign(kind=kind)
    assert "computed" not in str(leak(learned_from(dataset_of(x, y), y)))


def test_columns_for_the_classes_are_a_warning(dataset_of, rng):
    y = rng.integers(0, 3, 300)
    x = columns(rng, 300).assign(is1=(y == 1) * 1, is2=(y == 2) * 1)
    found = leak(learned_from(dataset_of(x, y), sure(y, 3)))
    assert found
    assert (found.finding.severity, found.columns) == ("warning", ("is1", "is2"))


EQUATIONS = {
    "a + b": "'a' + 'b'",
    "a - b": "'a' - 'b'",
    "a * b": "'a' * 'b'",
    "0.01 * a / b": "0.01 * 'a' / 'b'",
}


@pytest.mark.parametrize("equation", EQUATIONS)
def test_target_computed_from_columns_is_a_warning(equation, dataset_of, rng):
    x = columns(rng, 300).assign(a=rng.lognormal(size=300), b=rng.lognormal(size=300))
    y = x.eval(equation).to_numpy()
    found = leak(learned_from(dataset_of(x, y), y))
    assert found
    assert (found.finding.severity, found.columns) == ("warning", ("a", "b"))
    assert f"{EQUATIONS[equation]} gives the target" in found.finding.sentence


@pytest.mark.parametrize("kind", ["sum", "product"])
def test_formula_with_weights_is_a_note(kind, dataset_of, rng):
    x = columns(rng, 300).assign(a=rng.lognormal(size=300), b=rng.lognormal(size=300))
    y = (2 * x.a + 0.3 * x.b if kind == "sum" else x.a**2 * x.b).to_numpy()
    found = leak(learned_from(dataset_of(x, y), y))
    assert found
    assert (found.finding.severity, found.columns) == ("note", ("a", "b"))
    assert f"a weighted {kind} of 2 columns" in found.finding.sentence


def test_measure_that_cuts_three_classes_is_no_answer(dataset_of, rng):
    x = columns(rng, 600)
    y = np.digitize(x.x0, [-0.5, 0.5])
    assert leak(learned_from(dataset_of(x, y), sure(y, 3))) is None


@pytest.mark.parametrize(("name", "told"), [("y_coded", "warning"), ("why", "warning")])
def test_target_in_a_name_makes_a_column_suspect(name, told, dataset_of, rng):
    y = rng.integers(0, 2, 400)
    coded = np.where(rng.random(400) < 0.05, 1 - y, y)
    x = columns(rng, 400).assign(**{name: coded})
    found = leak(learned_from(dataset_of(x, y), sure(y, 2)))
    assert found
    assert (found.finding.severity, found.columns) == (told, (name,))


def test_columns_that_tell_their_part_are_no_leak(dataset_of, rng):
    x = columns(rng, 400)
    y = x.sum(axis=1).to_numpy() + 0.1 * rng.normal(size=400)
    assert leak(learned_from(dataset_of(x, y), y)) is None


@pytest.fixture
def _quick(monkeypatch):
    """Neighbours, and no forest, for what is fitted again."""

    def few(dataset):
        return {"ridge": KNeighborsRegressor(1), "line": LinearRegression()}

    monkeypatch.setattr(neighbours, "baselines_for", few)


@pytest.mark.usefixtures("_quick")
def test_rows_of_a_group_that_lie_together_are_proved_a_leak(dataset_of, rng):
    group = np.repeat(np.arange(50), 8)
    x = columns(rng, 50).iloc[group].reset_index(drop=True)
    x += 0.01 * rng.normal(size=x.shape)
    y = rng.normal(size=50)[group] + 0.1 * rng.normal(size=400)
    data = dataset_of(x, y)
    near = y + 0.2 * rng.normal(size=400)
    found = dependent_rows(learned_from(data, near))
    assert found
    assert found.finding.severity == "warning"
    assert found.finding.evidence["lost"] > 0.5
    order = rng.permutation(400)
    mixed = dataset_of(x.iloc[order].reset_index(drop=True), y[order])
    assert dependent_rows(learned_from(mixed, near[order])) is None


@pytest.mark.usefixtures("_quick")
def test_neighbours_that_are_no_help_are_no_leak(dataset_of, rng):
    # the target goes on from row to row, and so it does in rows that are held out
    y = np.sin(np.arange(400) / 5) + 0.1 * rng.normal(size=400)
    data = dataset_of(pd.DataFrame({"u": y + 0.1 * rng.normal(size=400)}), y)
    assert dependent_rows(learned_from(data, y * 0.9)) is None


def persons(rng, *, share: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Five shuffled rows of each of 60 persons; a share of y is in their features."""
    person = rng.permutation(np.repeat(np.arange(60), 5))
    y = (np.arange(60) % 2)[rng.permutation(60)][person]
    x = pd.DataFrame(rng.normal(size=(60, 3))[person], columns=list("abc"))
    x["a"] += 8 * share * y
    return x.assign(person=7 * person + 3), y


def test_persons_on_both_sides_of_folds_are_named(dataset_of, rng):
    x, y = persons(rng, share=0)
    found = dependent_rows(learned_from(dataset_of(x, y), sure(y, 2)))
    assert found is not None
    assert found.finding.severity == "warning"
    assert found.columns == ("person",)
    assert "--group person" in found.finding.advice
    assert found.finding.evidence["skill_apart"] < 0.3


def test_persons_that_features_tell_as_well_are_not(dataset_of, rng):
    x, y = persons(rng, share=1)
    assert dependent_rows(learned_from(dataset_of(x, y), sure(y, 2))) is None
