"""``zoo runs list`` and ``zoo runs show``, and the page over all runs."""

import json
import shutil
from pathlib import Path

import pytest
from learnable.data.errors import BadData, Misuse
from learnable.zoo.runs.index import write_index
from learnable.zoo.runs.journal import entries


def names(told) -> list[str]:
    return [line.split()[0] for line in told.stdout.splitlines()]


def test_every_command_writes_a_summary(flowers, scored_iris) -> None:
    _, told = flowers
    trained = json.loads((Path(told["run"]) / "summary.json").read_text("utf-8"))
    assert trained["kind"] == "train"
    assert trained["models"] == ["one-hidden"]
    assert set(trained["verdicts"]) == {"one-hidden", "data"}
    mean = next(r for r in told["rows"] if r["kind"] == "network")["scores"]["skill"]
    assert trained["networks"] == {"one-hidden": mean["mean"]}
    scored = json.loads((scored_iris / "summary.json").read_text("utf-8"))
    assert (scored["kind"], scored["models"], scored["data"]) == (
        "baseline",
        [],
        "iris",
    )


def test_plain_runs_lists_as_list_does(zoo, journal) -> None:
    plain = zoo("runs", "--out", journal)
    assert plain.stdout == zoo("runs", "list", "--out", journal).stdout
    assert names(plain) == sorted(p.name for p in journal.iterdir())


def test_list_shows_scores_tags_and_note(zoo, flowers, tmp_path) -> None:
    out, told = flowers
    runs = tmp_path / "runs"
    shutil.copytree(out, runs)
    zoo("runs", "note", "last", "wider", "--out", runs)
    zoo("runs", "tag", "last", "best", "--out", runs)
    (line,) = zoo("runs", "list", "--out", runs).stdout.splitlines()
    best = max(
        (r for r in told["rows"] if r["kind"] == "baseline"),
        key=lambda row: row["scores"]["skill"]["mean"],
    )
    assert f"baseline {best['scores']['skill']['mean']:.3f}" in line
    assert line.endswith("#best wider")


def test_list_is_filtered(zoo, journal, flowers) -> None:
    _, told = flowers
    shutil.copytree(told["run"], journal / "mine")
    zoo("runs", "tag", "0001", "a", "b", "--out", journal)
    zoo("runs", "tag", "0002", "a", "--out", journal)

    def found(*options: str) -> list[str]:
        return [n[-4:] for n in names(zoo("runs", "list", *options, "--out", journal))]

    assert found("--tag", "a") == ["0001", "0002"]
    assert found("--tag", "a", "--tag", "b") == ["0001"]
    assert found("--model", "one-hidden") == ["mine"]
    assert len(found("--data", "iris")) == 5
    assert found("--data", "rgb") == []


def test_json_is_one_line_a_run(zoo, journal) -> None:
    (journal / "broken").mkdir()
    (journal / "broken" / "results.json").write_text("{")
    told = zoo("runs", "list", "--json", "--out", journal)
    facts = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(facts) == 5
    assert facts[0]["run"] == "20260101-120000-baseline-0001"
    assert facts[0]["verdicts"] == {"data": "signal"}
    assert facts[0]["error"] is None
    assert facts[0]["created"] == "2026-01-01T12:00:00+00:00"
    (broken,) = [f for f in facts if f["run"] == "broken"]
    assert "damaged" in broken["error"]


def test_older_runs_are_read_from_their_results(journal) -> None:
    before = entries(journal)
    for run in journal.iterdir():
        (run / "summary.json").unlink()
    assert entries(journal) == before


def test_page_or_file_beside_the_runs_is_no_run(zoo, journal) -> None:
    before = zoo("runs", "--out", journal).stdout
    write_index(journal)
    (journal / "pictures").mkdir()
    (journal / ".20260104-120000-mlp-dddd.partial").mkdir()
    assert zoo("runs", "--out", journal).stdout == before


def test_unknown_subcommand_is_misuse(zoo) -> None:
    told = zoo("runs", "lst")
    assert told.exit_code == 2
    assert "'list'" in told.stderr
    assert zoo("runs", "list", "more").exit_code == 2


def test_show_tells_all_of_a_run(zoo, flowers) -> None:
    out, told = flowers
    shown = zoo("runs", "show", "last", "--out", out).stdout
    for text in (
        "recipe.optimizer.learning_rate",
        '"one-hidden"',
        told["about"]["sha256"],
        f"learnable {told['versions']['learnable']}",
        "What would change this",
        "predictions.parquet",
        "logistic",
        "skill",
    ):
        assert text in shown
    facts = json.loads(zoo("runs", "show", "last", "--json", "--out", out).stdout)
    assert facts["settings"]["recipe.model"] == "one-hidden"
    assert facts["files"]["results.json"] > 1_000
    assert facts["environment"]["versions"] == told["versions"]
    assert facts["results"]["rows"] == told["rows"]


def test_show_says_what_it_cannot_read(zoo, journal) -> None:
    run = journal / "20260101-120000-baseline-0001"
    (run / "environment.json").write_text("[")
    told = zoo("runs", "show", "0001", "--out", journal)
    assert told.exit_code == 0
    assert "environment.json cannot be read" in told.stderr
    (run / "results.json").write_text("{")
    told = zoo("runs", "show", "0001", "--out", journal)
    assert (told.exit_code, told.stdout) == (1, "")


@pytest.mark.parametrize(
    ("run", "words"),
    [("nothing", "no run is named 'nothing'"), ("baseline", "4 runs"), ("", "no run")],
)
@pytest.mark.parametrize("command", ["show", "note", "tag", "rm"])
def test_run_that_cannot_be_found_is_misuse(zoo, journal, command, run, words) -> None:
    told = zoo("runs", command, run, "--out", journal)
    assert told.exit_code == 2
    assert words in told.stderr
    assert told.stderr.count("\n") == 1
    assert len(entries(journal)) == 4


def test_index_is_written_whole(journal) -> None:
    page = write_index(journal)
    assert page == journal / "index.html"
    text = page.read_text("utf-8")
    assert text.count("report.html") == 4
    assert "connect-src" not in text


def test_index_needs_a_folder_and_room(journal, tmp_path) -> None:
    with pytest.raises(Misuse, match="--out"):
        write_index(tmp_path / "none")
    (journal / "index.html").mkdir()
    with pytest.raises(BadData, match="cannot write"):
        write_index(journal)
