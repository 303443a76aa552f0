"""Every command of the README works as it stands, one after the other."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ANSWERS = {0, 3, 4, 5, 6}
"""Exit codes of a command that did its work."""


def commands() -> list[list[str]]:
    """What stands behind a prompt; `make demo` sets up what these run in."""
    lines = re.findall(r"^\$ (.+)$", README, re.M)
    return [shlex.split(line) for line in lines if not line.startswith("make ")]


def test_files_that_are_named_are_made_before() -> None:
    """A file is an example of the documentation, or an earlier command writes it."""
    known = {path.name for path in (ROOT / "docs" / "examples").iterdir()}
    for words in commands():
        for at, word in enumerate(words):
            if re.fullmatch(r"[\w/]+\.(csv|npz|txt|py)", word):
                is_written = words[at - 1] in ("--to", "--write")
                assert is_written or word in known, f"{word} in {words}"
                known.add(word)


@pytest.mark.slow  # trains several networks
def test_commands_run(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docs" / "examples" / "iris.py", tmp_path)
    here = Path(sys.executable).parent
    env = os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    for words in commands():
        done = subprocess.run(
            words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        allowed = {0, 1} if words[0] == "diff" else ANSWERS
        assert done.returncode in allowed, f"{words}: {done.stderr}"
        assert done.stdout, words
