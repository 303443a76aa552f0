import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.baselines.signal.power import EFFECTS, smallest_effect, to_task_metrics
from scipy import integrate, stats


@given(st.floats(0.006, 0.6), st.floats(5, 40))
def test_smallest_effect_is_found(threshold, slope):
    """A power that rises steeply at a threshold is .8 near there."""

    def found(shares):
        rank = (np.arange(len(shares)) + 0.5) / len(shares)
        return rank < stats.norm.cdf(slope * np.log(shares / threshold))

    least = smallest_effect(found)
    low = max(e for e in (0, *EFFECTS) if e <= threshold)
    high = min(e for e in (*EFFECTS, 1) if e >= threshold)
    step = min(e for e in (*EFFECTS, 1) if e > high) if high < 1 else 1
    assert low <= least <= step


def test_nothing_and_everything_is_found():
    assert smallest_effect(lambda s: np.zeros(len(s), bool)) == 1
    assert smallest_effect(lambda s: np.ones(len(s), bool)) == EFFECTS[0]


@pytest.mark.parametrize("prior", [0.5, 0.1])
@pytest.mark.parametrize("share", [0.01, 0.13, 0.45])
def test_two_classes_are_worth_what_theory_says(prior, share):
    """Two normal classes: ROC AUC and log loss by integration."""
    apart = np.sqrt(share / (1 - share) / (prior * (1 - prior)))
    one, two = stats.norm(0, 1), stats.norm(apart, 1)

    def information(x):
        mixed = (1 - prior) * one.pdf(x) + prior * two.pdf(x)
        parts = ((1 - prior, one), (prior, two))
        return sum(w * d.pdf(x) * (d.logpdf(x) - np.log(mixed)) for w, d in parts)

    gain = integrate.quad(information, -8, apart + 8)[0]
    found = to_task_metrics(share, "binary", 1_000 * np.array([1 - prior, prior]))
    assert found["log_loss_gain"] == pytest.approx(gain, abs=0.01)
    assert found["roc_auc"] == pytest.approx(
        stats.norm.cdf(apart / np.sqrt(2)), abs=0.015
    )


@pytest.mark.slow  # many draws
@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.floats(0.01, 0.6))
def test_any_classes_have_their_worth(counts, share):
    rows = np.array(counts)
    if (rows > 0).sum() < 2:
        return
    found = to_task_metrics(share, "multiclass", rows)
    assert 0 <= found["log_loss_gain"] <= np.log(len(rows)) + 0.1
    assert 0.45 < found["roc_auc"] <= 1


def test_numbers_and_forecasts_have_their_worth():
    assert to_task_metrics(0.04, "regression") == {"r2": 0.04}
    assert to_task_metrics(0.19, "forecast") == {"mae_gain": pytest.approx(0.1)}
    assert to_task_metrics(1.0, "regression") == {}
    assert to_task_metrics(0.1, "multilabel") == {}
