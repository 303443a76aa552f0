"""The metrics, as people know them."""

from typing import NamedTuple

from .text import clean


class Metric(NamedTuple):
    """Display of one metric; ``higher_is_better`` is None where it is not known."""

    label: str
    higher_is_better: bool | None
    spec: str

    @property
    def title(self) -> str:
        """The label as the first words of a heading."""
        return self.label[:1].upper() + self.label[1:]


METRICS = {
    "score": Metric("score", True, ".3f"),
    "skill": Metric("skill", True, ".3f"),
    "bits_per_character": Metric("bits per character", False, ".3f"),
    "log_loss": Metric("log loss", False, ".3f"),
    "refined_log_loss": Metric("log loss after one temperature", False, ".3f"),
    "accuracy": Metric("accuracy", True, ".3f"),
    "exact_match": Metric("all labels right", True, ".3f"),
    "balanced_accuracy": Metric("balanced accuracy", True, ".3f"),
    "f1_macro": Metric("mean F1", True, ".3f"),
    "mcc": Metric("MCC", True, ".3f"),
    "roc_auc": Metric("ROC AUC", True, ".3f"),
    "brier": Metric("Brier score", False, ".3f"),
    "mase": Metric("MASE", False, ".3f"),
    "smape": Metric("sMAPE in %", False, ".1f"),
    "rmse": Metric("RMSE", False, "#.3g"),
    "mae": Metric("MAE", False, "#.3g"),
    "r2": Metric("R²", True, ".3f"),
    "relative_mse": Metric("squared error / variance of the target", False, ".3f"),
}


def metric(key: str) -> Metric:
    """The metric of this name; one we do not know is shown by its own name."""
    known = METRICS.get(key)
    return known or Metric(clean(key.replace("_", " "), 40), None, "#.3g")
