"""Networks beside one another: which of two is better, as far as the folds can tell."""

from collections.abc import Sequence
from itertools import combinations

from .comparison import Estimate, holm
from .doubt import McNemar
from .evidence import SIGNIFICANT, corrected, main_metric, rights
from .held_out import make_mcnemars
from .network_verdict import margin
from .results import Pair, Row
from .tables import Board, difference


def make_pairs(board: Board, rows: Sequence[Row]) -> tuple[Pair, ...]:
    """Every network against every one named before it; Holm over all of them."""
    networks = {r.name: r for r in rows if r.kind == "network" and not r.error}
    twos = list(combinations(networks, 2))
    estimates = [difference(board, networks, later, first) for first, later in twos]
    p_values = holm([e.p_value() for e in estimates])
    tests = make_mcnemars(board, [(later, first) for first, later in twos])
    return tuple(
        _pair(networks[later], networks[first], e, p_holm, test)
        for (first, later), e, p_holm, test in zip(
            twos, estimates, p_values, tests, strict=True
        )
    )


def _pair(
    row: Row, other: Row, e: Estimate, p_holm: float, test: McNemar | None
) -> Pair:
    low, high = e.interval()
    equal = margin(max(r.scores["skill"].mean for r in (row, other)))
    if p_holm <= SIGNIFICANT and not -equal <= e.mean <= equal:
        word = "is better than" if e.mean > 0 else "is worse than"
        told = corrected(p_holm)
    elif -equal <= low and high <= equal:
        word, told = "is practically as good as", f"equal within {equal:.3f}"
    elif -equal <= low:
        word, told = "is as good as", f"equal within {equal:.3f} or better"
    else:
        word, told = "cannot be told from", f"{equal:.3f} would be practically equal"
    label, key = main_metric(row)
    own, others = (r.scores[key].mean for r in (row, other))
    sentence = (
        f"{row.name} {word} {other.name}: {label} {own:.3f} against {others:.3f}; "
        f"difference in skill {e.mean:+.3f} [{low:+.3f}, {high:+.3f}], {told}."
        f"{rights(test, row.name, other.name)}"
    )
    p = e.p_value()
    return Pair(row.name, other.name, e.mean, low, high, p, p_holm, sentence, test)
