"""``zoo check --sandbox``: what a user's code can reach, and what it cannot."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
from learnable.data.errors import Misuse
from learnable.zoo.check.supervised import Supervised, sandboxed


def is_possible() -> bool:
    """Whether this machine lets bubblewrap make namespaces."""
    try:
        sandboxed(["true"], readable=[], writable=[])
    except Misuse:
        return False
    return True


needs_bwrap = pytest.mark.skipif(
    not is_possible(), reason="bubblewrap is not installed, or may not make namespaces"
)

TRY = """
import json, os, pathlib, socket, sys
def tried(what):
    try:
        what()
    except OSError:
        return False
    return True
beside = pathlib.Path(__file__).with_name("beside.txt")
private = pathlib.Path("/tmp/private.txt")
def connect():
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
reached = {
    "network": tried(connect),
    "beside": tried(lambda: beside.write_text("x")),
    "delete": tried(lambda: os.remove(__file__)),
    "home": tried(lambda: (pathlib.Path.home() / "zoo-was-here.txt").write_text("x")),
    "tmp": tried(lambda: private.write_text("x")),
    "out": tried(lambda: (pathlib.Path(sys.argv[2]) / "told").write_text("x")),
    "read": tried(lambda: pathlib.Path(__file__).with_name("data.csv").read_text()),
    "others": len([name for name in os.listdir("/proc") if name.isdigit()]) > 3,
}
print(json.dumps(reached))
"""
REACHED = {"tmp", "out", "read"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a program, its data, and a folder that it may write to."""
    (tmp_path / "program.py").write_text(TRY)
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    (tmp_path / "out").mkdir()
    return tmp_path


@needs_bwrap
def test_only_its_own_folders_can_be_written(files, monkeypatch) -> None:
    program, out = files / "program.py", files / "out"
    monkeypatch.setenv("HOME", str(files))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, str(program), str(port), str(out)]
        inside = sandboxed(command, readable=[program], writable=[out])
        done = subprocess.run(inside, capture_output=True, text=True, check=True)
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    found = json.loads(done.stdout)
    assert {name for name, can in found.items() if can} == REACHED
    assert sorted(path.name for path in files.iterdir()) == [
        "data.csv",
        "out",
        "program.py",
    ]
    assert (out / "told").read_text() == "x"


@needs_bwrap
def test_sockets_of_others_are_hidden(files, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("other") / "socket"
    if not other.is_relative_to("/tmp"):
        pytest.skip("/tmp is what is hidden, and test folders are elsewhere here")
    code = "import os, sys; print(os.path.exists(sys.argv[1]), os.listdir('/run'))"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(other))
        command = [sys.executable, "-c", code, str(other)]
        inside = sandboxed(command, readable=[files / "program.py"], writable=[])
        done = subprocess.run(inside, capture_output=True, text=True, check=True)
    assert done.stdout == "False []\n"


@needs_bwrap
def test_it_ends_with_all_that_it_started(files) -> None:
    code = """
        import os, sys, time
        for i in range(2):
            if not os.fork():
                os.setsid()
                time.sleep(303)
        print("ready", flush=True)
        time.sleep(303)
        """
    command = [sys.executable, "-c", dedent(code), str(files)]

    def running() -> bool:
        lines = (path / "cmdline" for path in Path("/proc").glob("[0-9]*"))
        return any(str(files) in _text(line) and "303" in _text(line) for line in lines)

    with Supervised(sandboxed(command, readable=[], writable=[])) as child:
        assert _until(lambda: child.output == "ready")
        assert running()
    assert _until(lambda: not running())


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _until(what: Callable[[], bool]) -> bool:
    latest = time.monotonic() + 20
    while not what() and time.monotonic() < latest:
        time.sleep(0.02)
    return what()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text("import keras")
    return path


def test_missing_program_is_one_line(zoo, script, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(script.parent))
    told = zoo("check", script, "--sandbox", "--out", script.parent / "runs")
    assert told.exit_code == 2
    assert "needs bubblewrap" in told.stderr
    assert "omit --sandbox" in told.stderr
    assert told.stderr.count("\n") == 1
    assert not (script.parent / "runs").exists()


def test_forbidden_namespaces_are_one_line(zoo, script, monkeypatch) -> None:
    program = script.with_name("bwrap")
    program.write_text("#!/bin/sh\necho 'bwrap: not permitted' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    told = zoo("check", script, "--sandbox", "--out", script.parent / "runs")
    assert told.exit_code == 2
    assert "cannot be set up here (bwrap: not permitted)" in told.stderr
    assert told.stderr.count("\n") == 1


def test_folder_for_runs_that_cannot_be_made_is_one_line(zoo, script) -> None:
    told = zoo("check", script, "--sandbox", "--out", script / "runs")
    assert told.exit_code == 2
    assert "cannot write runs to" in told.stderr


TRAINING = """
import keras, numpy as np, pathlib, socket, sys
def refused(what):
    try:
        what()
    except OSError:
        return
    raise AssertionError("it is not refused")
port = int(sys.argv[1])
refused(lambda: socket.create_connection(("127.0.0.1", port), timeout=5))
refused(lambda: pathlib.Path(__file__).with_name("beside.txt").write_text("x"))
x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype("int32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
model.save("/tmp/model.keras")
"""


@needs_bwrap
@pytest.mark.slow  # a process that imports TensorFlow
def test_script_is_checked_within_it(zoo, script) -> None:
    script.write_text(TRAINING)
    out = script.parent / "runs"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = zoo("check", script, "--sandbox", "--budget", 5, "--out", out,
                   "--json", "--quiet", "--", listener.getsockname()[1])  # fmt: skip
    facts = json.loads(told.stdout)
    assert facts["fits"] == ["1: line 16, 4 steps"]
    assert Path(facts["report"]).is_file()
    assert not script.with_name("beside.txt").exists()


@needs_bwrap
@pytest.mark.slow
def test_error_leaves_no_folder_for_runs(zoo, script) -> None:
    out = script.parent / "runs"
    told = zoo("check", script, "--sandbox", "--out", out, "--quiet")
    assert told.exit_code == 1
    assert "did not train a network" in told.stderr
    assert not out.exists()
