"""Metrics of a task, computed on the predictions of one fold.

``skill`` decides: the share of the uncertainty that features remove, 0 for a candidate
that knows only the class shares (or the mean) of the training rows, 1 for perfection.
For classes it is ``1 - log loss / log loss of the prior`` (McFadden's pseudo R2, out of
sample); for numbers ``1 - squared error / squared error of the training mean``.
"""

import warnings

import numpy as np

CLIP = 1e-7
"""Probabilities are kept this far from 0 and 1, as Keras does in its losses."""


def safe_probabilities(p: np.ndarray) -> np.ndarray:
    """Clipped to [`CLIP`, 1 - `CLIP`] and scaled to sum 1, as float64."""
    p = np.clip(np.asarray(p, dtype="float64"), CLIP, 1 - CLIP)
    return p / p.sum(axis=1, keepdims=True)


def row_losses(y: np.ndarray, predictions: np.ndarray, *, classes: int) -> np.ndarray:
    """The deciding loss of each row, of shape (n_rows,).

    Parameters
    ----------
    y : array of shape (n_rows,)
        Class codes or numbers.
    predictions : array of shape (n_rows, n_classes) or (n_rows,)
        Probabilities or numbers.
    classes : int
        0 for regression.

    Returns
    -------
    array
        Negative log probability of the true class in nats, or squared error.
    """
    if classes:
        return -np.log(safe_probabilities(predictions)[np.arange(len(y)), y])
    return (predictions - y) ** 2


def reference(y_train: np.ndarray, rows: int, *, classes: int) -> np.ndarray:
    """What a candidate predicts that knows only the training targets.

    Returns
    -------
    array of shape (rows, n_classes) or (rows,)
        Class shares with half a row added to each class, so that a class unseen in
        training is not impossible (Krichevsky, Trofimov 1981); or the mean.
    """
    if not classes:
        return np.full(rows, y_train.mean())
    counts = np.bincount(y_train, minlength=classes) + 0.5
    return np.tile(counts / counts.sum(), (rows, 1))


def score(
    y: np.ndarray, predictions: np.ndarray, y_train: np.ndarray, *, classes: int
) -> dict[str, float]:
    """All metrics of one fold; NaN where one is not defined.

    Returns
    -------
    dict
        Classification: skill, log_loss (nats), accuracy, balanced_accuracy, mcc,
        roc_auc (one against the rest, macro), brier (sum over classes).
        Regression: skill, rmse, mae (units of the target), r2.
    """
    own = row_losses(y, predictions, classes=classes).mean()
    bare = row_losses(
        y, reference(y_train, len(y), classes=classes), classes=classes
    ).mean()
    skill = {"skill": float(1 - own / bare) if bare > 0 else float("nan")}
    return skill | (_classes(y, predictions) if classes else _numbers(y, predictions))


def _classes(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    from sklearn import metrics

    chosen = p.argmax(axis=1)
    truth = np.eye(p.shape[1])[y]
    with warnings.catch_warnings():
        # a class may be absent from a fold, or predicted though it is
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
        warnings.filterwarnings("ignore", "A single label was found")
        balanced = metrics.balanced_accuracy_score(y, chosen)
        mcc = metrics.matthews_corrcoef(y, chosen)
    return {
        "log_loss": float(row_losses(y, p, classes=p.shape[1]).mean()),
        "accuracy": float((chosen == y).mean()),
        "balanced_accuracy": float(balanced),
        "mcc": float(mcc),
        "roc_auc": _auc(truth, p),
        "brier": float(((p - truth) ** 2).sum(axis=1).mean()),
    }


def _auc(truth: np.ndarray, p: np.ndarray) -> float:
    """Mean over the classes that are present and not alone; two classes count once."""
    from sklearn.metrics import roc_auc_score

    columns = range(1, 2) if p.shape[1] == 2 else range(p.shape[1])
    some = [c for c in columns if 0 < truth[:, c].mean() < 1]
    if not some:
        return float("nan")
    return float(np.mean([roc_auc_score(truth[:, c], p[:, c]) for c in some]))


def _numbers(y: np.ndarray, predictions: np.ndarray) -> dict[str, float]:
    errors = predictions - y
    spread = ((y - y.mean()) ** 2).mean()
    return {
        "rmse": float(np.sqrt((errors**2).mean())),
        "mae": float(np.abs(errors).mean()),
        "r2": float(1 - (errors**2).mean() / spread) if spread > 0 else float("nan"),
    }
