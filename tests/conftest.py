"""Settings of all tests."""

import os

import pytest
from hypothesis import settings

QUICK = {"baselines", "data", "reports"}
"""Folders whose files take seconds at most."""

# A worker of pytest-xdist has one core: a second thread would only wait for it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# `zoo` sets these for its process, so for all tests after the first that calls it: set
# now, no outcome hangs on the order of tests.
os.environ["PYTHONSAFEPATH"] = "1"
os.environ["KERAS_BACKEND"] = "tensorflow"

settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, so that no worker is left with one at the end."""
    items.sort(key=lambda item: item.path.parent.name in QUICK)
