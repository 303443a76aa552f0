"""``zoo help``: every command with options, exit codes and JSON, for programs too."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import click

from ...baselines.results.results import EXIT_CODES, MEANINGS
from ...data.errors import unknown
from ...reports.json_schemas import JSON_OUTPUTS, Schema
from ..console import json_line
from . import options

HELP_SCHEMA = 1
"""Raised when a reader of the older form of ``zoo help --json`` would misread it."""
_ENDS = {
    0: "done",
    1: "the content of the input cannot be used, or a fault of zoo",
    2: "misuse of the command",
}


@click.command(
    "help", epilog="\b\nExamples:\n  zoo help check\n  zoo help runs list --json"
)
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
@options.json_option
@click.pass_context
def help_command(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Show the help of a command, or with --json all of them for programs.

    As JSON each command has its arguments, options, exit codes and the JSON Schema of
    what its --json prints.
    """
    root = context.find_root()
    found = [
        (path, c) for path, c in every_command(root) if path[: len(names)] == names
    ]
    if not found:
        known = [" ".join(path) for path, _ in every_command(root)]
        raise unknown("command", " ".join(names), known, see="`zoo help` shows all.")
    if as_json:
        click.echo(json_line(help_facts(found)))
        return
    click.echo((found[0][1] if names else root).get_help())


def every_command(
    parent: click.Context, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Context]]:
    """Yield each command's name and a context of it, each before its own commands."""
    group = parent.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        assert command is not None
        context = click.Context(command, parent=parent, info_name=name)
        yield (*path, name), context
        if isinstance(command, click.Group):
            yield from every_command(context, (*path, name))


def help_facts(found: list[tuple[tuple[str, ...], click.Context]]) -> dict[str, Any]:
    """Return what ``zoo help --json`` prints of some commands."""
    verdicts = {
        name: {"exit_code": code, "meaning": MEANINGS[name]}
        for name, code in EXIT_CODES.items()
    }
    return {
        "schema": HELP_SCHEMA,
        "version": version("learnable"),
        "verdicts": verdicts,
        "commands": [_command_facts(path, context) for path, context in found],
    }


def _command_facts(path: tuple[str, ...], context: click.Context) -> dict[str, Any]:
    command = context.command
    name = " ".join(path)
    params = command.get_params(context)
    message = " ".join((command.help or "").split())
    return {
        "command": f"zoo {name}",
        "help": message,
        "arguments": [_facts(p) for p in params if isinstance(p, click.Argument)],
        "options": [_facts(p) for p in params if isinstance(p, click.Option)],
        "exit_codes": _exit_codes(name, {o for p in params for o in p.opts}),
        "json": {
            key: {"prints": prints, "schema": schema()}
            for key, (prints, schema) in JSON_OUTPUTS.items()
            if _is_of(key, name)
        },
    }


def _is_of(key: str, name: str) -> bool:
    """Whether an output is of a command; some have several."""
    return key == name or key.startswith((f"{name} --", f"{name}, "))


def _exit_codes(name: str, flags: set[str]) -> dict[str, str]:
    """Meaning of each exit code of a command."""
    ends = {str(code): said for code, said in _ENDS.items()}
    if name == "rerun":
        ends["1"] = f"the results are different, or {ends['1']}"
    if name == "check" or "--gate" in flags:
        when = "" if name == "check" else "with --gate: "
        for code in sorted({code for code in EXIT_CODES.values() if code}):
            verdicts = [v for v, c in EXIT_CODES.items() if c == code]
            ends[str(code)] = f"{when}{' or '.join(verdicts)}"
    return ends


def _facts(param: click.Parameter) -> dict[str, Any]:
    """Facts of an argument or option."""
    kind: Schema = {"type": param.type.name}
    if isinstance(param.type, click.Choice):
        kind["choices"] = [*param.type.choices]
    if isinstance(param.type, click.IntRange | click.FloatRange):
        kind |= {"min": param.type.min, "max": param.type.max}
    facts: dict[str, Any] = {"name": param.name}
    if isinstance(param, click.Option):
        facts = {"flags": [*param.opts, *param.secondary_opts], "help": param.help}
        facts["default"] = _json_default(param.default)
        kind = {"type": "flag"} if param.is_flag else kind
    facts["multiple"] = param.nargs == -1 or getattr(param, "multiple", False)
    return facts | kind | {"required": param.required}


def _json_default(value: Any) -> Any:
    """A default as JSON has it; None where there is none."""
    return value if isinstance(value, str | int | float | bool | None) else None
