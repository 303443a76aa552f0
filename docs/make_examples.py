"""Writes docs/examples/*.html: the page of one small run of each task.

Takes some minutes, most of them TensorFlow's; the pages hold their results, so that the
tests make them again without any training.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from learnable.reports import Report
from sklearn.datasets import load_digits

FOLDER = Path(__file__).with_name("examples")
RESULTS = "results.json"
SCRIPT = "train.py"
TABLE = "digits.csv"
ROWS = 500
LABELS = {"even": (0, 2, 4, 6, 8), "prime": (2, 3, 5, 7), "round": (0, 6, 8, 9)}
"""What can be said of a digit; the labels do not exclude each other."""

COMMANDS = {
    "binary": "compare binary-sigmoid binary-softmax --folds 3",
    "multiclass": "train one-hidden --data digits --limit 600 --folds 3",
    "multilabel": f"train mlp --data {TABLE} --target {','.join(LABELS)} --folds 3",
    "regression": "train mlp --data diabetes",
    "forecast": "train lstm-series --folds 3",
    "characters": "train lstm-characters --limit 20000 --folds 3",
    "no-signal": "baseline noise",
    "check": f"check {SCRIPT}",
}
VERDICTS = (0, 3, 4, 5, 6)
"""Exit codes that are an answer."""


def write_table(path: Path) -> None:
    """Digits of 8 x 8 pixels with three labels each."""
    pixels, digits = load_digits(return_X_y=True)
    head = [f"row{i // 8}_column{i % 8}" for i in range(64)]
    lines = [",".join([*head, *LABELS])]
    for row, digit in list(zip(pixels, digits, strict=True))[:ROWS]:
        labels = [int(digit in held) for held in LABELS.values()]
        lines.append(",".join(str(int(value)) for value in [*row, *labels]))
    path.write_text("\n".join(lines) + "\n", "utf-8")


def run_in(folder: Path, name: str) -> None:
    """One command, in a folder of its own."""
    write_table(folder / TABLE)
    shutil.copy(FOLDER / SCRIPT, folder)
    command = [Path(sys.executable).with_name("zoo"), *COMMANDS[name].split()]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in VERDICTS:
        sys.exit(f"{name}: {done.stderr}")


def make(name: str) -> Path:
    """Run one command, and keep its page."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        run_in(folder, name)
        (run,) = folder.glob("runs/*")
        found = run / RESULTS
        alone = found.read_text("utf-8").replace(f"{folder}/", "")
        found.write_text(alone, "utf-8")  # a page for all does not name this machine
        page = FOLDER / f"{name}.html"
        Report.load(run).to_html(page)
        return page


if __name__ == "__main__":
    for example in COMMANDS:
        page = make(example)
        sys.stdout.write(f"{page.name}: {page.stat().st_size / 1000:.0f} KB\n")
