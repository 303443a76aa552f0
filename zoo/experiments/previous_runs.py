"""Whether an experiment has been done before, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...data.errors import ZooError
from .. import console
from ..experiment import FILE, Experiment, read_facts

if TYPE_CHECKING:
    from ...data import Dataset


def tell_of_earlier(experiment: Experiment, dataset: Dataset, out: Path) -> None:
    """Say so where the same experiment has been done before, and what came of it."""
    from ..run_files import RESULTS
    from ..runs.folder import list_runs

    mine = experiment.fingerprint(dataset.sha256)
    for folder in reversed(list_runs(out)):
        if _fingerprint(folder) == mine:
            came = _outcome(folder / RESULTS)
            note = f"note: the same experiment has been done before: {folder.name}"
            console.console().print(console.plain(f"{note} ({came})"), markup=False)
            return


def _fingerprint(folder: Path) -> str:
    """That of a run; "" where it has none or cannot be read."""
    try:
        return str(read_facts(folder / FILE).get("fingerprint", ""))
    except ZooError:  # of a run from elsewhere, or a damaged one
        return ""


def _outcome(path: Path) -> str:
    """Verdicts and the score that decides, in a few words."""
    from ...baselines.results.results import Results

    try:
        results = Results.load(path)
    except ZooError as error:
        return str(error)
    trained = [row for row in results.rows if row.kind == "network" and row.scores]
    said = [f"{v.about} {v.name}".strip() for v in results.verdicts if v.about]
    scores = [
        f"{results.metric} {row.scores[results.metric].mean:.3f}" for row in trained
    ]
    return ", ".join([*(said or [v.name for v in results.verdicts]), *scores[:3]])
