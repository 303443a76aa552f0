"""Rules on columns, order and test rows, on kinds of tables, faulty and sound."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.rules.context import TableContext
from learnable.baselines.rules.drift import drift
from learnable.baselines.rules.examine import examine
from learnable.baselines.rules.too_few_rows import too_few_rows
from learnable.baselines.signal.signal_test import signal_with_dependence
from learnable.benchmarks.column_cases import CASES as COLUMNS
from learnable.benchmarks.data_rules import GRAVE, NOT_SAID, judge
from learnable.benchmarks.order_cases import CASES as ORDERS
from learnable.benchmarks.order_cases import LIKE, SORTED, UNLIKE
from learnable.data import Card, Dataset

QUICK = [case for case in (*COLUMNS, *ORDERS) if not case.fits]
RULES = sorted({case.rule for case in QUICK})


@pytest.mark.parametrize("is_faulty", [True, False], ids=["faulty", "sound"])
@pytest.mark.parametrize("rule", RULES)
def test_faults_are_seen_and_sound_tables_left_alone(rule, is_faulty):
    cases = [c for c in QUICK if c.rule == rule and c.is_faulty == is_faulty][::4]
    told = {case.name: judge(case, 20) for case in cases}
    if is_faulty:
        assert not [name for name, severity in told.items() if severity == NOT_SAID]
    else:
        assert not [name for name, severity in told.items() if severity in GRAVE]


def drawn(kind: str, kinds) -> Dataset:
    return kinds[kind](np.random.default_rng(0))


def shift(dataset: Dataset):
    learned: Any = object()  # scores are compared where anything was learned
    return drift(TableContext(dataset, (), learned))


@pytest.mark.parametrize("kind", ["turned round, 60 rows", "numbers by chance"])
def test_targets_of_test_rows_that_follow_otherwise_are_told(kind):
    found = shift(drawn(kind, UNLIKE))
    assert found is not None
    assert found.finding.severity == "warning"
    assert found.finding.evidence["auc"] < 0.6
    assert found.finding.evidence["skill_lost"] > 0.5
    assert "on held-out training rows, and" in found.finding.sentence


def test_copies_among_training_rows_are_no_drift():
    assert shift(drawn("half of the training rows twice", LIKE)) is None


def test_few_kinds_of_rows_are_no_copies():
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.integers(0, 2, (400, 3)), columns=list("abc"))
    y = (x["a"].to_numpy() ^ (rng.random(400) < 0.2)).astype(int)
    card = Card("made", "rows made up", "binary", "y")
    assert shift(Dataset(x, y, card, ("u", "v"), n_test=100)) is None


def test_sorted_rows_in_time_get_a_note():
    data = drawn("numbers with a trend", SORTED)
    known = Dataset(data.x, data.y, data.card, dependence="time")
    (found,) = (f.finding for f in examine(known, ()) if f.finding.code == "D304")
    assert found.severity == "note"
    assert "as in time" in found.advice


def test_label_that_few_rows_have_and_few_groups_are_told():
    y = np.zeros((200, 2), dtype=int)
    y[::2, 0], y[:4, 1] = 1, 1
    card = Card("made", "rows made up", "multilabel", "y")
    groups = np.arange(200) // 50
    x = np.random.default_rng(0).normal(size=(200, 2))
    learned: Any = SimpleNamespace(
        verdict=SimpleNamespace(name="signal"),
        signal=SimpleNamespace(dependent=False),
        board=SimpleNamespace(test_over_train=0.25),
    )
    data = Dataset(x, y, card, ("u", "v"), groups=groups)
    found = too_few_rows(TableContext(data, (), learned))
    assert found is not None
    assert found.finding.severity == "warning"
    assert "1 label has fewer than 10 rows ('v'; 4 at least)" in found.finding.sentence
    assert "The rows are of 4 groups" in found.finding.sentence
    assert found.finding.evidence["needed"] == 500


def test_sorted_class_file_is_not_taken_for_time():
    data = drawn("two classes, 400 rows", SORTED)
    settled, _ = signal_with_dependence(data)
    (found,) = (f.finding for f in examine(settled, ()) if f.finding.code == "D304")
    assert found.severity == "warning"
