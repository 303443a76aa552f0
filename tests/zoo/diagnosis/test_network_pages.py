"""Examples on the pages of N108 to N114 trigger the rule that they explain."""

import re

import pytest
from learnable.baselines.rules.registry import RULES
from learnable.zoo.diagnosis.problem.context import RuleContext
from learnable.zoo.diagnosis.problem.task import training_task
from learnable.zoo.diagnosis.problem.training_setup import original_training
from learnable.zoo.diagnosis.record.recorder import recorded
from learnable.zoo.diagnosis.rules.bad_initialisation import bad_initialisation
from learnable.zoo.diagnosis.rules.disconnected_layer import disconnected_layer
from learnable.zoo.diagnosis.rules.missing_mask import missing_mask
from learnable.zoo.diagnosis.rules.too_few_units import too_few_units
from learnable.zoo.diagnosis.rules.too_strong_regularisation import (
    too_strong_regularisation,
)
from learnable.zoo.diagnosis.rules.wrong_gradient import wrong_gradient

pytestmark = pytest.mark.slow  # many small trainings


CHECKS = {
    "N108": bad_initialisation,
    "N109": disconnected_layer,
    "N111": too_few_units,
    "N112": too_strong_regularisation,
    "N113": missing_mask,
    "N114": wrong_gradient,
}
EDITS = {
    "N108": {"kernel_initializer", "bias_initializer"},
    "N109": {"FeedFrom"},
    "N111": {"units"},
    "N112": {"kernel_regularizer"},
    "N113": {"InsertLayer"},
    "N114": {"activation"},
}
"""Arguments, or kinds of change, that the first repair writes into the example."""
EXAMPLE = re.compile(r"## An example\n```python\n(.*?)```", re.DOTALL)
every_code = pytest.mark.parametrize("code", CHECKS)


@every_code
def test_example_triggers_its_rule(code, tmp_path):
    path = tmp_path / "train.py"
    path.write_text(EXAMPLE.search(RULES[code].page).group(1))
    with recorded(str(path)) as recording:
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
    fit = recording.fits[0]
    task = training_task(fit)
    context = RuleContext(recording, fit, task, original_training(fit, task))
    found = {other: check(context) for other, check in CHECKS.items()}
    assert found[code].label == RULES[code].label
    assert found[code].repairs
    edits = found[code].repairs[0].edits
    assert {getattr(edit, "name", type(edit).__name__) for edit in edits} == EDITS[code]
    assert not [other for other in found if other != code and found[other]]
