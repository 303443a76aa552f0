"""A training as TensorBoard shows it: event files in the folder of its run.

TensorFlow writes them without the package tensorboard; only looking at them needs it.
``tf.summary.scalar`` and ``tf.summary.text`` are that package's own, which TensorFlow
does not bring along, and so is what Keras' callback writes with. The callback would be
asked on every batch besides, and so keep the trainer from running a whole epoch at
once; here each epoch is written when it has ended, and those of a training that goes
on stand there once.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.disk import replaced_by_name
from ..console import PLAIN_WIDTH
from ..experiment import FILE
from ..results_table import show_table
from ..run_files import HISTORY
from .checkpointed_runs import EVENTS as FOLDER

if TYPE_CHECKING:
    from ...baselines.results.results import Results
    from ..networks.train import OnEpoch


_PARTS = {"train": "", "validation": "val_"}
"""Folder -> what its losses begin with in a history: those of one name share a chart,
as with Keras' callback."""
FLUSH_MILLIS = 1_000
"""Quick epochs reach the disk together, slow ones at once."""


@contextmanager
def epochs_written(folder: Path, *, asked: bool) -> Iterator[OnEpoch]:
    """Yield a function to call after each epoch, so that its losses are written.

    Nothing is, unless it is asked for or a training goes on that had been asked to.

    Parameters
    ----------
    folder : Path
        Of the run, with ``history.csv``: of a training that goes on, epochs that are
        trained anew are taken out of its event files, and those missing are added.
    asked : bool
    """
    if not (asked or (folder / FOLDER).is_dir()):
        yield lambda epoch, epochs, logs: None
        return
    writers: dict[str, Any] = {}

    def write(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        parts = _parts(logs)
        for name, losses in parts.items():
            if name not in writers:
                writers[name] = _open_writer(folder, name, epoch)
            _write_epoch(writers[name], epoch, losses)

    try:
        yield write
    finally:
        for writer in writers.values():
            writer.close()


def write_outcome(folder: Path, results: Results) -> None:
    """Add settings and scores, as texts and as charts of one point a candidate.

    Nothing is written into a run without event files.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return
    writer = _writer(place)
    settings = (folder / FILE).read_text("utf-8")
    values = [_text("settings", settings), _text("scores", _table(results))]
    sentences = [f"{v.about} {v.name}. {v.sentence}".strip() for v in results.verdicts]
    values.append(_text("verdicts", "\n".join(sentences)))
    # the other metrics are in the table: as charts they would bury the losses
    key = results.metric
    means = {
        f"{key}/{row.name}": row.scores[key].mean
        for row in results.rows
        if key in row.scores
    }
    _write(writer, 0, [*values, *_scalars(means)])
    writer.close()


def _parts(logs: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The losses of each folder by their name there; no folder without any."""
    mark = _PARTS["validation"]
    inner = {n.removeprefix(mark): v for n, v in logs.items() if n.startswith(mark)}
    own = {n: v for n, v in logs.items() if not n.startswith(mark)}
    parts = {"train": own, "validation": inner}
    return {name: losses for name, losses in parts.items() if losses}


def _open_writer(folder: Path, part: str, epoch: int) -> Any:
    """A writer of one folder, in which all epochs before this one are then written."""
    place = folder / FOLDER / part
    there = _cut(place, epoch)
    writer = _writer(place)
    for number, logs in _history(folder / HISTORY):
        if number < epoch and number not in there:
            _write_epoch(writer, number, _parts(logs).get(part, {}))
    return writer


def _history(path: Path) -> list[tuple[int, dict[str, float]]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(stream)]
    return [(int(row.pop("epoch")), row) for row in rows]


def _cut(place: Path, epoch: int) -> set[int]:
    """Take out this epoch and later ones; returns those that are there."""
    import tensorflow as tf

    there: set[int] = set()
    for path in sorted(place.glob("*tfevents*")):
        kept = [event for event in read_events(path) if event.step < epoch]
        with (
            replaced_by_name(path) as whole,
            tf.io.TFRecordWriter(str(whole)) as stream,
        ):
            for event in kept:
                stream.write(event.SerializeToString())
        there |= {event.step for event in kept}
    return there


def read_events(path: Path) -> Iterator[Any]:
    """The events of a file, as far as it is whole: of a killed process the last may be
    half written.

    Yields
    ------
    tensorflow.compat.v1.Event
    """
    import tensorflow as tf

    try:
        for record in tf.data.TFRecordDataset(str(path)):
            yield tf.compat.v1.Event.FromString(record.numpy())
    except tf.errors.DataLossError:
        return


def _writer(place: Path) -> Any:
    import tensorflow as tf

    return tf.summary.create_file_writer(str(place), flush_millis=FLUSH_MILLIS)


def _write_epoch(writer: Any, epoch: int, losses: Mapping[str, float]) -> None:
    _write(writer, epoch, _scalars(losses))


def _write(writer: Any, step: int, values: list[Any]) -> None:
    import tensorflow as tf

    event = tf.compat.v1.Summary(value=values).SerializeToString()
    with writer.as_default():
        tf.summary.experimental.write_raw_pb(event, step=step)


def _scalars(values: Mapping[str, float]) -> list[Any]:
    import tensorflow as tf

    made = tf.compat.v1.Summary.Value
    return [
        made(tag=name, simple_value=value)
        for name, value in values.items()
        if math.isfinite(value)
    ]


def _text(tag: str, text: str) -> Any:
    """A text as it is: TensorBoard reads Markdown, in which such lines are code."""
    import tensorflow as tf

    v1: Any = tf.compat.v1
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    kind = v1.SummaryMetadata.PluginData(plugin_name="text")
    return v1.Summary.Value(
        tag=tag,
        tensor=tf.make_tensor_proto(indented.encode()),
        metadata=v1.SummaryMetadata(plugin_data=kind),
    )


def _table(results: Results) -> str:
    """The table of candidates, as on a terminal without colours."""
    from io import StringIO

    from rich.console import Console

    plain = StringIO()
    show_table(results, Console(file=plain, width=PLAIN_WIDTH))
    return plain.getvalue()
