"""How long 1,000 runs take to list, and to show on one page.

``python -m benchmarks.journal`` makes one small run, copies it into a temporary folder,
and prints medians of whole processes: the seconds that a user waits, and those of the
processor, which other work on the machine changes less.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

RUNS = 1_000
TIMES = 7
ZOO = str(Path(sys.executable).with_name("zoo"))
INDEX = (
    "import sys; from pathlib import Path;"
    "from learnable.zoo.runs.index import write_index; write_index(Path(sys.argv[1]))"
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def one_run(folder: Path) -> Path:
    """A network and the baselines on iris."""
    subprocess.run(
        [ZOO, "train", "one-hidden", "--data", "iris", "--out", folder, "--quiet"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    (run,) = folder.iterdir()
    return run


def copies(run: Path, out: Path, number: int) -> None:
    """Copies an hour apart, every tenth with a note; what no list reads is linked."""
    for i in range(number):
        when = START + timedelta(hours=i)
        folder = out / f"{when:%Y%m%d-%H%M%S}-one-hidden-{i:04x}"
        folder.mkdir(parents=True)
        for file in run.iterdir():
            if file.name in ("results.json", "summary.json"):
                facts = json.loads(file.read_text("utf-8"))
                facts["created"] = when.isoformat()
                text = json.dumps(facts, indent=1, ensure_ascii=False)
                (folder / file.name).write_text(text, "utf-8")
            else:
                os.link(file, folder / file.name)
        if i % 10 == 0:
            note = {"note": f"wider by {i} units", "tags": ["paper"]}
            (folder / "notes.json").write_text(json.dumps(note), "utf-8")


def waited(*command: str) -> str:
    """Medians over some whole processes."""
    found = []
    for _ in range(TIMES):
        before, start = os.times(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after, wall = os.times(), time.perf_counter() - start
        used = after.children_user - before.children_user
        used += after.children_system - before.children_system
        found.append((wall, used))
    wall, used = (median(column) for column in zip(*found, strict=True))
    return f"{wall:.2f} s, {used:.2f} s of the processor"


def show(folder: Path) -> None:
    """Print the figures."""
    run, out = one_run(folder / "one"), folder / "runs"
    copies(run, out, RUNS)
    lists = (ZOO, "runs", "list", "--out", str(out))
    pages = (sys.executable, "-c", INDEX, str(out))
    for name in ("results.json", "summary.json"):
        print(f"{name}: {(run / name).stat().st_size:,} bytes")
    print(f"zoo --help: {waited(ZOO, '--help')}")
    print(f"zoo runs list: {waited(*lists)}")
    print(
        f"index.html: {waited(*pages)}, {(out / 'index.html').stat().st_size:,} bytes"
    )
    for summary in out.glob("*/summary.json"):
        summary.unlink()
    print(f"zoo runs list without summaries: {waited(*lists)}")


def main() -> None:
    """Measure in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        show(Path(folder))


if __name__ == "__main__":
    main()
