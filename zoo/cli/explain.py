"""``zoo explain``: what a finding means, and what to do. Imports nothing heavy."""

from __future__ import annotations

import click

from ...baselines.rules.registry import RULES, Rule
from ...data.errors import unknown
from ..console import json_line
from . import options


@click.command(
    "explain",
    epilog="\b\nExamples:\n  zoo explain\n  zoo explain N106\n"
    "  zoo explain rows-not-shuffled",
)
@click.argument("code", required=False)
@options.json_option
def explain_command(code: str | None, as_json: bool) -> None:
    """Explain a finding: signs, reason, and how to fix it.

    CODE is the code or the label of a finding. Without it, all findings are listed.
    """
    rules = list(RULES.values()) if code is None else [_rule(code)]
    if as_json:
        for rule in rules:
            facts = {"code": rule.code, "label": rule.label, "title": rule.title}
            click.echo(json_line(facts | {"text": rule.page}))
    elif code is None:
        width = max(len(rule.label) for rule in rules)
        for rule in rules:
            click.echo(f"{rule.code}  {rule.label:<{width}}  {rule.title}")
    else:
        click.echo(rules[0].page, nl=False)


def _rule(name: str) -> Rule:
    """The rule of a code or label; capitals do not count."""
    by_name = RULES | {rule.label: rule for rule in RULES.values()}
    for spelling in (name.upper(), name.lower()):
        if spelling in by_name:
            return by_name[spelling]
    raise unknown("finding", name, by_name, see="`zoo explain` shows all.")
