"""The pages of the rules: whole, short, and with examples that run."""

import ast
import re
from pathlib import Path

import pytest
from learnable.baselines import baselines_for
from learnable.baselines import evaluate as study
from learnable.baselines.rules.catalog import RULES, page
from learnable.data import load

SECTIONS = [
    "What it sees",
    "Why it matters",
    "An example",
    "How to mend it",
    "Where it does not apply",
    "Reference",
]
ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(
    r"```python\n(?P<code>.*?)```\n"
    r"`zoo baseline (?P<file>\S+)(?: --target (?P<target>\w+))?`",
    re.DOTALL,
)
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.code)


def linear(dataset, *, seed=0):
    """The rule of thumb and the linear baseline, which are quick."""
    made = baselines_for(dataset, seed=seed)
    return {name: made[name] for name in [*list(made)[:1], "logistic", "ridge"]
            if name in made}  # fmt: skip


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_rules_are_in_order_and_named_once():
    assert list(RULES) == sorted(RULES)
    assert all(code == rule.code for code, rule in RULES.items())
    assert len({rule.label for rule in RULES.values()}) == len(RULES)


def test_every_page_has_its_rule():
    pages = (ROOT / "baselines" / "rules" / "pages").iterdir()
    assert {path.name for path in pages} == {f"{code}.md" for code in RULES}


@pytest.mark.parametrize("code", ["D999", "../pages/D301", ""])
def test_unknown_code_has_no_page(code):
    with pytest.raises(KeyError):
        page(code)


@every_rule
def test_page_has_all_its_sections(rule):
    text = page(rule.code)
    lines = text.splitlines()
    assert lines[0] == f"# {rule.code} {rule.label}"
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert all(section(text, title).strip() for title in SECTIONS)
    assert 20 <= len(lines) <= 40
    assert max(map(len, lines)) <= 100


@every_rule
def test_example_triggers_its_rule(rule, tmp_path, monkeypatch):
    found = EXAMPLE.fullmatch(section(page(rule.code), "An example").strip())
    assert found
    monkeypatch.chdir(tmp_path)
    exec(found["code"], {})
    data = load(tmp_path / found["file"], target=found["target"])
    monkeypatch.setattr(study, "baselines_for", linear)
    findings = study.run_study({}, data, jobs=1).results.findings
    assert rule.code in [finding.code for finding in findings]


@every_rule
def test_way_to_mend_is_python(rule):
    blocks = re.findall(
        r"```python\n(.*?)```", section(page(rule.code), "How to mend it"), re.DOTALL
    )
    assert blocks
    for block in blocks:
        ast.parse(block)


@every_rule
def test_rule_stands_in_the_documentation(rule):
    told = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert f"| `{rule.code}` | `{rule.label}` |" in told
