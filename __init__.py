"""Is it the data, or is it my network? Baselines beside every Keras network.

The public names are imported when first used, so that ``import learnable`` costs
nothing: neither TensorFlow nor scikit-learn is loaded before a function needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .baselines import baselines_for
    from .baselines.results.diagnosis import Diagnosis
    from .data import Card, Dataset, ZooError, list_datasets, load
    from .reports import Report
    from .reports.answers import Look, SignalTest
    from .zoo import Recipe, list_models
    from .zoo.check.call import check
    from .zoo.diagnosis.probe.watch import Watch
    from .zoo.experiments.compare import compare, compare_predictions
    from .zoo.experiments.data_half import baseline, look, signal_test
    from .zoo.experiments.run import Run
    from .zoo.experiments.train import train
    from .zoo.networks.estimators import NetworkClassifier, NetworkRegressor
    from .zoo.training import Start, fit, stream

__version__ = "0.1.0"

_HOME = {
    "Card": "data",
    "Dataset": "data",
    "Diagnosis": "baselines.results.diagnosis",
    "Look": "reports.answers",
    "NetworkClassifier": "zoo.networks.estimators",
    "NetworkRegressor": "zoo.networks.estimators",
    "Recipe": "zoo",
    "Report": "reports",
    "Run": "zoo.experiments.run",
    "SignalTest": "reports.answers",
    "Start": "zoo.training",
    "Watch": "zoo.diagnosis.probe.watch",
    "ZooError": "data",
    "baseline": "zoo.experiments.data_half",
    "baselines_for": "baselines",
    "check": "zoo.check.call",
    "compare": "zoo.experiments.compare",
    "compare_predictions": "zoo.experiments.compare",
    "fit": "zoo.training",
    "list_datasets": "data",
    "list_models": "zoo",
    "load": "data",
    "look": "zoo.experiments.data_half",
    "signal_test": "zoo.experiments.data_half",
    "stream": "zoo.training",
    "train": "zoo.experiments.train",
}

__all__ = [
    "Card",
    "Dataset",
    "Diagnosis",
    "Look",
    "NetworkClassifier",
    "NetworkRegressor",
    "Recipe",
    "Report",
    "Run",
    "SignalTest",
    "Start",
    "Watch",
    "ZooError",
    "baseline",
    "baselines_for",
    "check",
    "compare",
    "compare_predictions",
    "fit",
    "list_datasets",
    "list_models",
    "load",
    "look",
    "signal_test",
    "stream",
    "train",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


# type checkers read the imports above: with this, no name would be misspelt to them
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            msg = f"module 'learnable' has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
