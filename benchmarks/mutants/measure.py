"""Scores of a program under several seeds."""

import contextlib
import io
import json
import multiprocessing
import os
import tempfile
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

LIMIT = 1_800.0
"""Seconds for all seeds: a guard against programs that hang."""
PRELOADED = ["keras", "tensorflow", "sklearn.datasets", "sklearn.model_selection"]
"""Imported once, in the process that all others are copies of."""


def measure(source: str, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Run a program once a seed, in a process of its own.

    Returns
    -------
    list of dict
        Its last line: ``train``, ``test`` and ``chance``; ``test`` is NaN of a run that
        failed or was stopped, and ``error`` says why.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_run_seeds, args=(source, list(seeds), send))
    process.start()
    send.close()
    found = json.loads(receive.recv()) if receive.poll(LIMIT) else []
    process.kill()
    process.join()
    found += [{"error": "stopped"}] * (len(seeds) - len(found))
    return [{"train": np.nan, "test": np.nan, "chance": np.nan} | one for one in found]


def _run_seeds(source: str, seeds: list[int], answers: Connection) -> None:
    # a function that is made into a graph must have its source in a file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(source, "utf-8")
        answers.send(json.dumps([_run(path, seed) for seed in seeds]))


def _run(path: Path, seed: int) -> dict[str, Any]:
    os.environ["SEED"] = str(seed)
    told = io.StringIO()
    try:
        code = compile(path.read_text("utf-8"), str(path), "exec")
        with contextlib.redirect_stdout(told):
            exec(code, {"__name__": "__main__"})
        return json.loads(told.getvalue().strip().splitlines()[-1])
    # a program with a fault may raise anything
    except Exception as error:
        return {"error": repr(error)[:200]}
