"""Faults planted by machine into sound training scripts, and found by ``zoo check``.

``python -m learnable.benchmarks.mutants --seeds 0:10 [--pairs]`` draws for each seed a
program with a fault of its network, one with a fault of its rows, and one with a change
that does no harm (with ``--pairs`` one with two faults), keeps those that are
measurably worse than their base (a harmless one: not worse) over three seeds, checks
them, and writes ``mutants.json``, a record each, and a table in ``docs/check.md``. What
``mutants.json`` has is not checked again, unless with ``--again``.
"""
