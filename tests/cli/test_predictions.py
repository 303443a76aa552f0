"""``zoo compare --predictions``, ``--version`` and ``--completion``."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from learnable.zoo.cli import main


def zoo(*arguments: object):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 120)
    net = np.clip(0.2 + 0.6 * true + rng.normal(0, 0.25, 120), 0.01, 0.99)
    forest = np.clip(0.4 + 0.2 * true + rng.normal(0, 0.25, 120), 0.01, 0.99)
    facts = {"y": true, "site": np.arange(120) % 30, "net": net, "forest": forest}
    pd.DataFrame(facts).to_csv(tmp_path / "preds.csv", index=False)
    return tmp_path / "preds.csv"


def test_predictions_of_a_file_are_compared(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    common = ("compare", "--predictions", table, "--truth", "y", "--out", out)
    told = zoo(*common, "--group", "site", "--quiet", "--gate")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("network-ahead. ")
    assert "contradict" not in told.output
    (run,) = out.glob("*-predictions-*")
    assert (run / "report.html").is_file()
    for option, said in {"--limit": "5", "--season": "3"}.items():
        refused = zoo(*common, option, said)
        assert refused.exit_code == 2
        assert f"{option} does not go with --predictions" in refused.output
    wrong = zoo("compare", "--predictions", table, "--truth", "yy", "--out", out)
    assert wrong.exit_code == 2
    assert "no column of true values is named 'yy'. Did you mean 'y'?" in wrong.output


def test_labels_are_not_judged_as_probabilities(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    true = rng.choice(["cat", "dog", "owl"], 300)
    net, tree = (np.where(rng.random(300) < p, true, "owl") for p in (0.7, 0.4))
    file = tmp_path / "labels.csv"
    pd.DataFrame({"y": true, "net": net, "tree": tree}).to_csv(file, index=False)
    common = ("compare", "--predictions", file, "--truth", "y", "--out", tmp_path)
    told = zoo(*common, "--json")
    assert told.exit_code == 0, told.output
    assert "too sure" not in told.stdout
    assert "log loss 3" not in told.stdout
    facts = json.loads(told.stdout)
    scores = {row["name"]: row["scores"] for row in facts["rows"]}
    assert "log_loss" in scores["prior"]
    assert {"accuracy", "skill"} <= set(scores["net"])
    assert not {"log_loss", "roc_auc", "brier"} & set(scores["net"])
    shown = zoo(*common, "--quiet")
    assert shown.stdout.startswith("network-ahead. "), shown.output
    (page, *_) = tmp_path.glob("*-predictions-*/report.html")
    assert "net" in page.read_text("utf-8")


@pytest.mark.parametrize("mark", [":", "_", ".", " "])
def test_probabilities_stand_in_a_column_for_each_class(
    tmp_path: Path, mark: str
) -> None:
    rng = np.random.default_rng(2)
    true = rng.integers(0, 3, 150)
    wide = {"truth": true}
    for name, sure in {"torch_net": 3.0, "tree": 0.5}.items():
        logits = np.exp(rng.normal(0, 1, (150, 3)) + sure * np.eye(3)[true])
        shares = logits / logits.sum(axis=1, keepdims=True)
        wide |= {f"{name}{mark}{label}": shares[:, label] for label in range(3)}
    file = tmp_path / "wide.csv"
    pd.DataFrame(wide).to_csv(file, index=False)
    told = zoo(
        "compare",
        "--predictions",
        file,
        "--truth",
        "truth",
        "--out",
        tmp_path,
        "--json",
    )
    assert told.exit_code == 0, told.output
    rows = json.loads(told.stdout)["rows"]
    assert {row["name"] for row in rows} == {"torch_net", "tree", "prior"}
    assert all("roc_auc" in row["scores"] for row in rows)


def test_versions_are_told_without_an_import() -> None:
    code = (
        "import sys; from learnable.zoo.cli import main\n"
        "main(['--version'], standalone_mode=False)\n"
        "print(*({m.split('.')[0] for m in sys.modules} & "
        "{'tensorflow', 'keras', 'sklearn', 'pandas', 'numpy'}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    told, loaded = run.stdout.splitlines()
    for name in ("zoo 0.1.0 (Python 3.", "tensorflow 2", "keras 3", "scikit-learn 1"):
        assert name in told
    assert loaded == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str) -> None:
    told = zoo("--completion", shell)
    assert told.exit_code == 0
    assert "_ZOO_COMPLETE" in told.stdout
    assert zoo("--completion", "dos").exit_code == 2
