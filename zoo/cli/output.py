"""What a person reads: tables on standard error, answers on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from ...baselines.diagnosis import Diagnosis
    from ...baselines.finding import Finding
    from ...baselines.results import Results, Row, Score

Step = Callable[[int, int, str], None]
"""Called with how much is done, of how much, and a few words."""

PLAIN_WIDTH = 120


def plain(said: object) -> str:
    """Return a text from a file on one line, without what would govern a terminal.

    Names of columns, classes and networks are somebody's, and a run may be from
    elsewhere: control and bidirectional characters could hide or reorder what is shown.
    """
    from ...reports.text import clean

    return clean(" ".join(str(said).splitlines()), sys.maxsize)


def console() -> Console:
    """Standard error; plain and wide where it is no terminal. NO_COLOR is honoured."""
    from rich.console import Console

    found = Console(stderr=True, highlight=False)
    return (
        found
        if found.is_terminal
        else Console(stderr=True, highlight=False, width=PLAIN_WIDTH)
    )


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Step]:
    """A bar on a terminal; elsewhere one line at the end."""
    where = console()
    if quiet:
        yield lambda done, total, words: None
        return
    if not where.is_terminal:
        last: list[str] = []

        def note(done: int, total: int, words: str) -> None:
            last[:] = [f"{title}: {done} of {total} {words}".rstrip()]

        yield note
        for line in last:
            where.print(line, markup=False)
        return
    with _bar(where) as bar:
        task = bar.add_task(title, total=None, words="")
        yield lambda done, total, words: bar.update(
            task, completed=done, total=total, words=words
        )


@contextmanager
def waiting(title: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """What is being done, on one line of a terminal; elsewhere each once."""
    where, last = console(), [""]
    if quiet:
        yield lambda words: None
        return
    if where.is_terminal:
        with where.status(title) as status:
            yield lambda words: status.update(f"{title}: {words}")
        return

    def note(words: str) -> None:
        if words != last[0]:
            last[0] = words
            where.print(f"{title}: {words}", markup=False)

    yield note


def _bar(where: Console) -> Any:
    from rich import progress as parts

    return parts.Progress(
        parts.TextColumn("{task.description}"),
        parts.BarColumn(),
        parts.MofNCompleteColumn(),
        parts.TextColumn("{task.fields[words]}"),
        parts.TimeElapsedColumn(),
        console=where,
    )


def show_table(results: Results, where: Console | None = None) -> None:
    """The candidates with their intervals, best first after the networks.

    On standard error, if not told where.
    """
    from rich.table import Table
    from rich.text import Text

    from ...reports.tasks import words

    about = results.about
    title = f"{about.name}: {about.rows:,} rows, {results.split}"
    table = Table(
        title=Text(plain(title)), title_justify="left", caption_justify="left"
    )
    gain = words(about.task).gain
    table.caption = Text(f"mean [95 % interval]; skill: improvement in {gain}")
    metrics = METRICS.get(about.task, METRICS["classes"])
    table.add_column("candidate", no_wrap=True)
    for label in (*metrics.values(), "fit"):
        table.add_column(label, justify="right", no_wrap=True)
    for row in _in_order(results):
        name = Text(plain(row.name), style="bold" if row.kind == "network" else "")
        if row.error:
            # all of it is in the report; here it would squeeze the other columns
            short = row.error if len(row.error) <= 40 else f"{row.error[:39]}…"
            table.add_row(name, Text(plain(short), style="red"))
            continue
        whole = list(metrics)[:2]  # intervals of these; a terminal is 80 wide
        cells = [format_score(row.scores[m], m in whole) for m in metrics]
        table.add_row(name, *cells, seconds(row.fit_seconds))
    (where or console()).print(table)


METRICS = {
    "classes": {
        "accuracy": "accuracy",
        "skill": "skill",
        "log_loss": "log loss",
        "roc_auc": "ROC AUC",
    },
    "regression": {"r2": "R²", "skill": "skill", "rmse": "RMSE", "mae": "MAE"},
    "forecast": {"mase": "MASE", "skill": "skill", "smape": "sMAPE %", "mae": "MAE"},
    "characters": {
        "bits_per_character": "bits/character",
        "skill": "skill",
        "accuracy": "accuracy",
    },
    "multilabel": {
        "f1_macro": "macro F1",
        "skill": "skill",
        "exact_match": "all right",
        "roc_auc": "ROC AUC",
    },
}


def _in_order(results: Results) -> list[Row]:
    def key(row: Row) -> tuple[bool, float]:
        skill = row.scores["skill"].mean if row.scores else float("-inf")
        return row.kind == "baseline", -skill

    return sorted(results.rows, key=key)


def format_score(score: Score, interval: bool) -> str:
    """``0.981 [0.970, 0.992]``, or the mean alone."""
    if not interval or score.low is None or score.high is None:
        return format_number(score.mean)
    ends = f"{format_number(score.low)}, {format_number(score.high)}"
    return f"{format_number(score.mean)} [{ends}]"


def format_number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.4g}"


def seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def show_results(
    results: Results,
    run: Path,
    *,
    as_json: bool,
    quiet: bool,
    report: Path | None = None,
) -> None:
    """The table, the verdicts and the report's path; or all of it as JSON."""
    if not quiet:
        for note in results.about.notes:
            console().print(plain(f"note: {note}"), markup=False)
        show_table(results)
        show_networks(results)
    report = report or run / "report.html"
    if as_json:
        facts = results.to_dict() | {"run": str(run), "report": str(report)}
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    show_verdicts(results)
    show_reach(results)
    show_findings(results)
    click.echo(plain(f"report: {report}"))


def show_answer(diagnosis: Diagnosis) -> None:
    """The answer on a script or network that was checked."""
    from ...reports.text import clean

    click.echo(clean(diagnosis, sys.maxsize))


def show_verdicts(results: Results) -> None:
    """Each network's verdict, or the data's if there is none; pairs, noise of seeds."""
    networks = [v for v in results.verdicts if v.about]
    for verdict in networks or results.verdicts:
        about = f"{verdict.about}: " if len(networks) > 1 else ""
        head = plain(about) + click.style(plain(verdict.name), bold=True)
        click.echo(f"{head}. {plain(verdict.sentence)}")
        click.echo(plain(f"  What would change this: {verdict.change}"))
    for pair in results.pairs:
        click.echo(plain(pair.sentence))
    trained = {row.name for row in results.rows if row.kind == "network"}
    for noise in results.noise:
        if noise.candidate in trained:
            click.echo(plain(noise.sentence))


def show_reach(results: Results) -> None:
    """How far anyone can get, and what more rows promise, a line each."""
    # what only the best candidate bounds stands in the table already
    if results.ceiling and results.ceiling.basis != "candidate":
        click.echo(plain(results.ceiling.sentence))
    lines = results.curve.lines if results.curve else ()
    for i, line in enumerate(lines):
        if i == 0 or line.kind == "network":
            click.echo(plain(line.sentence))


def show_findings(results: Results) -> None:
    """What is wrong with the data, a line each; of what is good to know the codes."""
    grave = [f for f in results.findings if f.severity != "note"]
    notes = [f.code for f in results.findings if f.severity == "note"]
    for finding in grave:
        code = click.style(plain(finding.code), bold=True)
        said = plain(f"{finding.label}. {finding.sentence}{_rows(finding)}")
        click.echo(f"{code} {said}")
        click.echo(plain(f"  What to do: {finding.advice}"))
    if notes:
        codes = plain(", ".join(notes))
        click.echo(f"Also noted of the data: {codes} (`zoo explain CODE`).")


def _rows(finding: Finding) -> str:
    """The first rows by their numbers, where a finding is of rows alone."""
    if not finding.rows or finding.columns:
        return ""
    more = finding.n_rows - len(finding.rows)
    rest = f" and {more:,} more (findings.csv)" if more else ""
    return f" Rows {', '.join(map(str, finding.rows))}{rest}."


def show_networks(results: Results) -> None:
    """What there is to say of the networks beside their scores, a line each."""
    for network in results.networks:
        unused = [
            f"{layer.name} ({' x '.join(map(str, layer.shape))})"
            for layer in network.layers
            if not layer.used
        ]
        said = [network.note] if network.note else []
        if unused:
            names = ", ".join(unused)
            said.append(f"{len(unused)} layers reach no output: {names}.")
        if network.tries:
            tries = network.tries
            said.append(
                f"{tries.reached} of {len(tries.losses)} seeds bring the loss below "
                f"{tries.goal:g}."
            )
        if network.sample:
            said.append(f"It writes: {' '.join(network.sample.text.split())[:200]} ...")
        for line in said:
            console().print(plain(f"{network.name}: {line}"), markup=False)


def exit_code(results: Results) -> int:
    """The code of the first network's verdict that is not 0."""
    from ...baselines.verdict import EXIT_CODES

    codes = [EXIT_CODES[v.name] for v in results.verdicts if v.about]
    return next((code for code in codes if code), 0)
