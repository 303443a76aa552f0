"""The command ``zoo``: parse, call the API, print. The only place that sees all parts.

Commands are imported when chosen, and import their heavy part when called.
"""

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from ..console import catch_interrupt
from ..faults import as_error, open_standard_streams
from . import output
from .versions import SHELLS, show_completion, show_version

COMMANDS = {
    "check": "check",
    "look": "look",
    "data": "data",
    "train": "train",
    "baseline": "baseline",
    "compare": "compare",
    "sweep": "sweep",
    "rerun": "rerun",
    "predict": "predict",
    "generate": "generate",
    "runs": "runs",
    "report": "report",
    "list": "list_show",
    "show": "list_show",
    "explain": "explain",
    "help": "help",
}
"""Command -> module of this package; the function is called ``<command>_command``."""


class UserError(click.ClickException):
    """One line on standard error, and the exit code of the error behind it."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(output.strip_control_characters(message))
        self.exit_code = code  # pyright: ignore[reportAttributeAccessIssue]  (click's way)


class Zoo(click.Group):
    """A group that imports a command when it is named and shows errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{COMMANDS[cmd_name]}", __package__)
        return getattr(module, f"{cmd_name}_command")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from ...data.errors import unknown

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            see = "`zoo --help` lists all."
            raise UserError(str(unknown("command", args[0], COMMANDS, see=see)), 2)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with catch_interrupt():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except BrokenPipeError:
            raise  # who read the output has gone: click ends without a word
        except KeyboardInterrupt as error:
            msg = "interrupted; nothing was written"
            raise UserError(msg) from error
        # the last handler: whatever it is, a user sees one line
        except BaseException as error:
            raise UserError(*as_error(error)) from error

    def main(self, *args: Any, **settings: Any) -> Any:
        """Parse and run, as click does; what fails around that is one line, too."""
        open_standard_streams()
        # workers would look for modules in the folder where the command is called, that
        # may be somebody else's, before they look elsewhere
        os.environ["PYTHONSAFEPATH"] = "1"
        from ...data.errors import in_command

        try:
            with in_command():
                return super().main(*args, **settings)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except BaseException as error:
            message, code = as_error(error)
            with suppress(OSError, ValueError, AttributeError):  # closed, or gone
                sys.stderr.write(f"Error: {output.strip_control_characters(message)}\n")
            raise SystemExit(code) from None


@click.group(
    cls=Zoo,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  zoo train rgb-softmax",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the versions of zoo and of the libraries it rests on, and exit.",
)
@click.option(
    "--completion",
    type=click.Choice(SHELLS),
    is_eager=True,
    expose_value=False,
    callback=show_completion,
    help="Show what makes a shell complete zoo, and exit; e.g. in ~/.bashrc: "
    'eval "$(zoo --completion bash)".',
)
def main() -> None:
    """Is it the data, or is it my network?

    Baselines are scored on the same folds as every network, a signal test measures
    whether there is anything to learn, and the verdict gives the numbers behind it.
    """
