"""Writes docs/cli.md: the help of every command, as a terminal shows it.

And the table of commands in docs/for-programs.md. ``--check`` writes nothing and exits
with 1 if a page is not up to date.
"""

import sys
from pathlib import Path
from typing import Any

import click
from learnable.zoo.cli import COMMANDS, main
from learnable.zoo.cli.help import every_command, help_facts

PAGE = Path(__file__).with_name("cli.md")
PROGRAMS = Path(__file__).with_name("for-programs.md")
BEGIN, END = "<!-- commands -->\n", "<!-- /commands -->"
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


def programs_page() -> str:
    """docs/for-programs.md with its table of commands."""
    context = click.Context(main, info_name="zoo")
    facts = help_facts(list(every_command(context)))["commands"]
    rows = ["| command | `--json` prints | exit codes |", "| --- | --- | --- |"]
    for one in facts:
        outputs = {key: output["prints"] for key, output in one["json"].items()}
        told = "; ".join(
            said if f"zoo {key}" == one["command"] else f"`{key}`: {said}"
            for key, said in outputs.items()
        )
        rows.append(f"| `{one['command']}` | {told} | {', '.join(one['exit_codes'])} |")
    before, _, rest = PROGRAMS.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}{chr(10).join(rows)}\n{END}{after}"


if __name__ == "__main__":
    pages = {PAGE: page(), PROGRAMS: programs_page()}
    if "--check" in sys.argv:
        sys.exit(any(p.read_text("utf-8") != made for p, made in pages.items()))
    for path, made in pages.items():
        path.write_text(made, "utf-8")
