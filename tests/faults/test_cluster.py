"""Fits on a Dask cluster: a scheduler and workers on the loopback address."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from cluster_tasks import allow_one_failure, die, plus, slow
from learnable.baselines.scores import cluster
from learnable.baselines.scores.cluster import (
    Cluster,
    ClusterLost,
    RemoteCall,
    compare_workers,
    connected,
)
from learnable.data.errors import Misuse, ZooError
from learnable.zoo.cli import main
from learnable.zoo.registry import recipe

ONE_HIDDEN = replace(recipe("one-hidden"), epochs=3)


def refusal(kind: type[ZooError], function: Callable[..., Any], *given: Any) -> str:
    """The text of the error that a call raises."""
    with pytest.raises(kind) as caught:
        function(*given)
    return str(caught.value)


class Standing:
    """Stands for a client; each of its workers tells versions."""

    def __init__(self, *workers: dict[str, str]) -> None:
        self.workers = workers
        self.scheduler = SimpleNamespace(address="tcp://there:8786")

    def wait_for_workers(self, number: int, timeout: float) -> None:
        if not self.workers:
            raise TimeoutError

    def run(self, function: Callable[..., str], *given: str, on_error: str) -> Any:
        name = given[0] if given else "Python"
        here = cluster._version(name)
        told = (worker.get(name, here) for worker in self.workers)
        return {i: v or ModuleNotFoundError(name) for i, v in enumerate(told)}


def test_equal_workers_are_taken_without_a_word() -> None:
    assert compare_workers(Standing({}, {})) == []


def test_another_version_is_told_in_one_line() -> None:
    (line,) = compare_workers(Standing({"numpy": "2.0.1"}, {"numpy": "2.0.1"}, {}))
    assert line.startswith("note: 2 workers have numpy 2.0.1 (here ")
    assert line.endswith("; digits may differ")


@pytest.mark.parametrize(
    ("worker", "told"),
    [
        ({"Python": "3.9.1"}, "1 worker has Python 3.9.1 (here "),
        ({"learnable": "0.0.1"}, "1 worker has learnable 0.0.1 (here "),
        ({"tensorflow": ""}, "1 worker lacks tensorflow "),
    ],
)
def test_worker_that_cannot_do_the_work_is_refused(worker, told) -> None:
    said = refusal(ZooError, compare_workers, Standing({}, worker))
    assert told in said
    assert "nothing was computed" in said


def test_scheduler_without_workers_is_refused() -> None:
    said = refusal(ZooError, compare_workers, Standing())
    assert "tcp://there:8786 has no worker" in said


@pytest.mark.parametrize("where", ["local:", "local:0", "local:x", "local:-1"])
def test_odd_number_of_processes_is_refused(where) -> None:
    pytest.importorskip("distributed", reason="needs the extra dask")

    def connect() -> None:
        with connected(where):
            pass

    assert "is not local:N" in refusal(Misuse, connect)


def test_without_dask_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)

    def connect() -> None:
        with connected("tcp://127.0.0.1:1"):
            pass

    assert "pip install 'learnable[dask]'" in refusal(ZooError, connect)


SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(Path(__file__).parent),  # of cluster_tasks
}
"""Of each process."""


def test_other_threads_draw_no_number_of_a_seeded_fit() -> None:
    def fit(job: int, shared: Any) -> list[float]:
        random.seed(job)
        first = random.random()
        other = threading.Thread(target=random.random)
        other.start()
        other.join()
        return [first, random.uniform(0, 1)]

    plain, alone = random.Random(3), cluster._alone(fit, 3, None)
    assert alone == [plain.random(), plain.uniform(0, 1)]
    assert random.random.__self__ is random._inst  # type: ignore[attr-defined]  (not public)


@dataclass
class Machines:
    """A scheduler and workers, each a process."""

    file: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, module: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
        self.processes[name] = subprocess.Popen(
            [*command, "--scheduler-file", str(self.file), "--no-dashboard"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | SETTINGS,
        )

    def add_worker(self, name: str) -> None:
        self.start(name, "dask_worker", "--nthreads", "1", "--no-nanny", "--name", name)

    def end(self, *names: str) -> None:
        """Kill processes that are there, as a machine that loses its power does."""
        for name in self.processes.keys() & set(names):
            process = self.processes.pop(name)
            process.send_signal(signal.SIGKILL)
            process.wait()

    @property
    def address(self) -> str:
        return json.loads(self.file.read_text("utf-8"))["address"]


WORKERS = ("a", "b", "c")


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """A scheduler and three workers."""
    pytest.importorskip("distributed", reason="needs the extra dask")
    made = Machines(tmp_path / "scheduler.json")
    try:
        made.start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        latest = time.monotonic() + 120
        while not made.file.exists():
            assert time.monotonic() < latest, "the scheduler does not start"
            time.sleep(0.1)
        for name in WORKERS:
            made.add_worker(name)
        yield made
    finally:
        made.end(*made.processes)


@pytest.fixture
def client(machines: Machines) -> Iterator[Any]:
    from distributed import Client

    with Client(scheduler_file=str(machines.file), timeout=60) as found:
        found.wait_for_workers(3, timeout=120)
        yield found


def tasks(
    function: Callable[[Any, Any], Any], number: int, shared: Any
) -> list[RemoteCall]:
    return [RemoteCall("task", function, i, shared) for i in range(number)]


@pytest.mark.slow  # processes of a cluster
def test_shared_rows_are_sent_once(client) -> None:
    rows = np.ones(1000)
    on = Cluster(client)
    assert dict(on.results(tasks(plus, 20, rows))) == {i: 1000.0 + i for i in range(20)}
    assert dict(on.results(tasks(plus, 2, rows))) == {0: 1000.0, 1: 1001.0}
    assert len(on._shared) == 1


@pytest.mark.slow
def test_what_is_late_is_given_up(client, tmp_path) -> None:
    late = RemoteCall("late", slow, 0, tmp_path, latest=time.monotonic())
    ((number, result),) = Cluster(client).results([late])
    assert number == 0
    assert isinstance(result, TimeoutError)


@pytest.mark.slow
def test_killed_worker_s_tasks_are_done_by_others(machines, client, tmp_path) -> None:
    found = {}
    for number, result in Cluster(client).results(tasks(slow, 9, tmp_path)):
        found[number] = result
        if len(found) == 1:
            machines.end("a")
    assert found == {i: i for i in range(9)}


@pytest.mark.slow
def test_task_that_no_worker_survives_has_its_reason(client) -> None:
    client.run_on_scheduler(allow_one_failure)  # three workers would not survive more
    mixed = [*tasks(die, 1, 0), *tasks(plus, 2, np.ones(1))]
    found = dict(Cluster(client).results(mixed))
    assert (found[1], found[2]) == (1.0, 2.0)
    assert type(found[0]).__name__ == "KilledWorker"


@pytest.mark.slow
@pytest.mark.parametrize(
    "lost", [WORKERS, ("scheduler",)], ids=["workers", "scheduler"]
)
def test_lost_cluster_is_one_line(
    machines, client, lost, tmp_path, monkeypatch
) -> None:
    left = Cluster(client).results(tasks(slow, 9, tmp_path))
    next(left)
    monkeypatch.setattr(cluster, "PATIENCE", 3.0)
    machines.end(*lost)
    with pytest.raises(ClusterLost, match=r"the Dask cluster at tcp://127.* is lost: "):
        list(left)


@pytest.mark.slow
def test_nobody_at_an_address_is_one_line(monkeypatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra dask")
    monkeypatch.setattr(cluster, "CONNECT", 1.0)

    def connect() -> None:
        with connected("tcp://127.0.0.1:9"):
            pass

    assert "no Dask scheduler answers" in refusal(ZooError, connect)


@pytest.fixture
def table() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 3))
    return x, (x[:, 0] + 0.5 * rng.normal(size=90) > 0).astype(int)


def scored(candidates: dict[str, Any], table: Any, **options: Any) -> pd.DataFrame:
    """The predictions of all candidates, those of the baselines as well."""
    import learnable

    x, y = table
    report = learnable.compare(candidates, x, y, folds=3, **options)
    assert not [row.error for row in report.results.rows if row.error]
    assert report.predictions is not None
    return report.predictions


@pytest.mark.slow
@pytest.mark.parametrize("lost", [(), ("a",), ("a", "b")], ids=["all", "2 of 3", "1"])
def test_table_is_that_of_one_machine(
    machines, client, table, lost, monkeypatch
) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    candidates = {"knn": KNeighborsClassifier(), "one-hidden": ONE_HIDDEN}
    plain = Cluster.results

    def losing(self: Cluster, calls: Any) -> Iterator[Any]:
        for number, result in plain(self, calls):
            machines.end(*lost)
            yield number, result

    monkeypatch.setattr(Cluster, "results", losing)
    here = scored(candidates, table, jobs=1)
    there = scored(candidates, table, parallel=client)
    network = here["candidate"] == "one-hidden"
    pd.testing.assert_frame_equal(there[~network], here[~network], check_exact=True)
    pd.testing.assert_frame_equal(there[network], here[network], atol=1e-4, rtol=0)


@pytest.mark.slow
def test_training_is_kept_where_the_cluster_is_lost(
    machines, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 3.0)
    plain = Cluster.results

    def losing(self: Cluster, calls: Any) -> Iterator[Any]:
        machines.end(*WORKERS)
        return plain(self, calls)

    monkeypatch.setattr(Cluster, "results", losing)
    out = ("--out", str(tmp_path / "runs"), "--quiet")
    quick = ("--data", "iris", "--set", "epochs=3", "--folds", "2", "--jobs", "1")
    dask = ("--dask", str(machines.file))
    lost = CliRunner().invoke(main, ["train", "one-hidden", *quick, *dask, *out])
    assert lost.exit_code == 1
    (line,) = lost.stderr.splitlines()
    assert "is lost: all its workers have gone; the training is kept" in line
    again = CliRunner().invoke(main, ["train", "--resume", "last", "--jobs", "1", *out])
    assert again.exit_code == 0, again.stderr
