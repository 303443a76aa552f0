"""Walk commands through every system call that may fail: a program of its own.

    python walk.py FOLDER [--every N] [--kind once|lasting|size|files] COMMAND ...

Each command of `COMMANDS` is run once as it is, and then once for each call that it
made and each error that the call can meet with. What breaks a promise is printed, one
line of JSON each, and at the end how many faults were walked.
"""

import argparse
import errno
import hashlib
import importlib
import json
import os
import shutil
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import injection
from click.testing import CliRunner

TABLE = ["--folds", "2", "--jobs", "1"]
SHORT = ["--set", "epochs=3", "--set", "patience=0"]
COMMANDS = {
    "list": ["list"],
    "show": ["show", "mlp"],
    "explain": ["explain", "N106"],
    "help": ["help", "--json"],
    "look": ["look", "people.csv", "--to", "out/look.html"],
    "data": ["data", "iris", "--to", "out/iris.csv"],
    "data-npz": ["data", "xor", "--to", "out/xor.csv"],
    "baseline": ["baseline", "people.csv", "--target", "income", *TABLE],
    "predictions": ["compare", "--predictions", "predictions.csv", "--truth", "y"],
    "report": ["report", "last", "--charts", "out/charts"],
    "report-md": ["report", "last", "--format", "md"],
    "report-two": ["report", "one-hidden", "baseline"],
    "index": ["report", "--index"],
    "runs": ["runs", "list"],
    "runs-show": ["runs", "show", "last"],
    "runs-diff": ["runs", "diff", "one-hidden", "baseline"],
    "note": ["runs", "note", "last", "a note"],
    "tag": ["runs", "tag", "last", "best"],
    "rm": ["runs", "rm", "last", "--yes"],
    "prune": ["runs", "prune", "--keep", "0", "--partial", "--yes"],
    "train": ["train", "one-hidden", "--data", "iris", *TABLE, *SHORT],
    "train-columns": ["train", "one-hidden", "--data", "people.csv", "--target",
                      "income", "--tensorboard", *TABLE, *SHORT],
    "resume": ["train", "--resume", "last", "--jobs", "1"],
    "compare": ["compare", "one-hidden", "--data", "iris", *TABLE],
    "compare-many": ["compare", "one-hidden", "--data", "iris", "--data",
                     "people.csv", *TABLE],
    "sweep": ["sweep", "one-hidden", "--set", "data.name=iris", "--vary",
              "hidden=[2],[4]", "--set", "scoring.folds=2", *SHORT, "--jobs", "1"],
    "rerun": ["rerun", "one-hidden", "--jobs", "1"],
    "predict": ["predict", "one-hidden", "new.csv"],
    "generate": ["generate", "lstm-characters", "--length", "20"],
    "check": ["check", "train.py", "--write", "out/fixed.py", "--budget", "5"],
    "check-fast": ["check", "train.py", "--fast"],
}  # fmt: skip
PURE = {
    "learnable.baselines.evaluate": "run_study",
    "learnable.reports.html": "to_html",
    "learnable.reports.figures": "file_svg",
    "learnable.reports.several.compare": "compare_facts",
}
"""Functions that take long and write nothing: each is called once a command."""
ANSWERS = {0, 3, 4, 5, 6}
"""Exit codes of a command that has done its work."""
ENDS = {".html": b"</html>", ".json": b"}", ".svg": b"</svg>"}
"""The last letters of a whole file."""
_CHANGED = {"report.html", "report.md", "index.html", "notes.json"}
"""Files of a run, or of its folder, that a command may write anew, whole."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Memory:
    """Results of `PURE` by the command and the number of the call."""

    def __init__(self) -> None:
        self.command, self.results = "", {}
        self.calls: Counter[str] = Counter()
        for module, name in PURE.items():
            found = importlib.import_module(module)
            setattr(found, name, self._remembered(getattr(found, name)))

    def begin(self, command: str) -> None:
        """Count calls from the start."""
        self.command, self.calls = command, Counter()

    def _remembered(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            self.calls[function.__name__] += 1
            key = self.command, function.__name__, self.calls[function.__name__]
            if key not in self.results:
                self.results[key] = function(*given, **named)
            return self.results[key]

        return call


class Place:
    """A folder of a user's files, home and temporary files, made anew each time.

    Parameters
    ----------
    root : Path
    template : Path
        Copied for each command.
    """

    def __init__(self, root: Path, template: Path) -> None:
        self.root, self.template = root, template
        os.environ |= {
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        sys.dont_write_bytecode = True

    def begin(self) -> dict[str, str]:
        """Make it anew; return what it holds."""
        os.chdir("/")
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.template, self.root, symlinks=True)
        tempfile.tempdir = None
        os.chdir(self.root)
        return self.files()

    def files(self) -> dict[str, str]:
        """Return the hash of each file by its path, and "" for each folder."""
        return {
            str(path.relative_to(self.root)): _hash(path)
            for path in sorted(self.root.rglob("*"))
        }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def run(arguments: Sequence[str]) -> Ended:
    """Run ``zoo`` with some arguments."""
    from learnable.zoo.cli import main

    done = CliRunner().invoke(main, [*arguments])
    err = done.stderr
    if done.exception and not isinstance(done.exception, SystemExit):
        err += "".join(traceback.format_exception(done.exception))
    return Ended(done.exit_code, done.stdout, err)


def problems(
    place: Place,
    before: dict[str, str],
    ended: Ended,
    faults: injection.Faults,
    command: str,
) -> Iterator[str]:
    """Yield the promises that a command broke which met with a fault."""
    yield from _told(ended)
    noted = {os.path.dirname(n) for n in before if os.path.basename(n) == "notes.json"}
    # what cannot be deleted stays
    stays = (
        faults.lasting
        or faults.met[0] == "remove"
        or faults.met[1].startswith(f"{place.root}/tmp")
    )
    after = place.files()
    for name, hashed in before.items():
        removes = (
            command in ("rm", "prune") and not {name, os.path.dirname(name)} & noted
        )
        yield from _kept(place.root / name, hashed, after.get(name), removes=removes)
    for name in sorted(after.keys() - before.keys()):
        yield from _new(place.root / name, name, ended, stays=stays)
    yield from _listed(place.root / "runs")


def _told(ended: Ended) -> Iterator[str]:
    if "Traceback" in ended.err or "a fault of zoo" in ended.err:
        yield f"a fault of ours is told: {ended.err[-1500:]}"
    elif "damaged" in ended.err:
        yield f"what cannot be read is called damaged: {ended.err[-300:]}"
    elif ended.code not in ANSWERS:
        lines = [line for line in ended.err.splitlines() if line.startswith("Error: ")]
        if len(lines) != 1 or not ended.err.splitlines()[-1].startswith("Error: "):
            yield f"not one line: {ended.err[-600:]}"
        if ended.code not in (1, 2):
            yield f"exit code {ended.code}"


def _kept(path: Path, hashed: str, now: str | None, *, removes: bool) -> Iterator[str]:
    if now is None:
        if not removes and ".partial" not in str(path):
            yield f"lost: {path}"
    elif now != hashed:
        if path.name not in _CHANGED:
            yield f"changed: {path}"
        yield from _whole(path)


def _new(path: Path, name: str, ended: Ended, *, stays: bool) -> Iterator[str]:
    if path.name.startswith(".learnable-") or ".part" in path.suffix:
        if ".partial" not in str(path) and not stays:
            yield f"left behind: {name}"
    elif name.startswith("tmp/"):
        # folders alone are what Keras leaves where it cannot save
        if not stays and path.is_file():
            yield f"left in the temporary folder: {name}"
    elif ".partial" in name:
        if ended.code in ANSWERS:
            yield f"left behind by a command that ended well: {name}"
    elif ".removed-" not in name and path.is_file():
        yield from _whole(path)


def _whole(path: Path) -> Iterator[str]:
    """Yield what is wrong with a file under the name of a whole one."""
    content = path.read_bytes()
    end = ENDS.get(path.suffix)
    if end and not content.rstrip().endswith(end):
        yield f"half written: {path}"
    if path.suffix in (".keras", ".npz", ".npy"):
        try:
            zipfile.ZipFile(path).testzip()
        except zipfile.BadZipFile:
            yield f"half written: {path}"
    if path.suffix == ".parquet" and not content.endswith(b"PAR1"):
        yield f"half written: {path}"
    if not content and path.name != "checkpoint.npz":
        yield f"empty: {path}"


def _listed(out: Path) -> Iterator[str]:
    """Yield what is wrong with the runs of a folder, once the fault is over."""
    from learnable.baselines.results.results import Results
    from learnable.zoo.runs.checkpointed_runs import list_left, list_unfinished
    from learnable.zoo.runs.folder import list_runs

    for folder in list_runs(out):
        try:
            Results.load(folder / "results.json")
        # whatever it is, a run that is listed can be read
        except Exception as error:
            yield f"listed, and not whole: {folder.name}: {error}"
        missing = {"summary.json", "report.html", "environment.json"} - {
            path.name for path in folder.iterdir()
        }
        if missing:
            yield f"{folder.name} lacks {', '.join(sorted(missing))}"
    known = {run.folder for run in (*list_unfinished(out), *list_left(out))}
    for folder in out.glob(".*.partial"):
        if folder not in known and [*folder.iterdir()]:
            yield f"nobody's: {folder.name} ({[p.name for p in folder.iterdir()]})"
    listed = run(["runs", "list"])
    if listed.code or "cannot" in listed.err:
        yield f"zoo runs: {listed.code} {listed.err}"


def plan(
    faults: injection.Faults, kind: str, every: int
) -> list[tuple[tuple[str, int], int]]:
    """Return the call and the error of each fault to walk; every N-th alone."""
    numbers: Counter[str] = Counter()
    pairs = []
    for name, _ in faults.calls:
        pairs += [((name, numbers[name]), code) for code in injection.ERRORS[name]]
        numbers[name] += 1
    if kind == "lasting":
        pairs = [(at, c) for at, c in pairs if c not in (errno.EIO, errno.EAGAIN)]
    return pairs[::every]


def walk(
    name: str,
    faults: injection.Faults,
    place: Place,
    memory: Memory,
    *,
    kind: str,
    every: int,
) -> tuple[int, int]:
    """Walk one command through its faults; return how many there were, and broken."""

    def tried(at: tuple[str, int] = ("", 0), code: int = 0) -> Ended:
        memory.begin(name)
        faults.arm(at, code, lasting=kind == "lasting")
        ended = run(COMMANDS[name])
        faults.on = False
        return ended

    place.begin()
    whole = tried()
    if whole.code not in ANSWERS:
        tell({"command": name, "broken": [whole.err]})
        return 0, 1
    faulty, broken = plan(faults, kind, every), 0
    for at, code in faulty:
        before = place.begin()
        ended = tried(at, code)
        found = [*problems(place, before, ended, faults, name)]
        broken += bool(found)
        if found:
            last = ended.err.splitlines()[-1:]
            facts = {"command": name, "call": [*faults.met, at[1]]}
            facts |= {"error": errno.errorcode[code], "code": ended.code}
            tell(facts | {"last": last, "broken": found})
    return len(faulty), broken


def tell(facts: dict[str, Any]) -> None:
    """Print a line of JSON."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()


def main() -> None:
    """Walk the commands that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("template", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--kind", choices=["once", "lasting"], default="once")
    parser.add_argument("commands", nargs="+", choices=COMMANDS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "place", given.template)
        faults = injection.install(place.root)
        memory = Memory()
        for name in given.commands:
            walked, broken = walk(
                name, faults, place, memory, kind=given.kind, every=given.every
            )
            tell({"command": name, "walked": walked, "held": walked - broken})


if __name__ == "__main__":
    main()
