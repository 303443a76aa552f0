"""A run written to MLflow as well: its settings, losses, scores, verdicts and page."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.disk import read_regular
from ...data.errors import ZooError
from ..experiment import dotted

if TYPE_CHECKING:
    from ...baselines.results.results import Results, Row


ARTIFACTS = ("results.json", "report.html")
OF_PLACE = {
    # of 7 tries over minutes: who waits for an answer has a run on disk already
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    # an address on standard output would be in the way of --json
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # it would tell its makers of its use
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # newer releases take a folder only where this is set; here it was asked for
    "MLFLOW_ALLOW_FILE_STORE": "true",
}
"""MLflow's own settings while it writes, where the user has not set them."""
AT_ONCE = {"metrics": 1_000, "params": 100, "tags": 100}
"""What MLflow takes in one call."""
KIND = {"mlflow.experimentKind": "custom_model_development"}
"""MLflow's pages begin with the runs of such an experiment, not with chats."""
_LONGEST = 200
"""Characters of what MLflow says of an error."""

_USER = re.compile(r"(?<=://)[^/\s]*@")
_SETTING = re.compile(r"([?&;](\w+)=)[^&;\s]*")
_SECRETS = ("password", "pwd", "token", "secret")
_ODD = re.compile(r"[^\w\-. :/]")


@dataclass(frozen=True)
class MlflowRun:
    """Facts that MLflow is told of one of its runs.

    ``metrics`` maps names to values by step; ``failed`` says that it has no scores.
    """

    name: str
    params: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, dict[int, float]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    failed: bool = False


def without_credentials(text: str) -> str:
    """A text whose addresses name no user, password or token.

    >>> without_credentials("https://me:secret@host/path?token=abc")
    'https://host/path?token=...'
    """
    return _SETTING.sub(_without_secret, _USER.sub("", text))


def _without_secret(setting: re.Match[str]) -> str:
    secret = any(word in setting[2].lower() for word in _SECRETS)
    return f"{setting[1]}..." if secret else setting[0]


def track(results: Results, run: Path, uri: str) -> None:
    """Write a run that is whole to MLflow.

    Parameters
    ----------
    results : Results
    run : Path
        Its folder.
    uri : str
        Of a tracking server, a database or a folder, as MLflow takes it.

    Raises
    ------
    ZooError
        MLflow could not write it.
    """
    try:
        with _settings_of_place():
            _send(_mlflow().MlflowClient(tracking_uri=uri), results, run)
    # of MLflow, requests, SQLAlchemy, drivers of databases: whatever it is, it is told
    except Exception as error:
        sentence = without_credentials(" ".join(str(error).split()))
        sentence = (
            sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…"
        )
        msg = f"the run is complete ({run}), but MLflow at {without_credentials(uri)}"
        raise ZooError(f"{msg} rejected it: {sentence}") from error


def _mlflow() -> Any:
    """Not in every installation, so its types are not looked at."""
    return import_module("mlflow")


def log_run(results: Results, run: Path) -> tuple[MlflowRun, tuple[MlflowRun, ...]]:
    """The run, and of several networks also one nested run each.

    With one network trained and kept (``zoo train``) its facts are in the run itself.
    """
    settings = json.loads(read_regular(run / "recipe.json"))
    recipes = settings.pop("networks", {})
    recipe = settings.pop("recipe", None)
    mark = {"fingerprint": str(settings.pop("fingerprint", ""))}
    for name in ("inputs", "command"):
        settings.pop(name, None)
    whole = MlflowRun(
        run.name,
        dotted(settings),
        _metrics_of_all(results),
        mark | _tags(results, run),
    )
    if recipe is None:
        return whole, tuple(_network(results, n, told) for n, told in recipes.items())
    (name,) = (row.name for row in results.rows if row.kind == "network")
    own = _network(results, name, recipe)
    return replace(
        whole,
        params=whole.params | own.params,
        metrics=whole.metrics | own.metrics,
        tags=whole.tags | own.tags,
    ), ()


def _network(results: Results, name: str, recipe: Mapping[str, Any]) -> MlflowRun:
    """Its settings, its losses by epoch, and its scores under names of their own."""
    trained = [network for network in results.networks if network.name == name]
    metrics = {
        loss: dict(enumerate(values, 1))
        for network in trained
        for loss, values in network.history.items()
    }
    verdicts = [v.name for v in results.verdicts if v.about == name]
    rows = [row for row in results.rows if row.name == name]
    for row in rows:
        metrics |= _scores(row, "score")
    return MlflowRun(
        name,
        dotted(recipe, "recipe."),
        metrics,
        {"verdict": verdicts[0]} if verdicts else {},
        failed=any(row.error for row in rows),
    )


def _metrics_of_all(results: Results) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in results.rows:
        found |= _scores(row, f"candidates/{row.name}")
    return found


def _scores(row: Row, before: str) -> dict[str, dict[int, float]]:
    return {
        f"{before}/{metric}{end}": {0: value}
        for metric, score in row.scores.items()
        for end, value in (("", score.mean), ("_low", score.low), ("_high", score.high))
        if value is not None
    }


def _tags(results: Results, run: Path) -> dict[str, str]:
    sentences = [f"{v.about} {v.name}. {v.sentence}".strip() for v in results.verdicts]
    verdicts = {f"verdict.{v.about or 'data'}": v.name for v in results.verdicts}
    return verdicts | {
        "run": str(run.resolve()),
        "command": results.command,
        "data.sha256": results.about.sha256,
        "learnable": results.versions.get("learnable", ""),
        "mlflow.note.content": "\n\n".join(sentences),
    }


def _send(client: Any, results: Results, run: Path) -> None:
    whole, nested = log_run(results, run)
    experiment = client.get_experiment_by_name(results.about.name)
    number = (
        client.create_experiment(results.about.name, tags=KIND)
        if experiment is None
        else experiment.experiment_id
    )
    ended = int(datetime.fromisoformat(results.created).timestamp() * 1000)
    times = ended - int(results.seconds * 1000), ended
    made = _write(client, number, whole, times)
    for told in nested:
        child = {"mlflow.parentRunId": made}
        _end(client, _write(client, number, told, times, child), told, times)
    for name in ARTIFACTS:
        client.log_artifact(made, str(run / name))
    _end(client, made, whole, times)


def _write(
    client: Any,
    experiment: str,
    told: MlflowRun,
    times: tuple[int, int],
    more: Mapping[str, str] | None = None,
) -> str:
    """A run of MLflow with all but its end; returns its id."""
    of = _mlflow().entities
    begun, ended = times
    made = client.create_run(
        experiment, start_time=begun, run_name=told.name, tags=dict(more or {})
    ).info.run_id
    entries = {
        "params": [of.Param(_name(k), _value(v)) for k, v in told.params.items()],
        "tags": [of.RunTag(_name(k), v) for k, v in told.tags.items()],
        "metrics": [
            of.Metric(_name(name), value, ended, step)
            for name, values in told.metrics.items()
            for step, value in values.items()
            if math.isfinite(value)
        ],
    }
    for kind, items in entries.items():
        for start in range(0, len(items), AT_ONCE[kind]):
            client.log_batch(made, **{kind: items[start : start + AT_ONCE[kind]]})
    return made


def _end(client: Any, made: str, told: MlflowRun, times: tuple[int, int]) -> None:
    status = "FAILED" if told.failed else "FINISHED"
    client.set_terminated(made, status=status, end_time=times[1])


def _name(text: str) -> str:
    """A name that MLflow takes."""
    return _ODD.sub("_", text)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@contextmanager
def _settings_of_place() -> Iterator[None]:
    added = {key: value for key, value in OF_PLACE.items() if key not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for key in added:
            os.environ.pop(key, None)
