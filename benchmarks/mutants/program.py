"""Programs as source text: what a change to one can be put into."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

BASES = Path(__file__).parent / "bases"
HIDDEN = ("relu", "tanh", "elu")


@dataclass(frozen=True)
class Program:
    """A sound training script, or one with a fault put in.

    Parameters
    ----------
    name : str
    tags : frozenset of str
        Its task, the form of its rows (``array``: ``x`` and ``y`` in two parts; of
        these ``table`` has two axes), and what its network is made of.
    source : str
        With marks: comments ``# [raw]``, ``# [split]``, ``# [ready]`` and
        ``# [labels]`` behind the lines that load, split, scale, or do all of this.
    """

    name: str
    tags: frozenset[str]
    source: str

    @property
    def text(self) -> str:
        """The source without comments, which would tell what is in it."""
        return ast.unparse(ast.parse(self.source)) + "\n"


def load_bases() -> list[Program]:
    """Return the sound programs, by name."""
    found = []
    for path in sorted(BASES.glob("*.py")):
        first, source = path.read_text("utf-8").split("\n", 1)
        tags = frozenset(first.removeprefix("# tags: ").split())
        found.append(Program(path.stem, tags, source))
    return found


def insert(program: Program, code: str, marks: tuple[str, ...]) -> Program | None:
    """Put lines behind the first of some marks that is there; None where none is.

    With NumPy's import where the program has none: a name that is missing would be the
    fault.
    """
    if "np." in code and "import numpy as np" not in program.source:
        code = f"import numpy as np\n{code}"
    for mark in (f"# [{name}]" for name in marks):
        if mark in program.source:
            return replace(
                program, source=program.source.replace(mark, f"{code}\n{mark}")
            )
    return None


def without(program: Program, comment: str) -> Program | None:
    """Leave out the lines that end with a comment."""
    lines = program.source.split("\n")
    kept = [line for line in lines if not line.endswith(f"# {comment}")]
    if len(kept) == len(lines):
        return None
    return replace(program, source="\n".join(kept))


def exchange(program: Program, old: str, new: str) -> Program | None:
    """Replace every occurrence of a text; None where there is none."""
    if old not in program.source:
        return None
    return replace(program, source=program.source.replace(old, new))


def called(tree: ast.AST, *names: str) -> list[ast.Call]:
    """Return the calls of functions with these names, in the order of the source."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node) in names
    ]
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def name_of(call: ast.Call) -> str:
    """Return the last part of the called name."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def value_of(call: ast.Call, keyword: str, place: int | None = None) -> ast.expr | None:
    """Return an argument of a call, by its name or its place."""
    for given in call.keywords:
        if given.arg == keyword:
            return given.value
    if place is not None and len(call.args) > place:
        return call.args[place]
    return None


def set_value(
    call: ast.Call, keyword: str, code: str, place: int | None = None
) -> None:
    """Give an argument, or change it."""
    value = ast.parse(code, mode="eval").body
    for given in call.keywords:
        if given.arg == keyword:
            given.value = value
            return
    if place is not None and len(call.args) > place:
        call.args[place] = value
    else:
        call.keywords.append(ast.keyword(keyword, value))


def change(
    program: Program, edit: Callable[[ast.Module], Iterator[bool]]
) -> Program | None:
    """Change the tree of a program; None where nothing of what is meant is there."""
    tree = ast.parse(program.source)
    if not any([*edit(tree)]):
        return None
    return replace(program, source=ast.unparse(ast.fix_missing_locations(tree)))


def hidden_layers(tree: ast.AST) -> list[ast.Call]:
    """Return the calls that make layers with a hidden activation."""
    return [
        call
        for call in called(tree, "Dense", "Conv2D", "Activation")
        if getattr(_activation(call), "value", None) in HIDDEN
    ]


def _activation(call: ast.Call) -> ast.expr | None:
    return value_of(call, "activation", 0 if name_of(call) == "Activation" else None)


def heads(tree: ast.AST) -> list[ast.Call]:
    """Return the last dense layer of the source."""
    return called(tree, "Dense")[-1:]


def optimizers(tree: ast.AST) -> list[ast.Call]:
    """Return the calls that make an optimizer."""
    return called(tree, "Adam", "RMSprop", "SGD")
