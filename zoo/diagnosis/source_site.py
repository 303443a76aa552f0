"""Where lines that change a model can go, before it is compiled or trained."""

from __future__ import annotations

import ast

import libcst as cst

from .source_names import free_names
from .source_places import Changes, Script, Unplaced

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
        raise Unplaced("the model has no plain name")
    return target.value


def site_of(
    script: Script,
    changes: Changes,
    model: str,
    x: str,
    fit: cst.Call,
    compiled: cst.Call | None,
) -> tuple[cst.SimpleStatementLine, str | None]:
    """The statement the lines go before, and a ``compile`` to repeat behind them."""
    names = free_names(f"({x})") if x else set()
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
        raise Unplaced("another model is compiled")
    if script.names.changed({model}, script.names.scope(end), line, end):
        raise Unplaced("the model is made anew between compile and fit")
    block = script.parent(script.statement(compiled))
    while isinstance(block, cst.IndentedBlock) and isinstance(
        script.parent(block), cst.With
    ):
        block = script.parent(script.parent(block))
    if block not in script.around(fit):
        raise Unplaced("the model is compiled in a branch")


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
    names = free_names(code) - {model}
    if own is not scope and any(script.names.bound(name, own) for name in names):
        raise Unplaced("compile uses names of its function")
    if not all(script.names.is_bound(name, scope, end) for name in names):
        raise Unplaced("compile uses names that are not known where it trains")
    return code


def _check_unused(
    script: Script, model: str, compiled: cst.Call, fit: cst.Call
) -> None:
    """Whether compiling again, where it trains, does the same."""
    first, last = script.statement(compiled), script.statement(fit)
    if script.parent(first) is not script.parent(last):
        raise Unplaced("the rows are made later, in another block")
    line, end = script.line(first), script.line(last)
    names = free_names(script.code(compiled)) - {model}
    if script.names.changed(names, script.names.scope(line), line, end):
        raise Unplaced("what compile was given changes before the training")
    for node, parent in script.names.uses(model):
        told = isinstance(parent, ast.Attribute) and parent.attr == "summary"
        if script.end(first) < node.lineno < end and not told:
            raise Unplaced("the model is used between compile and fit")


def check_model(script: Script, model: str, site: cst.SimpleStatementLine) -> None:
    """Whether another model under this name is what the rest of the script means."""
    line = script.line(site)
    scope = script.names.scope(line)
    made = [b for b in script.names.bound(model, scope) if b.line < line]
    if not made or any(isinstance(b.statement, ast.arg) for b in made):
        raise Unplaced("the model is made elsewhere")
    if max(b.line for b in made) <= script.names.loop_start(line, scope):
        raise Unplaced("the lines would be in a loop, and wrap the model each time")
    for node, parent in script.names.uses(model):
        own = script.names.scope(node.lineno)
        if own is not scope and script.names.bound(model, own):
            continue  # another variable of this name
        if own is not scope or node.lineno > line:
            if isinstance(parent, ast.Attribute) and parent.attr in _INNER:
                raise Unplaced(f"the script uses {model}.{parent.attr} later")
        elif _is_kept(node, parent):
            raise Unplaced("the model is used under another name as well")


def _is_kept(node: ast.Name, parent: ast.AST) -> bool:
    """Whether a model is given another name, put somewhere or made part of another."""
    if isinstance(parent, ast.Call):
        return parent.func is node
    return isinstance(parent, ast.Assign | ast.List | ast.Tuple | ast.Dict)
