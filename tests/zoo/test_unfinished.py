"""Runs that are under way or were stopped: what is left, listed, and taken up."""

import subprocess
import sys
import time

import pytest
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.zoo.experiment import FILE
from learnable.zoo.run_files import HISTORY, RESULTS, STATE
from learnable.zoo.runs.checkpointed_runs import (
    TrainingStopped,
    delete_unfinished,
    find_unfinished,
    list_unfinished,
    resumed_run,
    training_run,
)
from learnable.zoo.runs.folder import list_runs

HOLD = """
import sys, time
from pathlib import Path
from learnable.zoo.runs.checkpointed_runs import training_run
with training_run(Path(sys.argv[1]), "mlp") as (folder, final):
    for name in ("recipe.json", "history.csv"):
        (folder / name).write_text("epoch,loss\\n1,0.5\\n2,0.4\\n")
    print("begun", flush=True)
    time.sleep(600)
"""


def begin(folder, epochs=2):
    """What a training writes before it ends."""
    (folder / FILE).write_text("{}")
    lines = "".join(f"{n},0.5\n" for n in range(1, epochs + 1))
    (folder / HISTORY).write_text("epoch,loss\n" + lines)
    (folder / STATE).write_text("")


def stop(out, error, label="mlp"):
    with training_run(out, label) as (folder, _):
        begin(folder)
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "disk full")])
def test_stopped_training_says_how_it_goes_on(error, tmp_path):
    with pytest.raises(
        TrainingStopped, match=r"resume it with `zoo train --resume .*-mlp-"
    ):
        stop(tmp_path, error)
    (run,) = list_unfinished(tmp_path)
    assert (run.epochs, run.loss, run.running) == (2, "loss 0.5", False)
    assert "-mlp-" in run.name
    assert list_runs(tmp_path) == []


def test_bug_keeps_the_training_too(tmp_path):
    with pytest.raises(ZeroDivisionError):
        stop(tmp_path, ZeroDivisionError())
    assert len(list_unfinished(tmp_path)) == 1


def test_training_that_cannot_go_on_leaves_nothing(tmp_path):
    with pytest.raises(BadData):
        stop(tmp_path, BadData("loss is nan"))
    assert list(tmp_path.iterdir()) == []


def test_nothing_begun_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), training_run(tmp_path, "mlp"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_whole_run_keeps_no_state(tmp_path):
    with training_run(tmp_path, "mlp") as (folder, final):
        begin(folder)
        (folder / RESULTS).write_text("{}")
    assert sorted(p.name for p in final.iterdir()) == [HISTORY, FILE, RESULTS]


def test_resumed_run_gets_its_name(tmp_path):
    with pytest.raises(TrainingStopped):
        stop(tmp_path, KeyboardInterrupt())
    run = find_unfinished("last", tmp_path)
    with pytest.raises(BadData), resumed_run(run):
        raise BadData("the data have changed")
    assert find_unfinished("mlp", tmp_path).name == run.name  # nothing is lost
    with resumed_run(run) as (folder, final):
        (folder / RESULTS).write_text("{}")
    assert list_runs(tmp_path) == [final]
    assert final.name == run.name
    assert not (final / STATE).exists()


def test_run_under_way_is_left_alone(tmp_path, refused):
    running = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "begun\n"
        (run,) = list_unfinished(tmp_path)
        assert run.running
        assert "still being trained" in refused(
            Misuse, find_unfinished, "mlp", tmp_path
        )
        assert "still being trained" in refused(Misuse, delete_unfinished, run.folder)
    finally:
        running.kill()
        running.communicate()
    deadline = time.monotonic() + 30
    while list_unfinished(tmp_path)[0].running and time.monotonic() < deadline:
        time.sleep(0.1)
    (run,) = list_unfinished(tmp_path)
    assert (run.running, run.epochs) == (False, 2)
    delete_unfinished(run.folder)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "epochs", "loss"),
    [
        ("", 0, ""),
        ("epoch,loss\n", 0, ""),
        ("epoch,loss,val_loss\n1,0.5,0.25\n2,0.4", 1, "loss 0.5, val_loss 0.25"),
        ("epoch,loss\n1\n", 1, ""),
        ("epoch,loss\n1,x\n", 1, ""),
    ],
)
def test_history_that_is_half_written_is_read(text, epochs, loss, tmp_path):
    with pytest.raises(TrainingStopped):
        stop(tmp_path, KeyboardInterrupt())
    (run,) = list_unfinished(tmp_path)
    (run.folder / HISTORY).write_text(text)
    (run,) = list_unfinished(tmp_path)
    assert (run.epochs, run.loss, run.running) == (epochs, loss, False)


def test_unknown_and_ambiguous_names_are_told(tmp_path, refused):
    assert "There are 0 stopped runs" in refused(
        UnknownName, find_unfinished, "last", tmp_path
    )
    for _ in range(2):
        with pytest.raises(TrainingStopped):
            stop(tmp_path, KeyboardInterrupt())
    assert "2 stopped runs" in refused(Misuse, find_unfinished, "mlp", tmp_path)
    assert "no stopped run" in refused(UnknownName, find_unfinished, "cnn", tmp_path)
