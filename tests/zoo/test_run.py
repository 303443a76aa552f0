import json
import subprocess
import sys

import pytest
from learnable.data.errors import BadData, Misuse, UnknownName
from learnable.zoo.registry import recipe
from learnable.zoo.run_files import RESULTS, Inputs
from learnable.zoo.runs import folder as disk
from learnable.zoo.runs.folder import find_run, list_runs, new_run

IMAGES = Inputs("digits", "multiclass", ("0", "1"), (8, 8), feature_range=(0.0, 16.0))
TABLE = Inputs(
    "rgb",
    "binary",
    ("white", "black"),
    (3,),
    columns=("red", "green", "blue"),
    types=("float64", "float64", "float64"),
)

FULL_DISK = """
import resource, sys
from pathlib import Path
from learnable.reports.notes import write_json
from learnable.zoo.runs.folder import new_run
if sys.argv[2] == "model":
    from learnable.zoo.backend import keras
    model = keras.Sequential([keras.Input((100,)), keras.layers.Dense(100)])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with new_run(Path(sys.argv[1]), "full") as (folder, final):
    write_json(folder / "results.json", {})
    if sys.argv[2] == "model":
        model.save(folder / "model.keras")
    else:
        write_json(folder / "big.json", {"x": "x" * 50_000})
"""


@pytest.fixture
def out(tmp_path):
    """A folder of three finished runs, a partial one, and what is no run."""
    folder = tmp_path / "out"
    for name in (
        "20260101-120000-mlp-aaaa",
        "20260102-120000-rgb-softmax-bbbb",
        "20260103-120000-rgb-sigmoid-cccc",
        ".20260104-120000-mlp-dddd.partial",
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / RESULTS).write_text("{}")
    (folder / "pictures").mkdir()
    (folder / "zzz.txt").write_text("no run")
    return folder


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_run_appears_when_whole(tmp_path):
    with new_run(tmp_path, "mlp") as (folder, final):
        (folder / RESULTS).write_text("{}")
        assert not final.exists()
        assert list_runs(tmp_path) == []
    assert list_runs(tmp_path) == [final]
    assert names(tmp_path) == [final.name]
    assert "-mlp-" in final.name


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failed_run_leaves_nothing(error, tmp_path):
    (tmp_path / "mine.txt").write_text("kept")

    def write():
        with new_run(tmp_path, "mlp") as (folder, _):
            (folder / "half").mkdir()
            (folder / "half" / "written").write_text("...")
            raise error

    with pytest.raises(error):
        write()
    assert names(tmp_path) == ["mine.txt"]


def test_folders_made_are_removed(tmp_path):
    with pytest.raises(KeyboardInterrupt), new_run(tmp_path / "a" / "b", "mlp"):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_folder_with_more_stays(tmp_path):
    out = tmp_path / "a" / "b"

    def write():
        with new_run(out, "mlp"):
            (out / "mine.txt").write_text("kept")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert names(out) == ["mine.txt"]


def test_empty_folder_of_others_stays(tmp_path):
    with pytest.raises(KeyboardInterrupt), new_run(tmp_path, "mlp"):
        raise KeyboardInterrupt
    assert tmp_path.is_dir()


def test_runs_never_share_a_name(tmp_path, monkeypatch):
    told = iter(["a", "a", "b", "a", "c"])
    monkeypatch.setattr(disk, "run_name", lambda label: f"{label}-{next(told)}")
    with new_run(tmp_path, "mlp"), new_run(tmp_path, "mlp"):
        pass
    with new_run(tmp_path, "mlp"):
        pass
    assert names(tmp_path) == ["mlp-a", "mlp-b", "mlp-c"]


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_file_in_place_is_misuse(path, tmp_path, refused):
    (tmp_path / "file").write_text("")

    def write():
        with new_run(tmp_path / path, "mlp"):
            pass

    text = refused(Misuse, write)
    assert "--out" in text
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "what",
    ["json", pytest.param("model", marks=pytest.mark.slow)],  # imports TensorFlow
)
def test_full_disk_leaves_nothing(what, tmp_path):
    out = tmp_path / "runs"
    code = [sys.executable, "-c", FULL_DISK, str(out), what]
    told = subprocess.run(code, capture_output=True, text=True)
    assert told.returncode == 1
    assert "OSError" in told.stderr
    assert not out.exists()


@pytest.mark.parametrize("inputs", [IMAGES, TABLE])
def test_settings_survive_the_disk(inputs, tmp_path):
    settings = recipe("mlp")
    facts = {"recipe": settings.to_dict(), "seed": 3}
    disk.write_settings(tmp_path, facts, inputs, command="zoo train mlp")
    (tmp_path / "model.keras").touch()
    assert disk.read_settings(tmp_path) == (settings, inputs)
    facts = json.loads((tmp_path / "recipe.json").read_text("utf-8"))
    assert facts["seed"] == 3
    assert facts["command"] == "zoo train mlp"


def test_run_without_network_is_named(tmp_path, refused):
    assert "no saved network" in refused(BadData, disk.read_settings, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"inputs"', '"input"'),
        lambda text: text.replace('"dropout"', '"drop_out"'),
        lambda text: text.replace('"shape"', '"form"'),
        lambda text: "\0",
    ],
)
def test_damaged_settings_are_named(change, tmp_path, refused):
    facts = {"recipe": recipe("mlp").to_dict()}
    disk.write_settings(tmp_path, facts, TABLE, command="")
    (tmp_path / "model.keras").touch()
    path = tmp_path / "recipe.json"
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    assert "recipe.json is damaged" in refused(BadData, disk.read_settings, tmp_path)


def test_environment_tells_versions(tmp_path):
    disk.write_environment(tmp_path, {"keras": "3"}, "abc")
    facts = json.loads((tmp_path / "environment.json").read_text("utf-8"))
    assert facts["versions"] == {"keras": "3"}
    assert facts["data_sha256"] == "abc"


def test_list_shows_finished_runs(out):
    assert [run.name[9:] for run in list_runs(out)] == [
        "120000-mlp-aaaa",
        "120000-rgb-softmax-bbbb",
        "120000-rgb-sigmoid-cccc",
    ]


def test_no_folder_has_no_runs(tmp_path):
    assert list_runs(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("last", "cccc"),
        ("20260101-120000-mlp-aaaa", "aaaa"),
        ("20260102", "bbbb"),
        ("softmax", "bbbb"),
        ("mlp", "aaaa"),
    ],
)
def test_run_is_found_by_name(name, end, out):
    assert find_run(name, out).name.endswith(end)


def test_run_is_found_by_path(out, tmp_path):
    path = out / "20260101-120000-mlp-aaaa"
    assert find_run(str(path), tmp_path / "elsewhere") == path


def test_exact_name_goes_before_part(out):
    longer = out / "20260101-120000-mlp-aaaa-copy"
    longer.mkdir()
    (longer / RESULTS).write_text("{}")
    assert find_run("20260101-120000-mlp-aaaa", out).name == "20260101-120000-mlp-aaaa"


def test_ambiguous_name_shows_choices(out, refused):
    text = refused(Misuse, find_run, "rgb", out)
    assert "2 runs" in text
    assert "bbbb" in text
    assert "cccc" in text


def test_unknown_run_shows_nearest(out, refused):
    text = refused(UnknownName, find_run, "20260101-120000-mpl-aaaa", out)
    assert "Did you mean '20260101-120000-mlp-aaaa'" in text
    assert "zoo runs" in text


@pytest.mark.parametrize("name", ["last", "mlp", "", "pictures"])
def test_nothing_to_find_is_told(name, tmp_path, refused):
    assert "0 runs" in refused(UnknownName, find_run, name, tmp_path)


def test_partial_runs_are_not_found(out, refused):
    refused(UnknownName, find_run, "dddd", out)
