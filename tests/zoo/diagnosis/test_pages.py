"""The pages of the rules on networks: there, whole and short."""

import re

import pytest
from learnable.zoo.diagnosis.rules.catalog import RULES, page
from learnable.zoo.diagnosis.rules.run_rules import CHECKS, LENGTH

PARTS = [
    "What it sees",
    "Why it matters",
    "An example",
    "How to mend it",
    "Where it does not apply",
    "Reference",
]


@pytest.mark.parametrize("code", list(RULES))
def test_page_has_all_parts_in_fifty_lines(code):
    text = page(code)
    assert text.startswith(f"# {code} {RULES[code].label}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS
    assert 20 <= text.count("\n") + 1 <= 51


@pytest.mark.parametrize("code", list(RULES))
def test_example_is_a_whole_script(code):
    found = re.search(r"```python\n(.*?)```", page(code), re.DOTALL)
    assert found is not None
    compile(found[1], code, "exec")


def test_unknown_code_has_no_page():
    with pytest.raises(KeyError):
        page("../pages/N101")


def test_every_rule_is_asked_once():
    names = [check.__name__.replace("_", "-") for check in (*CHECKS, *LENGTH)]
    assert len(set(names)) == len(names)
    assert {rule.label for rule in RULES.values()} <= set(names)
