import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.scores.metrics import (
    all_metrics,
    reference,
    row_losses,
    safe_probabilities,
)
from sklearn import metrics

SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=25, deadline=None)


def drawn(seed, classes, rows=40):
    """Codes with every class in them, and probabilities away from 0 and 1."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(
        np.r_[np.arange(classes), rng.integers(0, classes, rows - classes)]
    )
    return y, rng.dirichlet(np.full(classes, 2.0), rows) * 0.98 + 0.02 / classes


@pytest.mark.parametrize("shape", [(0,), (0, 2), (3,), (3, 2)])
def test_squared_errors_of_any_number_of_rows(shape):
    y = np.ones(shape)
    np.testing.assert_array_equal(row_losses(y, 3 * y, classes=0), np.full(shape[0], 4))


@few
@given(SEEDS, st.integers(2, 6))
def test_class_metrics_match_sklearn(seed, classes):
    y, p = drawn(seed, classes)
    found = all_metrics(y, p, y, classes=classes)
    chosen = p.argmax(axis=1)
    auc = p[:, 1] if classes == 2 else p
    expected = {
        "log_loss": metrics.log_loss(y, p),
        "accuracy": metrics.accuracy_score(y, chosen),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, chosen),
        "mcc": metrics.matthews_corrcoef(y, chosen),
        "roc_auc": metrics.roc_auc_score(y, auc, multi_class="ovr"),
        "brier": ((p - np.eye(classes)[y]) ** 2).sum(axis=1).mean(),
    }
    assert {k: found[k] for k in expected} == pytest.approx(expected, abs=1e-6)


@few
@given(SEEDS)
def test_number_metrics_match_sklearn(seed):
    rng = np.random.default_rng(seed)
    y, guess, y_train = rng.normal(size=(3, 30)) * 10 + 5
    found = all_metrics(y, guess, y_train, classes=0)
    bare = metrics.mean_squared_error(y, np.full(30, y_train.mean()))
    expected = {
        "skill": 1 - metrics.mean_squared_error(y, guess) / bare,
        "rmse": metrics.root_mean_squared_error(y, guess),
        "mae": metrics.mean_absolute_error(y, guess),
        "r2": metrics.r2_score(y, guess),
    }
    assert found == pytest.approx(expected)


@few
@given(SEEDS, st.integers(2, 6))
def test_skill_is_one_minus_ratio(seed, classes):
    y, p = drawn(seed, classes)
    y_train = drawn(seed + 1, classes)[0]
    bare = reference(y_train, len(y), classes=classes)
    expected = 1 - metrics.log_loss(y, p) / metrics.log_loss(y, bare)
    assert all_metrics(y, p, y_train, classes=classes)["skill"] == pytest.approx(
        expected
    )


@few
@given(SEEDS, st.sampled_from([0, 2, 5]))
def test_ends_of_skill_are_fixed(seed, classes):
    rng = np.random.default_rng(seed)
    y = drawn(seed, classes)[0] if classes else rng.normal(size=30)
    perfect = np.eye(classes)[y] if classes else y
    ignorant = reference(y, len(y), classes=classes)
    assert all_metrics(y, perfect, y, classes=classes)["skill"] == pytest.approx(
        1, abs=1e-5
    )
    assert all_metrics(y, ignorant, y, classes=classes)["skill"] == pytest.approx(
        0, abs=1e-9
    )


def test_reference_knows_shares_only():
    assert reference(np.array([0, 0, 1]), 2, classes=3) == pytest.approx(
        np.tile([2.5 / 4.5, 1.5 / 4.5, 0.5 / 4.5], (2, 1))
    )
    assert reference(np.array([1.0, 4.0]), 3, classes=0).tolist() == [2.5] * 3


@pytest.mark.parametrize("p", [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [7.0, 0.0]])
def test_certain_probabilities_stay_finite(p):
    safe = safe_probabilities(np.array([p, p]))
    assert safe.sum(axis=1) == pytest.approx(1)
    assert np.isfinite(row_losses(np.array([0, 1]), np.array([p, p]), classes=2)).all()


def test_absent_class_leaves_others():
    y = np.array([0, 0, 2, 2])
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.3, 0.1, 0.6]])
    found = all_metrics(y, p, np.array([0, 1, 2]), classes=3)
    assert np.isfinite(list(found.values())).all()
    assert found["balanced_accuracy"] == pytest.approx(0.75)
    ends = [metrics.roc_auc_score(y == c, p[:, c]) for c in (0, 2)]
    assert found["roc_auc"] == pytest.approx(np.mean(ends))


def test_class_unseen_in_training():
    y = np.array([0, 1, 2])
    found = all_metrics(y, np.eye(3)[[0, 1, 1]], np.array([0, 1, 0, 1]), classes=3)
    assert np.isfinite(list(found.values())).all()
    assert found["skill"] < 0


@pytest.mark.parametrize("p", [[0.8, 0.2], [0.2, 0.8], [1.0, 0.0]])
def test_single_class_lacks_auc_only(p):
    found = all_metrics(
        np.zeros(5, int), np.array([p] * 5), np.array([0, 0, 1]), classes=2
    )
    assert [name for name, value in found.items() if not np.isfinite(value)] == [
        "roc_auc"
    ]


def test_constant_target_has_no_r2():
    found = all_metrics(np.ones(4), np.zeros(4), np.array([0.0, 1.0]), classes=0)
    assert [name for name, value in found.items() if not np.isfinite(value)] == ["r2"]
    assert found["skill"] == pytest.approx(-3)
