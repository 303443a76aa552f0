"""Answers: what the public functions return, and how an answer shows itself.

Each begins with its verdict, holds its numbers as a table and its findings, writes
itself as HTML, Markdown and JSON, and shows the top of its page in a notebook.
"""

from __future__ import annotations

import json
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ..baselines.results.diagnosis import Cause
from ..baselines.results.findings import Finding
from ..baselines.results.results import Signal, Verdict
from ..data.errors import as_arguments
from . import text

if TYPE_CHECKING:
    import pandas as pd

    from ..data.column_summary import ColumnSummary, DataSummary

SHOWN_LINES = 25
"""Of an answer in a terminal."""
_WIDTH = 88
_MOST_ROWS = 8
"""Of the table in a terminal; a notebook shows more."""
_MOST_FINDINGS = 3


class Answer(ABC):
    """Base class of answers.

    Attributes
    ----------
    verdict : Verdict
        ``name``, ``sentence``, and ``change``: what would change it.
    table : DataFrame
        The numbers.
    findings : tuple of Finding or Cause
        What is wrong, each with ``code``, ``label``, ``sentence`` and ``advice``.
    """

    columns_shown: ClassVar[tuple[str, ...]] = ()
    """Columns of the table in a terminal and a notebook; all if empty."""

    @property
    @abstractmethod
    def verdict(self) -> Verdict:
        """The answer in a name and a sentence, with what would change it."""

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """The numbers as a DataFrame."""

    @property
    def findings(self) -> Sequence[Finding | Cause]:
        """Findings with their codes, the gravest first."""
        return ()

    @abstractmethod
    def html(self) -> str:
        """The page: a whole document that needs no network and no other file."""

    def markdown(self) -> str:
        """The page as Markdown."""
        return "\n".join([*_markdown(self)]) + "\n"

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Lists, dicts, texts and numbers only."""

    def to_html(self, path: str | Path | None = None) -> str:
        """Write the page to a file, or return it.

        Parameters
        ----------
        path : str or Path, optional

        Returns
        -------
        str
            The page, or the path that was written.
        """
        return _written(self.html(), path)

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Write the page as Markdown to a file, or return it; as `to_html`."""
        return _written(self.markdown(), path)

    def to_json(self, path: str | Path | None = None) -> str:
        """Write all numbers as JSON to a file, or return them; as `to_html`."""
        return _written(json.dumps(self.to_dict(), ensure_ascii=False), path)

    def lines(self) -> Iterator[str]:
        """Yield the lines below the verdict in a terminal; see `__repr__`."""
        yield from self._table_lines()
        yield from self._finding_lines()

    def __repr__(self) -> str:
        """The verdict, the table and the findings, in 25 lines at most."""
        shown = [*_verdict_lines(self.verdict), *self.lines()]
        if len(shown) > SHOWN_LINES:
            shown = [*shown[: SHOWN_LINES - 1], "... (.to_html(path) writes all of it)"]
        return "\n".join(text.clean(line, 1_000) if line else line for line in shown)

    def _repr_html_(self) -> str:
        """The top of the page for a notebook: verdict, evidence, table."""
        from .top import top_html  # loads jinja2

        return top_html(self)

    def evidence(self) -> Mapping[str, str]:
        """The figures that the verdict rests on, by their names."""
        return {}

    def shown_table(self, most: int) -> pd.DataFrame:
        """The first rows and the columns that are shown; numbers of three digits."""
        table = self.table
        names = [c for c in self.columns_shown if c in table] or list(table.columns)
        return table.loc[:, names].head(most).map(_cell)

    def _table_lines(self) -> Iterator[str]:
        table = self.table
        if not len(table):
            return
        yield ""
        shown = self.shown_table(_MOST_ROWS)
        shown.index.name = None
        yield from shown.to_string(max_colwidth=40).splitlines()
        if len(table) > len(shown):
            yield f"and {text.count(len(table) - len(shown), 'more row')} in .table"

    def _finding_lines(self) -> Iterator[str]:
        grave = [f for f in self.findings if getattr(f, "severity", "error") != "note"]
        yield from [""] if grave else []
        for finding in grave[:_MOST_FINDINGS]:
            sentence = f"{finding.code} {finding.label}. {finding.sentence}"
            yield from textwrap.wrap(text.clean(sentence, 300), _WIDTH)[:3]
            message = as_arguments(finding.advice)
            advice = f"What to do: {message}" if message else ""
            yield from textwrap.indent(
                "\n".join(textwrap.wrap(text.clean(advice, 200), _WIDTH - 2)[:2]), "  "
            ).splitlines()
        more = len(self.findings) - len(grave[:_MOST_FINDINGS])
        if more:
            yield f"{text.count(more, 'finding')} more in .findings"


def in_python(verdict: Verdict) -> Verdict:
    """A verdict whose advice names arguments, and not the command's options."""
    return replace(
        verdict,
        sentence=as_arguments(verdict.sentence),
        change=as_arguments(verdict.change),
        suspicion=as_arguments(verdict.suspicion),
    )


def _written(content: str, path: str | Path | None) -> str:
    from ..data.disk import write_whole  # keeps imports light
    from ..data.errors import Misuse

    if path is None:
        return content
    if not isinstance(path, str | Path):
        raise Misuse(f"path must be the path of a file, got {type(path).__name__}")
    try:
        write_whole(Path(path), content)
    except OSError as error:
        msg = f"cannot write {str(path)!r}: {error.strerror or error}"
        raise Misuse(f"{msg}; choose another path") from error
    return str(path)


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    about = f"{verdict.about}: " if verdict.about else ""
    yield from textwrap.wrap(f"{about}{verdict.name}. {verdict.sentence}", _WIDTH)[:6]
    beside = {"Beside this": verdict.suspicion}
    for label, said in (beside | {"What would change this": verdict.change}).items():
        if said:
            yield from textwrap.wrap(
                f"{label}: {said}",
                _WIDTH,
                initial_indent="  ",
                subsequent_indent="  ",
            )[:3]


def _cell(value: Any) -> str:
    """A cell as a terminal shows it."""
    if isinstance(value, float):
        return text.number(value)
    return "" if value is None else text.clean(value, 60)


def _markdown(answer: Answer) -> Iterator[str]:
    from .markdown import code, escaped

    verdict = answer.verdict
    yield f"**{escaped(verdict.name)}**. {escaped(verdict.sentence)}\n"
    if verdict.change:
        yield f"What would change this: {escaped(verdict.change)}\n"
    table = answer.shown_table(1_000)
    yield f"| | {' | '.join(escaped(c) for c in table.columns)} |"
    yield f"| --- |{' --- |' * table.shape[1]}"
    for name, cells in zip(table.index, table.to_numpy(), strict=True):
        yield f"| {code(name)} | {' | '.join(escaped(cell) for cell in cells)} |"
    for finding in answer.findings:
        yield f"\n- {escaped(f'{finding.label}: {finding.sentence}')}"


class Look(Answer):
    """Columns as they are read: the answer of `learnable.look`.

    Parameters
    ----------
    summary : DataSummary
        Columns, targets first, and notes on the data as a whole.
    problem : str
        Why the data cannot be learned from as they are; "" if they can.
    """

    columns_shown = ("role", "read as", "example", "missing")

    def __init__(self, summary: DataSummary, problem: str = "") -> None:
        self.summary = summary
        self.problem = problem

    @property
    def columns(self) -> tuple[ColumnSummary, ...]:
        """Summaries of the columns, targets first."""
        return self.summary.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the data as a whole, one sentence each."""
        return self.summary.notes

    @property
    def verdict(self) -> Verdict:
        """``usable``, ``not-usable``, or ``no-target`` where none is named."""
        found = self.summary
        message = f"{found.name}: {found.size}."
        if self.problem:
            sentence = f"{message} It cannot be learned from as it is: {self.problem}"
            return Verdict("not-usable", "", sentence, "The data, mended as this says.")
        if not any(c.role in ("target", "time") for c in found.columns):
            change = "The name of the column to predict: target=."
            return Verdict("no-target", "", f"{message} No target is named.", change)
        change = "Another reading: task=, drop=, group=, missing=."
        return Verdict("usable", "", f"{message} It can be learned from.", change)

    @property
    def table(self) -> pd.DataFrame:
        """Name, role, kind, example, share of gaps and different values of columns."""
        import pandas as pd

        facts = {
            "role": [c.role for c in self.columns],
            "read as": [c.kind for c in self.columns],
            "example": [c.example for c in self.columns],
            "missing": [c.missing for c in self.columns],
            "unique": [c.unique for c in self.columns],
        }
        names = pd.Index([c.name for c in self.columns], name="column")
        return pd.DataFrame(facts, index=names)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Notes on the data, and on columns, as findings without a code."""
        own = [
            Finding("", "note", "note", as_arguments(note), "") for note in self.notes
        ]
        rest = [
            Finding("", c.name, "note", as_arguments(note), "", columns=(c.name,))
            for c in self.columns
            for note in c.notes
        ]
        return (*own, *rest)

    def html(self) -> str:
        from .html import look_html  # loads jinja2

        return look_html(self.summary)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self.summary)

    def _finding_lines(self) -> Iterator[str]:
        for note in self.findings[:6]:
            where = f"{note.label}: " if note.columns else ""
            yield from textwrap.wrap(f"{where}{note.sentence}", _WIDTH)[:2]
        if len(self.findings) > 6:
            yield f"{text.count(len(self.findings) - 6, 'note')} more in .findings"


class SignalTest(Answer):
    """The answer of `learnable.signal_test`.

    Parameters
    ----------
    signal : Signal
        All its numbers.
    rows : int
        Of the dataset.
    task : str
    """

    def __init__(self, signal: Signal, rows: int, task: str) -> None:
        self.signal = signal
        self.rows = rows
        self.task = task

    @property
    def p(self) -> float:
        """The p-value of the permutation test."""
        return self.signal.p

    @property
    def explained(self) -> float:
        """The share of the target's variance that the best map predicts out of fold."""
        return self.signal.explained

    @property
    def verdict(self) -> Verdict:
        """``signal``, ``no-signal`` or ``undecided``."""
        from ..baselines.verdicts.verdict import signal_verdict  # loads NumPy

        return signal_verdict(self.signal, rows=self.rows, task=self.task)

    @property
    def table(self) -> pd.DataFrame:
        """The test's numbers, one a row."""
        import pandas as pd

        facts = {k: v for k, v in self.to_dict().items() if k != "worth"}
        facts |= self.signal.worth
        values = {k: v for k, v in facts.items() if v is not None and v != ""}
        index = pd.Index(list(values), name="number")
        return pd.DataFrame({"value": list(values.values())}, index=index, dtype=object)

    def evidence(self) -> Mapping[str, str]:
        return signal_evidence(self.signal, self.task)

    def html(self) -> str:
        from .top import top_page  # loads jinja2

        return top_page(self, "Are features and target related?")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self.signal)


def signal_evidence(signal: Signal, task: str) -> dict[str, str]:
    """The signal test in two figures."""
    from .summarize import signal_facts

    facts = signal_facts(signal, task)
    sentence = f"{facts['p']} ({facts['permutations']} of {facts['rows']})"
    details = {facts["question"]: sentence}
    details["Variance explained"] = f"{facts['explained']} with {facts['features']}"
    if facts["detectable"]:
        details["Would have been found (80 % power)"] = facts["detectable"]
    return details
