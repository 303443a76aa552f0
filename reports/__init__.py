"""Results on disk -> facts -> one self-contained HTML page; answers that show them."""

import textwrap
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import text
from .answers import Answer, in_python

if TYPE_CHECKING:
    import pandas as pd

    from ..baselines.results.diagnosis import Cause, Diagnosis
    from ..baselines.results.findings import Finding
    from ..baselines.results.results import Results, Row, Verdict
    from ..baselines.verdicts.prospect import Prospect

__all__ = ["Report"]

_FIRST = {
    "regression": "r2",
    "forecast": "mase",
    "characters": "bits_per_character",
    "multilabel": "f1_macro",
}
"""Metric that a table begins with; of classes it is accuracy."""
_MOST_VERDICTS = 4
"""Networks whose verdicts a terminal shows."""


class Report(Answer):
    """The answer on one dataset: baselines, networks, and what a check found.

    `learnable.baseline`, `learnable.compare` and `learnable.check` return one, and
    that of a run on disk is loaded by `load`.

    Parameters
    ----------
    results : Results
        All that a run found; nothing else goes into the page.
    predictions : DataFrame, optional
        Out-of-fold predictions, one line for each candidate, fold and test row.
    note : str
        What was assumed, shown below the verdict.

    Examples
    --------
    >>> Report.load(run_folder).to_html(run_folder / "report.html")  # doctest: +SKIP
    """

    columns_shown = (
        "r2", "accuracy", "mase", "bits_per_character", "f1_macro", "low", "high",
        "skill", "roc_auc", "rmse", "mae", "score", "what", "error",
    )  # fmt: skip

    def __init__(
        self,
        results: "Results",
        predictions: "pd.DataFrame | None" = None,
        *,
        note: str = "",
    ) -> None:
        self.results = results
        self.predictions = predictions
        self.note = note

    @classmethod
    def load(cls, run_folder: str | Path) -> "Report":
        """The report of a run on disk, from its ``results.json`` alone.

        Raises
        ------
        Misuse
            The folder does not exist or holds no ``results.json``.
        BadData
            The file is damaged, or of a newer schema.
        """
        from .run_summary import load_results  # keeps imports light

        return cls(load_results(Path(run_folder)))

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Every number and text of the page, as plain values."""
        from .summarize import summarize  # keeps imports light

        return summarize(self.results)

    @property
    def diagnosis(self) -> "Diagnosis | None":
        """The answer of a check: causes, what was ruled out, the repaired program."""
        return self.results.diagnosis

    @property
    def verdicts(self) -> tuple["Verdict", ...]:
        """The verdict on each network, then the one on the data."""
        return tuple(map(in_python, self.results.verdicts))

    @property
    def verdict(self) -> "Verdict":
        """The answer of a check; else the verdict on the first network, or the data."""
        from ..baselines.results.results import Verdict

        found = self.diagnosis
        if found is None:
            return in_python(self.results.verdicts[0])
        sentence = f"{found.headline} {found.sentence}"
        return in_python(Verdict(found.verdict, "", sentence, found.change))

    @property
    def table(self) -> "pd.DataFrame":
        """One row a candidate, the best first: kind, scores, seconds, errors.

        ``low`` and ``high`` bound the first score with 95 % confidence. Of a check: the
        scores of the network as it is, repaired, and of the best baseline.
        """
        import pandas as pd

        if self.diagnosis is not None:
            return _score_table(self.diagnosis)
        first = self.first_metric
        rows = sorted(self.results.rows, key=_merit)
        facts = [_row(row, first, self.results.metric) for row in rows]
        names = pd.Index([row.name for row in rows], name="candidate")
        table = pd.DataFrame(facts, index=names).dropna(axis=1, how="all")
        return table.fillna({"error": ""}) if "error" in table else table

    @property
    def first_metric(self) -> str:
        """The metric that the table begins with."""
        return _FIRST.get(self.results.about.task, "accuracy")

    @property
    def findings(self) -> tuple["Cause | Finding", ...]:
        """Causes that a check proved, then what is wrong with the data."""
        causes = self.diagnosis.causes if self.diagnosis else ()
        return (*causes, *self.results.findings)

    @property
    def prospect(self) -> "Prospect | None":
        """Whether a network is worth trying; None where one was scored or checked."""
        from ..baselines.verdicts.prospect import network_prospect

        return None if self.diagnosis else network_prospect(self.results)

    def html(self) -> str:
        """The page: a whole document that needs no network and no other file."""
        from .html import to_html  # loads jinja2, then altair

        return to_html(self.facts)

    def markdown(self) -> str:
        """The page as Markdown."""
        from .markdown import to_markdown  # loads jinja2

        return to_markdown(self.facts)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, as ``results.json`` of a run has them."""
        return self.results.to_dict()

    def evidence(self) -> Mapping[str, str]:
        """The signal test, and each network against the best baseline."""
        from .answers import signal_evidence
        from .summarize import network_comparison_facts

        facts = {"Note": self.note} if self.note else {}
        for duel in network_comparison_facts(self.results):
            name = f"{duel['network']} against {duel['baseline']}"
            facts[name] = f"{duel['outcome']}, {duel['difference']} ({duel['p']})"
        return facts | signal_evidence(self.results.signal, self.results.about.task)

    def lines(self) -> Iterator[str]:
        yield from textwrap.wrap(self.note, 88)
        networks = [v for v in self.verdicts if v.about]
        for verdict in networks[1:_MOST_VERDICTS] if self.diagnosis is None else ():
            sentence = f"{verdict.about}: {verdict.name}. {verdict.sentence}"
            yield text.clean(sentence, 170)
        if len(networks) > _MOST_VERDICTS and self.diagnosis is None:
            more = len(networks) - _MOST_VERDICTS
            yield f"{text.count(more, 'verdict')} more in .verdicts"
        yield from super().lines()


def _merit(row: "Row") -> float:
    """Best first; those without scores last."""
    return -row.scores["skill"].mean if "skill" in row.scores else float("inf")


def _row(row: "Row", first: str, deciding: str) -> dict[str, Any]:
    """A row of the table; the first metric with its interval."""
    facts: dict[str, Any] = {"kind": row.kind}
    names = [name for name in (first, deciding) if name in row.scores]
    for name in dict.fromkeys([*names, *row.scores]):
        score = row.scores[name]
        facts[name] = score.mean
        if name == first:
            facts |= {"low": score.low, "high": score.high}
    times = {"fit_seconds": row.fit_seconds, "predict_seconds": row.predict_seconds}
    return facts | times | {"error": row.error}


def _score_table(found: "Diagnosis") -> "pd.DataFrame":
    """Scores of a check: as it is, with each repair alone, with all, the baseline's."""
    import pandas as pd

    rows = [("as it is", found.original_score, "the network that was given")]
    rows += [
        (f"{cause.code} repaired alone", cause.alone, cause.repair)
        for cause in found.causes
        if cause.alone is not None
    ]
    if found.causes:
        rows += [("with all repairs", found.repaired_score, "")]
    rows += [("a plain network", found.reference, "in its place")]
    rows += [("best baseline", found.baseline_score, "on the same rows")]
    known = [row for row in rows if row[1] is not None]
    names = pd.Index([name for name, _, _ in known], name="network")
    facts = {"score": [s for _, s, _ in known], "what": [w for _, _, w in known]}
    return pd.DataFrame(facts, index=names)
