"""Writes the first example of README.md: a script, its check, and its repair.

Runs ``docs/examples/iris.py``, ``zoo check`` on it, and the repaired script. Takes a
minute.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from learnable.benchmarks.tables import put_between

HERE = Path(__file__).parent
SCRIPT = "iris.py"
COMMANDS = (
    f"python {SCRIPT}",
    f"zoo check {SCRIPT} --write fixed.py --quiet",
    f"diff {SCRIPT} fixed.py",
    "python fixed.py",
)
WIDTH = 100
CHANGED, AT_FAULT = 1, 3
"""Exit codes of the commands in the middle."""


def outputs(folder: Path) -> list[str]:
    """What each command prints for a person, in a folder that has the script."""
    shutil.copy(HERE / "examples" / SCRIPT, folder)
    here = Path(sys.executable).parent
    paths = {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    found = []
    for command in COMMANDS:
        done = subprocess.run(
            command.split(),
            cwd=folder,
            env=os.environ | paths,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, CHANGED, AT_FAULT):
            sys.exit(f"{command}: {done.stderr}")
        found.append(done.stdout)
    return found


def story(found: list[str]) -> str:
    """The commands with their output, in lines that fit a page."""
    lines = []
    for command, output in zip(COMMANDS, found, strict=True):
        lines.append(f"$ {command}")
        for line in output.splitlines():
            indent = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(
                line, WIDTH, subsequent_indent=indent, break_on_hyphens=False
            ) or [""]
    return "\n".join(["```", *lines, "```"])


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        text = story(outputs(Path(made).resolve()))
    put_between(HERE.parent / "README.md", "story", text)


if __name__ == "__main__":
    main()
