"""What a page of many predictions costs: seconds, kilobytes and memory.

``python -m benchmarks.pages`` runs six baselines and five networks (of scikit-learn,
with made-up histories of 500 epochs) on three classes, 5 folds x 3 seeds, and prints
what it takes to make their page from ``results.json`` in a process of its own: the
imports with it, no learning library among them; the page alone, and how long of that
the processor was busy, for machines that have other work. Medians of `RUNS`.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

from learnable.benchmarks.tables import markdown

RUNS = 5
EPOCHS = 500
CODE = """
import resource, sys, time
start = time.perf_counter()
from pathlib import Path
from learnable.reports import Report
folder = Path(sys.argv[1])
report = Report.load(folder)
page = report.html()
whole = time.perf_counter() - start
again, begun = time.perf_counter(), time.process_time()
Report.load(folder).html()
heavy = {"keras", "tensorflow", "sklearn"} & set(sys.modules)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
alone = time.perf_counter() - again
busy = time.process_time() - begun
print(whole, alone, busy, len(page.encode()) / 1000, peak, len(heavy))
"""


def write_results(folder: Path) -> None:
    """Real scores and predictions of eleven candidates."""
    from learnable import Card, Dataset, compare
    from learnable.baselines.results.results import Network
    from sklearn.datasets import make_classification
    from sklearn.neural_network import MLPClassifier

    x, y = make_classification(2_000, 10, n_informative=5, n_classes=3, random_state=0)
    card = Card("made", "rows made up", "multiclass", "kind")
    networks = {
        f"network {units}": MLPClassifier((units,), max_iter=20, random_state=0)
        for units in (2, 4, 8, 16, 32)
    }
    found = compare(networks, Dataset(x, y, card, ("a", "b", "c")), seeds=3).results
    losses = {
        key: tuple(1 / (1 + 0.1 * epoch) for epoch in range(EPOCHS))
        for key in ("loss", "val_loss", "accuracy", "val_accuracy")
    }
    told = tuple(Network(name, {}, 100, losses, "log_loss", {}) for name in networks)
    replace(found, networks=told).save(folder / "results.json")


def page_costs(folder: Path) -> list[float]:
    """Seconds with and without imports, of those busy, KB, MB, learning libraries."""
    command = [sys.executable, "-c", CODE, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(part) for part in done.stdout.split()]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_results(folder)
        runs = [page_costs(folder) for _ in range(RUNS)]
    costs = [median(values) for values in zip(*runs, strict=True)]
    head = (
        "seconds", "without imports", "of those of the processor", "KB", "peak MB",
        "learning libraries",
    )  # fmt: skip
    forms = (".2f", ".2f", ".2f", ".0f", ".0f", ".0f")
    told = [format(cost, form) for cost, form in zip(costs, forms, strict=True)]
    print(markdown(head, [told]))


if __name__ == "__main__":
    main()
