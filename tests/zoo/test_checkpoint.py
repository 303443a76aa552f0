"""A training that was stopped goes on as if it had not been."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learnable.data.errors import BadData
from learnable.zoo.networks.train import Rows, Trained, train_network
from learnable.zoo.registry import recipe
from learnable.zoo.run_files import HISTORY, STATE
from learnable.zoo.training import checkpoint
from learnable.zoo.training.checkpoint import Checkpoint

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 3))
ROWS = Rows(X[:70], (X[:70, 0] > 0).astype(int))
KEPT_BACK = Rows(X[70:], (X[70:, 0] > 0).astype(int))
SHORT = replace(recipe("mlp"), hidden=(8,), epochs=9, dropout=0.3, patience=3)


class Killed(Exception):
    """Stands for whatever ends a process."""


@pytest.fixture
def at_every_epoch(monkeypatch):
    """The state is written after each epoch, however short it is."""
    monkeypatch.setattr(checkpoint, "EVERY", -1.0)


def trained(settings=SHORT, folder: Path | None = None, stop: int = 0) -> Trained:
    """Train; with ``stop`` until that epoch is over, but before it is kept."""

    def tell(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        if epoch == stop:
            raise Killed

    return train_network(
        settings, ROWS, KEPT_BACK, classes=2, seed=3, on_epoch=tell, checkpoint=folder
    )


def weights_of(found: Trained) -> list[np.ndarray]:
    return [np.asarray(w) for w in found.core.get_weights()]


def assert_same(a: Trained, b: Trained) -> None:
    assert a.history == b.history
    for one, other in zip(weights_of(a), weights_of(b), strict=True):
        np.testing.assert_array_equal(one, other)


TRAININGS = {
    "dropout": SHORT,
    "stops early": replace(SHORT, patience=1, learning_rate=0.5),
    "in order": replace(SHORT, optimizer="sgd", patience=0, shuffle=False),
    "good enough": replace(SHORT, until=0.5, learning_rate=0.05, patience=0),
}
EVERY_END = [(name, share) for name in TRAININGS for share in (0.0, 0.5, 1.0)]
QUICK = {("dropout", 0.0), ("dropout", 0.5), ("stops early", 1.0), ("in order", 0.5)}


@pytest.mark.parametrize(
    ("training", "share"),
    [
        pytest.param(*end, marks=[] if end in QUICK else pytest.mark.slow)
        for end in EVERY_END
    ],
)
def test_stopped_training_ends_the_same(training, share, tmp_path, at_every_epoch):
    settings = TRAININGS[training]
    whole = trained(settings)
    stop = 1 + round(share * (len(whole.history["loss"]) - 1))
    with pytest.raises(Killed):
        trained(settings, tmp_path, stop)
    assert_same(trained(settings, tmp_path), whole)


def test_stopped_twice_ends_the_same(tmp_path, at_every_epoch):
    for stop in (3, 6):
        with pytest.raises(Killed):
            trained(SHORT, tmp_path, stop)
    assert_same(trained(SHORT, tmp_path), trained(SHORT))


def test_finished_training_is_not_trained_again(tmp_path):
    first = trained(SHORT, tmp_path)
    epochs = []
    again = train_network(
        SHORT, ROWS, KEPT_BACK, classes=2, seed=3, checkpoint=tmp_path,
        on_epoch=lambda epoch, *_: epochs.append(epoch),
    )  # fmt: skip
    assert epochs == []
    assert_same(again, first)


def test_history_is_on_disk_up_to_the_last_epoch(tmp_path):
    with pytest.raises(Killed):
        trained(SHORT, tmp_path, 5)
    with (tmp_path / HISTORY).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    losses = [float(row["val_loss"]) for row in rows]
    assert losses == list(trained(SHORT).history["val_loss"][:4])


def test_history_ends_where_the_state_does(tmp_path, at_every_epoch):
    with pytest.raises(Killed):
        trained(SHORT, tmp_path, 4)
    with (tmp_path / HISTORY).open("a") as stream:
        stream.write("4,0.1,0.2\n5,0.1")  # epochs behind the state, the last half there
    Checkpoint(tmp_path)
    assert (tmp_path / HISTORY).read_text().count("\n") == 4


@pytest.mark.parametrize("change", [lambda b: b[: len(b) // 2], lambda b: b"PK"])
def test_damaged_state_is_named(change, tmp_path, refused, at_every_epoch):
    with pytest.raises(Killed):
        trained(SHORT, tmp_path, 3)
    state = tmp_path / STATE
    state.write_bytes(change(state.read_bytes()))
    assert "checkpoint.npz is damaged" in refused(BadData, trained, SHORT, tmp_path)


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_history_under_another_name_is_left_as_it_is(make, tmp_path):
    mine, folder = tmp_path / "mine.csv", tmp_path / "run"
    mine.write_text("kept")
    folder.mkdir()
    make(folder / HISTORY, mine)
    trained(SHORT, folder)
    assert mine.read_text() == "kept"
    assert (folder / HISTORY).read_text().startswith("epoch,loss")


def test_link_made_while_it_trains_is_not_followed(tmp_path):
    mine, folder = tmp_path / "mine.csv", tmp_path / "run"
    mine.write_text("kept")
    folder.mkdir()

    def link(epoch: int, epochs: int, logs: dict[str, float]) -> None:
        if epoch == 3:
            (folder / HISTORY).unlink()
            (folder / HISTORY).symlink_to(mine)

    with pytest.raises(OSError, match="history"):
        train_network(
            SHORT, ROWS, KEPT_BACK, classes=2, seed=3, on_epoch=link, checkpoint=folder
        )
    assert mine.read_text() == "kept"
