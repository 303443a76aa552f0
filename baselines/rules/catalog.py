"""The rules: code, label and one line each; a page of Markdown explains each."""

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Rule:
    """A named check. Its code never changes its meaning, and is never given twice.

    Parameters
    ----------
    code, label : str
        Either names the rule, e.g. ``"D304"`` and ``"rows-not-shuffled"``.
    title : str
        What it finds, in one line.
    """

    code: str
    label: str
    title: str


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("D301", "inputs-not-scaled", "columns that are large, or of unequal size"),
        Rule("D302", "targets-not-scaled", "a number to predict that is far from 1"),
        Rule("D303", "inputs-not-finite", "columns with missing values"),
        Rule("D304", "rows-not-shuffled", "rows that lie sorted by the target"),
        Rule("D305", "labels-random", "targets that no feature tells anything of"),
        Rule("D306", "labels-misaligned", "targets that stand some rows off"),
        Rule("D307", "label-noise", "targets that contradict equal or similar rows"),
        Rule("D308", "leak", "columns or neighbours that tell the answer"),
        Rule(
            "D309",
            "duplicate-rows-across-split",
            "equal rows, which a split puts on both sides",
        ),
        Rule("D310", "class-imbalance", "one class with most of the rows"),
        Rule("D311", "too-few-rows", "rows too few to tell, or classes with few"),
        Rule("D312", "train-test-mismatch", "test rows unlike the training rows"),
        Rule("D313", "constant-inputs", "columns with one value, or that name the row"),
    )
}
"""Code -> rule, in the order of the codes."""


def page(code: str) -> str:
    """The page of a rule, as Markdown; KeyError if there is no such rule."""
    rule = RULES[code]  # first: a code may come from a file, and is no path
    pages = files("learnable.baselines.rules") / "pages"
    return (pages / f"{rule.code}.md").read_text("utf-8")
