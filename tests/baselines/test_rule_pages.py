"""The pages of the rules: whole, short, and with examples that run."""

import ast
import re
from pathlib import Path

import pytest
from learnable.baselines import baselines_for
from learnable.baselines import evaluate as study
from learnable.baselines.rules.registry import RULES, checks, read_head
from learnable.data import load

SECTIONS = [
    "What it sees",
    "Why it matters",
    "An example",
    "How to fix it",
    "Where it does not apply",
    "Reference",
]
ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(
    r"```python\n(?P<code>.*?)```\n"
    r"`zoo baseline (?P<file>\S+)(?: --target (?P<target>\w+))?`",
    re.DOTALL,
)
FOLDERS = ("baselines/rules", "zoo/diagnosis/rules", "zoo/diagnosis/probe")
DATA = [rule for rule in RULES.values() if "zoo baseline" in rule.page]
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.code)
data_rule = pytest.mark.parametrize("rule", DATA, ids=lambda r: r.code)


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


def test_every_check_has_a_page_and_every_page_a_check():
    for folder in FOLDERS:
        module = f"learnable.{folder.replace('/', '.')}.any"
        found = set(checks(module, letters="DPNSG").values())
        pages = {r.code for r in RULES.values() if folder in str(r.path)}
        # found by `zoo check` in other rows than those of a table or of a training
        by_other_means = {"P708", "S410", "D310"}
        assert found ^ pages <= by_other_means


def test_every_code_that_is_named_is_explained():
    """In the sources, in what users read of them, and in the documentation."""
    code = re.compile(r"\b[DPNSGB][1-7]\d{2}\b")
    folders = [ROOT / name for name in ("baselines", "zoo", "reports", "docs")]
    paths = [p for f in folders for p in f.rglob("*") if p.suffix in {".py", ".md"}]
    unknown = {
        (path.name, found)
        for path in [*paths, ROOT / "README.md"]
        for found in code.findall(path.read_text("utf-8"))
        if found not in RULES
    }
    assert not unknown


def test_codes_in_a_file_are_those_of_its_rule():
    """A rule names its code twice, for its registration and in its findings."""
    wrong = []
    for folder in FOLDERS[:2]:
        for path in (ROOT / folder).glob("*.py"):
            codes = set(re.findall(r'"([DPN]\d{3})"', path.read_text("utf-8")))
            own = {r.code for r in RULES.values() if r.path.stem == path.stem}
            if own and codes - own:
                wrong.append((path.name, codes))
    assert not wrong


@pytest.mark.parametrize("head", ["# D301 other", "# D301 row-order\ntitle", ""])
def test_page_without_its_head_is_refused(head, tmp_path):
    path = tmp_path / "row_order.md"
    path.write_text(head)
    with pytest.raises(ValueError, match=r"row_order\.md begins with"):
        read_head(path)


@every_rule
def test_page_has_all_its_sections(rule):
    text = rule.page
    lines = text.splitlines()
    assert lines[0] == f"# {rule.code} {rule.label}"
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert all(section(text, title).strip() for title in SECTIONS)
    assert 20 <= len(lines) <= 51
    assert max(map(len, lines)) <= 100


@data_rule
def test_example_triggers_its_rule(rule, tmp_path, monkeypatch):
    found = EXAMPLE.fullmatch(section(rule.page, "An example").strip())
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
        r"```python\n(.*?)```", section(rule.page, "How to fix it"), re.DOTALL
    )
    assert blocks
    for block in blocks:
        ast.parse(block)


@data_rule
def test_rule_stands_in_the_documentation(rule):
    told = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert f"| `{rule.code}` | `{rule.label}` |" in told
