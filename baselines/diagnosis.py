"""What was found about a training script, as plain data for the report and for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

Side = Literal["network", "data", "both", "none", "undecided"]
"""Where the fault lies."""
SIDES: dict[Side, str] = {
    "network": "The fault lies in the network.",
    "data": "The fault lies in the data.",
    "both": "The fault lies in the data and in the network.",
    "none": "No fault was found.",
    "undecided": "It cannot be told where the fault lies.",
}


@dataclass(frozen=True)
class Cause:
    """A fault whose effect was measured.

    Parameters
    ----------
    code, label : str
        Of its rule, e.g. ``"N106"`` and ``"missing-nonlinearity"``.
    sentence, advice : str
        What was seen, and what to do.
    repair : str
        What was changed, in a few words; "" where no change to the script can mend it.
    before, only, together : float, optional
        Score as the script has it, with this repair alone, and with those of all
        causes; None where nothing could be tried.
    lost, error : float, optional
        What the score loses when this repair is left out, and its standard error.
    """

    code: str
    label: str
    sentence: str
    advice: str
    repair: str = ""
    before: float | None = None
    only: float | None = None
    together: float | None = None
    lost: float | None = None
    error: float | None = None

    @property
    def scores(self) -> str:
        """What the repair did, in numbers; "" where nothing could be tried."""
        if self.before is None or self.only is None or self.together is None:
            return ""
        return (
            f"{self.repair}: score {self.before:.2f} as it is, {self.only:.2f} with "
            f"this alone, {self.together:.2f} with all repairs"
        )


@dataclass(frozen=True)
class Suspicion:
    """What a rule suspected: acquitted by trials, or untested."""

    code: str
    label: str
    sentence: str
    state: Literal["acquitted", "would-do", "untested"]
    repair: str = ""


STATES = {
    "would-do": "Would do as well",
    "acquitted": "Tried, not the cause",
    "untested": "Untested",
}
"""How a suspicion ended, in words."""


@dataclass(frozen=True)
class Sign:
    """A symptom or a golden test: code, label, whether it is well, a sentence."""

    code: str
    label: str
    well: bool | None
    sentence: str


@dataclass(frozen=True)
class Trial:
    """One thing that was tried, and its score on the first split."""

    what: str
    score: float


@dataclass(frozen=True)
class Look:
    """The layers at one step of the training: name -> numbers."""

    step: int
    loss: float
    gradients: dict[str, float]
    updates: dict[str, float]
    dead: dict[str, float]
    saturated: dict[str, float]


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """The answer on one training of a script.

    Parameters
    ----------
    side : {"network", "data", "both", "none", "undecided"}
    verdict, sentence, change : str
        As a `learnable.baselines.results.Verdict`.
    measure : str
        What scores are, in words.
    before, reach, mended : float
        Score as the script has it; what can be reached, as far as anybody has seen;
        with all repairs.
    baseline : float
        Score of the best baseline on the same rows.
    diff, fixed : str
        The repaired program against the script, and whole; "" where there is none.
    failed : str
        Why the repaired program did not run to its end; "" if it did.
    snippet : str
        The repaired network as code, where the script could not be changed.
    """

    script: str
    side: Side
    verdict: str
    sentence: str
    change: str
    measure: str
    before: float | None
    baseline: float | None
    reach: float | None
    mended: float | None
    causes: tuple[Cause, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    symptoms: tuple[Sign, ...] = ()
    golden: tuple[Sign, ...] = ()
    trials: tuple[Trial, ...] = ()
    looks: tuple[Look, ...] = ()
    losses: tuple[float, ...] = ()
    fits: tuple[str, ...] = ()
    diff: str = ""
    fixed: str = ""
    failed: str = ""
    snippet: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Side, verdict and causes, a few lines, as a terminal shows them."""
        lines = [f"{self.verdict}. {SIDES[self.side]}", f"  {self.sentence}"]
        for cause in self.causes:
            lines += [f"{cause.code} {cause.label}. {cause.sentence}"]
            lines += [f"  {cause.scores}"] if cause.scores else []
            lines += [f"  What to do: {cause.advice}"]
        for state, words in STATES.items():
            labels = [s.label for s in self.suspicions if s.state == state]
            lines += [f"{words}: {', '.join(labels)}."] if labels else []
        return "\n".join([*lines, f"  What would change this: {self.change}"])

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same for a notebook, with a table of the causes."""
        parts = [
            f"<p><b>{escape(self.verdict)}.</b> {escape(SIDES[self.side])}<br>"
            f"{escape(self.sentence)}</p>"
        ]
        if self.causes:
            parts += [_html_row("th", ("cause", "", "proved by", "what to do"))]
            parts += [
                _html_row("td", (c.label, c.sentence, c.scores, c.advice))
                for c in self.causes
            ]
            parts[1:] = ["<table>", *parts[1:], "</table>"]
        return "".join(
            [*parts, f"<p>What would change this: {escape(self.change)}</p>"]
        )


def _html_row(kind: str, cells: tuple[str, ...]) -> str:
    inner = "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells)
    return f"<tr>{inner}</tr>"
