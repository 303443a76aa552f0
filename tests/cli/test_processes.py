"""Processes that run a user's code: heard, answered in time, nothing left of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

import pytest
from learnable.data.errors import BadData, Misuse
from learnable.zoo.check import worker
from learnable.zoo.check.jobs import (
    ANSWER,
    CheckAnswer,
    CheckJob,
    RerunAnswer,
    RerunJob,
    read_answer,
    read_job,
    write_facts,
)
from learnable.zoo.check.supervised import KEPT, Supervised

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

# Writes its number, and starts others that write theirs: one in its group, one in a
# session of its own, one whose parent has ended.
FAMILY = """
import os, pathlib, subprocess, sys, time
here = pathlib.Path(sys.argv[1])
def note(name):
    (here / "partial").write_text(str(os.getpid()))
    (here / "partial").rename(here / f"{name}.pid")
def last(name):
    note(name)
    time.sleep(300)
for name in ("group", "session", "orphan"):
    if not os.fork():
        if name == "session":
            os.setsid()
        if name == "orphan":
            os.setsid()
            if os.fork():
                os._exit(0)
        last(name)
    while not (here / f"{name}.pid").exists():
        time.sleep(0.01)
note("child")
"""
NAMES = ("group", "session", "orphan", "child")


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """Write a program; gives the command that runs it on the test's folder."""

    def written(text: str) -> list[str]:
        file = tmp_path / "program.py"
        file.write_text(dedent(text))
        return [sys.executable, str(file), str(tmp_path)]

    return written


def until(what: Callable[[], object], *, seconds: float = 20) -> bool:
    latest = time.monotonic() + seconds
    while not what() and time.monotonic() < latest:
        time.sleep(0.02)
    return bool(what())


def family(folder: Path) -> list[int]:
    """The numbers of all its members, once they are known."""
    files = [folder / f"{name}.pid" for name in NAMES]
    assert until(lambda: all(file.exists() for file in files))
    return [int(file.read_text()) for file in files]


def is_over(pids: Iterable[int]) -> bool:
    return until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


ENDINGS = {
    "returns": ("", 0),
    "fails": ("sys.exit(3)", 3),
    "exits at once": ("os._exit(4)", 4),
    "is killed": ("os.kill(os.getpid(), 9)", -9),
    "ends its group": ("os.killpg(0, 15)", -15),
}


@linux
@pytest.mark.parametrize("how", ENDINGS)
def test_what_a_process_started_ends_with_it(script, tmp_path, how) -> None:
    code, told = ENDINGS[how]
    with Supervised(script(f"{FAMILY}\n{code}\n")) as child:
        pids = family(tmp_path)
        assert until(lambda: child.returncode is not None)
        assert child.returncode == told
    assert is_over(pids)


@linux
def test_all_ends_with_the_block(script, tmp_path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    with Supervised(script(f"{stubborn}{FAMILY}\ntime.sleep(300)")) as child:
        pids = family(tmp_path)
        assert child.returncode is None
    assert child.returncode == -9
    assert is_over(pids)


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_ends_with_the_process_that_asked(script, tmp_path, number) -> None:
    command = script(f"{FAMILY}\ntime.sleep(300)")
    ours = f"""
        import signal, time
        from learnable.zoo.check.supervised import Supervised
        # a command in the background of a script is born deaf to Control-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with Supervised({command!r}):
            time.sleep(300)
        """
    asking = tmp_path / "asking.py"
    asking.write_text(dedent(ours))
    with subprocess.Popen(
        [sys.executable, str(asking)], stderr=subprocess.DEVNULL
    ) as process:
        pids = family(tmp_path)
        process.send_signal(number)
        process.wait(20)
    assert is_over(pids)


@linux
def test_child_ends_with_its_supervisor(script, tmp_path) -> None:
    code = """
        import os, pathlib, sys, time
        (pathlib.Path(sys.argv[1]) / "pid").write_text(str(os.getpid()))
        os.kill(os.getppid(), 9)
        time.sleep(300)
        """
    with Supervised(script(code)) as child:
        assert until(lambda: child.returncode is not None)
        assert child.returncode == -9
    assert is_over([int((tmp_path / "pid").read_text())])


def test_child_leads_a_session_and_hears_nothing(script) -> None:
    code = "import os, sys; print(os.getsid(0) == os.getpid(), sys.stdin.read())"
    with Supervised(script(code)) as child:
        assert until(lambda: child.returncode is not None)
    assert child.output == "True"


def test_only_the_end_of_what_is_said_is_kept(script, tmp_path) -> None:
    code = """
        import sys
        for i in range(400):
            print("x" * 1000)
        print("of errors", file=sys.stderr, flush=True)
        print("the end")
        """
    with Supervised(script(code)) as child:
        assert until(lambda: child.returncode is not None)
    assert len(child.output) <= KEPT
    assert child.output.endswith("the end")
    assert "of errors" in child.output


def test_answer_ends_the_waiting(script, tmp_path) -> None:
    code = """
        import pathlib, sys, threading, time
        threading.Thread(target=time.sleep, args=(300,)).start()
        (pathlib.Path(sys.argv[1]) / "answer.json").write_text("{}")
        """
    answer, start = tmp_path / "answer.json", time.monotonic()
    with Supervised(script(code)) as child:
        assert until(lambda: not child.is_busy(answer))
        assert child.returncode is None
    assert child.returncode == -9
    assert time.monotonic() - start < 60


def test_command_that_is_not_there_is_told(tmp_path) -> None:
    with Supervised([str(tmp_path / "nothing")]) as child:
        assert until(lambda: child.returncode is not None)
    assert "nothing: No such file" in child.output
    assert child.returncode == 127


DAMAGED = [
    "", "{", "[1]", "null", "[" * 100_000, "\udcff", '{"word": 1}', '{"error": 3}',
    '{"score": "high"}', '{"score": true}', '{"error": "' + "x" * 1_000_000 + '"}',
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED, ids=lambda text: text[:9])
@pytest.mark.parametrize("kind", [CheckAnswer, RerunAnswer])
def test_damaged_answer_is_refused(tmp_path, text, kind) -> None:
    (tmp_path / ANSWER).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadData, match="the result is damaged"):
        read_answer(tmp_path, kind)


def test_answer_that_is_no_file_is_none(tmp_path) -> None:
    assert read_answer(tmp_path, CheckAnswer) is None
    os.mkfifo(tmp_path / ANSWER)
    assert read_answer(tmp_path, CheckAnswer) is None


JOBS = [
    CheckJob("zoo", "mlp", "", "mlp", 600.0, 2.5, "runs", arguments=("-x", "\udcff")),
    RerunJob("/a/b.py", ("--epochs", "3"), 60.0, 1, "left"),
]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: type(job).__name__)
def test_job_survives_the_disk(tmp_path, job) -> None:
    write_facts(tmp_path / "job.json", job)
    assert read_job(tmp_path, type(job)) == job
    assert [path.name for path in tmp_path.iterdir()] == ["job.json"]


@pytest.fixture
def examine(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Examine with a child that does something else in place of examining."""
    begin = """
        import json, os, pathlib, sys, threading, time
        folder = pathlib.Path(sys.argv[1])
        job = json.loads((folder / "job.json").read_text())
        def answer(**facts):
            (folder / "answer.partial").write_text(json.dumps(facts))
            (folder / "answer.partial").rename(folder / "answer.json")
        """

    def examined(code: str, *, seconds: float = 60.0) -> Path:
        (tmp_path / "stand_in.py").write_text(dedent(begin) + dedent(code))
        monkeypatch.setattr(worker, "_MODULE", "stand_in")
        monkeypatch.setattr(worker, "_GRACE", 0.0)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        out = str(tmp_path / "runs")
        job = CheckJob("script", "train.py", "", "train.py", seconds, 0.0, out)
        return worker.examine_job(job, quiet=True)

    return examined


@pytest.mark.slow  # whole commands
def test_run_of_an_answer_is_given_though_the_script_goes_on(examine, tmp_path) -> None:
    code = """
        run = pathlib.Path(job["out"]) / "a-run"
        run.mkdir(parents=True)
        (run / "results.json").touch()
        threading.Thread(target=time.sleep, args=(300,)).start()
        answer(run=str(run))
        """
    start = time.monotonic()
    assert examine(code) == tmp_path / "runs" / "a-run"
    assert time.monotonic() - start < 60


def test_error_of_an_answer_is_raised(examine) -> None:
    with pytest.raises(Misuse, match="no such training"):
        examine("answer(error='no such training', code=2)")
    with pytest.raises(BadData, match="no rows"):
        examine("answer(error='no rows', code=1)")


BAD_ENDS = {
    "damaged": ("(folder / 'answer.json').write_text('{')", "damaged"),
    "no answer in it": ("answer(word='none')", "damaged"),
    "no error": ("answer(error=3, code='x')", "damaged"),
    "no run": ("answer(run='/nowhere/a-run')", "damaged"),
    "odd run": ("answer(run='a\\0b')", "damaged"),
    "a list of runs": ("answer(run=[1])", "damaged"),
    "too long": ("answer(error='x' * 2_000_000, code=1)", "damaged"),
    "a pipe": ("os.mkfifo(folder / 'answer.json')", "ended .exit code 0."),
    "ended": (
        "print('so be it', flush=True); os._exit(7)",
        "ended .exit code 7.; .*so be it",
    ),
    "killed": (
        "os.kill(os.getpid(), 9)",
        "out of memory or was stopped .exit code -9.",
    ),
    "odd doing": ("(folder / 'doing.txt').write_bytes(b'\\xff'); time.sleep(.3)", "0"),
}


@pytest.mark.parametrize("how", BAD_ENDS)
def test_child_without_a_usable_answer_is_one_line(examine, how) -> None:
    code, told = BAD_ENDS[how]
    with pytest.raises(BadData, match=told) as caught:
        examine(code)
    assert len(str(caught.value).splitlines()) == 1


def test_child_that_prints_for_ever_is_stopped(examine) -> None:
    code = """
        while True:
            os.write(1, b"x" * 100_000)
        """
    with pytest.raises(BadData, match="was stopped") as caught:
        examine(code, seconds=1.0)
    assert len(str(caught.value)) < 1_000


@pytest.mark.slow  # processes that import TensorFlow
@pytest.mark.parametrize(
    ("module", "kind"), [("worker", CheckAnswer), ("rerunner", RerunAnswer)]
)
def test_failure_of_our_own_is_an_answer_too(tmp_path, module, kind) -> None:
    (tmp_path / "job.json").write_text("{}")
    command = [sys.executable, "-m", f"learnable.zoo.check.{module}", str(tmp_path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=100)
    answer = read_answer(tmp_path, kind)
    assert answer is not None
    assert "the job lacks " in answer.error


TRAINING = """
import keras, numpy as np, pathlib, subprocess, sys, threading, time
long = subprocess.Popen(["sleep", "300"], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(str(long.pid))
threading.Thread(target=time.sleep, args=(300,)).start()
x = np.random.default_rng(0).normal(size=(60, 2))
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, x[:, 0] > 0, epochs=2, verbose=0)
"""


@linux
@pytest.mark.slow  # a whole examination
def test_script_with_threads_and_processes_is_checked_and_ended(zoo, tmp_path) -> None:
    script, note = tmp_path / "train.py", tmp_path / "pid"
    script.write_text(TRAINING)
    start = time.monotonic()
    told = zoo("check", script, "--budget", 5, "--out", tmp_path, "--quiet", "--", note)
    assert "report: " in told.stdout, told.stderr
    assert time.monotonic() - start < 200
    assert is_over([int(note.read_text())])
