"""Every command that opens what somebody else may have made: a model, a run, a recipe.

Python's audit hook sees each process that starts, each file that is written and each
address that is asked while a command works in this process.
"""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from build import ATTACKS, Attack, Target, _Touch, wrapped_argument, write_archive
from click.testing import CliRunner, Result
from learnable.zoo.backend import keras
from learnable.zoo.cli import main
from watch import Listener, Seen, watched

KERAS_FILES = [attack for attack in ATTACKS if attack.file == "model.keras"]
OF_EACH_KIND = (
    "lambda_layer", "wrapped_argument", "fetched_file", "picture_over_a_file",
)  # fmt: skip
FEW = [attack for attack in ATTACKS if attack.name in OF_EACH_KIND]
NAME = "20260101-120000-one-hidden-abcd"

Asked = Callable[..., tuple[Result, Seen]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound run with a network."""
    out = tmp_path_factory.mktemp("trained")
    line = "train one-hidden --data iris --folds 2 --jobs 1 --set epochs=2 --quiet"
    done = CliRunner().invoke(main, [*line.split(), "--out", str(out)])
    assert done.exit_code == 0, done.output
    (run,) = (folder for folder in out.iterdir() if folder.is_dir())
    return run


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of it, which a test may spoil."""
    return Path(shutil.copytree(trained, tmp_path / "runs" / NAME))


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Call the command and watch what it does outside of its folder of runs."""

    def call(*line: object, input: str | None = None) -> tuple[Result, Seen]:
        out = tmp_path / "runs"
        with watched(out) as seen:
            told = CliRunner().invoke(
                main, [*map(str, line), "--out", str(out)], input=input
            )
        # what any run does: it notes the commit of the folder it was started in
        seen.programs = [p for p in seen.programs if "'git'" not in p]
        return told, seen

    return call


def spoil(run: Path, target: Target) -> None:
    """Put pickles into every place where one was read once, or might be."""
    bad = pickle.dumps(_Touch(target.marker))
    for name in ("encoder.joblib", "encoder.pkl", "encoder.npz", "model.pkl"):
        (run / name).write_bytes(bad)


def innocent(seen: Seen, target: Target, listener: Listener) -> None:
    assert seen.nothing, seen
    assert not target.marker.exists()
    assert not listener.asked


@pytest.mark.parametrize("attack", KERAS_FILES, ids=lambda attack: attack.name)
def test_predict_refuses_the_network_of_a_run(
    attack: Attack, run: Path, asked: Asked, target: Target, listener: Listener
) -> None:
    attack.write(run / "model.keras", target)
    told, seen = asked("predict", NAME, input="5,3,1,0.2\n")
    innocent(seen, target, listener)
    assert told.exit_code == 1
    assert told.stdout == ""
    assert told.stderr.startswith(f"Error: the network of the run {NAME} cannot be")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("attack", FEW, ids=lambda attack: attack.name)
def test_generate_refuses_the_network_of_a_run(
    attack: Attack, run: Path, asked: Asked, target: Target, listener: Listener
) -> None:
    recipe = json.loads((run / "recipe.json").read_text("utf-8"))
    recipe["inputs"] |= {"task": "characters", "classes": ["\n", "a", "b"]}
    (run / "recipe.json").write_text(json.dumps(recipe), "utf-8")
    (run / "training.txt").write_text("ab\nab\n", "utf-8")
    attack.write(run / "model.keras", target)
    told, seen = asked("generate", NAME, "--seed-text", "ab")
    innocent(seen, target, listener)
    assert told.exit_code == 1
    assert "cannot be loaded" in told.stderr


@pytest.mark.parametrize(
    "command", ["predict", "report", pytest.param("rerun", marks=pytest.mark.slow)]
)
def test_pickles_in_a_run_are_not_read(
    command: str, run: Path, asked: Asked, target: Target, listener: Listener
) -> None:
    spoil(run, target)
    told, seen = asked(command, NAME, input="5,3,1,0.2\n")
    innocent(seen, target, listener)
    assert "Traceback" not in told.output
    assert told.exit_code in (0, 1)


@pytest.mark.parametrize(
    "name",
    ["checkpoint.npz", pytest.param("model.keras", marks=pytest.mark.slow)],
)
def test_resume_reads_numbers_alone(
    name: str, run: Path, asked: Asked, target: Target, listener: Listener
) -> None:
    stopped = run.rename(run.with_name(f".{NAME}.partial"))
    (stopped / "history.csv").write_text("epoch,loss\n1,0.5\n")
    (stopped / "results.json").unlink()
    (stopped / "report.html").unlink()
    if name == "checkpoint.npz":
        facts = np.array([_Touch(target.marker)], dtype=object)
        np.savez(stopped / name, facts=facts)
    else:
        FEW[0].write(stopped / name, target)
    told, seen = asked("train", "--resume", NAME, "--quiet", "--jobs", 1)
    innocent(seen, target, listener)
    assert "Traceback" not in told.output
    if name == "checkpoint.npz":
        assert told.exit_code == 1
        assert "is damaged" in told.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"model": "../../evil"},
        {"model": "os"},
        {"activation": "deserialize"},
        {"optimizer": {"name": "keras.utils.get_file", "learning_rate": 0.1,
                       "clip_norm": 0}},
        {"weights": "hf://somebody/model"},
        {"initialiser": "os.system"},
    ],
    ids=str,
)  # fmt: skip
def test_recipe_names_settings_alone(
    change: dict, run: Path, asked: Asked, target: Target, listener: Listener
) -> None:
    facts = json.loads((run / "recipe.json").read_text("utf-8"))
    facts["recipe"] |= change
    if "weights" in change:
        facts["recipe"]["model"] = "mobilenet-v2"
    (run / "recipe.json").write_text(json.dumps(facts), "utf-8")
    told, seen = asked("train", "--recipe", run / "recipe.json", "--quiet", "--jobs", 1)
    innocent(seen, target, listener)
    assert told.exit_code in (1, 2)
    assert "Traceback" not in told.output
    assert told.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.slow
# the built file gives its inputs in a list, which Keras mentions at each call
@pytest.mark.filterwarnings("ignore:Exception encountered when calling:UserWarning")
@pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning")
def test_check_from_python_runs_no_code_of_a_loaded_model(
    target: Target, listener: Listener, tmp_path: Path
) -> None:
    """Once the golden test wrote such a network and loaded it without safe mode."""
    import learnable

    path = tmp_path / "model.keras"
    write_archive(path, wrapped_argument(target))
    model = keras.saving.load_model(path, safe_mode=True)
    model.compile("sgd", "mse")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3)).astype("float32")
    found = learnable.check(model, x, x, epochs=2, budget=10)
    assert found.verdict.name
    assert not target.marker.exists()
    assert not listener.asked


@pytest.mark.slow
@pytest.mark.parametrize("attack", FEW, ids=lambda attack: attack.name)
def test_check_refuses_a_model(
    attack: Attack, asked: Asked, target: Target, listener: Listener, tmp_path: Path
) -> None:
    """The command as it is, with the process that it starts."""
    path = tmp_path / attack.file
    attack.write(path, target)
    told, _ = asked("check", path, "--data", "iris", "--quiet")
    assert not target.marker.exists()
    assert not listener.asked
    assert told.exit_code == 1
    assert attack.told in told.stderr
    assert told.stderr.count("\n") == 1
