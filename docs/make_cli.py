"""Writes docs/cli.md: the help of every command, as a terminal shows it.

``--check`` writes nothing and exits with 1 if the page is not up to date.
"""

import sys
from pathlib import Path
from typing import Any

import click
from learnable.zoo.cli import COMMANDS, main

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# The command line

Made by `make docs`; do not edit. Results go to standard output, progress and tables
to standard error. Exit codes: 0 done; 1 an error of ours or of the input's content;
2 misuse of the command. With `--gate` also 3 network at fault, 4 undecided,
5 no signal, 6 suspicious.
"""


def help_text(*names: str) -> str:
    """``zoo NAME --help``, 80 columns wide."""
    width: dict[str, Any] = {"terminal_width": 80, "max_content_width": 80}
    context = click.Context(main, info_name="zoo", **main.context_settings, **width)
    command: click.Command = main
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(context, name)
        assert found is not None
        command = found
        context = click.Context(command, context, name, **width)
    return command.get_help(context)


def page() -> str:
    parts = [HEAD, f"## `zoo`\n\n```\n{help_text()}\n```\n"]
    for names in all_commands():
        parts += [f"## `zoo {' '.join(names)}`\n\n```\n{help_text(*names)}\n```\n"]
    return "\n".join(parts)


def all_commands() -> list[tuple[str, ...]]:
    """The commands, each followed by the commands that it has itself."""
    found: list[tuple[str, ...]] = []
    context = click.Context(main, info_name="zoo")
    for name in COMMANDS:
        command = main.get_command(context, name)
        inner = (
            command.list_commands(context) if isinstance(command, click.Group) else []
        )
        found += [(name,), *((name, part) for part in inner)]
    return found


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(not PAGE.exists() or PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
