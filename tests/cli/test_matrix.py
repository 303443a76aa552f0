"""``zoo compare`` on several datasets: a run each, one page over all of them."""

import json
from pathlib import Path

import pytest
from learnable.data.errors import BadData
from learnable.reports.several.matrix import Cell, Column
from learnable.zoo.experiments import matrix
from learnable.zoo.experiments.matrix import Matrix, exit_code
from learnable.zoo.runs.folder import list_runs

QUICK = ("--limit", 60, "--folds", 2, "--jobs", 1)


@pytest.fixture(scope="module")
def compared(zoo, tmp_path_factory) -> tuple[Path, dict, str]:
    """A network that can do all, one that can do none; the last dataset has no rows."""
    out = tmp_path_factory.mktemp("several")
    empty = out / "empty.csv"
    empty.write_text("a,y\n", "utf-8")
    told = zoo(
        "compare", "one-hidden", "xor", "--data", "iris", "--data", "diabetes",
        "--data", empty, *QUICK, "--out", out / "runs", "--json",
    )  # fmt: skip
    assert told.exit_code == 1, told.output
    return out / "runs", json.loads(told.stdout), told.stderr


@pytest.fixture
def fake(monkeypatch):
    """Comparisons that take no time: dataset -> its column, or what is raised."""

    def give(found: dict) -> None:
        def compared(experiment, how):
            came = found[experiment.data.name]
            if isinstance(came, BaseException):
                raise came
            return came

        monkeypatch.setattr(matrix, "compare_on_dataset", compared)

    return give


def done(data: str, verdict: str) -> Column:
    return Column(data, f"run-{data}", networks={"mlp": Cell("mlp", verdict, 0.5)})


def test_each_dataset_is_a_run_of_its_own(compared):
    out, told, _ = compared
    assert sorted(told["runs"]) == [str(run) for run in list_runs(out)]
    for run, data in zip(told["runs"], ("iris", "diabetes"), strict=True):
        recipe = json.loads((Path(run) / "recipe.json").read_text("utf-8"))
        assert recipe["data"]["name"] == data
        assert (Path(run) / "report.html").is_file()
        assert (Path(run) / "summary.json").is_file()


def test_cells_are_those_of_the_runs_in_reading_order(compared):
    _, told, _ = compared
    pairs = [(cell["network"], cell["data"]) for cell in told["cells"]]
    names = [cell["data"] for cell in told["cells"][:3]]
    assert pairs == [(n, d) for n in ("one-hidden", "xor") for d in names]
    cell = told["cells"][0]
    facts = json.loads((Path(cell["run"]) / "results.json").read_text("utf-8"))
    (row,) = (row for row in facts["rows"] if row["name"] == "one-hidden")
    (verdict,) = (v for v in facts["verdicts"] if v["about"] == "one-hidden")
    score = row["scores"][facts["metric"]]
    assert cell["verdict"] == verdict["name"]
    assert [cell[k] for k in ("score", "low", "high")] == [
        score[k] for k in ("mean", "low", "high")
    ]


def test_network_that_cannot_says_so_and_is_left_out(compared):
    _, told, _ = compared
    iris, diabetes = told["cells"][3:5]
    assert (iris["error"], diabetes["error"]) == (
        "cannot: multiclass",
        "cannot: regression",
    )
    for run in told["runs"]:
        recipe = json.loads((Path(run) / "recipe.json").read_text("utf-8"))
        assert list(recipe["networks"]) == ["one-hidden"]


def test_network_is_left_out_of_no_other_dataset(zoo, monkeypatch, tmp_path):
    seen = {}

    def compare_on(dataset, experiment, how):
        seen[dataset.card.name] = list(experiment.networks)
        raise BadData("no need to train")

    monkeypatch.setattr(matrix, "compare_on", compare_on)
    names = ("--data", "iris", "--data", "breast-cancer")
    told = zoo("compare", "mlp", "xor", *names, "--out", tmp_path)
    assert told.exit_code == 1
    assert seen == {"iris": ["mlp"], "breast-cancer": ["mlp", "xor"]}


def test_dataset_that_cannot_be_read_says_so_and_the_others_go_on(compared):
    out, told, stderr = compared
    assert "0 rows" in told["cells"][2]["error"]
    assert told["cells"][2]["run"] is None
    assert [line for line in stderr.splitlines() if " of 3: " in line] == [
        "1 of 3: iris",
        "2 of 3: diabetes",
        f"3 of 3: {out.parent / 'empty.csv'}",
    ]
    assert "\nfailed: " in stderr


def test_page_stands_beside_the_runs_and_is_none(compared, zoo):
    out, told, _ = compared
    page = Path(told["matrix"])
    assert page.parent == out
    text = page.read_text("utf-8")
    for run in told["runs"]:
        assert f'href="{Path(run).name}/report.html"' in text
    listed = zoo("runs", "--out", out)
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert "matrix" not in listed.stdout
    assert not list(out.glob(".*"))


@pytest.mark.slow  # whole commands
def test_one_dataset_named_twice_is_one(zoo, tmp_path):
    told = zoo(
        "compare", "one-hidden", "--data", "wine", "--data", "wine", *QUICK,
        "--out", tmp_path, "--json",
    )  # fmt: skip
    assert "rows" in json.loads(told.stdout)
    assert not list(tmp_path.glob("matrix*"))


def test_options_that_do_not_go_with_a_dataset_are_told(zoo, tmp_path):
    told = zoo(
        "compare", "one-hidden", "--data", "iris", "--data", "nowhere.csv",
        "--target", "y", "--out", tmp_path / "runs",
    )  # fmt: skip
    assert told.exit_code == 1
    last = told.stderr.splitlines()[-1]
    assert "--target, --task, --drop and --group do not go with 'iris'" in last
    assert "there is no file 'nowhere.csv'" in last
    assert not (tmp_path / "runs").exists()


def test_no_network_for_any_dataset_is_one_line(zoo, tmp_path):
    told = zoo(
        "compare", "xor", "--data", "iris", "--data", "diabetes",
        "--out", tmp_path / "runs", "--quiet",
    )  # fmt: skip
    assert told.exit_code == 2
    assert "iris is multiclass, diabetes is regression" in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_people_are_told_in_a_sentence(zoo, fake, tmp_path):
    fake({"a": done("a", "network-ahead"), "b": done("b", "network-level")})
    told = zoo("compare", "mlp", "--data", "a", "--data", "b", "--out", tmp_path)
    assert told.exit_code == 0, told.output
    (page,) = tmp_path.glob("matrix-*.html")
    assert told.stdout.splitlines() == [
        "mlp is ahead of every baseline on 1 of 2 datasets, "
        "level with the best baseline on 1.",
        f"report: {page}",
    ]
    assert "network-ahead" in told.stderr


@pytest.mark.parametrize(
    ("gate", "verdicts", "code"),
    [
        (True, ["network-ahead", "undecided", "network-at-fault"], 4),
        (True, ["network-ahead", "network-level"], 0),
        (False, ["network-at-fault"], 0),
        (True, ["", "no-signal"], 5),
        (True, ["", "network-ahead"], 1),
        (False, ["", "network-ahead"], 1),
    ],
)
def test_exit_code_is_that_of_the_first_verdict_or_of_a_failure(gate, verdicts, code):
    columns = [done("x", v) if v else Column("x", error="no rows") for v in verdicts]
    assert exit_code(Matrix(("mlp",), tuple(columns)), gate=gate) == code


def test_interrupted_comparison_keeps_what_was_done(zoo, fake, tmp_path):
    fake({"a": done("a", "network-ahead"), "b": KeyboardInterrupt()})
    names = ("--data", "a", "--data", "b", "--data", "c")
    told = zoo("compare", "mlp", *names, "--out", tmp_path)
    assert told.exit_code == 1
    assert told.stderr.splitlines()[-1].startswith("Error: interrupted; ")
    (page,) = tmp_path.glob("matrix-*.html")
    text = page.read_text("utf-8")
    assert text.count("interrupted before it finished") == 2
    assert "run-a/report.html" in text


def test_nothing_is_written_where_the_first_is_interrupted(zoo, fake, tmp_path):
    fake({"a": KeyboardInterrupt()})
    told = zoo("compare", "mlp", "--data", "a", "--data", "b", "--out", tmp_path)
    assert told.exit_code == 1
    assert "nothing was written" in told.stderr
    assert not list(tmp_path.iterdir())
