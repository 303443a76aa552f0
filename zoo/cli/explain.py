"""``zoo explain``: what a finding means, and what to do. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import asdict

import click

from ...baselines.rules import catalog as data
from ...data.errors import unknown
from ..console import json_line
from ..diagnosis.rules import catalog as networks
from . import options

RULES = data.RULES | networks.RULES
_Rule = data.Rule | networks.Rule


@click.command(
    "explain",
    epilog="\b\nExamples:\n  zoo explain\n  zoo explain N106\n"
    "  zoo explain rows-not-shuffled",
)
@click.argument("code", required=False)
@options.json_option
def explain_command(code: str | None, as_json: bool) -> None:
    """Explain a finding: what is seen, why it matters, how to mend it.

    CODE is a finding's code or its label. Without one, all are listed.
    """
    rules = list(RULES.values()) if code is None else [_rule(code)]
    if as_json:
        for rule in rules:
            facts = asdict(rule) | {"text": page(rule.code)}
            click.echo(json_line(facts))
    elif code is None:
        width = max(len(rule.label) for rule in rules)
        for rule in rules:
            click.echo(f"{rule.code}  {rule.label:<{width}}  {rule.title}")
    else:
        click.echo(page(rules[0].code), nl=False)


def page(code: str) -> str:
    """The page of a rule on the data or on networks, as Markdown."""
    home = networks if code in networks.RULES else data
    return home.page(code)


def _rule(name: str) -> _Rule:
    """The rule of a code or label; capitals do not count."""
    by_name = RULES | {rule.label: rule for rule in RULES.values()}
    for spelling in (name.upper(), name.lower()):
        if spelling in by_name:
            return by_name[spelling]
    raise unknown("finding", name, by_name, see="`zoo explain` shows all.")
