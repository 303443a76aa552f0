"""How often rules on columns, order and test rows see a fault, and see one wrongly.

``python -m benchmarks.data_rules_more [SEED ...] [RULE ...]`` examines the tables of
`benchmarks.column_cases` and `benchmarks.order_cases` as `benchmarks.data_rules` does
its own, and writes ``data_rules_more.json`` and a table in ``docs/statistics.md``.
Fifteen minutes on two cores.
"""

import sys

from learnable.benchmarks.column_cases import CASES as COLUMNS
from learnable.benchmarks.data_rules import measure
from learnable.benchmarks.order_cases import CASES as ORDERS

if __name__ == "__main__":
    measure("data_rules_more", (*COLUMNS, *ORDERS), sys.argv[1:])
