"""``python -m learnable.new rule|model|baseline NAME``: a skeleton to fill in."""

import re
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from string import Template

import click

from .zoo.cli import UserError

ROOT = Path(__file__).parent
RULES = (ROOT / "baselines" / "rules", ROOT / "zoo" / "diagnosis" / "rules")
"""Folders of rules on the data, and of those on networks and preparation."""
_SIDES = {"data": "D", "preparation": "P", "network": "N"}
_FIRST = {"D": 301, "P": 701, "N": 101}
"""First code of a letter that no page has yet."""
_HEADER = re.compile(r"# (?P<code>[A-Z]\d{3}) (?P<label>[a-z-]+)")

MODEL = Template('''"""One line: what $name is.

What $name is, where it comes from, and when to try it. `zoo show $name` prints
this page but for its first line.

    columns -> mean 0, deviation 1 -> 32 -> a logit a class, or one number

| setting | value |
| --- | --- |
| hidden layer | dense, 32 units, `relu`, kernels `he_normal`, biases 0 |
| optimizer | `adam`, learning rate 0.003 |
| training | up to 200 epochs of batches of 32; ends after 15 without progress |

    zoo train $name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import TABLE_TASKS
from ..recipe import Recipe
from .card import ModelCard

if TYPE_CHECKING:
    import keras

CARD = ModelCard(
    name="$name",
    title="One line: what $name is",
    dataset="digits",
    tasks=TABLE_TASKS,
    parameters=2_410,
)
DEFAULT = Recipe(
    model="$name",
    hidden=(32,),
    activation="relu",
    initialiser="he_normal",
    scaling="standard",
    loss="task",
    optimizer="adam",
    learning_rate=0.003,
    batch_size=32,
    epochs=200,
    patience=15,
)


def build(recipe: Recipe, *, shape: tuple[int, ...], outputs: int) -> keras.Model:
    """Untrained network from rows of a shape to logits (or a number), (n, outputs)."""
    from ..backend import keras

    layers = keras.layers

    # Inputs.
    rows = keras.Input(shape)
    x = layers.Flatten()(rows)

    # Body.
    for units in recipe.hidden:
        x = layers.Dense(
            units,
            activation=recipe.activation,
            kernel_initializer=recipe.initialiser,
        )(x)

    # Head.
    logits = layers.Dense(outputs, kernel_initializer=recipe.initialiser)(x)
    return keras.Model(rows, logits, name="$module")
''')

PAGE = Template("""# $code $name

one line: what it finds

## What it sees
The sign, and the limits above which it counts.

## Why it matters
How it keeps a network from learning, or makes a score look better than it is.

## An example
```python
print("a script, or rows, that trigger the rule")
```

## How to fix it
The change that mends the example.

## Where it does not apply
Rows and networks that look like this and are sound.

## Reference
Author year, title.
""")

DATA_RULE = Template('''"""One line: what the rule finds."""

from __future__ import annotations

from .context import RuleResult, TableContext
from .registry import rule


@rule("$code", order=1_000)  # its place among the rules: here the last
def $module(context: TableContext) -> RuleResult | None:
    """One line: what is found; every limit is a constant with its reason."""
    return None
''')

DATA_TEST = Template('''"""The rule $name: what it finds, and sound rows."""

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.rules.$module import $module
from learnable.baselines.rules.context import TableContext
from learnable.data import Card, Dataset


def context_of(x: dict[str, np.ndarray], y: np.ndarray) -> TableContext:
    card = Card("made", "rows made up", "regression", "y")
    return TableContext(Dataset(pd.DataFrame(x), y, card), ())


def test_is_silent_on_sound_rows() -> None:
    rng = np.random.default_rng(0)
    x = {"a": rng.normal(size=200)}
    assert $module(context_of(x, rng.normal(size=200))) is None


# strict: once the rule finds it, this mark fails and must go
@pytest.mark.xfail(reason="the rule is to be written", strict=True)
def test_finds_it() -> None:
    rows = np.arange(200.0)
    assert $module(context_of({"a": rows}, rows)) is not None
''')

NETWORK_RULE = Template('''"""One line: what the rule finds."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ..problem.context import NetworkFinding, RuleContext


@rule("$code", order=1_000)  # its place among the rules: here the last
def $module(context: RuleContext) -> NetworkFinding | None:
    """One line: what is found; trials decide whether it is a cause."""
    return None
''')

NETWORK_TEST = Template('''"""The rule $name: what it finds, and sound networks."""

import numpy as np
import pytest
from learnable.zoo.backend import keras
from learnable.zoo.diagnosis.rules.$module import $module

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network(*layers: keras.layers.Layer) -> keras.Model:
    last = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((3,)), *layers, last])
    model.compile("adam", "binary_crossentropy")
    return model


def test_is_silent_on_a_sound_network(case_of) -> None:
    model = network(keras.layers.Dense(4, activation="relu"))
    assert $module(case_of(model, X, Y)) is None


# strict: once the rule finds it, this mark fails and must go
@pytest.mark.xfail(reason="the rule is to be written", strict=True)
def test_finds_it(case_of) -> None:
    assert $module(case_of(network(), X, Y)) is not None
''')

BASELINE = Template("""def _$module(dataset: Dataset, seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return _input_steps(dataset, _per_label(dataset, KNeighborsClassifier()))
""")
BASELINE_ENTRY = Template('    Baseline("$name", "one line: what it is", _$module),\n')


@click.group(epilog="\b\nExample:\n  python -m learnable.new model my-model")
def main() -> None:
    """Write the skeleton of a rule, a model or a baseline."""


@main.command("model")
@click.argument("name")
def model_command(name: str) -> None:
    """Write the one file of a model; `zoo list` finds it."""
    module = check_name(name, digits=True)
    path = ROOT / "zoo" / "models" / f"{module}.py"
    write({path: MODEL}, name=name, module=module)
    click.echo("Next: `make docs`, and the tests over the catalog, tests/zoo.")


@main.command("rule")
@click.argument("name")
@click.option(
    "--side", type=click.Choice(list(_SIDES)), required=True, help="Of its findings."
)
def rule_command(name: str, side: str) -> None:
    """Write a rule, its page and its test."""
    module = check_name(name, digits=False)
    if name in read_codes().values():
        raise UserError(f"the name {name!r} is taken; choose another one", 2)
    of_data, of_networks = RULES
    folder, tests, rule, test = of_networks, "zoo/diagnosis", NETWORK_RULE, NETWORK_TEST
    if side == "data":
        folder, tests, rule, test = of_data, "baselines", DATA_RULE, DATA_TEST
    files = {
        folder / f"{module}.py": rule,
        folder / f"{module}.md": PAGE,
        ROOT / "tests" / tests / f"test_{module}.py": test,
    }
    write(files, name=name, module=module, code=next_code(_SIDES[side]))


@main.command("baseline")
@click.argument("name")
def baseline_command(name: str) -> None:
    """Print the lines that make a baseline."""
    from .baselines.estimators import catalog

    module = check_name(name, digits=True)
    known = {b.name for group in catalog.BASELINES.values() for b in group}
    if name in known or hasattr(catalog, f"_{module}"):
        raise UserError(f"the name {name!r} is taken; choose another one", 2)
    function, entry = (
        part.substitute(name=name, module=module) for part in (BASELINE, BASELINE_ENTRY)
    )
    click.echo(
        "To baselines/estimators/catalog.py, before _CLASSES:\n\n"
        f"{function}\nto each list of a task that it does, such as _CLASSES:\n\n"
        f"{entry}\nand its name to docs/verdicts.md."
    )


def check_name(name: str, *, digits: bool) -> str:
    """Return the module's name for a name such as ``"wrong-loss"``.

    Raises
    ------
    UserError
        It is not of lower-case words with ``-`` between them, or a word of Python.
    """
    letters = "[a-z0-9]" if digits else "[a-z]"
    if not re.fullmatch(f"[a-z]{letters}*(-{letters}+)*", name) or iskeyword(name):
        allowed = "letters and digits" if digits else "letters"
        msg = f"{name!r} is no name; give words of small {allowed} with - between them"
        raise UserError(msg, 2)
    return name.replace("-", "_")


def read_codes() -> dict[str, str]:
    """Code -> label of every rule that has a page, from the pages' first lines."""
    pages = (page for folder in RULES for page in sorted(folder.rglob("*.md")))
    firsts = (page.read_text("utf-8").partition("\n")[0] for page in pages)
    found = (_HEADER.fullmatch(line) for line in firsts)
    return {header["code"]: header["label"] for header in found if header}


def next_code(letter: str) -> str:
    """Return the code after the last of a letter's first hundred.

    Gaps are left: a code is never given twice.
    """
    numbers = {int(code[1:]) for code in read_codes() if code[0] == letter}
    if not numbers:
        return f"{letter}{_FIRST[letter]}"
    hundred = min(numbers) // 100
    return f"{letter}{max(n for n in numbers if n // 100 == hundred) + 1}"


def write(files: Mapping[Path, Template], **facts: str) -> None:
    """Write all files, or none.

    Raises
    ------
    UserError
        One of them exists, or the package is installed and no checkout.
    """
    if not (ROOT / "pyproject.toml").exists():
        raise UserError(f"{ROOT} is no checkout of the project; call it from one", 2)
    for path in files:
        if path.exists():
            msg = f"{path.relative_to(ROOT)} exists already; choose another name"
            raise UserError(msg, 2)
    for path, template in files.items():
        path.write_text(template.substitute(facts), "utf-8")
        click.echo(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main(prog_name="python -m learnable.new")
