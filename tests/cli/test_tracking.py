"""A run written to MLflow as well."""

import json
import socket
from importlib.util import find_spec
from pathlib import Path

import pytest
from learnable.zoo.cli import options
from learnable.zoo.experiments import score as work
from learnable.zoo.runs.mlflow import without_credentials

needs_mlflow = pytest.mark.skipif(
    find_spec("mlflow") is None, reason="needs the extra mlflow"
)
needs_database = pytest.mark.skipif(
    find_spec("mlflow") is None or find_spec("alembic") is None,
    reason="needs mlflow with SQLAlchemy and alembic",
)
# of MLflow's own imports
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SMALL = ("--folds", 2, "--jobs", 1, "--quiet", "--json")


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """MLflow puts files of runs in a database into the current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runs_at(uri: str, experiment: str) -> tuple[object, list]:
    """MLflow's client, and its runs of an experiment, the first one first."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(experiment)
    order = ["attributes.start_time ASC"]
    return client, list(client.search_runs([found.experiment_id], order_by=order))


@needs_mlflow
def test_training_is_a_run_of_mlflow(zoo, here, monkeypatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # to read it again
    told = zoo(
        "train", "one-hidden", "--data", "iris", "--set", "epochs=3", *SMALL,
        "--mlflow", here / "tracked",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    facts = json.loads(told.stdout)
    client, (run,) = runs_at(str(here / "tracked"), "iris")
    assert run.info.run_name == Path(facts["run"]).name
    assert run.info.status == "FINISHED"
    assert run.data.params["recipe.epochs"] == "3"
    assert run.data.params["data.name"] == "iris"
    assert not {"recipe.json", "command", "fingerprint"} & {*run.data.params}
    history = client.get_metric_history(run.info.run_id, "val_loss")
    assert [metric.step for metric in history] == [1, 2, 3]
    losses = facts["networks"][0]["history"]["val_loss"]
    assert [metric.value for metric in history] == pytest.approx(losses)
    for row in facts["rows"]:
        for key, end in {"mean": "", "low": "_low", "high": "_high"}.items():
            name = f"candidates/{row['name']}/skill{end}"
            assert run.data.metrics.get(name) == row["scores"]["skill"][key]
    assert "score/skill" in run.data.metrics
    assert run.data.tags["verdict"] == facts["verdicts"][0]["name"]
    assert run.data.tags["run"] == str(Path(facts["run"]).resolve())
    settings = json.loads((Path(facts["run"]) / "recipe.json").read_text())
    assert run.data.tags["fingerprint"] == settings["fingerprint"]
    files = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert files == {"results.json", "report.html"}


@needs_database
def test_networks_of_a_sweep_are_nested(zoo, here) -> None:
    told = zoo(
        "sweep", "one-hidden", "--set", "data.name=iris", "--set", "scoring.folds=2",
        "--vary", "epochs=2,3", "--jobs", 1, "--quiet", "--json",
        "--mlflow", "sqlite:///tracked.db",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    _, runs = runs_at("sqlite:///tracked.db", "iris")
    (whole,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    nested = {run.info.run_name: run for run in runs if run is not whole}
    assert {*nested} == {"one-hidden epochs=2", "one-hidden epochs=3"}
    for number in (2, 3):
        run = nested[f"one-hidden epochs={number}"]
        assert run.data.tags["mlflow.parentRunId"] == whole.info.run_id
        assert run.data.params["recipe.epochs"] == str(number)
        assert "score/skill" in run.data.metrics
        assert "verdict" in run.data.tags
    assert "recipe.epochs" not in whole.data.params
    assert "candidates/one-hidden epochs_2/skill" in whole.data.metrics
    assert "candidates/majority/skill" in whole.data.metrics


@needs_mlflow
def test_server_that_does_not_answer_loses_no_run(zoo, here) -> None:
    with socket.socket() as taken:  # nobody listens on it
        taken.bind(("127.0.0.1", 0))
        address = f"http://me:hidden@127.0.0.1:{taken.getsockname()[1]}"
        told = zoo("baseline", "iris", *SMALL, "--mlflow", address)
    assert told.exit_code == 1
    (run,) = (here / "runs").iterdir()
    (line,) = told.stderr.splitlines()
    assert (
        f"the run is complete ({Path('runs') / run.name}), but MLflow at http" in line
    )
    assert json.loads(told.stdout)["run"] == str(Path("runs") / run.name)
    assert "hidden" not in told.output


def test_missing_mlflow_is_told_before_anything_is_done(zoo, here, monkeypatch) -> None:
    monkeypatch.setattr(options, "find_spec", lambda name: None)
    told = zoo("baseline", "iris", *SMALL, "--mlflow", "tracked")
    assert told.exit_code == 1
    (line,) = told.stderr.splitlines()
    assert line.endswith("is not installed: pip install 'learnable[mlflow]'")
    assert [*here.iterdir()] == []


def test_database_needs_all_of_mlflow(zoo, here, monkeypatch) -> None:
    monkeypatch.setattr(options, "find_spec", {"mlflow": True}.get)
    told = zoo("baseline", "iris", *SMALL, "--mlflow", "sqlite:///tracked.db")
    assert told.exit_code == 1
    assert told.stderr.splitlines()[-1].endswith("pip install mlflow")
    assert [*here.iterdir()] == []


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("http://me:p@ss@host:5000/x", "http://host:5000/x"),
        ("postgresql+psycopg://me@host/db", "postgresql+psycopg://host/db"),
        ("http://host/?token=abc&x=1", "http://host/?token=...&x=1"),
        ("mysql://host/db?user=a;password=b", "mysql://host/db?user=a;password=..."),
        ("sqlite:////data/a@b.db", "sqlite:////data/a@b.db"),
        ("./mlruns", "./mlruns"),
    ],
)
def test_addresses_lose_their_passwords(given: str, left: str) -> None:
    assert without_credentials(given) == left


def test_command_in_the_run_has_no_password(monkeypatch) -> None:
    arguments = ["zoo", "baseline", "iris", "--mlflow=http://me:hidden@host"]
    monkeypatch.setattr("sys.argv", arguments)
    assert work.command_line() == "zoo baseline iris --mlflow=http://host"
