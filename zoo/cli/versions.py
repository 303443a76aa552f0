"""``zoo --version``, and what shells complete; neither imports what it names."""

from __future__ import annotations

from typing import Any

import click

from ...data.versions import installed_version

LIBRARIES = ("tensorflow", "keras", "scikit-learn")
"""Whose versions decide what a command does and finds."""
SHELLS = ("bash", "zsh", "fish")


def versions_line() -> str:
    """``zoo 0.1.0 (Python 3.11.7, tensorflow 2.21.0, ...)``, from package metadata."""
    import platform

    parts = [f"Python {platform.python_version()}"]
    parts += [f"{name} {_version(name)}" for name in LIBRARIES]
    return f"zoo {_version('learnable')} ({', '.join(parts)})"


def _version(name: str) -> str:
    return installed_version(name) or "not installed"


def show_version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    """Print the versions and end, where that is asked."""
    if asked and not context.resilient_parsing:
        click.echo(versions_line())
        context.exit()


def show_completion(
    context: click.Context, option: click.Parameter, shell: Any
) -> None:
    """Print what makes a shell complete ``zoo``, for its start-up file, and end."""
    if not shell or context.resilient_parsing:
        return
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.command, {}, "zoo", "_ZOO_COMPLETE").source())
    context.exit()
