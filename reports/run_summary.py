"""A run in a few facts, for lists: its summary, its note and its tags."""

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from os.path import abspath
from pathlib import Path
from typing import Any

from ..baselines.results.results import SCHEMA, Results
from ..data.disk import read_regular
from ..data.errors import BadData, Misuse, ZooError
from .metrics import metric
from .notes import NOTES, read_notes, write_json
from .sections.scores import best_baseline, main_score

_RESULTS = "results.json"
SUMMARY = "summary.json"
"""A few facts of ``results.json``, so that a list need not read all of it."""

_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Summary:
    """Contents of ``summary.json``.

    Parameters
    ----------
    kind : str
        ``"train"``, ``"baseline"``, ``"compare"`` or ``"check"``.
    created : str
        UTC, ISO 8601.
    seconds : float
    seed : int
    version : str
        Of this package.
    models : tuple of str
        The networks; of a check what was checked.
    data, sha256, task : str
    verdicts : dict
        What it speaks of (a network, or ``"data"``) -> name of the verdict.
    metric : str
        The metric that decides; of a check ``"score"``: 0 is chance, 1 always right.
    networks : dict
        Network -> its mean; None where it has none.
    baseline : str
        The best baseline's name; "" where there is none, and of a check.
    baseline_score : float, optional
        Its mean.
    schema : int
        That of ``results.json``.
    """

    kind: str
    created: str
    seconds: float
    seed: int
    version: str
    models: tuple[str, ...]
    data: str
    sha256: str
    task: str
    verdicts: dict[str, str]
    metric: str
    networks: dict[str, float | None]
    baseline: str
    baseline_score: float | None
    schema: int = SCHEMA


FINISHED = "finished"


@dataclass(frozen=True)
class Entry:
    """One run in a list: the facts of its summary, and what a person says of it.

    ``state`` is ``"finished"``, or says how far its training is. ``error`` says in one
    line why a run cannot be read; the facts of such a run are empty, and ``created``
    is the time of its file. ``report`` says whether it has a page. The other facts are
    those of `Summary`.
    """

    name: str
    folder: Path
    state: str = FINISHED
    kind: str = ""
    created: str = ""
    seconds: float | None = None
    seed: int = 0
    version: str = ""
    models: tuple[str, ...] = ()
    data: str = ""
    sha256: str = ""
    task: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    metric: str = ""
    networks: dict[str, float | None] = field(default_factory=dict)
    baseline: str = ""
    baseline_score: float | None = None
    schema: int = SCHEMA
    report: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    error: str | None = None

    @property
    def network_score(self) -> float | None:
        """The best network's mean; None where there is none."""
        known = [mean for mean in self.networks.values() if mean is not None]
        worst_first = metric(self.metric).higher_is_better is not False
        return (max if worst_first else min)(known, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Lists, dicts, texts and numbers only; ``run`` is the name."""
        facts = asdict(self) | {"folder": str(self.folder)}
        return {"run": facts.pop("name"), **facts}


def summarise_run(results: Results, kind: str) -> Summary:
    """The few facts of a run that lists show."""
    verdicts = {v.about or "data": v.name for v in results.verdicts}
    metric_name, networks, best, mean = _scores(results)
    found = results.diagnosis
    if found is not None:
        name = Path(found.script).name
        verdicts = {name: found.verdict, **verdicts}
        metric_name, networks = "score", {name: _finite(found.original_score)}
        best, mean = "", _finite(found.baseline_score)
    return Summary(
        kind=kind,
        created=results.created,
        seconds=results.seconds,
        seed=results.seed,
        version=results.versions.get("learnable", ""),
        models=tuple(networks),
        data=results.about.name,
        sha256=results.about.sha256,
        task=results.about.task,
        verdicts=verdicts,
        metric=metric_name,
        networks=networks,
        baseline=best,
        baseline_score=mean,
    )


def _scores(
    results: Results,
) -> tuple[str, dict[str, float | None], str, float | None]:
    key, best = results.metric, best_baseline(results)
    networks = {
        row.name: _finite(main_score(row, key).mean)
        for row in results.rows
        if row.kind == "network"
    }
    if best is None:
        return key, networks, "", None
    return key, networks, best.name, _finite(main_score(best, key).mean)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def write_summary(folder: Path, results: Results, kind: str) -> None:
    """Write ``summary.json``."""
    write_json(folder / SUMMARY, asdict(summarise_run(results, kind)))


def read_entry(folder: Path) -> Entry:
    """A finished run as a list shows it; whatever is wrong with it is its ``error``."""
    note, tags = _read_notes(folder)
    known: dict[str, Any] = {
        "name": Path(abspath(folder)).name,  # "." has none
        "folder": folder,
        "report": _is_file(folder / "report.html"),
        "note": note,
        "tags": tags,
    }
    try:
        summary = _read_summary(folder) or _from_results(folder)
    except ZooError as error:
        return Entry(**known, created=_file_time(folder), error=str(error))
    except OSError as error:
        sentence = f"{folder / _RESULTS} cannot be read: {error.strerror}"
        return Entry(**known, created=_file_time(folder), error=sentence)
    return Entry(**known, **vars(summary))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the folder may not be entered
        return False


def _file_time(folder: Path) -> str:
    """When a run that cannot be read was written."""
    for path in (folder / _RESULTS, folder):
        try:
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            continue
        return when.isoformat(timespec="seconds")
    return ""


def _read_summary(folder: Path) -> Summary | None:
    """None where it is missing, damaged or of another schema: it is made again then."""
    try:
        given = json.loads(read_regular(folder / SUMMARY))
        if given["schema"] != SCHEMA:
            return None
        datetime.fromisoformat(given["created"])
        return Summary(
            kind=str(given["kind"]),
            created=given["created"],
            seconds=float(given["seconds"]),
            seed=int(given["seed"]),
            version=str(given["version"]),
            models=tuple(map(str, given["models"])),
            data=str(given["data"]),
            sha256=str(given["sha256"]),
            task=str(given["task"]),
            verdicts={str(k): str(v) for k, v in given["verdicts"].items()},
            metric=str(given["metric"]),
            networks={str(k): _number(v) for k, v in given["networks"].items()},
            baseline=str(given["baseline"]),
            baseline_score=_number(given["baseline_score"]),
        )
    except (OSError, OverflowError, *_MALFORMED):
        return None


def _number(value: Any) -> float | None:
    return None if value is None else _finite(float(value))


def _from_results(folder: Path) -> Summary:
    """The summary of a run that was written before there were summaries."""
    path = folder / _RESULTS
    results = Results.load(path)
    try:
        datetime.fromisoformat(results.created)
    except ValueError as error:
        msg = f"{path} is damaged ({error}); run the command again"
        raise BadData(msg) from error
    return summarise_run(results, _kind(results))


def _kind(results: Results) -> str:
    """Infer which command made a run that does not say it."""
    networks = [row for row in results.rows if row.kind == "network"]
    if results.diagnosis is not None:
        return "check"
    if not networks:
        return "baseline"
    compared = len(networks) > 1 or results.command.startswith("zoo compare")
    return "compare" if compared else "train"


def _read_notes(folder: Path) -> tuple[str, tuple[str, ...]]:
    """A note that cannot be read is told in its place: the run counts as noted."""
    try:
        return read_notes(folder)
    except BadData as error:
        refused = isinstance(error.__cause__, OSError)
        return f"({NOTES} {'cannot be read' if refused else 'is damaged'})", ()


def load_results(folder: Path) -> Results:
    """Return what a run found.

    Raises
    ------
    Misuse
        The folder does not exist or holds no ``results.json``.
    BadData
        The file is damaged, or of a newer schema.
    """
    path = folder / _RESULTS
    if not path.is_file():
        what = "holds no" if folder.is_dir() else "is no folder with a"
        msg = f"{str(folder)!r} {what} {_RESULTS}; name the folder of a finished run"
        raise Misuse(msg)
    return Results.load(path)
