"""The data half: baselines, the harness, the statistics, the verdict.

Nothing in this folder knows Keras. Names are imported when first used, so that listing
the baselines does not load scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .estimators.catalog import BASELINES as BASELINES
from .estimators.catalog import list_baselines as list_baselines

if TYPE_CHECKING:
    from .estimators.catalog import baselines_for
    from .evaluate import compare
    from .results.results import Results
    from .signal.signal_test import signal_test

_HOME = {
    "Results": "results.results",
    "baselines_for": "estimators.catalog",
    "compare": "evaluate",
    "signal_test": "signal.signal_test",
}

__all__ = [
    "BASELINES",
    "Results",
    "baselines_for",
    "compare",
    "list_baselines",
    "signal_test",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
