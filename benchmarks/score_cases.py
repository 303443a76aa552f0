"""Tables with wrong labels or with a leak, and tables that look alike.

For `benchmarks.data_rules`. Each kind is drawn anew from a generator.
"""

from learnable.benchmarks.data_rules import RuleCase

CASES: tuple[RuleCase, ...] = ()
