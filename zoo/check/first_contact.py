"""What a script holds, said while it still runs, and why one trains no network."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.counts import count
from ..diagnosis.problem.task import each_metric, loss_name, metric_name
from ..diagnosis.record.arrays import as_arrays, is_dataset, leaves
from ..diagnosis.record.recording import Place
from ..diagnosis.record.script_errors import line_of
from ..diagnosis.record.source_locations import ScriptTimeout

if TYPE_CHECKING:
    from ..diagnosis.record.recording import Fit, Recording, TrainingBegun
    from .stages import Say

_WIDTH = len("files read")
_MOST_LAYERS = 6
_MOST_FILES = 3
_MOST_PORTS = 12
_MOST_METRICS = 5
_MOST_FITS = 8
_FEW_VALUES = 10
"""Different targets that are counted as classes."""
_DATA = {
    ".csv", ".tsv", ".txt", ".data", ".dat", ".json", ".npy", ".npz", ".h5", ".hdf5",
    ".pkl", ".pickle", ".parquet", ".xlsx", ".xls", ".png", ".jpg", ".jpeg",
    ".keras", ".mat", ".arff", ".wav",
}  # fmt: skip


class FirstContact:
    """Says what a script holds as soon as it is known.

    Parameters
    ----------
    show : callable
        Shows one line.
    files : callable
        Gives the files of data that were read so far.
    stops : bool, default False
        Whether the script is stopped where a training begins.

    Attributes
    ----------
    begun : TrainingBegun or None
        The first training that has begun.
    """

    def __init__(
        self, show: Say, files: Callable[[], Sequence[str]], *, stops: bool = False
    ) -> None:
        self._show, self._files, self._stops = show, files, stops
        self.begun: TrainingBegun | None = None

    def script_begins(self, source: str, ports: tuple[str, ...]) -> None:
        """Say which old spellings were ported in what runs."""
        if ports:
            self._show("  ported, in a copy of the script:")
        for port in ports[:_MOST_PORTS]:
            self._show(f"    {port}")
        if len(ports) > _MOST_PORTS:
            self._show(f"    and {len(ports) - _MOST_PORTS} more")

    def training_begins(self, begun: TrainingBegun) -> None:
        """Say what the first training is about.

        Raises
        ------
        ScriptTimeout
            The script is to end here.
        """
        if self.begun is None:
            self.begun = begun
            for line in table_of(begun, self._files()):
                self._show(line)
        if self._stops:
            raise ScriptTimeout("stopped where its training begins")

    def script_ended(self, recording: Recording, number: int) -> None:
        """Say what will be examined."""
        fits, fit = len(recording.fits), recording.fits[number]
        where = f"line {fit.place.line}" if fit.place else "a line of no file"
        if fits > 1:
            for line in _courses(recording.fits):
                self._show(line)
        which = f"training {number + 1} of {fits}" if fits > 1 else "the training"
        more = "; --fit N selects another" if fits > 1 else ""
        rows = f"{count(fit.steps, 'step')}, {fit.seconds:.1f} s"
        lines = {"examined": f"{which}, at {where} ({rows}){more}"}
        if recording.error:
            lines["ended by"] = recording.error
        for line in aligned(lines):
            self._show(line)
        for loop in recording.unread:
            self._show(f"  not examined: {loop}")


def _courses(fits: Sequence[Fit]) -> Iterator[str]:
    """A line a training: where it is, its size, and what became of its loss."""
    yield f"  {len(fits)} trainings:"
    shown = range(max(0, len(fits) - _MOST_FITS), len(fits))
    if shown.start:
        yield f"    {shown.start} before, and"
    for i in shown:
        fit = fits[i]
        where = f"line {fit.place.line}" if fit.place else "a line of no file"
        message = (
            f"    {i + 1}: {where}, {fit.model.name!r}, {count(fit.steps, 'step')}"
        )
        losses = fit.history.get("loss", [])
        course = f", loss {losses[0]:.4g} to {losses[-1]:.4g}" if losses else ""
        yield message + course + (f", ended by {fit.error}" if fit.error else "")


def files_read(folder: Path) -> Callable[[], tuple[str, ...]]:
    """Note which files of data this process reads from now on.

    Nothing takes an audit hook away again: this is for a process that ends.
    """
    names: dict[str, None] = {}

    def note(event: str, given: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(given[0], str):
            return
        path, mode = Path(given[0]), given[1]
        is_read = path.suffix.lower() in _DATA and (mode is None or "r" in str(mode))
        if is_read and (not path.is_absolute() or path.is_relative_to(folder)):
            names[path.name] = None

    sys.addaudithook(note)
    return lambda: tuple(names)


def table_of(begun: TrainingBegun, files: Sequence[str]) -> tuple[str, ...]:
    """Return what a training is about: a line for each thing, with its name."""
    rows = dict(_rows(begun))
    if files:
        more = f" and {len(files) - _MOST_FILES} more" * (len(files) > _MOST_FILES)
        rows["files read"] = ", ".join(files[:_MOST_FILES]) + more
    return aligned(rows)


def aligned(rows: dict[str, str]) -> tuple[str, ...]:
    """Lines with their names in a column."""
    return tuple(f"  {name:<{_WIDTH}}  {text}" for name, text in rows.items())


def _rows(begun: TrainingBegun) -> Iterator[tuple[str, str]]:
    yield "model", _model(begun.model)
    yield "inputs", _described(begun.x)
    if begun.y is not None:
        yield "targets", _targets(begun.y)
    yield "loss", _loss(begun.loss)
    if begun.optimizer:
        yield "optimizer", _optimizer(begun.optimizer)
    if metrics := _metrics(begun.metrics):
        yield "metrics", metrics
    yield "training", _training(begun)


def _model(model: Any) -> str:
    layers = [type(layer).__name__ for layer in getattr(model, "layers", ())]
    layers = [name for name in layers if name != "InputLayer"]
    more = f", and {len(layers) - _MOST_LAYERS} more" * (len(layers) > _MOST_LAYERS)
    shown = ", ".join(layers[:_MOST_LAYERS]) + more
    weights = f"; {model.count_params():,} weights" if model.built else ""
    return f"{type(model).__name__} {model.name!r}: {shown or 'no layers'}{weights}"


def _described(rows: Any) -> str:
    if is_dataset(rows) or not hasattr(rows, "__len__"):
        return f"batches of a {type(rows).__name__}"
    arrays = leaves(as_arrays(rows))
    return "; ".join(map(_array, arrays)) or "nothing"


def _array(array: np.ndarray) -> str:
    shape = f"{array.shape} {array.dtype}"
    if array.dtype.kind not in "biuf" or not array.size:
        return shape
    return f"{shape}, from {array.min():.4g} to {array.max():.4g}"


def _targets(rows: Any) -> str:
    arrays = leaves(as_arrays(rows))
    if len(arrays) != 1 or arrays[0].dtype.kind not in "biuf":
        return _described(rows)
    values = np.unique(arrays[0])
    few = f", {len(values)} different values" if len(values) <= _FEW_VALUES else ""
    return _array(arrays[0]) + few


def _loss(loss: Any) -> str:
    if isinstance(loss, list | tuple | dict):
        parts = loss.values() if isinstance(loss, dict) else loss
        return ", ".join(map(_loss, parts))
    if loss is None:
        return "none in compile: the network's own"
    return loss_name(loss) or f"{getattr(loss, '__name__', type(loss).__name__)} (own)"


def _optimizer(optimizer: dict[str, Any]) -> str:
    rate = optimizer.get("config", {}).get("learning_rate")
    message = f", learning rate {rate:.4g}" if isinstance(rate, int | float) else ""
    return f"{optimizer.get('class_name')}{message}"


def _metrics(metrics: Any) -> str:
    names = [metric_name(metric) for metric in each_metric(metrics)]
    return ", ".join(names[:_MOST_METRICS])


def _training(begun: TrainingBegun) -> str:
    line = f" at line {begun.place.line}" if begun.place else ""
    if begun.kind != "fit":
        return f"a loop with {begun.kind}{line}"
    given = begun.arguments
    size = given.get("batch_size")
    batches = f", batches of {size}" if size else ""
    return f"fit{line}, epochs: {given.get('epochs')}{batches}"


def explain_no_training(recording: Recording) -> str:
    """Say what a script holds that trained no network, and what to do."""
    if recording.unread and not recording.error:
        return f"has no training that can be examined: {'; '.join(recording.unread)}"
    return f"did not train a network: {_describe_script(recording)}"


def _describe_script(recording: Recording) -> str:
    if recording.error:
        known = "(line" in recording.error
        return recording.error + ("" if known else line_of(recording.error_place))
    tree = ast.parse(recording.source or "")
    for look in (_describe_network, _describe_function, _describe_library):
        if told := look(recording, tree):
            return told
    return "it never calls fit or train_on_batch"


def _describe_network(recording: Recording, tree: ast.AST) -> str:
    if recording.evaluations:
        first = recording.evaluations[0]
        where = line_of(first.place)
        return f"it calls {first.kind} of a network that it never trains{where}"
    if recording.compiled:
        where = line_of(recording.compiled[-1])
        return f"it compiles a network and never calls fit{where}"
    if recording.layers:
        where = line_of(recording.layers[0][1])
        layers = count(len(recording.layers), "layer")
        return f"it makes {layers} and never calls compile and fit{where}"
    return ""


def _describe_function(recording: Recording, tree: ast.AST) -> str:
    """A function that would train, and that nothing calls."""
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or node.name in called:
            continue
        if any(_is_fit(inner) for inner in ast.walk(node)):
            name = f"`{node.name}` (line {node.lineno})"
            return f"the function {name}, which calls fit, is never called"
    return ""


def _is_fit(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "fit"


def _describe_library(recording: Recording, tree: ast.AST) -> str:
    found = {name.partition(".")[0] for name in _imported(tree)}
    if any("compat.v1" in name for name in _imported(tree)) or _has_session(tree):
        where = line_of(_session_place(recording, tree))
        return (
            "it computes in a session of TensorFlow 1, which is not recorded: write "
            f"the network in Keras, and train it with fit{where}"
        )
    if "torch" in found:
        return "it uses PyTorch, whose trainings are not recorded: only Keras is"
    if found & {"keras", "tensorflow"}:
        return ""
    if found & {"sklearn", "xgboost", "lightgbm"}:
        return (
            "it uses no Keras; `zoo baseline FILE --target COLUMN` examines a table "
            "with models of scikit-learn"
        )
    return ""


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _session_place(recording: Recording, tree: ast.AST) -> Place | None:
    """The first line with what only a graph of TensorFlow 1 has."""
    lines = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("placeholder", "Session")
    ]
    return Place(recording.script, min(lines)) if lines else None


def _has_session(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "Session"
        for node in ast.walk(tree)
    )
