"""The data half: baselines, the harness, the statistics, the verdict.

Nothing in this folder knows Keras. Names are imported when first used, so that listing
the baselines does not load scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .catalog import BASELINES as BASELINES
from .catalog import list_baselines as list_baselines

if TYPE_CHECKING:
    from .catalog import baselines_for
    from .results import Results
    from .signal import signal_test
    from .study import compare

_HOME = {
    "Results": "results",
    "baselines_for": "catalog",
    "compare": "study",
    "signal_test": "signal",
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
