"""Kill commands at random moments, and look at what they leave.

    python -m benchmarks.kills 200 [--seed 0]

A process imports everything once; each command runs in a copy of it, which SIGKILL ends
at a moment drawn evenly over the time that the command takes. Then every run that is
listed has to be whole, nothing that was there may be changed, what is left has to be
known to `zoo runs prune --partial` or to `zoo train --resume`, no process may be left,
and a training that goes on has to end with the weights of one that was not killed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path

import click

QUICK = ("--folds", "2", "--jobs", "1", "--quiet")
SCRIPT = """
import keras, numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(200, 4))
y = (x[:, 0] > 0).astype(int)
model = keras.Sequential([keras.layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=5, verbose=0)
"""
SWEEP = (
    "--set",
    "data.name=iris",
    "--set",
    "scoring.folds=2",
    "--vary",
    "hidden=[2],[4]",
)
COMMANDS: dict[str, Sequence[str]] = {
    "train": ("train", "one-hidden", "--data", "iris", *QUICK),
    "compare": ("compare", "one-hidden", "--data", "iris", *QUICK),
    "sweep": ("sweep", "one-hidden", *SWEEP, "--jobs", "1", "--quiet"),
    "report": ("report", "last", "--charts", "charts"),
    "check": ("check", "train.py", "--fast"),
}
SHARES = {"train": 3, "compare": 2, "sweep": 2, "report": 2, "check": 1}
"""How often each is killed, of ten times."""
_CHANGED = ("report.html",)
_PATIENCE = 20.0
"""Seconds in which the processes of a killed command have to end."""


_IMPORTED = (
    "keras",
    "skrub",
    "vl_convert",
    "learnable.baselines.evaluate",
    "learnable.reports.html",
    *(f"learnable.zoo.experiments.{n}" for n in ("compare", "grid", "run", "train")),
)


def load() -> None:
    """Import what commands import, so that copies of this process have it."""
    from learnable.zoo.cli import COMMANDS as names
    from learnable.zoo.cli import main

    for name in _IMPORTED:
        import_module(name)
    context = click.Context(main)
    for name in names:
        main.get_command(context, name)


def start(arguments: Sequence[str], place: Path) -> int:
    """Run ``zoo`` in a copy of this process; return its number."""
    number = os.fork()
    if number:
        return number
    os.setsid()
    code = 1
    try:
        os.chdir(place)
        said = os.open(place / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        from learnable.zoo.cli import main

        main([*arguments], standalone_mode=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


def finished(arguments: Sequence[str], place: Path) -> int:
    """Run ``zoo`` to its end; return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(start(arguments, place), 0)[1])


def killed(arguments: Sequence[str], place: Path, seconds: float) -> None:
    """Run ``zoo``, and kill it after some time."""
    number = start(arguments, place)
    time.sleep(seconds)
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def files(place: Path) -> dict[str, str]:
    """Return the hash of each file of the runs there are."""
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != "said.txt"
    }


def problems(place: Path, before: dict[str, str]) -> Iterator[str]:
    """Yield what a killed command broke."""
    from learnable.baselines.results.results import Results
    from learnable.zoo.runs.checkpointed_runs import list_left, list_unfinished
    from learnable.zoo.runs.folder import list_runs

    after, out = files(place), place / "runs"
    for name, hashed in before.items():
        if after.get(name) != hashed and Path(name).name not in _CHANGED:
            yield f"changed or lost: {name}"
    for name in after:
        whole = Path(name).suffix != ".html" or ".partial" in name
        if not whole and b"</html>" not in (place / name).read_bytes()[-20:]:
            yield f"half written: {name}"
    for run in list_runs(out):
        try:
            Results.load(run / "results.json")
        # whatever it is, a run that is listed can be read
        except Exception as error:
            yield f"listed, and not whole: {run.name} ({error})"
        if not (run / "report.html").is_file():
            yield f"{run.name} has no report"
    known = {run.folder for run in (*list_unfinished(out), *list_left(out))}
    for folder in out.glob(".*.partial"):
        # killed between making the folder and marking it
        if folder not in known and any(folder.iterdir()):
            yield f"nobody's: {folder.name}"
    if finished(("runs", "list"), place) != 0:
        yield f"zoo runs: {(place / 'said.txt').read_text('utf-8')[-300:]}"
    yield from _running(place)


def _running(place: Path) -> Iterator[str]:
    latest = time.monotonic() + _PATIENCE
    while left := _at_work(place):
        if time.monotonic() > latest:
            yield f"still running: {left}"
            return
        time.sleep(0.2)


def _at_work(place: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd").startswith(str(place)):
                found.append((process / "cmdline").read_text("utf-8")[:200])
        except OSError:  # it has ended, or is of somebody else
            continue
    return found


def weights(run: Path) -> dict[str, bytes]:
    """Return the weights of a run's network by their names."""
    import h5py
    import numpy as np

    found: dict[str, bytes] = {}

    def visit(name: str, item: object) -> None:
        # the optimizer counts its steps on; what is saved beside is the network
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer"):
            found[name] = np.asarray(item).tobytes()

    with zipfile.ZipFile(run / "model.keras") as archive:
        content = BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content, "r") as file:
        file.visititems(visit)
    return found


def resumed(place: Path, whole: dict[str, bytes]) -> Iterator[str]:
    """Yield what is wrong with a training that goes on, where one was left."""
    from learnable.zoo.runs.checkpointed_runs import list_unfinished
    from learnable.zoo.runs.folder import find_run

    left = list_unfinished(place / "runs")
    if not left:
        return
    code = finished(("train", "--resume", "last", "--jobs", "1", "--quiet"), place)
    if code:
        yield f"--resume: {(place / 'said.txt').read_text('utf-8')[-300:]}"
    elif weights(find_run(left[-1].name, place / "runs")) != whole:
        yield "other weights than of a training that was not killed"


def main() -> None:
    """Kill commands, and print what broke."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    load()
    draws, broken, went_on = random.Random(given.seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template")
        template.mkdir()
        (template / "train.py").write_text(SCRIPT, "utf-8")
        times, whole = _prepared(template)
        names = draws.choices([*SHARES], [*SHARES.values()], k=given.number)
        for i, name in enumerate(names):
            place = Path(folder, f"place-{i}")
            shutil.copytree(template, place)
            before, moment = files(place), draws.uniform(0, 1.05 * times[name])
            killed(COMMANDS[name], place, moment)
            found = [*problems(place, before)]
            if name == "train" and not found:
                went_on += any(place.glob("runs/.*.partial"))
                found += resumed(place, whole)
            broken += bool(found)
            for line in found:
                print(f"{name} killed after {moment:.2f} s: {line}", flush=True)
            shutil.rmtree(place)
    counts = ", ".join(f"{n} {name}" for name, n in Counter(names).items())
    print(f"{given.number} kills ({counts}): {given.number - broken} held")
    print(f"{went_on} trainings were left to go on")


def _prepared(template: Path) -> tuple[dict[str, float], dict[str, bytes]]:
    """Run each command to its end; return their seconds, and a training's weights."""
    from learnable.zoo.runs.folder import find_run

    times = {}
    for name, arguments in COMMANDS.items():
        began = time.monotonic()
        code = finished(arguments, template)
        times[name] = time.monotonic() - began
        if code not in (0, 3, 4, 5, 6):
            said = (template / "said.txt").read_text("utf-8")
            raise SystemExit(f"{name} ended with {code}: {said[-1000:]}")
    print(", ".join(f"{name} {s:.1f} s" for name, s in times.items()), flush=True)
    return times, weights(find_run("one-hidden", template / "runs"))


if __name__ == "__main__":
    main()
