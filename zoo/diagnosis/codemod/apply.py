"""Edits of a training script, written into its source."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Sequence
from functools import cached_property

import libcst as cst
from libcst import matchers as m

from ...backend import keras
from ..record.recording import Place
from .calls import OLD, Parameters, value_of, with_argument, wrapped
from .edits import (
    BeforeFit,
    CleanInputs,
    Edit,
    FeedFrom,
    HideInputs,
    InsertLayer,
    NormaliseInputs,
    ReadClasses,
    RescaleOutputs,
    ScaleInputs,
    SetArgument,
    Statement,
    WrapArgument,
)
from .layers import feed_from, find_constructor, insert_layer, read_classes
from .script import (
    COMPILING,
    TRAINING,
    Binding,
    Changes,
    Names,
    NoSafePlace,
    Script,
    assigned_names,
    method,
)
from .wrap import Wrap, receiver, wrap_model


def apply_edits(
    source: str, edits: Sequence[Edit], *, fit: Place, compiled: Place | None
) -> str | None:
    """The source of a script with all edits written in.

    Formatting and comments are kept.

    Parameters
    ----------
    source : str
        The file that holds ``fit``.
    edits : sequence of Edit
        Those of one call are joined.
    fit, compiled : Place
        A line of the statements that train and compile the model.

    Returns
    -------
    str or None
        None where an edit has no place that is safe: then nothing is changed.
    """
    try:
        script = Script(source, fit.file)
        result = _Writer(script, fit, compiled).write(edits)
    except (NoSafePlace, cst.ParserSyntaxError, SyntaxError, ValueError):
        # ValueError: a null byte in the source
        return None
    return result if _is_python(result) else None


def difference(source: str, repaired: str, *, name: str) -> str:
    """The unified diff between a script and its repaired form.

    Parameters
    ----------
    source, repaired : str
    name : str
        The file's, for the head of the diff.
    """
    lines = difflib.unified_diff(
        source.splitlines(), repaired.splitlines(), name, name, lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _is_python(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the user's own code
        try:
            compile(source, "<repaired>", "exec", dont_inherit=True)
        except SyntaxError:
            return False
    return True


class _Writer:
    """The edits of one training of a script."""

    def __init__(self, script: Script, fit: Place, compiled: Place | None) -> None:
        self._script = script
        self._changes = Changes(script)
        self._place = fit
        self._compiled = compiled and script.method_call(compiled, COMPILING)

    @cached_property
    def _fit(self) -> cst.Call:
        """The call that trains; a loop of the script's own has none."""
        return self._script.method_call(self._place, TRAINING)

    def write(self, edits: Sequence[Edit]) -> str:
        """The source with the edits; wraps come last, as they read the arguments."""
        edits = list(dict.fromkeys(edits))
        for edit in edits:
            if isinstance(edit, SetArgument):
                self._set_argument(edit)
            elif isinstance(edit, WrapArgument):
                self._wrap(edit)
            elif isinstance(edit, InsertLayer):
                insert_layer(self._script, self._changes, edit)
            elif isinstance(edit, FeedFrom):
                feed_from(self._script, self._changes, edit)
            elif isinstance(edit, Statement):
                self._state(edit)
            elif isinstance(edit, BeforeFit):
                self._before_fit(edit)
            elif isinstance(edit, ReadClasses):
                read_classes(self._script, self._changes, receiver(self._fit))
        self._wrap_model(edits)
        changed = self._script.module.visit(self._changes)
        used, lines = self._changes.used, self._changes.lines
        return with_imports(self._script, changed, used, lines).code

    def _set_argument(self, edit: SetArgument) -> None:
        value = self._changes.expression(edit.code) if edit.code else None
        if value is None and edit.name == "x":
            raise NoSafePlace("rows are needed")
        call, parameters = self._call(edit)

        def changed(old: cst.Call) -> cst.Call:
            return with_argument(old, parameters, edit.name, value)

        self._changes.change(call, changed)

    def _call(self, edit: SetArgument) -> tuple[cst.Call, Parameters]:
        if edit.call == "layer":
            parameters = Parameters(getattr(keras.layers, edit.kind, None))
            return find_constructor(self._script, edit), parameters
        call = self._fit if edit.call == "fit" else self._compiled
        if call is None:
            raise NoSafePlace("nothing is compiled")
        return call, Parameters(getattr(keras.Model, method(call)))

    def _wrap(self, edit: WrapArgument) -> None:
        template = self._changes.expression(edit.code.replace("{}", OLD))
        parameters = Parameters(getattr(keras.Model, method(self._fit)))
        old = value_of(self._changes.current(self._fit), parameters, edit.name)
        if old is None:
            raise NoSafePlace(f"{edit.name} is not given")
        new = wrapped(template, old)
        self._changes.change(
            self._fit, lambda call: with_argument(call, parameters, edit.name, new)
        )

    def _state(self, edit: Statement) -> None:
        call = self._compiled or self._fit
        code = edit.code.replace("{model}", receiver(call))
        ast.parse(code)  # half a statement would take in the user's next line
        new = self._changes.statements(code + "\n")
        statement = self._script.statement(call)
        last = self._script.names.last_given(assigned_names(code))
        if last > self._script.end(statement):
            # what it changes is made later: rows to predict, behind the training
            self._changes.after(self._script.statement_at(last), *new)
        else:
            self._changes.before(statement, *new)

    def _before_fit(self, edit: BeforeFit) -> None:
        call = self._fit
        parameters = Parameters(getattr(keras.Model, method(call)))
        rows = value_of(call, parameters, "x")
        if rows is None:
            raise NoSafePlace("x is not given")
        code = edit.code.replace("{model}", receiver(call))
        code = code.replace("{x}", self._script.code(rows))
        ast.parse(code)
        new = self._changes.statements(code + "\n")
        self._changes.before(self._script.statement(call), *new)

    def _wrap_model(self, edits: Sequence[Edit]) -> None:
        kinds = (
            NormaliseInputs | ScaleInputs | CleanInputs | HideInputs | RescaleOutputs
        )
        wrap = Wrap.of(edits)
        if wrap.rescale is not None:
            self._weigh(wrap.rescale)
        if any(isinstance(edit, kinds) for edit in edits):
            wrap_model(self._script, self._changes, wrap, self._fit, self._compiled)

    def _weigh(self, rescale: RescaleOutputs) -> None:
        if self._compiled is None:
            raise NoSafePlace("nothing is compiled")
        parameters = Parameters(keras.Model.compile)
        now = self._changes.current(self._compiled)
        if value_of(now, parameters, "loss_weights") is not None:
            raise NoSafePlace("the loss has weights already")
        weight = SetArgument("compile", "loss_weights", f"[{rescale.weight!r}]")
        self._set_argument(weight)


_NEEDED = {"keras": "import keras", "np": "import numpy as np"}
_MODULES = {"keras": ("keras", "tensorflow.keras"), "np": ("numpy",)}


def with_imports(
    script: Script, changed: cst.Module, used: set[str], lines: Sequence[int]
) -> cst.Module:
    """The changed module, with the imports of ``used`` names that it lacks.

    ``lines`` are those of the script that were changed.
    """
    first = min(lines, default=0)
    lacking = [n for n in _NEEDED if n in used and not _has(script.names, n, first)]
    if not lacking:
        return changed
    config = script.module.config_for_parsing
    new = [cst.parse_statement(_NEEDED[name] + "\n", config) for name in lacking]
    i = _import_position(script, first)
    body = list(changed.body)
    return changed.with_changes(body=[*body[:i], *new, *body[i:]])


def _has(names: Names, name: str, line: int) -> bool:
    """Whether a name means the module we need at a line; another meaning is refused."""
    found = [(s, b) for s in names.scopes() for b in names.bound(name, s)]
    if any(not _is_module(names, binding) for _, binding in found):
        raise NoSafePlace(f"{name} is another thing in the script")
    if any(s is not names.tree and b.line >= line for s, b in found):
        raise NoSafePlace(f"{name} is bound in a function, later")
    return any(s is names.tree and b.line < line for s, b in found)


def _is_module(names: Names, binding: Binding) -> bool:
    statement, allowed = binding.statement, _MODULES[binding.name]
    if isinstance(statement, ast.Import):
        return any(_imports(alias, binding.name) for alias in statement.names)
    if isinstance(statement, ast.ImportFrom):
        return any(
            f"{statement.module}.{alias.name}" in allowed
            for alias in statement.names
            if (alias.asname or alias.name) == binding.name
        )
    assigned = names.parent(statement)
    return isinstance(assigned, ast.Assign) and ast.unparse(assigned.value) in (
        "tf.keras",
        "tensorflow.keras",
    )


def _imports(alias: ast.alias, name: str) -> bool:
    """Whether one part of an ``import`` binds the name to the module we need."""
    if alias.asname is not None:
        return alias.asname == name and alias.name in _MODULES[name]
    return alias.name.partition(".")[0] == name


def _import_position(script: Script, line: int) -> int:
    """Find the place of new imports: behind the last top-level one before a line.

    LibCST's `AddImportsVisitor` stops at the first other statement, and so would import
    Keras above a script's ``os.environ["KERAS_BACKEND"] = ...``.
    """
    i = 0
    for j, statement in enumerate(script.module.body):
        if script.line(statement) < line and _is_header(statement, j):
            i = j + 1
    return i


def _is_header(statement: cst.CSTNode, i: int) -> bool:
    imports = m.SimpleStatementLine(
        [m.ZeroOrMore(), m.Import() | m.ImportFrom(), m.ZeroOrMore()]
    )
    docstring = m.SimpleStatementLine([m.Expr(m.SimpleString())])
    return m.matches(statement, imports) or (i == 0 and m.matches(statement, docstring))
