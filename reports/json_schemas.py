"""JSON Schemas (2020-12) of what commands print, made from the types of their facts.

Nothing heavy is imported: the types are those of results on disk, and those below.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict, Union, get_args, get_origin, get_type_hints

from ..baselines.results.diagnosis import Diagnosis
from ..baselines.results.findings import Finding
from ..baselines.results.results import Results, Verdict
from ..baselines.verdicts.prospect import Prospect
from ..data.column_summary import DataSummary
from .next_steps import NextStep
from .run_summary import Entry

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class RunPlace(TypedDict):
    """Folder of a run, and its page."""

    run: str
    report: str


class Outlook(TypedDict):
    """Whether a network is worth trying, and what to do next."""

    prospect: Prospect | None
    next: tuple[NextStep, ...]


class CheckData(TypedDict):
    """Findings and verdict on the data of a checked script."""

    findings: tuple[Finding, ...]
    data: Verdict


class FastLines(TypedDict):
    """Lines on what a script holds."""

    lines: tuple[str, ...]


class PageOf(TypedDict):
    """The page that was written; None where none was."""

    report: str | None


class Predicted(TypedDict, total=False):
    """One row's prediction; of several targets a number for each name instead."""

    prediction: str | float
    probabilities: dict[str, float]


class Generated(TypedDict):
    """Text of a network of characters, and how much of it is copied."""

    seed_text: str
    text: str
    verbatim: float
    longest: int


class Catalogs(TypedDict):
    """Name -> title of what there is."""

    models: dict[str, str]
    datasets: dict[str, str]
    baselines: dict[str, str]


class Shown(TypedDict):
    """A model, a dataset or a baseline; other keys are of its kind."""

    name: str
    title: str


class Explained(TypedDict):
    """A rule and its page."""

    code: str
    label: str
    title: str
    text: str


class RunName(TypedDict):
    """Name of a run."""

    run: str


class RunFacts(TypedDict):
    """All that is stored of a run."""

    command: str
    settings: dict[str, Any]
    environment: dict[str, Any]
    files: dict[str, int]
    results: Results


class Different(TypedDict):
    """One setting that differs: a value a run."""

    part: str
    name: str
    values: tuple[Any, ...]


class RunsDiff(TypedDict):
    """Differences between runs."""

    runs: tuple[dict[str, Any], ...]
    comparable: bool
    comparability: str
    differences: tuple[Different, ...]
    equal: dict[str, int]


class Repeated(TypedDict):
    """A run beside the one that it repeats."""

    run: str
    repeats: str
    versions: str
    outcome: Literal["same to the bit", "same within seed noise", "different"]
    sentence: str
    lines: tuple[str, ...]


class MatrixCell(TypedDict):
    """One network on one dataset."""

    network: str
    data: str
    verdict: str | None
    score: float | None
    low: float | None
    high: float | None
    run: str | None
    error: str | None


class MatrixFacts(TypedDict):
    """Networks on several datasets."""

    matrix: str
    runs: tuple[str, ...]
    cells: tuple[MatrixCell, ...]


def schema_of(*kinds: Any, without: Sequence[str] = ()) -> Schema:
    """Return the schema of an object with the keys of several types.

    Parameters
    ----------
    *kinds : dataclass or TypedDict types
    without : sequence of str
        Keys that are left out.

    Returns
    -------
    dict
        All keys are required, and others allowed: later versions may have more. A
        number that is not finite is null.
    """
    known: dict[str, Schema] = {}
    parts = [_object(kind, known) for kind in kinds]
    properties = {k: v for part in parts for k, v in part["properties"].items()}
    required = [key for part in parts for key in part["required"]]
    return {
        "$schema": _DIALECT,
        "type": "object",
        "properties": {k: v for k, v in properties.items() if k not in without},
        "required": [k for k in dict.fromkeys(required) if k not in without],
        "$defs": known,
    }


def _object(kind: Any, known: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind)
    hints = {k: v for k, v in hints.items() if "ClassVar" not in str(v)}
    required = getattr(kind, "__required_keys__", hints)
    return {
        "type": "object",
        "properties": {name: _schema(hint, known) for name, hint in hints.items()},
        "required": [name for name in hints if name in required],
    }


_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    Path: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": ["number", "null"]},
    type(None): {"type": "null"},
    Any: {},
}


def _schema(hint: Any, known: dict[str, Schema]) -> Schema:
    """The schema of a type; dataclasses and the like are defined once, by name."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": [*inner]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(part, known) for part in inner]}
    if origin in (tuple, list, Sequence):
        return _array(inner, known)
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], known)}
    name = hint.__name__
    if name not in known:
        known[name] = {}  # a type may hold itself
        known[name] = _object(hint, known)
    return {"$ref": f"#/$defs/{name}"}


def _array(inner: tuple[Any, ...], known: dict[str, Schema]) -> Schema:
    if len(inner) == 1 or inner[-1] is Ellipsis:
        return {"type": "array", "items": _schema(inner[0], known)}
    parts = [_schema(part, known) for part in inner]
    return {"type": "array", "prefixItems": parts, "items": False}


def _checked(schema: Schema) -> Schema:
    """A cause's score with all repairs is called ``all`` there."""
    cause = schema["$defs"]["Cause"]
    cause["properties"]["all"] = cause["properties"].pop("together")
    cause["required"] = ["all" if k == "together" else k for k in cause["required"]]
    return schema


def _compared() -> Schema:
    return schema_of(Results, RunPlace, Outlook)


JSON_OUTPUTS: dict[str, tuple[str, Callable[[], Schema]]] = {
    "check": (
        "one object",
        lambda: _checked(schema_of(Diagnosis, CheckData, RunPlace, Outlook)),
    ),
    "check --fast": (
        "one object",
        lambda: _checked(schema_of(Diagnosis, FastLines)),
    ),
    "look": ("one object", lambda: schema_of(DataSummary, PageOf)),
    "train": ("one object", _compared),
    "baseline": ("one object", _compared),
    "compare": ("one object", _compared),
    "compare, several datasets": ("one object", lambda: schema_of(MatrixFacts)),
    "sweep": ("one object", _compared),
    "rerun": ("one object", lambda: schema_of(Repeated)),
    "predict": ("one object a row", lambda: schema_of(Predicted)),
    "generate": ("one object", lambda: schema_of(Generated)),
    "runs list": (
        "one object a run",
        lambda: schema_of(RunName, Entry, without=("name",)),
    ),
    "runs show": (
        "one object",
        lambda: schema_of(RunName, Entry, RunFacts, without=("name",)),
    ),
    "runs diff": ("one object", lambda: schema_of(RunsDiff)),
    "report": ("one object", lambda: schema_of(PageOf)),
    "list": ("one object", lambda: schema_of(Catalogs)),
    "show": ("one object", lambda: schema_of(Shown)),
    "explain": ("one object a rule", lambda: schema_of(Explained)),
}
"""Command -> how many objects ``--json`` prints, and their schema."""
