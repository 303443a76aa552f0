"""Faults in several forms, and tables that look alike: a reduced benchmark.

Of ``python -m benchmarks.data_rules``, with figures in ``docs/statistics.md``, those
kinds that need no fits and no stored tables.
"""

import numpy as np
import pytest
from learnable.benchmarks import row_cases
from learnable.benchmarks.data_rules import GRAVE, NOT_SAID, judge

STORED = ("wine, 30 rows again, numbered",)
FAULTY = {
    c.name: c
    for c in row_cases.CASES
    if c.is_faulty and c.rule in ("D303", "D309") and c.name not in STORED
}
SOUND = ("incomes capped from above", "doses, each ten times the last", "heavy tails")
SOUND += (
    "10 sparse counts",
    "10 symptoms of one cause",
    "40 words, most of them nowhere",
)


def told(name: str, *, is_faulty: bool) -> list[str]:
    quick = [c for c in row_cases.CASES if not c.fits]
    (case,) = (c for c in quick if c.name == name and c.is_faulty == is_faulty)
    return [judge(case, seed) for seed in (0, 1)]


def test_most_faults_are_found():
    few = list(FAULTY)[::5]
    found = [told(name, is_faulty=True) for name in few]
    assert np.mean([severity != NOT_SAID for own in found for severity in own]) >= 0.9


@pytest.mark.parametrize("name", SOUND)
def test_sound_tables_are_not_charged(name):
    assert not set(told(name, is_faulty=False)) & set(GRAVE)
