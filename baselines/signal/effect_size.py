"""Worth of an effect, in words."""

from ..results.results import Signal

WORTH = {
    "log_loss_gain": "log loss lower by {:.3f}",
    "roc_auc": "ROC AUC {:.2f}",
    "mae_gain": "absolute errors smaller by {:.1%}",
}
"""Of `Signal.worth`, what is told; R² is the share itself."""


def effect(signal: Signal, *, digits: int = 1) -> str:
    """The relation that would have been found, as a share and in the task's measures.

    Such as ``2.1 % of the variance (log loss lower by 0.010, ROC AUC 0.58)``.
    """
    assert signal.detectable is not None
    share = f"{100 * signal.detectable:.{digits}f} % of the variance"
    messages = [WORTH[k].format(v) for k, v in signal.worth.items() if k in WORTH]
    return f"{share} ({', '.join(messages)})" if messages else share
