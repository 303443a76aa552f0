"""A training as TensorBoard is to show it."""

import json
from pathlib import Path

import pytest
from learnable.zoo.runs.checkpointed_runs import check_own
from learnable.zoo.runs.tensorboard import epochs_written


def events_of(folder: Path) -> list:
    import tensorflow as tf

    paths = sorted(folder.glob("events.out.tfevents.*"))
    assert paths, f"no event files in {folder}"
    records = tf.data.TFRecordDataset([str(path) for path in paths])
    return [tf.compat.v1.Event.FromString(record.numpy()) for record in records]


def values_of(folder: Path) -> dict[str, dict[int, float]]:
    """Tag -> value by step; a step that is written twice is an error."""
    found: dict[str, dict[int, float]] = {}
    for event in events_of(folder):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                steps = found.setdefault(value.tag, {})
                assert event.step not in steps, f"{value.tag} of {event.step} twice"
                steps[event.step] = value.simple_value
    return found


def texts_of(folder: Path) -> dict[str, str]:
    import tensorflow as tf

    return {
        value.tag: tf.make_ndarray(value.tensor).item().decode()
        for event in events_of(folder)
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == "text"
    }


def write_history(folder: Path, epochs: int) -> None:
    lines = [
        "epoch,loss,val_loss",
        *(f"{n},{n},{n + 10}" for n in range(1, epochs + 1)),
    ]
    (folder / "history.csv").write_text("\n".join(lines) + "\n")


def train(folder: Path, epochs: range, *, asked: bool) -> None:
    with epochs_written(folder, asked=asked) as tell:
        for epoch in epochs:
            tell(epoch, 9, {"loss": float(epoch), "val_loss": epoch + 10.0})


@pytest.fixture(scope="module")
def trained(zoo, tmp_path_factory) -> tuple[Path, dict]:
    """The folder of a run with event files, and what the command printed."""
    out = tmp_path_factory.mktemp("runs")
    told = zoo(
        "train", "one-hidden", "--data", "iris", "--folds", 2, "--jobs", 1,
        "--set", "epochs=6", "--tensorboard", "--out", out, "--json", "--quiet",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    (run,) = out.iterdir()
    return run, json.loads(told.stdout)


@pytest.mark.slow  # whole commands
def test_every_epoch_of_the_history_is_an_event(trained) -> None:
    run, told = trained
    history = told["networks"][0]["history"]
    written = values_of(run / "tensorboard" / "train")
    assert [*written["loss"]] == [1, 2, 3, 4, 5, 6]
    assert [*written["loss"].values()] == pytest.approx(history["loss"])
    inner = values_of(run / "tensorboard" / "validation")
    assert [*inner["loss"].values()] == pytest.approx(history["val_loss"])
    assert "val_loss" not in written | inner


@pytest.mark.slow  # whole commands
def test_scores_and_settings_are_told_at_the_end(trained) -> None:
    run, told = trained
    scores = values_of(run / "tensorboard")
    for row in told["rows"]:
        mean = row["scores"]["skill"]["mean"]
        assert scores[f"skill/{row['name']}"] == {0: pytest.approx(mean, rel=1e-5)}
    texts = texts_of(run / "tensorboard")
    assert {*texts} == {"settings", "scores", "verdicts"}
    assert json.loads(texts["settings"])["recipe"]["epochs"] == 6
    assert "one-hidden" in texts["scores"]
    assert told["verdicts"][0]["sentence"] in texts["verdicts"]
    lines = [line for text in texts.values() for line in text.splitlines()]
    assert all(line.startswith("    ") for line in lines), "not Markdown's code"


@pytest.mark.slow  # whole commands
def test_option_is_no_setting(trained) -> None:
    run, _ = trained
    facts = json.loads((run / "recipe.json").read_text())
    facts.pop("command")
    assert "tensorboard" not in json.dumps(facts)


@pytest.mark.slow  # whole commands
def test_nothing_is_written_unasked(flowers, tmp_path) -> None:
    _, told = flowers
    assert not (Path(told["run"]) / "tensorboard").exists()
    train(tmp_path, range(1, 4), asked=False)
    assert [*tmp_path.iterdir()] == []


def test_training_taken_up_has_every_epoch_once(tmp_path) -> None:
    train(tmp_path, range(1, 6), asked=True)
    write_history(tmp_path, 3)
    train(tmp_path, range(4, 8), asked=False)
    for part, more in {"train": 0, "validation": 10}.items():
        losses = values_of(tmp_path / "tensorboard" / part)["loss"]
        assert losses == {epoch: epoch + more for epoch in range(1, 8)}


def test_half_written_event_is_made_good(tmp_path) -> None:
    train(tmp_path, range(1, 6), asked=True)
    (path,) = (tmp_path / "tensorboard" / "train").iterdir()
    path.write_bytes(path.read_bytes()[:-7])  # as a killed process leaves it
    write_history(tmp_path, 5)
    train(tmp_path, range(6, 8), asked=False)
    losses = values_of(tmp_path / "tensorboard" / "train")["loss"]
    assert losses == {epoch: epoch for epoch in range(1, 8)}


def test_asked_for_only_when_taken_up_has_all_epochs(tmp_path) -> None:
    write_history(tmp_path, 3)
    train(tmp_path, range(4, 6), asked=True)
    losses = values_of(tmp_path / "tensorboard" / "train")["loss"]
    assert losses == {epoch: epoch for epoch in range(1, 6)}


def test_epochs_are_on_disk_while_it_trains(tmp_path) -> None:
    with epochs_written(tmp_path, asked=True) as tell:
        for epoch in range(1, 31):
            tell(epoch, 30, {"loss": float(epoch)})
        seen = values_of(tmp_path / "tensorboard" / "train")["loss"]
    assert len(seen) >= 20


def test_only_known_folders_are_made(tmp_path) -> None:
    train(tmp_path, range(1, 3), asked=True)
    check_own(tmp_path)


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_event_file_under_another_name_is_left_as_it_is(make, tmp_path) -> None:
    run, mine = tmp_path / "run", tmp_path / "events.out.tfevents.mine"
    run.mkdir()
    train(run, range(1, 6), asked=True)
    place = run / "tensorboard" / "train"
    (path,) = place.iterdir()
    before = path.rename(mine).read_bytes()
    make(path, mine)
    write_history(run, 2)
    train(run, range(3, 5), asked=False)
    assert mine.read_bytes() == before
    assert values_of(place)["loss"] == {1: 1, 2: 2, 3: 3, 4: 4}
    assert all("tfevents" in path.name for path in place.iterdir())
