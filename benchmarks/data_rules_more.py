"""How often rules on columns, order, time and test rows see a fault, or one wrongly.

``python -m benchmarks.data_rules_more [SEED ...] [RULE ...]`` examines the tables of
`benchmarks.column_cases`, `benchmarks.order_cases` and `benchmarks.time_cases` as
`benchmarks.data_rules` does its own. Without arguments rules that fit nothing are given
seeds 10 to 14, the others seed 10, and ``data_rules_more.json`` and a table in
``docs/statistics.md`` are written: ten minutes on a free core.
"""

import sys

from learnable.benchmarks.column_cases import CASES as COLUMNS
from learnable.benchmarks.data_rules import SEEDS, measure
from learnable.benchmarks.order_cases import CASES as ORDERS
from learnable.benchmarks.time_cases import CASES as TIMES

NAME = "data_rules_more"
CASES = (*COLUMNS, *ORDERS, *TIMES)


def main() -> None:
    """Measure the rules that are named, or all, and write down what is found."""
    if sys.argv[1:]:
        measure(NAME, CASES, sys.argv[1:])
        return
    measure(NAME, [case for case in CASES if not case.fits], ())
    measure(NAME, [case for case in CASES if case.fits], (str(SEEDS[0]),))


if __name__ == "__main__":
    main()
