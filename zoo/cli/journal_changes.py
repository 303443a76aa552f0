"""``zoo runs note``, ``tag``, ``rm`` and ``prune``: what changes the journal."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from os.path import abspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...data.errors import Misuse, ZooError
from ...reports.run_summary import FINISHED
from ...reports.text import clean, name
from . import options

if TYPE_CHECKING:
    from ...reports.run_summary import Entry

LONGEST_TAG = 60
"""Characters."""

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}

yes_option = click.option(
    "--yes", "-y", is_flag=True, help="Delete without confirmation."
)


class Duration(click.ParamType):
    """A time such as 12h, 30d or 8w."""

    name = "age"

    def convert(self, value: Any, param: Any, ctx: Any) -> timedelta:
        """Hours, days or weeks."""
        found = re.fullmatch(r"(\d{1,6})\s*([hdw])", str(value).strip().lower())
        if not found:
            self.fail(f"{value!r} is no age; give one such as 12h, 30d or 8w")
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command(
    "note",
    epilog="\b\nExamples:\n"
    '  zoo runs note last "wider, without dropout"\n'
    '  zoo runs note last ""',
)
@click.argument("run")
@click.argument("text", required=False)
@options.out_option
def note_command(run: str, text: str | None, out: Path) -> None:
    """Set, show or remove the note of a run.

    Without TEXT the note is shown; an empty TEXT removes it.
    """
    from ...reports.notes import read_notes, write_notes
    from ..runs.folder import check_no_link, find_run

    folder = find_run(run, out)
    note, tags = read_notes(folder)
    if text is not None:
        write_notes(check_no_link(folder), text.strip(), tags)
    elif note:
        click.echo(clean(note, len(note)))


@click.command(
    "tag",
    epilog="\b\nExamples:\n"
    "  zoo runs tag last paper best\n"
    "  zoo runs tag last --remove best",
)
@click.argument("run")
@click.argument("tags", nargs=-1, metavar="[TAG]...")
@click.option("--remove", is_flag=True, help="Remove these tags.")
@options.out_option
def tag_command(run: str, tags: tuple[str, ...], remove: bool, out: Path) -> None:
    """Add tags to a run, or remove them; without TAG they are shown."""
    from ...reports.notes import read_notes, write_notes
    from ..runs.folder import check_no_link, find_run

    folder = find_run(run, out)
    note, known = read_notes(folder)
    asked = [_tag(tag) for tag in tags]
    if not asked:
        click.echo("".join(f"{name(tag)}\n" for tag in known), nl=False)
    elif remove:
        _refuse_missing(asked, known, folder.name)
        write_notes(
            check_no_link(folder), note, [tag for tag in known if tag not in asked]
        )
    else:
        write_notes(check_no_link(folder), note, list(dict.fromkeys([*known, *asked])))


def _tag(given: str) -> str:
    """A tag as it is kept: on one line, without blanks around it."""
    tag = " ".join(given.split())
    if 0 < len(tag) <= LONGEST_TAG:
        return tag
    msg = f"a tag has 1 to {LONGEST_TAG} characters, {given[:80]!r} has {len(tag)}"
    raise Misuse(msg)


def _refuse_missing(asked: Sequence[str], known: Sequence[str], run: str) -> None:
    missing = [tag for tag in asked if tag not in known]
    if missing:
        has = ", ".join(map(repr, known)) or "none"
        raise Misuse(f"{run} has no tag {missing[0]!r}; its tags: {has}")


@click.command("rm", epilog="\b\nExample:\n  zoo runs rm 20261120-231500-mlp-1f3a")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@yes_option
@options.out_option
def rm_command(runs: tuple[str, ...], yes: bool, out: Path) -> None:
    """Delete runs and stopped trainings with all files, after confirmation."""
    from ..runs.journal import check_removable, find_entry

    found = {
        abspath(entry.folder): entry for entry in (find_entry(r, out) for r in runs)
    }
    for entry in found.values():  # all or none
        if entry.state == FINISHED:
            check_removable(entry.folder, out)
    _remove(list(found.values()), out, yes=yes)


@click.command(
    "prune",
    epilog="\b\nExamples:\n"
    "  zoo runs prune --older-than 30d --dry-run\n"
    "  zoo runs prune --keep 20 --yes\n"
    "  zoo runs prune --partial",
)
@click.option(
    "--keep", type=click.IntRange(0), metavar="N", help="Keep the N newest runs."
)
@click.option(
    "--older-than", "age", type=Duration(), metavar="AGE",
    help="Only runs older than this, such as 12h, 30d or 8w.",
)  # fmt: skip
@click.option(
    "--all", "with_noted", is_flag=True, help="Include runs with a note or a tag."
)
@click.option(
    "--partial",
    is_flag=True,
    help="Delete files that killed commands left half written.",
)
@click.option(
    "--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing."
)
@yes_option
@options.out_option
def prune_command(
    keep: int | None,
    age: timedelta | None,
    with_noted: bool,
    partial: bool,
    dry_run: bool,
    yes: bool,
    out: Path,
) -> None:
    """Delete old runs, after showing them and asking for confirmation.

    With both --keep and --older-than, only runs that meet both are deleted. Runs with a
    note or a tag are kept, unless --all is given, and count among the N newest.
    --partial deletes what killed commands left (with --older-than only if as old), but
    no training that can be resumed; alone, it deletes no complete run.
    """
    if keep is None and age is None and not partial:
        msg = "no rule selects the runs to delete"
        raise Misuse(f"{msg}; give --keep N, --older-than 30d, --partial, or several")
    whole = keep is not None or age is not None
    going = _old(out, keep or 0, age, with_noted) if whole else []
    going += _left_entries(out, age) if partial else []
    going = _removable(going, out)
    if dry_run or not going:
        _show(going)
        click.echo(
            f"{_runs(len(going))} would be deleted."
            if going
            else "No run would be deleted."
        )
        return
    _remove(going, out, yes=yes)


def _old(out: Path, keep: int, age: timedelta | None, with_noted: bool) -> list[Entry]:
    """Return the whole runs that a rule lets go; those that a note keeps are told."""
    from ..runs.journal import entries, prunable

    old = prunable(entries(out), keep=keep, age=age)
    going = [entry for entry in old if with_noted or not (entry.note or entry.tags)]
    if len(going) < len(old):
        stay = _runs(len(old) - len(going))
        click.echo(f"Kept because of a note or a tag: {stay}.", err=True)
    return going


def _left_entries(out: Path, age: timedelta | None) -> list[Entry]:
    """Return what killed commands have left; trainings that can go on are told."""
    from ..runs.checkpointed_runs import list_unfinished
    from ..runs.journal import left_entries, older_than

    stay = sum(not run.running for run in list_unfinished(out))
    if stay:
        sentence = f"Kept, to be resumed with `zoo train --resume`: {stay:,}"
        trainings = "training" if stay == 1 else "trainings"
        click.echo(f"{sentence} stopped {trainings}.", err=True)
    return older_than(left_entries(out), age)


def _removable(found: Sequence[Entry], out: Path) -> list[Entry]:
    """Those that may be deleted; why the others stay is said."""
    from ..runs.checkpointed_runs import check_own
    from ..runs.journal import check_removable

    going = []
    for entry in found:
        try:
            if entry.state == FINISHED:
                check_removable(entry.folder, out)
            else:
                check_own(entry.folder)
        except ZooError as error:
            sentence = clean(f"{name(entry.name, 200)} stays: {error}", 2_000)
            click.echo(sentence, err=True)
        else:
            going.append(entry)
    return going


def _remove(going: Sequence[Entry], out: Path, *, yes: bool) -> None:
    from ..runs.journal import remove_entries

    if not yes:
        _show(going)
        if not _agreed(f"Delete {_runs(len(going))} with all files?"):
            click.echo("Nothing was removed.")
            return
    remove_entries(going, out)
    click.echo(f"Removed {_runs(len(going))}.")


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        msg = f"{question[:-1]}: there is no terminal to ask for confirmation"
        raise Misuse(f"{msg}; use --yes to delete without it")
    return click.confirm(question, err=True)


def _show(going: Sequence[Entry]) -> None:
    from .runs import lines

    for line in lines(going):
        click.echo(line, err=True)


def _runs(count: int) -> str:
    return f"{count:,} {'run' if count == 1 else 'runs'}"
