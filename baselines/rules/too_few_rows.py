"""Rows that are too few to tell anything by."""

from __future__ import annotations

import numpy as np

from ...data.counts import count
from ..scores.comparison import folds_once
from ..verdicts.evidence import round_row_count
from ..verdicts.verdict import STATED_EFFECT, lacks_power
from .context import LearnedContext, RuleResult, TableContext, found, list_columns
from .registry import rule

_RARE = 10
"""Rows of a class, or groups, from which on folds of a tenth can all have one."""
_WIDE = 0.5
"""Width of the interval of a skill that says no more than yes or no ..."""
USEFUL = 0.2
"""... and one that ranks candidates: its error goes with the root of the rows."""
LEAST_FOLDS = 5
"""With fewer the interval is wide because of that."""


@rule("D311")
def too_few_rows(context: TableContext) -> RuleResult | None:
    """A verdict that cannot be drawn, rare classes, few groups, a wide interval."""
    if context.learned is None:
        return None
    messages: list[str] = []
    needed = _undecided(context, context.learned, messages)
    grave = needed > 0
    rare = _rare(context, messages)
    folds = _parts(context.learned)
    if rare and min(rare.values()) < folds:
        grave = True
    needed = max(needed, _grouped(context, messages))
    wide = _wide(context, messages)
    if not messages:
        return None
    open_end = needed == 2 * len(context.dataset)
    others = [wide, *(_for_class(context, n) for n in rare.values())]
    # twice as many are a beginning, and no estimate of what is enough
    begin = " to begin with" if open_end and needed > max(others) else ""
    needed = max(needed, *others)
    return found(
        "D311",
        "warning" if grave else "note",
        " ".join(messages),
        f"Collect about {round_row_count(needed)} rows in total{_others(context)}"
        f"{begin}{_or_fewer(context, rare)}.",
        needed=needed,
        rare_classes=len(rare),
    )


def _others(context: TableContext) -> str:
    """Rows that belong together tell no more, however many."""
    learned = context.learned
    if learned is None or learned.verdict.name != "undecided":
        return ""
    depends = learned.signal.dependent
    return ", of other cases, groups or times," if depends else ""


def _or_fewer(context: TableContext, rare: dict[str, int]) -> str:
    """Advice where classes are rare and two remain without them."""
    classes = len(context.dataset.classes)
    if not rare or classes < 3 or context.dataset.y.ndim == 2:
        return ""
    if len(rare) == 1:
        return ", or simplify the task: merge the rare class with another, or drop it"
    drop = ", or drop them" if classes - len(rare) >= 2 else ""
    return f", or simplify the task: merge rare classes{drop}"


def _undecided(
    context: TableContext, learned: LearnedContext, messages: list[str]
) -> float:
    """Rows that would decide, 0 where the verdict is drawn."""
    if learned.verdict.name != "undecided":
        return 0
    rows, least = len(context.dataset), learned.signal.detectable
    if least is None or not lacks_power(learned.verdict):
        messages.append(
            f"With {rows:,} rows it is unclear whether there is anything to learn."
        )
        return 2 * rows
    messages.append(
        f"With {rows:,} rows only a relation that explains {least:.0%} of the variance "
        "or more is found with 80 % power, so finding none means little."
        if least < 1
        else f"With {rows:,} rows hardly any relation is found with 80 % power."
    )
    return rows * least / STATED_EFFECT


def _rare(context: TableContext, messages: list[str]) -> dict[str, int]:
    """Classes with fewer than `_RARE` rows, and how many they have.

    Labels that few rows have, or all but few.
    """
    dataset = context.dataset
    if not dataset.classes:
        return {}
    if dataset.y.ndim == 2:
        have = dataset.y.sum(axis=0)
        counts = np.minimum(have, len(dataset) - have)
    else:
        counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    rare = {
        label: int(n)
        for label, n in zip(dataset.classes, counts, strict=True)
        if 0 < n < _RARE
    }
    if rare:
        fewest = sorted(rare, key=lambda label: rare[label])
        one, more = ("label", "labels") if dataset.y.ndim == 2 else ("class", "classes")
        messages.append(
            f"{count(len(rare), f'{one} has', f'{more} have')} fewer than {_RARE} rows "
            f"({list_columns(fewest)}; {min(rare.values())} at least): scores on such "
            f"a {one} rest on a few rows."
        )
    return rare


def _grouped(context: TableContext, messages: list[str]) -> float:
    """Rows in all that bring `_RARE` groups, 0 where there are as many."""
    groups = context.dataset.groups
    there = _RARE if groups is None else len(np.unique(groups))
    if there >= _RARE:
        return 0
    messages.append(
        f"The rows are of {count(there, 'group')}: scores vary with the groups that a "
        "fold holds out."
    )
    return len(context.dataset) * _RARE / there


def _parts(learned: LearnedContext) -> int:
    """Folds of one repeat, each of which should hold some of every class."""
    return folds_once(learned.board.test_over_train)


def _for_class(context: TableContext, count: int) -> float:
    """Rows in all that bring a class of so many rows to `_RARE`."""
    return len(context.dataset) * _RARE / count


def _wide(context: TableContext, messages: list[str]) -> float:
    """Rows for a useful interval of the best skill, 0 where it is narrow enough."""
    skill = context.best.scores["skill"] if context.best else None
    if skill is None or skill.low is None or skill.high is None or skill.mean <= 0:
        return 0
    if 1 < len(skill.folds) < LEAST_FOLDS:
        return 0
    width = skill.high - skill.low
    if not width > _WIDE:
        return 0
    messages.append(
        f"The best baseline's skill of {skill.mean:.2f} may be between {skill.low:.2f} "
        f"and {skill.high:.2f}: too wide an interval to compare candidates."
    )
    return len(context.dataset) * (width / USEFUL) ** 2
