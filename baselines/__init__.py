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
    from .results.results import Results

_HOME = {
    "Results": "results.results",
    "baselines_for": "estimators.catalog",
}

__all__ = [
    "BASELINES",
    "Results",
    "baselines_for",
    "list_baselines",
]


# type checkers read the imports above: with this, no name would be misspelt to them
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
