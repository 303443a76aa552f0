"""The command ``zoo``: parse, call the API, print. The only place that sees all parts.

Commands are imported when chosen, and import their heavy part when called.
"""

import errno
from importlib import import_module
from typing import Any

import click

from ... import __version__
from ...data.errors import ZooError
from .interrupt import heard

COMMANDS = {
    "check": "check",
    "train": "train",
    "baseline": "baseline",
    "compare": "compare",
    "sweep": "sweep",
    "rerun": "repeat",
    "predict": "predict",
    "generate": "generate",
    "runs": "runs",
    "report": "report",
    "list": "shelf",
    "show": "shelf",
    "explain": "explain",
}
"""Command -> module of this package; the function is called ``<command>_command``."""

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Refusal(click.ClickException):
    """One line on standard error, and the exit code of the error behind it."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
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
            see = "`zoo --help` shows all."
            raise Refusal(str(unknown("command", args[0], COMMANDS, see=see)), 2)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with heard():
                return super().invoke(ctx)
        except ZooError as error:
            raise Refusal(str(error), error.exit_code) from error
        except KeyboardInterrupt as error:
            msg = "interrupted; nothing was written"
            raise Refusal(msg) from error
        except OSError as error:
            raise _as_refusal(error) from error


def _as_refusal(error: OSError) -> BaseException:
    """A full disk or a forbidden folder is no bug; other errors stay as they are."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in _NO_SPACE:
        msg = f"the disk is full{where}: nothing was written"
        return Refusal(f"{msg}. Free some space, or choose another place with --out.")
    if isinstance(error, PermissionError):
        return Refusal(f"no permission{where}; choose another place with --out")
    return error


@click.group(
    cls=Zoo,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="\b\nExample:\n  zoo train rgb-softmax",
)
@click.version_option(__version__, prog_name="zoo")
def main() -> None:
    """Is it the data, or is it my network?

    Baselines run beside every network, on the same folds; a signal test says whether
    there is anything to learn; the verdict comes with its numbers.
    """
