"""What to do next: at most three lines, each with a command that works as it stands.

Commands are made from the one that made the run, so that they read the same rows in the
same way. Where that command is not known, as of a call from Python, only those remain
that need none of it.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from ..baselines.results.candidates import best_learner
from ..baselines.results.findings import SEVERITIES, Finding
from ..baselines.results.results import Results
from ..baselines.verdicts.prospect import network_prospect

MOST_STEPS = 3
FLAGS = {"--json", "--quiet", "-q", "--header", "--no-header", "--learning-curve"}
FLAGS |= {"--gate", "--tensorboard", "--keep-weights", "--sandbox", "--fast", "--brief"}
"""Options without a value; all others take one."""
_NETWORKS = {
    "forecast": "lstm-series",
    "characters": "lstm-characters",
    "multilabel": "mlp",
}
"""The network that is tried first, by task; of other tasks `_NETWORK`."""
_NETWORK = "one-hidden"
_READING = {"--target", "--task", "--drop", "--limit", "--missing", "--drop-rows"}
_READING |= {"--header", "--no-header"}
"""Options of a table that every command takes which reads one."""
_ORDER = {"--group", "--rows", "--season", "--horizon"}
_SCORING = {"--folds", "--repeats", "--seed"}


@dataclass(frozen=True)
class NextStep:
    """One thing to do: a sentence, and a command or ""."""

    sentence: str
    command: str = ""


@dataclass(frozen=True)
class _Typed:
    """A command line in parts: ``zoo NAME PLACES... OPTIONS... -- REST...``."""

    name: str
    places: tuple[str, ...] = ()
    options: tuple[tuple[str, ...], ...] = ()
    rest: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = [self.name, *self.places, *(w for o in self.options for w in o)]
        return shlex.join(["zoo", *words, *(["--", *self.rest] if self.rest else [])])

    def has(self, name: str) -> bool:
        return any(option[0].partition("=")[0] == name for option in self.options)

    def keep(self, names: set[str]) -> tuple[tuple[str, ...], ...]:
        """The options of these names, in the order in which they were typed."""
        return tuple(o for o in self.options if o[0].partition("=")[0] in names)

    def with_option(self, *option: str) -> "_Typed":
        """The same command with an option, in place of the one of its name."""
        others = self.options
        if option[0] != "--drop":
            others = tuple(o for o in others if o[0].partition("=")[0] != option[0])
        return replace(self, options=(*others, option))


def next_steps(results: Results) -> tuple[NextStep, ...]:
    """Say what to do next, by verdict and findings.

    Returns
    -------
    tuple of NextStep
        Three at most, the most useful first.
    """
    typed = _parse(results.command)
    if results.diagnosis is not None:
        found = _after_check(results, typed)
    elif any(row.kind == "network" for row in results.rows):
        found = _after_networks(results, typed)
    else:
        found = _after_baselines(results, typed)
    steps = [*found, *_explain_finding(results.findings)]
    known: dict[str, NextStep] = {step.command or step.sentence: step for step in steps}
    return tuple(known.values())[:MOST_STEPS]


def data_file(command: str) -> str:
    """Return what a command line takes its rows from; "" where that is not known."""
    typed = _parse(command)
    if typed is None:
        return ""
    if typed.name == "baseline":
        return typed.places[0] if typed.places else ""
    for option in typed.options:
        name, _, value = option[0].partition("=")
        if name in ("--data", "--predictions"):
            return value or option[-1]
    return ""


def _parse(command: str) -> _Typed | None:
    """Return the parts of a command line; None where it is none of ours."""
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation without an end: not written by a run
        return None
    if len(words) < 2 or words[0] != "zoo":
        return None
    rest = ()
    if "--" in words:
        place = words.index("--")
        words, rest = words[:place], tuple(words[place + 1 :])
    places: list[str] = []
    options: list[tuple[str, ...]] = []
    left = iter(words[2:])
    for word in left:
        if not word.startswith("-") or word == "-":
            places.append(word)
        elif "=" in word or word in FLAGS:
            options.append((word,))
        else:
            options.append((word, next(left, "")))
    return _Typed(words[1], tuple(places), tuple(options), rest)


def _after_check(results: Results, typed: _Typed | None) -> Iterator[NextStep]:
    """After ``zoo check``: write the repair, then what the first cause means."""
    found = results.diagnosis
    assert found is not None
    if found.crashed:
        sentence = "Mend the error that ended the training; the answer names it."
        yield NextStep(sentence)
    suffix = PurePath(found.script).suffix
    can_write = typed is not None and suffix in (".py", ".ipynb") and typed.places
    if typed and can_write and found.fixed and found.causes and not found.failed:
        if not typed.has("--write"):
            target = f"{PurePath(typed.places[0]).stem}-repaired{suffix}"
            yield NextStep(
                f"Write the repaired script to {target}; yours stays as it is.",
                str(typed.with_option("--write", target)),
            )
    elif found.causes:
        yield NextStep("Make the changes that stand below each cause.")
    for cause in found.causes[:2]:
        sentence = f"Read what {cause.label} is and how it is mended."
        yield NextStep(sentence, f"zoo explain {cause.code}")
    if not found.causes and found.verdict == "network-level":
        yield NextStep("Leave the network as it is: no fault was found.")


def _after_baselines(results: Results, typed: _Typed | None) -> Iterator[NextStep]:
    """After ``zoo baseline``: what its verdict asks for."""
    verdict = next((v.name for v in results.verdicts if not v.about), "")
    prospect, best = network_prospect(results), best_learner(results.rows)
    if typed is None or typed.name != "baseline" or len(typed.places) != 1:
        return
    if verdict == "suspicious":
        yield from _drop_suspected_columns(results, typed)
    if verdict in ("no-signal", "suspicious", "undecided"):
        yield NextStep(
            "Look whether the columns were read as you mean them.",
            str(_Typed("look", typed.places, typed.keep(_READING - {"--limit"}))),
        )
    if prospect is None or verdict != "signal":
        return
    if prospect.answer == "hardly" and best is not None:
        yield NextStep(
            f"Keep {best.name}: see how it is made.",
            shlex.join(["zoo", "show", best.name]),
        )
    if prospect.answer in ("yes", "perhaps", "hardly") and not typed.has("--series"):
        yield NextStep(_TRY[prospect.answer], str(_train(results, typed)))


_TRY = {
    "yes": "Train a network on the same folds.",
    "perhaps": "Try a small network on the same folds.",
    "hardly": "If you want to be sure, try a small network on the same folds.",
}


def _train(results: Results, typed: _Typed) -> _Typed:
    model = _NETWORKS.get(results.about.task, _NETWORK)
    options = typed.keep(_READING | _ORDER | _SCORING)
    return _Typed("train", (model,), (("--data", typed.places[0]), *options))


def _drop_suspected_columns(results: Results, typed: _Typed) -> Iterator[NextStep]:
    """The same command without the columns that look like the answer."""
    for finding in results.findings:
        named = len(finding.columns) == finding.n_columns > 0
        if finding.label != "leak" or not named:
            continue
        without = typed
        for column in finding.columns:
            without = without.with_option(*_value("--drop", column))
        which = "the column" if finding.n_columns == 1 else "the columns"
        sentence = f"Leave out {which} that may be the answer, and see what remains."
        yield NextStep(sentence, str(without))
        return


def _value(option: str, value: str) -> tuple[str, ...]:
    """Return an option with a value, which may begin with a dash."""
    return (f"{option}={value}",) if value.startswith("-") else (option, value)


_REPEATS = re.compile(r"About (\d{1,4}) repeats \(--repeats\)")


def _repeat_folds(change: str, typed: _Typed) -> Iterator[NextStep]:
    """Repeat the folds, where the verdict says how often; else more would not help."""
    found = _REPEATS.search(change)
    if found:
        sentence = f"Repeat the folds {found[1]} times, which is enough to tell."
        yield NextStep(sentence, str(typed.with_option("--repeats", found[1])))


def _after_networks(results: Results, typed: _Typed | None) -> Iterator[NextStep]:
    """After a network was scored: what the worst of the verdicts asks for."""
    verdicts = [v for v in results.verdicts if v.about]
    order = ("network-at-fault", "undecided", "network-level", "network-ahead")
    ranked = sorted(
        (v for v in verdicts if v.name in order), key=lambda v: order.index(v.name)
    )
    if not ranked:
        return
    worst, best = ranked[0], best_learner(results.rows)
    known = typed is not None and typed.name in ("train", "compare")
    if worst.name == "network-at-fault" and typed and known:
        yield from _check(results, typed, worst.about)
    if worst.name in ("undecided", "network-at-fault") and typed and known:
        if worst.name == "undecided":
            yield from _repeat_folds(worst.change, typed)
        yield from _train_more_seeds(typed, worst.about)
    if worst.name == "network-level" and best is not None:
        sentence = f"Use {best.name}, which is as good: see how it is made."
        yield NextStep(sentence, shlex.join(["zoo", "show", best.name]))
    if worst.name == "network-ahead" and typed and known and not typed.has("--gate"):
        sentence = (
            "Keep it so: with --gate the exit code tells when it is no longer ahead."
        )
        yield NextStep(sentence, str(typed.with_option("--gate")))


def _check(results: Results, typed: _Typed, name: str) -> Iterator[NextStep]:
    """Examine the network; series and characters cannot be."""
    plain = name in typed.places and not (typed.keep(_ORDER) or typed.has("--set"))
    if not plain or results.about.task in ("forecast", "characters", "multilabel"):
        return
    options = typed.keep(_READING | {"--data"})
    if sum(option[0].startswith("--data") for option in options) < 2:
        sentence = f"Find out why {name} does not learn."
        yield NextStep(sentence, str(_Typed("check", (name,), options)))


def _train_more_seeds(typed: _Typed, name: str) -> Iterator[NextStep]:
    """Train from several seeds: how much of the score is luck."""
    if typed.has("--seeds") or name not in typed.places:
        return
    options = typed.keep(_READING | _ORDER | _SCORING | {"--data", "--class-weight"})
    again = _Typed("compare", (name,), (*options, ("--seeds", "3")))
    yield NextStep("See how much of the score is luck of the seed.", str(again))


def _explain_finding(findings: tuple[Finding, ...]) -> Iterator[NextStep]:
    """Point to the page of the most severe finding; notes can wait."""
    serious = [f for f in findings if f.severity != SEVERITIES[-1]]
    serious.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    for finding in serious[:1]:
        sentence = f"Read about {finding.label}, found in the data."
        yield NextStep(sentence, f"zoo explain {finding.code}")
