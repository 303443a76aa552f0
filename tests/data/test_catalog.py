import json
import os
import subprocess
import sys

import numpy as np
import pytest
from learnable.data import DATASETS, list_datasets, load
from learnable.data.catalog import card_of
from learnable.data.dataset import TASKS
from learnable.data.errors import UnknownName
from learnable.data.fetch import _ARCHIVES, CLASSES, N_CLASSES, registry

SHIPPED = [n for n, c in DATASETS.items() if not c.entry.startswith("fetch:")]
FETCHED = [n for n in DATASETS if n not in SHIPPED]


@pytest.mark.parametrize("name", SHIPPED)
def test_cards_equal_their_rows(name):
    dataset, about = load(name), DATASETS[name]
    assert dataset.card is about
    assert len(dataset) == len(dataset.x) == about.rows
    assert int(np.prod(dataset.x.shape[1:])) == about.columns
    n_classes = len(np.unique(dataset.y))
    if about.task in ("regression", "forecast"):
        assert dataset.classes == ()
        assert dataset.y.dtype == "float64"
    else:
        assert len(dataset.classes) == n_classes == dataset.y.max() + 1
        assert dataset.y.dtype == "int64"
        assert (n_classes == 2) is (about.task == "binary")
    if about.feature_range:
        values = np.asarray(dataset.x)
        assert values.min() >= about.feature_range[0]
        assert values.max() <= about.feature_range[1]


@pytest.mark.skipif("ZOO_DATA" not in os.environ, reason="ZOO_DATA is not set")
@pytest.mark.parametrize("name", FETCHED)
def test_image_cards_equal_rows(name):
    dataset, about = load(name), DATASETS[name]
    assert int(np.prod(dataset.x.shape[1:])) == about.columns
    assert dataset.x.dtype == "uint8"
    assert dataset.is_image
    whole = len(dataset) == about.rows
    assert any("full set" in note for note in dataset.notes) is not whole


@pytest.mark.parametrize("name", DATASETS)
def test_cards_say_everything(name):
    about = DATASETS[name]
    assert about.name == name == name.lower()
    assert about.task in TASKS
    assert all((about.title, about.target, about.source, about.licence, about.entry))
    assert about.rows > 0
    assert about.columns > 0
    assert all(len(row) == about.columns for row in about.examples)


@pytest.mark.parametrize("name", FETCHED)
def test_archives_are_pinned(name):
    file = DATASETS[name].entry.removeprefix("fetch:")
    sha256, address = registry()[_ARCHIVES[file]]
    assert len(sha256) == 64
    assert address.startswith("https://")
    assert len(CLASSES[file]) == N_CLASSES


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("*", list(DATASETS)), ("*mnist", ["mnist", "fashion-mnist"]), ("q*", [])],
)
def test_patterns_find_names(pattern, names):
    assert list_datasets(pattern) == names


@pytest.mark.parametrize("name", ["mnits", "Iris", "breast_cancer"])
def test_unknown_card_names_nearest(refused, name):
    assert "Did you mean" in refused(UnknownName, card_of, name)


def test_listing_imports_nothing_heavy():
    code = (
        "import sys, json; from learnable.data.catalog import list_datasets;"
        "list_datasets(); print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert not {"sklearn", "tensorflow", "keras", "skrub"} & set(
        json.loads(done.stdout)
    )
