"""``zoo check``: a script, a saved model, a function, a model of the zoo."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learnable.baselines.results.results import EXIT_CODES
from learnable.data.errors import ZooError
from learnable.zoo.check.jobs import OPTIONS, CheckJob, Reading, find_target
from learnable.zoo.check.worker import record_training

RNG = np.random.default_rng(0)
TABLE = "a,b,c,y\n" + "".join(
    f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a + b > 0 else 'no'}\n"
    for a, b, c in RNG.normal(size=(80, 3))
)
MODULE = """
import keras

def build():
    model = bare()
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return model

def sized(shape, outputs):
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(outputs)])
    model.compile("sgd", "mse")
    return model

def bare():
    layers = keras.layers
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, "softmax")])

def nothing():
    return 3

def broken():
    raise ValueError("no such size")

def greedy(a, b, c):
    return build()

if __name__ == "__main__":
    raise SystemExit("this is no script")
"""
SCRIPT = """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype("int32")
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((2,)),
    keras.layers.Dense(1, "relu", kernel_initializer="zeros")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, a script, a module and models, good and bad."""
    from learnable.zoo.backend import keras

    folder = tmp_path_factory.mktemp("check")
    (folder / "table.csv").write_text(TABLE)
    (folder / "networks.py").write_text(MODULE)
    (folder / "train.py").write_text(SCRIPT)
    (folder / "slip.py").write_text("for i in range(3) print(i)\n")
    (folder / "lonely.py").write_text("import surely_not_there\n")
    (folder / "idle.py").write_text("print('nothing')\n")
    (folder / "notes.txt").write_text("hello")
    (folder / "text.keras").write_text("hello")
    with zipfile.ZipFile(folder / "zip.keras", "w") as archive:
        archive.writestr("hello.txt", "hello")
    made: dict = {}
    exec(MODULE.partition("if __name__")[0], made)
    trained = made["build"]()
    # as no initialiser makes them, whatever seed another test has set
    trained.set_weights([weight + 2 for weight in trained.get_weights()])
    trained.save(folder / "model.keras")
    made["bare"]().save(folder / "bare.keras")
    code = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: 2 * x)])
    code.compile("sgd", "mse")
    code.save(folder / "code.keras")
    return folder


@pytest.fixture
def here(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(files)
    return files


def entered(what: str, **asked: object):
    """What the child makes of an argument, in this process."""
    way = find_target(what)
    target = "y" if way.kind in ("model", "function") else None
    job = CheckJob(
        way.kind, way.name, way.function, way.title, time_limit=60.0, budget=0.0,
        out="", data=None if way.kind == "zoo" else "table.csv",
        reading=Reading(target),
    )  # fmt: skip
    return record_training(replace(job, **asked), lambda what: None)


MISTAKES = [
    ("nowhere.py", "no file is named 'nowhere.py'"),
    ("trian.py", "Did you mean 'train.py'"),
    ("nowhere.keras --data iris", "no file is named"),
    ("gone.py:build --data iris", "no file is named 'gone.py'"),
    ("networks.py: --data iris", "is not a function"),
    ("rgb-sofmax", "Did you mean 'rgb-softmax'"),
    ("notes.txt", "cannot be checked"),
    ("lstm-series", "zoo check examines tables and images only"),
    (
        "train.py --data iris",
        "--data is an option for a saved model or a function or a model",
    ),
    ("train.py --epochs 3", "train.py is a script; omit --epochs"),
    ("model.keras", "give --data"),
    ("networks.py:build --target y", "give --data"),
    ("rgb-softmax --target y", "--target is a column of --data"),
    ("rgb-softmax --epochs 3", "--epochs is an option for"),
    (
        "model.keras --data table.csv --write fixed.py",
        "--write is an option for a script",
    ),
    ("model.keras --data table.csv --fit 1", "--fit is an option for a script"),
    ("rgb-softmax --fast", "--fast is an option for a script"),
    ("train.py --fast --fit 2", "omit --fit"),
    ("train.py --fast --write fixed.py", "omit --write"),
    ("train.py --brief --json", "are two forms of the answer"),
    (
        "model.keras --data table.csv -- --fast",
        "-- ARGUMENTS is an option for a script",
    ),
]


@pytest.mark.parametrize(("line", "told"), MISTAKES, ids=lambda v: str(v)[:40])
def test_mistake_is_one_line(zoo, here, line, told) -> None:
    found = zoo("check", *line.split())
    assert found.exit_code == 2, found.output
    assert re.search(told, found.stderr)
    assert found.stderr.count("\n") == 1
    assert not (here / "runs").exists()


ANY = Reading()
BAD = [
    ("text.keras", {}, 1, "text.keras cannot be loaded"),
    ("zip.keras", {}, 1, "zip.keras cannot be loaded"),
    ("bare.keras", {}, 1, "bare.keras is not compiled"),
    ("code.keras", {}, 1, "it contains Python code"),
    ("networks.py:bild", {}, 2, "Did you mean 'build'"),
    ("networks.py:nothing", {}, 1, "not a Keras model but a int"),
    ("networks.py:bare", {}, 1, "networks.py:bare is not compiled"),
    ("networks.py:broken", {}, 1, "no such size (line 22)"),
    ("networks.py:greedy", {}, 2, "it may take none, or two"),
    ("slip.py:build", {}, 1, "SyntaxError"),
    ("lonely.py:build", {}, 1, "'surely_not_there' is not installed"),
    ("slip.py", {}, 1, "slip.py did not train a network: SyntaxError"),
    ("lonely.py", {}, 1, "is not installed in this environment"),
    ("idle.py", {}, 1, "it never calls fit"),
    ("train.py", {"number": 9}, 2, "--fit 9: train.py has 2 trainings (1: line 9"),
    ("model.keras", {"data": "iris", "reading": ANY}, 1, "takes 3 numbers a row"),
    (
        "model.keras",
        {"data": "airline", "reading": ANY},
        2,
        "airline is forecast",
    ),
    ("rgb-sigmoid", {"data": "iris", "reading": ANY}, 2, "is multiclass"),
]


@pytest.mark.parametrize(("what", "asked", "code", "told"), BAD, ids=lambda v: str(v))
def test_what_cannot_be_examined_is_told(here, what, asked, code, told) -> None:
    with pytest.raises(ZooError) as caught:
        entered(what, **asked)
    assert told in str(caught.value)
    assert caught.value.exit_code == code


def test_saved_model_starts_anew_unless_its_weights_are_kept(here) -> None:
    fit = entered("model.keras")[1]
    assert fit.x.shape == (80, 3)
    assert fit.y.dtype == "int64"
    assert not fit.pretrained
    kept = entered("model.keras", keep_weights=True, epochs=4)[1]
    assert kept.pretrained
    assert kept.arguments["epochs"] == 4
    assert kept.steps == 12
    np.testing.assert_array_equal(kept.weights[0], kept.trained[0])
    assert not np.array_equal(fit.weights[0], kept.weights[0])


def test_function_may_ask_for_shape_and_outputs(here) -> None:
    recording, fit = entered("networks.py:sized")
    assert fit.y.shape == (80, 2)
    assert recording.fits == [fit]
    layer = fit.model.layers[0]
    assert [place.line for made, place in recording.layers if made is layer] == [10]


@pytest.mark.slow
def test_model_of_the_zoo_is_the_training_of_zoo_train(here) -> None:
    from learnable import load
    from learnable.zoo.experiments.fit import fit_network
    from learnable.zoo.registry import recipe

    reading = Reading(limit=300)
    fit = entered("binary-sigmoid", reading=reading)[1]
    once = fit_network(
        recipe("binary-sigmoid"), load("breast-cancer", limit=300), seed=0, quiet=True
    )
    assert tuple(fit.history["loss"]) == once.trained.history["loss"]
    trained = once.trained.core.get_weights()
    for mine, its in zip(fit.trained, trained, strict=True):
        np.testing.assert_array_equal(mine, its)
    assert fit.arguments["epochs"] == len(fit.history["loss"])
    assert abs(fit.x.mean()) < 0.1, "scaled as the recipe says"


@pytest.fixture(scope="module")
def answers(zoo, files: Path) -> dict:
    """One script and one saved model, examined as a user does it."""
    rest = ("--budget", 5, "--out", files / "runs", "--json", "--quiet")
    table = ("--data", files / "table.csv", "--target", "y", "--epochs", 30)
    return {
        "script": zoo("check", files / "train.py", *rest),
        "model": zoo("check", files / "model.keras", *table, *rest),
    }


@pytest.mark.slow  # two processes, each with a whole examination
@pytest.mark.parametrize("kind", ["script", "model"])
def test_exit_code_is_the_verdicts(answers, kind) -> None:
    told = answers[kind]
    facts = json.loads(told.stdout)
    assert told.exit_code == EXIT_CODES[facts["verdict"]]
    assert Path(facts["report"]).is_file()


@pytest.mark.slow
def test_trainings_of_a_script_are_listed(answers) -> None:
    facts = json.loads(answers["script"].stdout)
    assert facts["fits"] == ["1: line 9, 2 steps", "2: line 10, 4 steps"]
    # five seconds may be over before a trial is
    assert facts["verdict"] in ("network-at-fault", "undecided")
    assert json.loads(answers["model"].stdout)["fits"] == []


@pytest.mark.slow
def test_settings_of_a_check_are_on_disk(zoo, answers) -> None:
    run = Path(json.loads(answers["model"].stdout)["report"]).parent
    facts = json.loads((run / "recipe.json").read_text("utf-8"))
    assert facts["kind"] == "check"
    assert (facts["check"]["budget"], facts["check"]["epochs"]) == (5, 30)
    again = zoo("rerun", run)
    assert again.exit_code == 2
    assert "is a run of zoo check" in again.stderr


@pytest.mark.slow
def test_network_whose_training_raises_is_not_asked(zoo, tmp_path) -> None:
    """Not even by its validation rows: it may not be built."""
    raising = (
        SCRIPT.partition("model =")[0]
        + """
model = keras.Sequential([keras.layers.Dense(3), keras.layers.Reshape((2, 7))])
model.compile("sgd", "mse")
model.fit(x, y, validation_data=(x[:20] + 1, y[:20]), verbose=0)
"""
    )
    script = tmp_path / "raising.py"
    script.write_text(raising, "utf-8")
    told = zoo("check", script, "--budget", 5, "--out", tmp_path, "--json", "--quiet")
    assert "The training ended with ValueError" in told.stdout


def test_every_option_has_its_kind() -> None:
    from learnable.zoo.cli.check import check_command

    known = {parameter.name for parameter in check_command.params}
    assert set().union(*OPTIONS.values()) <= known


@pytest.mark.slow  # starts TensorFlow in a process of its own
def test_fast_check_trains_nothing_and_says_so(zoo, here, tmp_path) -> None:
    out = tmp_path / "runs"
    told = zoo("check", "train.py", "--fast", "--quiet", "--out", out)
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    names = [line.split()[0] for line in lines]
    assert names[0] == "model"
    assert names[5:8] == ["training", "examined", "no-fault-proved."]
    assert lines[-2].startswith("Not tested: what only a training shows")
    assert not out.exists()


@pytest.mark.slow  # runs the hook's own command
@pytest.mark.parametrize(("units", "code"), [(2, 0), (1, 3)])
def test_hook_refuses_what_is_proved(zoo, tmp_path, monkeypatch, units, code) -> None:
    import yaml

    root = Path(__file__).parents[2]
    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text("utf-8"))
    (hook,) = hooks
    assert hook["id"] == "zoo-check"
    assert hook["pass_filenames"] is False
    script = SCRIPT.replace('Dense(1, "relu"', f'Dense({units}, "softmax"')
    script = script.replace("binary_crossentropy", "sparse_categorical_crossentropy")
    (tmp_path / "train.py").write_text(script, "utf-8")
    monkeypatch.chdir(tmp_path)
    command, *rest = hook["entry"].split()
    assert command == "zoo"
    assert zoo(*rest, "train.py").exit_code == code
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]
