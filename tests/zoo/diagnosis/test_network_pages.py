"""Examples on the pages of N108 to N114 trigger the rule that they explain."""

import re

import pytest
from learnable.zoo.diagnosis.case import Case
from learnable.zoo.diagnosis.catalog import RULES, page
from learnable.zoo.diagnosis.question import ask
from learnable.zoo.diagnosis.recorder import recorded
from learnable.zoo.diagnosis.rules.n108_bad_initialisation import bad_initialisation
from learnable.zoo.diagnosis.rules.n109_disconnected_layer import disconnected_layer
from learnable.zoo.diagnosis.rules.n111_too_few_units import too_few_units
from learnable.zoo.diagnosis.rules.n112_too_strong_regularisation import (
    too_strong_regularisation,
)
from learnable.zoo.diagnosis.rules.n113_missing_mask import missing_mask
from learnable.zoo.diagnosis.rules.n114_wrong_gradient import wrong_gradient
from learnable.zoo.diagnosis.setup import as_given

CHECKS = {
    "N108": bad_initialisation,
    "N109": disconnected_layer,
    "N111": too_few_units,
    "N112": too_strong_regularisation,
    "N113": missing_mask,
    "N114": wrong_gradient,
}
EXAMPLE = re.compile(r"## An example\n```python\n(.*?)```", re.DOTALL)
every_code = pytest.mark.parametrize("code", CHECKS)


@every_code
def test_example_triggers_its_rule(code, tmp_path):
    path = tmp_path / "train.py"
    path.write_text(EXAMPLE.search(page(code)).group(1))
    with recorded(str(path)) as recording:
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": "__main__"})
    fit = recording.fits[0]
    question = ask(fit)
    case = Case(recording, fit, question, as_given(fit, question))
    found = {other: check(case) for other, check in CHECKS.items()}
    assert found[code].label == RULES[code].label
    assert found[code].repairs
    assert all(repair.edits for repair in found[code].repairs[:1])
    assert not [other for other in found if other != code and found[other]]


@every_code
def test_page_is_short(code):
    text = page(code)
    assert text.startswith(f"# {code} {RULES[code].label}\n")
    assert len(text.splitlines()) <= 50
