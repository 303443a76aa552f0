"""The rules on networks: code, label and one line each; nothing heavy is imported."""

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Rule:
    """A named check. Its code never changes its meaning, and is never given twice.

    Parameters
    ----------
    code, label : str
        Either names the rule, e.g. ``"N106"`` and ``"missing-nonlinearity"``.
    title : str
        What it finds, in one line.
    """

    code: str
    label: str
    title: str


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("N101", "wrong-loss", "a loss that does not fit the task or the head"),
        Rule(
            "N102",
            "wrong-output-activation",
            "a last activation that cannot give the answer",
        ),
        Rule("N103", "wrong-output-units", "too many or too few outputs"),
        Rule("N104", "label-encoding", "labels coded as the loss does not read them"),
        Rule("N105", "target-shape", "targets and outputs broadcast in the loss"),
        Rule("N106", "missing-nonlinearity", "hidden layers without an activation"),
        Rule("N107", "wrong-hidden-activation", "a hidden activation that blocks"),
        Rule("N108", "bad-initialisation", "first weights that stop learning"),
        Rule("N109", "disconnected-layer", "layers that reach no output"),
        Rule("N110", "frozen-weights", "weights that should learn and may not"),
        Rule("N111", "too-few-units", "a layer too narrow for what must pass"),
        Rule("N112", "too-strong-regularisation", "a penalty larger than the loss"),
        Rule("N113", "missing-mask", "padding read as if it were data"),
        Rule("N114", "wrong-gradient", "a gradient that is not the derivative"),
        Rule("N201", "lr-too-high", "a learning rate too high"),
        Rule("N202", "lr-too-low", "a learning rate too low for the steps taken"),
        Rule("N203", "wrong-optimizer", "an optimizer that gets nowhere here"),
        Rule("N204", "wrong-batch-size", "batches that leave too few steps, or noise"),
        Rule("N205", "too-few-epochs", "training that stops long before the end"),
        Rule("N206", "exploding-gradient", "gradients that grow without bound"),
        Rule("N207", "vanishing-gradient", "gradients that shrink on the way down"),
        Rule("N208", "dying-relu", "units that are zero for every row"),
    )
}
"""Code -> rule, in the order of the codes."""
DATA_LABELS: dict[str, str] = {
    "D301": "inputs-not-scaled",
    "D302": "targets-not-scaled",
    "D303": "inputs-not-finite",
    "D304": "rows-not-shuffled",
    "D310": "class-imbalance",
    "D313": "constant-inputs",
}
"""Code -> label of what is seen in the arrays as the network gets them.

The rules of the baselines have these codes too, with the pages: they look at the table.
"""


def label_of(code: str) -> str:
    """The label of a rule on the network or its arrays; KeyError if there is none."""
    return DATA_LABELS[code] if code in DATA_LABELS else RULES[code].label


def page(code: str) -> str:
    """The page of a rule, as Markdown; KeyError if there is no such rule."""
    rule = RULES[code]  # first: a code may come from a file, and is no path
    pages = files("learnable.zoo.diagnosis.rules") / "pages"
    return (pages / f"{rule.code}.md").read_text("utf-8")
