"""``zoo compare --predictions``, ``--version`` and ``--completion``."""

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
