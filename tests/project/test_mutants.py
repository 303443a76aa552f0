"""Faults planted by machine: each has a place, and a label that exists."""

import ast

import numpy as np
import pytest
from learnable.baselines.rules.registry import RULES
from learnable.benchmarks.mutants.draw import Mutant, draw, is_worse
from learnable.benchmarks.mutants.judge import judge, truth_of
from learnable.benchmarks.mutants.operators import HARMLESS, NETWORK, ROWS
from learnable.benchmarks.mutants.program import Program, insert, load_bases

BASES = load_bases()
EVERY = (*NETWORK, *ROWS, *HARMLESS)


@pytest.mark.parametrize("operator", EVERY, ids=lambda operator: operator.name)
def test_an_operator_has_a_place_and_changes_the_program(operator):
    made = [(base, operator.apply(base)) for base in BASES]
    changed = [(base, mutant) for base, mutant in made if mutant is not None]
    assert changed
    for base, mutant in changed:
        ast.parse(mutant.text)
        assert mutant.text != base.text


def test_labels_are_those_of_rules():
    # what no rule tells yet is planted all the same
    labels = {rule.label for rule in RULES.values()} | {"no-update", "input-shape"}
    named = {label for o in EVERY for answer in o.answers for label in answer}
    assert named | {label for o in EVERY for label in o.also} <= labels


def test_names_are_given_once():
    names = [operator.name for operator in EVERY]
    assert len(set(names)) == len(names)


def test_nothing_in_a_program_tells_what_is_in_it():
    for base in BASES:
        assert "#" not in base.text.replace('"#', "")


def test_lines_stand_behind_what_a_mark_is_for():
    program = Program("p", frozenset(), "x = 1\n# [raw]\nprint(x)\n")
    made = insert(program, "x = x + 1", ("split", "raw"))
    assert made is not None
    assert made.text == "x = 1\nx = x + 1\nprint(x)\n"
    assert insert(program, "x = 2", ("split",)) is None


def test_lines_bring_the_import_that_they_need():
    made = insert(Program("a", frozenset(), "x = 1\n# [raw]\n"), "y = np.nan", ("raw",))
    assert made is not None
    assert made.text.splitlines() == ["x = 1", "import numpy as np", "y = np.nan"]
    again = insert(made, "z = np.nan", ("raw",))
    assert again is not None
    assert again.text.count("import") == 1


def test_a_seed_draws_the_same_programs():
    first, again = ([*draw(5)], [*draw(5)])
    told = [[(m.name, m.program.text) for m, _ in part] for part in first]
    assert told == [[(m.name, m.program.text) for m, _ in part] for part in again]
    (pairs,) = draw(5, pairs=True)
    assert all(len(mutant.operators) == 2 for mutant, _ in pairs)


@pytest.mark.parametrize(
    ("scores", "worse"),
    [
        ((0.1, 0.1, 0.1), True),
        ((np.nan, np.nan, np.nan), True),
        ((0.9, 0.1, 0.1), False),  # sometimes it learns
        ((0.85, 0.85, 0.85), False),  # too little is lost
    ],
)
def test_a_fault_costs_much_on_every_seed(scores, worse):
    assert is_worse(scores, (0.9, 0.92, 0.9), 0.1) == worse


def mutant(*operators):
    return Mutant("m", BASES[0], operators, (0.1,), (0.9,))


def operator(name):
    return next(o for o in EVERY if o.name == name)


def test_of_two_faults_both_must_be_named():
    truth = truth_of(mutant(operator("not scaled"), operator("rate x1000")))
    both = {"causes": ["inputs-not-scaled", "lr-too-high"]}
    sides = {"sides": ["network", "preparation"], "fixed": {"0": 0.9}}
    assert judge(both | sides, truth) == {
        "found": True, "false": [], "sides": True, "repaired": True,
    }  # fmt: skip
    one = judge({"causes": ["lr-too-high"], "sides": ["network"]}, truth)
    assert (one["found"], one["sides"], one["repaired"]) == (False, False, False)


def test_a_harmless_change_has_no_cause():
    truth = truth_of(mutant(operator("names")))
    fine = judge({"causes": [], "sides": [], "verdict": "network-level"}, truth)
    assert (fine["found"], fine["false"], fine["sides"]) == (None, [], True)
    blamed = judge(
        {"causes": ["leak"], "sides": ["data"], "verdict": "suspicious"}, truth
    )
    assert (blamed["false"], blamed["sides"]) == (["leak"], False)
