"""Figures of every model: from a run's results to the file and the README's table."""

import json
from dataclasses import asdict, replace

import pytest
from learnable.zoo import results
from learnable.zoo.registry import MODELS
from learnable.zoo.results import Figures, read_figures, table

KNOWN = Figures(
    model="mlp",
    data="digits",
    command="zoo train mlp --data digits",
    seed=0,
    seconds=12.3,
    rows=1_797,
    verdict="network-level",
    metric="accuracy",
    score=0.97,
    best="forest",
    best_score=0.975,
    note="",
)


def scores(**means: float) -> dict:
    return {metric: {"mean": mean} for metric, mean in means.items()}


def facts(own: dict | None = None, **network: object) -> dict:
    """What ``zoo train mlp --json`` prints, as far as it is looked at."""
    said = {"tries": None, "layers": [], "note": ""} | network
    rows = [
        ("majority", "baseline", scores(skill=-1.0, accuracy=0.1)),
        ("forest", "baseline", scores(skill=0.8, accuracy=0.97)),
        ("boosting", "baseline", {}),
        ("mlp", "network", scores(skill=0.9, accuracy=0.98) if own is None else own),
    ]
    return {
        "rows": [{"name": n, "kind": k, "scores": s} for n, k, s in rows],
        "about": {"name": "digits", "rows": 1_797},
        "seed": 3,
        "verdicts": [
            {"name": "network-ahead", "about": "mlp"},
            {"name": "signal", "about": ""},
        ],
        "networks": [said],
    }


def figures(given: dict) -> Figures:
    typed = ["train", "mlp", "--data", "/data/of/someone/digits.csv"]
    return results._figures("mlp", typed, given, 9.87)


def test_best_baseline_is_that_with_the_highest_skill():
    found = figures(facts())
    assert (found.best, found.best_score, found.metric) == ("forest", 0.97, "accuracy")
    assert (found.score, found.verdict, found.seed) == (0.98, "network-ahead", 3)


def test_command_tells_no_folder_of_the_machine():
    assert figures(facts()).command == "zoo train mlp --data digits.csv"


def test_network_that_fails_has_no_score():
    assert figures(facts(own={})).score is None


@pytest.mark.parametrize(
    ("network", "note"),
    [
        ({}, ""),
        (
            {"tries": {"goal": 0.05, "losses": [0.01, 0.2, 0.049, 0.05]}},
            "2 of 4 seeds succeed",
        ),
        (
            {"layers": [{"used": True}, {"used": False}, {"used": False}]},
            "2 layers reach no output",
        ),
        ({"note": "It predicts 'a' for all 9 test rows."}, "one class for all rows"),
        ({"note": "Broken on purpose: x"}, ""),
    ],
)
def test_note_tells_what_is_on_show(network, note):
    assert figures(facts(**network)).note == note


def test_table_is_in_the_order_of_the_catalog():
    names = ["mlp", "rgb-softmax", "lstm-series", "gone"]
    text = table({name: replace(KNOWN, model=name) for name in names})
    rows = [line.split("`")[1] for line in text.splitlines()[2:]]
    assert rows == [name for name in MODELS if name in names]
    assert len({line.count("|") for line in text.splitlines()}) == 1


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({}, "| accuracy 0.970 | forest 0.975 |"),
        ({"metric": "mase", "score": 0.5}, "| MASE 0.500 |"),
        ({"metric": "r2", "score": 0.5}, "| R² 0.500 |"),
        ({"metric": "bits_per_character", "score": 2.5}, "| bits/character 2.500 |"),
        ({"score": None}, "| fails |"),
    ],
)
def test_table_names_its_metrics(changes, cell):
    assert cell in table({"mlp": replace(KNOWN, **changes)})


@pytest.fixture
def disk(tmp_path, monkeypatch):
    """Files of its own, and trainings that take no time."""
    monkeypatch.setattr(results, "FIGURES", tmp_path / "results.json")
    monkeypatch.setattr(results, "README", tmp_path / "README.md")
    text = f"# Top\n\n{results.START}old\n{results.END}\n\n## More\n"
    (tmp_path / "README.md").write_text(text)
    monkeypatch.setattr(
        results, "measure_model", lambda card: replace(KNOWN, model=card.name)
    )
    return tmp_path


def test_figures_are_read_as_written(disk):
    results.main(["mlp", "rgb-softmax"])
    assert read_figures() == {
        "rgb-softmax": replace(KNOWN, model="rgb-softmax"),
        "mlp": KNOWN,
    }
    assert list(json.loads((disk / "results.json").read_text())) == [
        "rgb-softmax",
        "mlp",
    ]


def test_other_models_keep_their_figures(disk):
    (disk / "results.json").write_text(
        json.dumps({"xor": asdict(replace(KNOWN, model="xor"))})
    )
    results.main(["mlp"])
    assert set(read_figures()) == {"xor", "mlp"}


def test_readme_keeps_what_stands_around_the_table(disk):
    for _ in range(2):
        results.main(["mlp"])
        text = (disk / "README.md").read_text()
        assert text.startswith("# Top\n\n" + results.START + "| model |")
        assert text.endswith(results.END + "\n\n## More\n")
        assert "old" not in text


def test_model_without_its_data_is_passed_over(disk, monkeypatch, capsys):
    monkeypatch.setattr(results, "measure_model", lambda card: None)
    results.main(["mlp"])
    assert read_figures() == {}
    assert "mlp: its data are not on this machine" in capsys.readouterr().err


def test_no_figures_are_none_yet(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FIGURES", tmp_path / "results.json")
    assert read_figures() == {}


def test_model_of_a_file_needs_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    assert results.measure_model(MODELS["text-embedding"]) is None


def test_figures_at_hand_are_of_models_there_are():
    for name, found in read_figures().items():
        assert name == found.model == MODELS[name].name
        assert found.command.startswith(f"zoo train {name}")
        assert "/" not in found.command
