"""``zoo explain``: a rule's page, by code or label, without anything heavy."""

import json
import subprocess
import sys

import pytest
from learnable.baselines.rules.registry import RULES

HEAVY = {"tensorflow", "keras", "sklearn", "pandas", "numpy", "rich", "scipy"}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.code)


@every_rule
def test_code_and_label_give_the_page(zoo, rule):
    for name in (rule.code, rule.label, rule.code.lower(), rule.label.upper()):
        told = zoo("explain", name)
        assert (told.exit_code, told.stdout) == (0, rule.page)


def test_all_are_listed_in_columns(zoo):
    told = zoo("explain")
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [rule.code, rule.label] for rule in RULES.values()
    ]
    starts = {
        line.index(rule.title) for line, rule in zip(lines, RULES.values(), strict=True)
    }
    assert len(starts) == 1
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("name", "near"),
    [("D3O4", "'D304'"), ("row-not-shufled", "'rows-not-shuffled'")],
)
def test_unknown_name_is_one_line_with_the_nearest(zoo, name, near):
    told = zoo("explain", name)
    assert (told.exit_code, told.stdout) == (2, "")
    (line,) = told.stderr.splitlines()
    assert repr(name) in line
    assert near in line
    assert "`zoo explain` shows all" in line


@pytest.mark.parametrize("name", ["", "../../finding", "zzz"])
def test_name_like_no_other_is_refused(zoo, name):
    told = zoo("explain", name)
    assert told.exit_code == 2
    assert "Did you mean" not in told.stderr


def test_rule_as_json(zoo):
    facts = json.loads(zoo("explain", "label-noise", "--json").stdout)
    assert facts == {
        "code": "D307",
        "label": "label-noise",
        "title": RULES["D307"].title,
        "text": RULES["D307"].page,
    }


def test_all_as_json_are_a_line_each(zoo):
    lines = zoo("explain", "--json").stdout.splitlines()
    assert [json.loads(line)["code"] for line in lines] == list(RULES)


@pytest.mark.parametrize("arguments", [("explain",), ("explain", "D304")])
def test_nothing_heavy_is_imported(arguments, tmp_path):
    code = (
        "import sys\nfrom learnable.zoo.cli import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "print('\\n', *{name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert not HEAVY & set(run.stdout.splitlines()[-1].split())
