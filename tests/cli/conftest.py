"""The command as a user calls it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from learnable.zoo.cli import main

Zoo = Callable[..., Result]


@pytest.fixture(scope="session")
def zoo() -> Zoo:
    """Call the command in this process: ``zoo("train", "mlp", input=...)``."""

    def call(*arguments: object, input: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], input=input)

    return call


@pytest.fixture(scope="session")
def flowers(tmp_path_factory: pytest.TempPathFactory, zoo: Zoo) -> tuple[Path, dict]:
    """A folder with a run, a network trained on iris, and what the command printed."""
    out = tmp_path_factory.mktemp("flowers")
    told = zoo(
        "train", "one-hidden", "--data", "iris", "--folds", 2, "--jobs", 1,
        "--out", out, "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    return out, json.loads(told.stdout)


@pytest.fixture(scope="session")
def scored_iris(tmp_path_factory: pytest.TempPathFactory, zoo: Zoo) -> Path:
    """The folder of a run without a network."""
    out = tmp_path_factory.mktemp("scored")
    told = zoo("baseline", "iris", "--folds", 2, "--jobs", 1, "--out", out, "--quiet")
    assert told.exit_code == 0, told.output
    (run,) = out.iterdir()
    return run


@pytest.fixture
def journal(scored_iris: Path, tmp_path: Path) -> Path:
    """Four runs: of the first three days of 2026, and one made now."""
    out = tmp_path / "runs"
    for day in (1, 2, 3):
        run = out / f"2026010{day}-120000-baseline-000{day}"
        shutil.copytree(scored_iris, run)
        for name in ("summary.json", "results.json"):
            facts = json.loads((run / name).read_text("utf-8"))
            facts["created"] = f"2026-01-0{day}T12:00:00+00:00"
            (run / name).write_text(json.dumps(facts), "utf-8")
    shutil.copytree(scored_iris, out / scored_iris.name)
    return out


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table as people have them: text, dates, gaps, truth values, a number target."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    n = 240
    age = rng.integers(18, 80, n)
    town = rng.choice(["Ulm", "Bonn", "Köln"], n)
    table = pd.DataFrame(
        {
            "age": age,
            "town": np.where(rng.random(n) < 0.05, None, town),
            "since": pd.date_range("2020-01-01", periods=n).strftime("%Y-%m-%d"),
            "member": rng.random(n) < 0.5,
            "height": np.where(rng.random(n) < 0.1, np.nan, rng.normal(170, 10, n)),
            "income": 500 * age + 9_000 * (town == "Ulm") + rng.normal(0, 3_000, n),
        }
    )
    path = tmp_path_factory.mktemp("people") / "people.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of users: a series with a season of a week, a text, a table."""
    import numpy as np
    import pandas as pd

    folder = tmp_path_factory.mktemp("files")
    days = pd.date_range("2001-01-01", periods=90, freq="D").strftime("%Y-%m-%d")
    wave = np.tile([5.0, 6, 9, 7, 5, 2, 1], 13)[:90]
    noise = np.random.default_rng(0).normal(size=90)
    table = pd.DataFrame({"day": days, "sales": (wave + 0.3 * noise).round(3)})
    table.to_csv(folder / "sales.csv", index=False)
    (folder / "tale.txt").write_text(
        "the cat sat on the mat, and the dog ran off. " * 60
    )
    x = np.random.default_rng(1).normal(size=(90, 2)).round(3)
    rows = pd.DataFrame(x, columns=["u", "v"])
    rows["wet"] = np.where(x[:, 0] > 0, "yes", "no")
    rows["cold"] = np.where(x[:, 1] > 0, "yes", "no")
    rows["rain"], rows["wind"] = 5 * x[:, 0], 1_000 * x[:, 1]
    rows.to_csv(folder / "weather.csv", index=False)
    return folder
