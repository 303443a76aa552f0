"""Findings on a training script, as plain data for the report and for JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

from ...data.counts import join_words

Side = Literal["network", "preparation", "data"]
"""On which side a fault lies: the network and its training, the way in which the
program hands rows over, or the rows themselves, whatever the model."""
SIDES: tuple[Side, ...] = ("network", "preparation", "data")
_PREPARATION = {
    "inputs-not-scaled": "hands them over unscaled",
    "targets-not-scaled": "hands over targets that are not scaled",
    "inputs-not-finite": "hands over missing or infinite values",
    "rows-not-shuffled": "hands them over sorted by target",
    "label-encoding": "encodes the labels differently from how they are read",
    "target-shape": "hands over targets whose shape differs from that of the outputs",
    "labels-misaligned": "hands over the labels of other rows",
    "train-test-mismatch": "prepares test rows differently from training rows",
    "constant-inputs": "hands over constant inputs",
    "input-shape": "hands over inputs whose axes are in another order",
    "preprocessing-not-adapted": "never adapts the layers that prepare its rows",
    "class-imbalance": "hands them over without weights for the rare classes",
}
"""Label -> what the script does wrong with its rows."""
_PLACES: dict[Side, str] = {
    "network": "the network",
    "preparation": "the preparation of the rows",
    "data": "the data",
}


@dataclass(frozen=True)
class Location:
    """A line of a script or of a module beside it.

    ``line`` counts from 1, and is 0 for a file as a whole. Of a notebook it counts the
    lines of its code cells, one below the other.
    """

    file: str
    line: int


@dataclass(frozen=True)
class Cause:
    """A fault whose effect was measured, or which follows from the definitions.

    Parameters
    ----------
    code, label : str
        Of its rule, e.g. ``"N106"`` and ``"missing-nonlinearity"``.
    sentence, advice : str
        What was seen, and what to do.
    repair : str
        What was changed, in a few words; "" where no change to the script can mend it.
    original_score, alone, together : float, optional
        Score as the script has it, with this repair alone, and with those of all
        causes; None where nothing could be tried.
    ablation, error : float, optional
        What the score loses when this repair is left out, and its standard error.
    side : {"network", "preparation", "data"}
    limit : float, optional
        Score that no training exceeds, by the definitions of layers and loss; None
        where they set no limit.
    locations : tuple of Location
        Lines that it is about; empty where no line is known.
    """

    code: str
    label: str
    sentence: str
    advice: str
    repair: str = ""
    original_score: float | None = None
    alone: float | None = None
    together: float | None = None
    ablation: float | None = None
    error: float | None = None
    side: Side = "network"
    limit: float | None = None
    locations: tuple[Location, ...] = ()

    @property
    def definition(self) -> str:
        """Write the limit that definitions set; "" where they set none."""
        if self.limit is None:
            return ""
        least = f"no training brings the score above {self.limit:.2f}"
        return f"This follows from the definitions: {least}."

    @property
    def scores(self) -> str:
        """Write what the repair did, in numbers; "" where nothing could be tried."""
        if self.original_score is None or self.alone is None or self.together is None:
            return ""
        return (
            f"{self.repair}: score {self.original_score:z.2f} without repairs, "
            f"{self.alone:z.2f} with this alone, {self.together:z.2f} with all repairs"
        )


@dataclass(frozen=True)
class RuledOut:
    """Finding of a rule that is no cause: ruled out by trials, or untested.

    ``reason`` says why it was not tested, or what its repair did; "" where it did
    nothing. ``locations`` are as those of a `Cause`.
    """

    code: str
    label: str
    sentence: str
    state: Literal[
        "no_effect", "small_effect", "insufficient_alone", "alternative", "untested"
    ]
    repair: str = ""
    reason: str = ""
    locations: tuple[Location, ...] = ()


NO_REPAIR = "no repair of it is known"
UNTRIED = {"N118": "a metric takes no part in the training"}
"""Code of a rule -> why no trial can test what it finds."""
STATES = {
    "alternative": "Alternatives",
    "small_effect": "Ruled out as the cause, small effect",
    "no_effect": "Ruled out, no effect",
    "insufficient_alone": "Insufficient alone",
    "untested": "Untested",
}
"""Outcomes of findings that are no causes, in words."""


@dataclass(frozen=True)
class CheckResult:
    """A symptom or a golden test: code, label, whether it is well, a sentence."""

    code: str
    label: str
    passed: bool | None
    sentence: str


@dataclass(frozen=True)
class Trial:
    """One thing that was tried, and its score on the first split."""

    what: str
    score: float


@dataclass(frozen=True)
class ProbeStep:
    """The layers at one step of the training: name -> numbers."""

    step: int
    loss: float
    gradients: dict[str, float]
    updates: dict[str, float]
    dead: dict[str, float]
    saturated: dict[str, float]


@dataclass(frozen=True)
class TrainingCurve:
    """The loss of one training by epoch, on its training rows.

    Parameters
    ----------
    name : str
        ``"as it is"``, ``"repaired"`` or ``"repaired and tuned"``.
    losses : tuple of float
        One an epoch.
    loss : str
        Name of the loss that was trained on; "" for one of the script's own.
    unit : str
        Metric of the baselines that it can be compared with, ``"log_loss"`` or
        ``"mse"``; "" if none.
    """

    name: str
    losses: tuple[float, ...]
    loss: str = ""
    unit: str = ""


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """The answer on one training of a script.

    Parameters
    ----------
    sides : tuple of {"network", "preparation", "data"}
        Where the faults lie; empty where nothing is at fault, or where ``verdict`` is
        ``"undecided"``.
    verdict, sentence, change : str
        As a `learnable.baselines.results.results.Verdict`.
    measure : str
        What scores are, in words.
    original_score, best_score, repaired_score : float
        Score as the script has it; what can be reached, as far as anybody has seen;
        with all repairs.
    baseline_score : float
        Score of the best baseline on the same rows.
    tuned, tuned_score : str, float
        What makes the repaired network better still, though it is no cause, and the
        score with it; "" and ``repaired_score`` where nothing does. It is in the
        repaired program.
    diff, fixed : str
        The repaired program against the script, and whole; "" where there is none.
        Where no cause was found, the whole is the script with its ``ports``.
    failed : str
        Why the repaired program did not run to its end; "" if it did.
    snippet : str
        The repaired network as code, where the script could not be changed; where
        nothing mends it, a plain network in its place.
    reference : float, optional
        Score of that plain network; None where none was needed.
    ports : tuple of str
        Old spellings that were replaced in what ran, a sentence each.
    curves : tuple of TrainingCurve
        Loss before and after the repair; empty where nothing is a cause.
    crashed : str
        The error that ended the training; "" if none did. Symptoms and golden tests of
        such a training say nothing, and there are none.
    output : str
        The name of the output that was examined, where the network has several.
    others : tuple of Diagnosis
        The answers on its other outputs.
    location : Location, optional
        The line that trains the network; None where that is in no file of the user's.
    """

    script: str
    sides: tuple[Side, ...]
    verdict: str
    sentence: str
    change: str
    measure: str
    original_score: float | None
    baseline_score: float | None
    best_score: float | None
    repaired_score: float | None
    causes: tuple[Cause, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    symptoms: tuple[CheckResult, ...] = ()
    golden: tuple[CheckResult, ...] = ()
    trials: tuple[Trial, ...] = ()
    tuned: str = ""
    tuned_score: float | None = None
    probe_steps: tuple[ProbeStep, ...] = ()
    losses: tuple[float, ...] = ()
    curves: tuple[TrainingCurve, ...] = ()
    crashed: str = ""
    fits: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    diff: str = ""
    fixed: str = ""
    failed: str = ""
    snippet: str = ""
    reference: float | None = None
    output: str = ""
    others: tuple[Diagnosis, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    location: Location | None = None

    def __repr__(self) -> str:
        """Verdict, sides and causes, a few lines, as a terminal shows them."""
        of = f"output {self.output!r}: " if self.output else ""
        lines = [f"{of}{self.verdict}. {self.headline}", f"  {self.sentence}"]
        for cause in self.causes:
            lines += [f"{cause.code} {cause.label}. {cause.sentence}"]
            lines += [f"  {told}" for told in (cause.scores, cause.definition) if told]
            lines += [f"  What to do: {cause.advice}"]
        lines += [self.further] if self.tuned else []
        lines += [line for state in STATES if (line := self.list_labels(state))]
        lines += self.untestable_findings
        lines += [f"  What would change this: {self.change}"]
        return "\n".join([*lines, *(other.summary for other in self.others)])

    __str__ = __repr__

    @property
    def headline(self) -> str:
        """Say in one sentence where the fault lies."""
        if self.verdict == "no-fault-proved":
            return "Nothing was trained."
        if not self.sides:
            unclear = self.verdict in ("undecided", "no-signal")
            return (
                "It is unclear where the fault lies."
                if unclear
                else "No fault was found."
            )
        if self.verdict == "undecided":  # of few rows alone
            return "There are too few rows to tell where the fault lies."
        # a repair that was tried shows that a network can learn these rows
        proved = [cause for cause in self.causes if cause.together is not None]
        handed = [c for c in proved or self.causes if c.label in _PREPARATION]
        if handed and "network" not in self.sides:
            message = f"the script {_PREPARATION[handed[0].label]}"
        else:
            places = join_words([_PLACES[side] for side in self.sides])
            message = f"the fault lies in {places}"
        if proved:
            return f"The data can be learned; {message}."
        return f"{message[0].upper()}{message[1:]}.".replace(" them ", " the rows ")

    @property
    def further(self) -> str:
        """Write what the repaired program does beside the repairs, with its effect."""
        return (
            f"Not a cause, but it improves the repaired network: {self.tuned} (score "
            f"{self.repaired_score:.2f} without, {self.tuned_score:.2f} with)."
        )

    def list_labels(self, state: str) -> str:
        """Write which findings have a state, and why they were not tested; or ""."""
        reasons: dict[str, list[str]] = {}
        for one in self.ruled_out:
            if one.state == state:
                reasons.setdefault(one.reason, []).append(one.label)
        messages = [
            f"{', '.join(labels)}{f' ({reason})' if reason else ''}"
            for reason, labels in reasons.items()
        ]
        return f"{STATES[state]}: {'; '.join(messages)}." if messages else ""

    @property
    def untestable_findings(self) -> tuple[str, ...]:
        """Findings in full that no trial can test: they are true as they stand."""
        return tuple(
            f"{one.code} {one.label}. {one.sentence}"
            for one in self.ruled_out
            if one.state == "untested" and one.code in UNTRIED
        )

    @property
    def summary(self) -> str:
        """The answer in one line: output, verdict, causes."""
        causes = ", ".join(f"{c.code} {c.label}" for c in self.causes) or "no cause"
        name = f"output {self.output!r}" if self.output else self.script
        return f"{name}: {self.verdict} ({causes}). {self.sentence}"

    def _repr_html_(self) -> str:
        """The same for a notebook, with a table of the causes."""
        parts = [
            f"<p><b>{escape(self.verdict)}.</b> {escape(self.headline)}<br>"
            f"{escape(self.sentence)}</p>"
        ]
        if self.causes:
            parts += [_html_row("th", ("cause", "", "proved by", "what to do"))]
            parts += [
                _html_row("td", (c.label, c.sentence, _proof(c), c.advice))
                for c in self.causes
            ]
            parts[1:] = ["<table>", *parts[1:], "</table>"]
        parts += [f"<p>What would change this: {escape(self.change)}</p>"]
        parts += [f"<p>{escape(other.summary)}</p>" for other in self.others]
        return "".join(parts)


def _proof(cause: Cause) -> str:
    return ". ".join(part for part in (cause.scores, cause.definition) if part)


def _html_row(kind: str, cells: tuple[str, ...]) -> str:
    inner = "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells)
    return f"<tr>{inner}</tr>"
