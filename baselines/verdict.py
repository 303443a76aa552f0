"""The verdict: is it the data, or is it the network?

Two answers: one for the data, by the baselines and the signal test alone, and one for
each network. A verdict is a sentence with its numbers and with what would change it.
"""

from .comparison import holm
from .evidence import (
    CONFIDENT,
    SIGNIFICANT,
    Evidence,
    no_use,
    p_above,
    round_rows,
    shown,
)
from .network_verdict import network_verdict
from .power import EFFECTS
from .results import Row, Verdict
from .signal import CLEAR, LEVEL
from .suspicion import best_baseline
from .tables import learns
from .worth import effect

EXIT_CODES = {
    "signal": 0,
    "network-ahead": 0,
    "network-level": 0,
    "network-at-fault": 3,
    "undecided": 4,
    "no-signal": 5,
    "suspicious": 6,
}
STATED_EFFECT = 0.13
"""A relation that explains 13 % of the variance is what Cohen (1988) calls medium;
``no-signal`` is said only where one would have been found with 80 % power."""


def draw(evidence: Evidence) -> tuple[Verdict, ...]:
    """The verdict on each network, then the one on the data."""
    data = data_verdict(evidence)
    networks = [row for row in evidence.rows if row.kind == "network"]
    return (*(network_verdict(evidence, data, row) for row in networks), data)


def data_verdict(evidence: Evidence) -> Verdict:
    """``signal``, ``no-signal``, ``undecided`` or ``suspicious``."""
    signal, best = evidence.signal, best_baseline(evidence.rows)
    if evidence.suspicion:
        return Verdict(
            "suspicious",
            "",
            f"Too good to be true: {evidence.suspicion}.",
            "Look at what is named; leave it out (--drop, --group) and run again.",
        )
    proved = _gains(evidence, CONFIDENT)
    if signal.p <= LEVEL or proved:
        change = _change_signal(evidence)
        return Verdict("signal", "", _signal_sentence(evidence, best), change)
    found = f"p = {signal.p:.3g} over {signal.permutations} permutations"
    hints = _gains(evidence, SIGNIFICANT)
    if signal.p <= CLEAR or hints:
        hint = f"; {hints[0]} gains a little over the majority" if hints else ""
        return Verdict(
            "undecided",
            "",
            "These rows cannot tell whether there is anything to learn: "
            f"{found}{hint}.",
            f"About {round_rows(2 * evidence.n_rows)} rows (twice these) or more would "
            "tell.",
        )
    return _nothing(evidence, found)


def _nothing(evidence: Evidence, found: str) -> Verdict:
    """Nothing was found: was there any chance to?"""
    least = evidence.signal.detectable
    assert least is not None
    if least > STATED_EFFECT:
        least_text = f"not even a linear relation that explains {EFFECTS[-1]:.0%}"
        if least < 1:
            told = effect(evidence.signal, digits=0)
            least_text = f"only a relation that explains {told} or more"
        needed = round_rows(evidence.n_rows * min(least, 1) / STATED_EFFECT)
        return Verdict(
            "undecided",
            "",
            f"Nothing was found ({found}), but with {evidence.n_rows:,} rows "
            f"{least_text} would have been, with 80 % power.",
            f"About {needed} rows would be enough to find one that explains "
            f"{STATED_EFFECT:.0%}.",
        )
    and_so = "no baseline beats the majority"
    if evidence.task == "forecast":
        and_so = "each value is like a draw that knows of no other"
    return Verdict(
        "no-signal",
        "",
        f"Nothing to learn was found: {found}, and {and_so}. "
        f"A linear relation that explains {effect(evidence.signal)} would have been "
        "found with 80 % power.",
        "Other features, or a stranger relation, or a weaker one and more rows (about "
        f"{round_rows(2 * evidence.signal.rows)} for half of that); tuning a network "
        "will not.",
    )


def _gains(evidence: Evidence, level: float) -> list[str]:
    """Baselines whose skill is above 0, one-sided, corrected for their number.

    Of a series none: to forecast the mean beats the naive forecast of pure noise.
    """
    if evidence.task == "forecast":
        return []
    rows = [
        r for r in evidence.rows if r.kind == "baseline" and not r.error and learns(r)
    ]
    return [
        name
        for name, p in zip(
            [r.name for r in rows],
            holm([p_above(evidence.skills[r.name]) for r in rows]),
            strict=True,
        )
        if p <= level
    ]


def _signal_sentence(evidence: Evidence, best: Row | None) -> str:
    signal = evidence.signal
    test = f"signal test p = {signal.p:.3g} over {signal.permutations} permutations"
    if best is None or no_use(best):
        return (
            f"Features and target are related ({test}), but no baseline turns that "
            "into better predictions than the majority's."
        )
    return f"There is something to learn: {test}; {shown(best, evidence.rows)}."


def _change_signal(evidence: Evidence) -> str:
    if evidence.task == "forecast":
        return "A change of habit: what follows need not be like what was."
    if evidence.task == "characters":
        return "Another text: this one is read on its own."
    if _gains(evidence, SIGNIFICANT):
        return "A leak: look whether every column is known before the target is."
    return "More rows: the relation is weak, and the baselines hardly gain from it."
