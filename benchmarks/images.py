"""Accuracies on MNIST and Fashion-MNIST beside the published table.

``ZOO_DATA=... python -m benchmarks.images [DATASET ...]`` runs ``zoo compare`` with the
networks that have a bar, and reads the table of Xiao, Rasul, Vollgraf 2017 (arXiv
1708.07747, table 3) from ``images/sklearn_benchmark_mnist_fashion.json``. Of the
published configurations the best of each kind is taken. Writes ``images.json``, and the
table of ``docs/models.md``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from learnable.benchmarks.tables import HERE, markdown, put_between, save

ZOO = Path(sys.executable).with_name("zoo")
NETWORKS = {
    "mnist": ("mnist-relu", "mnist-tanh", "convnet"),
    "fashion-mnist": ("mnist-relu", "convnet"),
}
PAGE = HERE.parent / "docs" / "models.md"
PUBLISHED = {
    "naive-bayes": "GaussianNB",
    "logistic": "LogisticRegression",
    "forest": "RandomForestClassifier",
    "boosting": "GradientBoostingClassifier",
    "mnist-relu": "MLPClassifier",
    "mnist-tanh": "MLPClassifier",
}
"""Our name -> the published classifier that is nearest to it."""


def accuracies(dataset: str) -> dict[str, float]:
    """Test accuracy of every candidate on the official test rows."""
    with tempfile.TemporaryDirectory() as out:
        told = subprocess.run(
            [
                ZOO, "compare", *NETWORKS[dataset], "--data", dataset,
                "--json", "--quiet", "--out", out,
            ],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
    rows = json.loads(told.stdout)["rows"]
    scored = (row for row in rows if row["scores"])
    return {row["name"]: row["scores"]["accuracy"]["mean"] for row in scored}


def published(root: Path, dataset: str) -> dict[str, float]:
    """The best published accuracy of each classifier."""
    path = root / "images" / "sklearn_benchmark_mnist_fashion.json"
    column, best = dataset.replace("-", "_"), {}
    for row in json.loads(path.read_text("utf-8"))["results"]:
        if row[column] is not None:
            name = row["classifier"]
            best[name] = max(best.get(name, 0.0), row[column])
    return best


def table(found: dict[str, Any]) -> str:
    """Ours beside the published accuracy, a pair of columns a dataset."""
    head = ["candidate"]
    for dataset in found:
        head += [dataset, "published"]
    named = [facts["accuracy"] for facts in found.values()]
    rows = []
    for name in dict.fromkeys(n for accuracy in named for n in accuracy):
        pairs = [accuracy.get(name, {}) for accuracy in named]
        cells = [pair.get(kind) for pair in pairs for kind in ("ours", "published")]
        rows.append([f"`{name}`", *(f"{c:.3f}" if c else "" for c in cells)])
    return markdown(head, rows)


def main() -> None:
    root = Path(os.environ["ZOO_DATA"])
    path = HERE / "images.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    for dataset in sys.argv[1:] or NETWORKS:
        start, known = time.perf_counter(), published(root, dataset)
        ours = accuracies(dataset)
        found[dataset] = {
            "seconds": round(time.perf_counter() - start),
            "accuracy": {
                name: {
                    "ours": round(value, 4),
                    "published": known.get(PUBLISHED.get(name, "")),
                }
                for name, value in ours.items()
            },
        }
        save("images", found)
        put_between(PAGE, "images", table(found))
        print(dataset, found[dataset], flush=True)


if __name__ == "__main__":
    main()
