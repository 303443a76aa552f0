"""Shuffled labels: whatever leaks in our own pipeline would show here as skill."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.evaluate import run_study
from learnable.baselines.results.candidates import learns

ROWS = 160


def numbers(rng):
    return pd.DataFrame(rng.normal(size=(ROWS, 4)), columns=list("abcd"))


def gaps(rng):
    return numbers(rng).mask(rng.random((ROWS, 4)) < 0.2)


def many_categories(rng):
    # an encoder that looks at the target would give each name its mean
    names = [f"street {i}" for i in range(80)]
    return pd.DataFrame(
        {"street": rng.choice(names, ROWS), "floor": rng.normal(size=ROWS)}
    )


def dates(rng):
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), "D")
    return pd.DataFrame({"day": days, "size": rng.normal(size=ROWS)})


def texts(rng):
    words = [f"word{i}" for i in range(60)]
    return pd.DataFrame(
        {"text": [" ".join(rng.choice(words, 12)) for _ in range(ROWS)]}
    )


def images(rng):
    return rng.integers(0, 256, (ROWS, 8, 8)).astype("uint8")


def wide(rng):
    return pd.DataFrame(rng.normal(size=(ROWS, 300))).rename(columns=str)


SLOW = (numbers, dates, texts, wide)
FEATURES = [
    gaps,
    many_categories,
    images,
    *(pytest.param(f, marks=pytest.mark.slow) for f in SLOW),
]


def gains(results):
    """Baselines whose skill is above 0 for sure."""
    able = [r for r in results.rows if r.scores and learns(r)]
    assert able
    return [r.name for r in able if (r.scores["skill"].low or 0) > 0]


@pytest.mark.slow  # many draws
@pytest.mark.parametrize("features", FEATURES)
def test_shuffled_labels_fall_to_chance(features, dataset_of):
    rng = np.random.default_rng(13)
    x = features(rng)
    y = rng.permutation(np.arange(ROWS) % 2)
    results = run_study({}, dataset_of(x, y), jobs=1).results
    assert gains(results) == []
    assert results.verdicts[-1].name in ("no-signal", "undecided")


def test_shuffled_numbers_fall_to_chance(dataset_of):
    rng = np.random.default_rng(9)
    results = run_study(
        {}, dataset_of(numbers(rng), rng.standard_t(3, ROWS)), jobs=1
    ).results
    assert gains(results) == []
    assert results.verdicts[-1].name in ("no-signal", "undecided")


@pytest.mark.slow  # many draws
def test_labels_of_groups_fall_to_chance(dataset_of):
    """Rows of a group are alike and share their label: folds must not part them."""
    rng = np.random.default_rng(10)
    groups = np.repeat(np.arange(40), 4)
    x = rng.normal(size=(40, 4))[groups] + 0.05 * rng.normal(size=(ROWS, 4))
    y = rng.permutation(np.arange(40) % 2)[groups]
    apart = run_study({}, dataset_of(x, y, groups=groups), jobs=1).results
    assert gains(apart) == []
    assert apart.verdicts[-1].name in ("no-signal", "undecided")
    # without a word on their groups these are found, by how near such rows are
    untold = run_study({}, dataset_of(x, y), jobs=1).results
    assert gains(untold) == []
    assert untold.signal.dependent
    # to call them independent is to see the gain that is a leak
    parted = run_study({}, replace(dataset_of(x, y), dependence="none"), jobs=1).results
    assert "forest" in gains(parted)
