"""Lines that put a model into another one, written before ``compile`` or ``fit``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from ...backend import keras
from .calls import Parameters, value_of
from .edits import (
    CleanInputs,
    Edit,
    HideInputs,
    NormaliseInputs,
    RescaleOutputs,
    ScaleInputs,
)
from .script import Changes, NoSafePlace, Script, free_variables, method


@dataclass(frozen=True)
class Wrap:
    """Parts to put in front of a model and behind it."""

    clean: bool = False
    normalise: NormaliseInputs | None = None
    rescale: RescaleOutputs | None = None
    hide: HideInputs | None = None
    scale: ScaleInputs | None = None

    @classmethod
    def of(cls, edits: Sequence[Edit]) -> Wrap:
        """All wraps that were asked for, as one."""
        normal = [e for e in edits if isinstance(e, NormaliseInputs)]
        scaled = [e for e in edits if isinstance(e, RescaleOutputs)]
        hidden = [e for e in edits if isinstance(e, HideInputs)]
        inputs = [e for e in edits if isinstance(e, ScaleInputs)]
        if max(map(len, (normal, scaled, hidden, inputs))) > 1:
            raise NoSafePlace("the same wrap twice, with other numbers")
        clean = any(isinstance(e, CleanInputs) for e in edits)
        return cls(
            clean,
            next(iter(normal), None),
            next(iter(scaled), None),
            next(iter(hidden), None),
            next(iter(inputs), None),
        )


def wrap_model(
    script: Script,
    changes: Changes,
    wrap: Wrap,
    fit: cst.Call,
    compiled: cst.Call | None,
) -> None:
    """Write the lines of a wrap into the script."""
    model = receiver(fit)
    parameters = Parameters(getattr(keras.Model, method(fit)))
    now = changes.current(fit)
    rows = value_of(now, parameters, "x")
    if rows is None or isinstance(rows, cst.Dict | cst.Tuple):
        raise NoSafePlace("the rows are given in no way that can be read")
    if wrap.normalise and value_of(now, parameters, "y") is None:
        raise NoSafePlace("without targets, the rows may be a stream")
    several = _is_list(script, rows, script.line(fit))
    if several and any(_has_dicts(call) for call in (fit, compiled) if call):
        raise NoSafePlace("outputs are told by name, and the wrap has other names")
    if several and (wrap.hide is not None or wrap.scale is not None):
        raise NoSafePlace("which of the inputs is meant is not known")
    front = wrap.clean or wrap.normalise is not None
    x = script.code(rows) if wrap.normalise or (several and front) else ""
    site, repeat = insertion_point(script, changes, model, x, fit, compiled)
    check_model(script, model, site)
    fresh = _Fresh(script.names.all_names())
    lines = (
        _wrap_inputs(wrap, model, x, fresh)
        if several
        else _wrap_one_input(wrap, model, x, fresh)
    )
    changes.before(site, *changes.statements("\n".join(lines) + "\n"))
    if repeat is not None:
        changes.before(site, *changes.statements(repeat + "\n"))


class _Fresh:
    """New names that the script does not have."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken

    def __call__(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        return name


def _wrap_one_input(wrap: Wrap, model: str, x: str, fresh: _Fresh) -> list[str]:
    """Lines of the wrap of a model with one input."""
    lines, parts = [], []
    if wrap.clean:
        parts.append(fresh("clean"))
        lines.append(f"{parts[0]} = {_CLEAN}")
    if wrap.normalise is not None:
        name = fresh("normalise")
        parts.append(name)
        axis = "" if wrap.normalise.axes == 2 else "axis=None"
        lines.append(f"{name} = keras.layers.Normalization({axis})")
        lines.append(f"{name}.adapt({_rows(wrap, x)})")
    if wrap.scale is not None:
        parts.append(_rescaling(wrap.scale))
    if wrap.hide is not None:
        seen = [i not in wrap.hide.columns for i in range(wrap.hide.count)]
        parts.append(fresh("visible"))
        lines.append(f"{parts[-1]} = keras.layers.Rescaling({[*map(float, seen)]})")
    parts.append(model)
    if wrap.rescale is not None:
        parts.append(_rescaling(wrap.rescale))
    return [*lines, f"{model} = keras.Sequential([{', '.join(parts)}])"]


_CLEAN = (
    "keras.layers.Lambda("
    "lambda x: keras.ops.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0))"
)


def _rows(wrap: Wrap, x: str) -> str:
    # a table of pandas or a list can be fitted, but no layer can be adapted to it
    return (
        f"np.nan_to_num({x}, posinf=0, neginf=0)" if wrap.clean else f"np.asarray({x})"
    )


def _rescaling(rescale: RescaleOutputs | ScaleInputs) -> str:
    scale, offset = (
        list(part) if isinstance(part, tuple) else part
        for part in (rescale.scale, rescale.offset)
    )
    more = f", offset={offset!r}" if offset else ""
    return f"keras.layers.Rescaling({scale!r}{more})"


def _wrap_inputs(wrap: Wrap, model: str, x: str, fresh: _Fresh) -> list[str]:
    """Lines of the wrap of a model with a list of inputs; only real numbers change."""
    inputs, parts, part, rows = map(fresh, ("inputs", "parts", "part", "rows"))
    head = (
        f"{inputs} = [keras.Input(batch_shape={part}.shape, dtype={part}.dtype) "
        f"for {part} in {model}.inputs]"
    )
    if not wrap.clean and wrap.normalise is None:
        return [head, _functional(wrap, model, inputs, inputs)]
    lines = [
        head,
        f"{parts} = []",
        f"for {part}, {rows} in zip({inputs}, {x}):",
        f"    {rows} = np.asarray({rows})",
        f"    if {rows}.dtype.kind == 'f':",
    ]
    if wrap.clean:
        lines.append(f"        {rows} = np.nan_to_num({rows}, posinf=0, neginf=0)")
        lines.append(f"        {part} = {_CLEAN}({part})")
    if wrap.normalise is not None:
        name = fresh("normalise")
        lines += [
            f"        {name} = keras.layers.Normalization("
            f"axis=-1 if {rows}.ndim == 2 else None)",
            f"        {name}.adapt({rows})",
            f"        {part} = {name}({part})",
        ]
    end = [f"    {parts}.append({part})", _functional(wrap, model, inputs, parts)]
    return [*lines, *end]


def _functional(wrap: Wrap, model: str, inputs: str, parts: str) -> str:
    result = f"{model}({parts})"
    if wrap.rescale is not None:
        result = f"{_rescaling(wrap.rescale)}({result})"
    return f"{model} = keras.Model({inputs}, {result})"


def _is_list(script: Script, rows: cst.BaseExpression, line: int) -> bool:
    """Whether the rows are a list of several inputs, if need be by the name's value."""
    if isinstance(rows, cst.List):
        return True
    if not isinstance(rows, cst.Name):
        return False
    scope = script.names.scope(line)
    given = [
        n.value
        for n in ast.walk(scope)
        if isinstance(n, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == rows.value for t in n.targets)
    ]
    if any(isinstance(value, ast.Dict | ast.Tuple) for value in given):
        raise NoSafePlace("the rows are a dict or a tuple")
    if any(isinstance(value, ast.List | ast.ListComp) for value in given):
        # it may be the rows themselves, or one array for each input
        raise NoSafePlace("the rows are a list made elsewhere")
    return False


def _has_dicts(call: cst.Call) -> bool:
    values = [arg.value for arg in call.args if isinstance(arg.value, cst.Dict)]
    return any(_keyword(call, value) != "class_weight" for value in values)


def _keyword(call: cst.Call, value: cst.BaseExpression) -> str:
    found = (a.keyword.value for a in call.args if a.value is value and a.keyword)
    return next(found, "")


# what these give or set is another thing once the model is inside another
_INNER = frozenset(
    {
        "add",
        "get_layer",
        "get_weights",
        "input",
        "input_shape",
        "inputs",
        "layers",
        "load_weights",
        "output",
        "output_shape",
        "outputs",
        "pop",
        "set_weights",
        "trainable_variables",
        "trainable_weights",
        "weights",
    }
)


def receiver(call: cst.Call) -> str:
    """The plain name of the model whose method is called."""
    target = call.func.value if isinstance(call.func, cst.Attribute) else None
    if not isinstance(target, cst.Name):
        raise NoSafePlace("the model has no plain name")
    return target.value


def insertion_point(
    script: Script,
    changes: Changes,
    model: str,
    x: str,
    fit: cst.Call,
    compiled: cst.Call | None,
) -> tuple[cst.SimpleStatementLine, str | None]:
    """The statement the lines go before, and a ``compile`` to repeat behind them."""
    names = free_variables(f"({x})") if x else set()
    if compiled is None:
        return script.statement(fit), None
    line, end = script.line(script.statement(compiled)), script.line(fit)
    scope = script.names.scope(end)
    if script.names.scope(line) is scope:
        _check_straight(script, model, fit, compiled)
        bound = all(script.names.is_bound(name, scope, line) for name in names)
        last = script.end(fit) + 1  # a loop may begin on the line of fit
        if bound and not script.names.changed(names, scope, line - 1, last):
            return script.statement(compiled), None
        _check_unused(script, model, compiled, fit)
    return script.statement(fit), _repeated(script, changes, model, fit, compiled)


def _check_straight(
    script: Script, model: str, fit: cst.Call, compiled: cst.Call
) -> None:
    """Whether what is compiled is what is trained, each time."""
    line, end = script.line(compiled), script.line(fit)
    if receiver(compiled) != model or line >= end:
        raise NoSafePlace("another model is compiled")
    if script.names.changed({model}, script.names.scope(end), line, end):
        raise NoSafePlace("the model is made anew between compile and fit")
    block = script.parent(script.statement(compiled))
    while isinstance(block, cst.IndentedBlock) and isinstance(
        script.parent(block), cst.With
    ):
        block = script.parent(script.parent(block))
    if block not in script.around(fit):
        raise NoSafePlace("the model is compiled in a branch")


def _repeated(
    script: Script, changes: Changes, model: str, fit: cst.Call, compiled: cst.Call
) -> str:
    """The ``compile`` of a script once more, where it trains."""
    call = changes.current(compiled)
    statement = script.statement(compiled)
    again = call.with_changes(func=cst.Attribute(cst.Name(model), cst.Name("compile")))
    code = script.code(again)
    line, end = script.line(statement), script.line(fit)
    own, scope = script.names.scope(line), script.names.scope(end)
    names = free_variables(code) - {model}
    if own is not scope and any(script.names.bound(name, own) for name in names):
        raise NoSafePlace("compile uses names of its function")
    if not all(script.names.is_bound(name, scope, end) for name in names):
        raise NoSafePlace("compile uses names that are not known where it trains")
    return code


def _check_unused(
    script: Script, model: str, compiled: cst.Call, fit: cst.Call
) -> None:
    """Whether compiling again, where it trains, does the same."""
    first, last = script.statement(compiled), script.statement(fit)
    if script.parent(first) is not script.parent(last):
        raise NoSafePlace("the rows are made later, in another block")
    line, end = script.line(first), script.line(last)
    names = free_variables(script.code(compiled)) - {model}
    if script.names.changed(names, script.names.scope(line), line, end):
        raise NoSafePlace("what compile was given changes before the training")
    for node, parent in script.names.uses(model):
        told = isinstance(parent, ast.Attribute) and parent.attr == "summary"
        if script.end(first) < node.lineno < end and not told:
            raise NoSafePlace("the model is used between compile and fit")


def check_model(script: Script, model: str, site: cst.SimpleStatementLine) -> None:
    """Whether another model under this name is what the rest of the script means."""
    line = script.line(site)
    scope = script.names.scope(line)
    made = [b for b in script.names.bound(model, scope) if b.line < line]
    if not made or any(isinstance(b.statement, ast.arg) for b in made):
        raise NoSafePlace("the model is made elsewhere")
    if max(b.line for b in made) <= script.names.loop_start(line, scope):
        raise NoSafePlace("the lines would be in a loop, and wrap the model each time")
    for node, parent in script.names.uses(model):
        own = script.names.scope(node.lineno)
        if own is not scope and script.names.bound(model, own):
            continue  # another variable of this name
        if own is not scope or node.lineno > line:
            if isinstance(parent, ast.Attribute) and parent.attr in _INNER:
                raise NoSafePlace(f"the script uses {model}.{parent.attr} later")
        elif _is_kept(node, parent):
            raise NoSafePlace("the model is used under another name as well")


def _is_kept(node: ast.Name, parent: ast.AST) -> bool:
    """Whether a model is given another name, put somewhere or made part of another."""
    if isinstance(parent, ast.Call):
        return parent.func is node
    return isinstance(parent, ast.Assign | ast.List | ast.Tuple | ast.Dict)
