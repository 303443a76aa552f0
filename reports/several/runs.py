"""A run as it is compared with others: its results, its settings, where it was made."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...baselines.results.results import Results
from ...data.disk import read_regular
from ...data.errors import BadData
from ..run_summary import load_results


@dataclass(frozen=True)
class ReadRun:
    """One run on disk.

    ``settings`` is what ``recipe.json`` holds and ``environment`` what
    ``environment.json`` holds; both are empty where there is no such file.
    """

    name: str
    results: Results
    settings: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)


def read_run(folder: Path) -> ReadRun:
    """The run in a folder.

    Raises
    ------
    Misuse
        The folder does not exist or holds no ``results.json``.
    BadData
        One of its files is damaged, or of a newer schema.
    """
    folder = Path(folder)
    return ReadRun(
        folder.resolve().name,
        load_results(folder),
        _json_of(folder / "recipe.json"),
        _json_of(folder / "environment.json"),
    )


def _json_of(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(read_regular(path))
    except (ValueError, RecursionError) as error:
        msg = f"{path} is damaged ({error}); run the command again"
        raise BadData(msg) from error
    if not isinstance(found, dict):
        msg = f"{path} is damaged (no JSON object); run the command again"
        raise BadData(msg)
    return found
