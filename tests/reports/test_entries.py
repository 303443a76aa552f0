"""A run in a few facts: written beside its results, and read again."""

import json
import math
from dataclasses import replace

import pytest
from learnable.baselines.results.diagnosis import Diagnosis
from learnable.data.errors import BadData
from learnable.reports.notes import read_notes, write_notes
from learnable.reports.run_summary import read_entry, summarise_run, write_summary


@pytest.fixture
def run(made, tmp_path):
    folder = tmp_path / "20260101-120000-mlp-aaaa"
    folder.mkdir()
    results = made("five networks")
    results.save(folder / "results.json")
    write_summary(folder, results, "compare")
    return folder


def test_entry_holds_the_facts_of_the_results(made, run):
    entry, results = read_entry(run), made("five networks")
    networks = [row for row in results.rows if row.kind == "network"]
    means = {row.name: row.scores["skill"].mean for row in networks}
    assert entry.networks == means
    assert entry.network_score == max(means.values())
    assert (entry.baseline, entry.baseline_score) == ("gradient boosting", 0.80)
    assert entry.models == tuple(means)
    assert entry.verdicts == {v.about or "data": v.name for v in results.verdicts}
    assert (entry.name, entry.state, entry.kind) == (run.name, "finished", "compare")
    assert (entry.created, entry.seconds) == (results.created, results.seconds)
    assert entry.sha256 == results.about.sha256
    assert entry.error is None
    assert not entry.report


def test_entry_needs_the_summary_alone(run):
    before = read_entry(run)
    (run / "results.json").write_text("{")
    assert read_entry(run) == before


@pytest.mark.parametrize(
    "text", [None, "{", "[]", '{"schema": 1}', '{"schema": 99}', "[" * 100_000, "\x00"]
)
def test_results_are_read_where_the_summary_is_no_good(run, text):
    before = read_entry(run)
    if text is None:
        (run / "summary.json").unlink()
    else:
        (run / "summary.json").write_text(text)
    assert read_entry(run) == before


@pytest.mark.parametrize("key", ["created", "seconds", "networks", "verdicts", "kind"])
def test_summary_of_other_types_does_no_harm(run, key):
    before = read_entry(run)
    facts = json.loads((run / "summary.json").read_text("utf-8"))
    for value in (["x"], "x", {"x": {}}, None):
        (run / "summary.json").write_text(json.dumps({**facts, key: value}))
        found = read_entry(run)
        assert found.error is None
        assert isinstance(found.network_score, float | None)
    del facts[key]
    (run / "summary.json").write_text(json.dumps(facts))
    assert read_entry(run) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "damaged"), ('{"schema": 99}', "schema 99"), ("{}", "damaged")],
)
def test_run_that_cannot_be_read_is_an_entry_with_its_reason(run, text, words):
    write_notes(run, "keep", ["a"])
    (run / "summary.json").unlink()
    (run / "results.json").write_text(text)
    entry = read_entry(run)
    assert words in (entry.error or "")
    assert "\n" not in (entry.error or "")
    assert entry.created.startswith("20")
    assert (entry.note, entry.tags, entry.verdicts) == ("keep", ("a",), {})


def test_missing_results_are_an_error_of_the_entry(tmp_path):
    assert "No such file" in (read_entry(tmp_path).error or "")


def test_scores_that_are_not_there_are_none(made):
    results = made("failing")
    found = summarise_run(results, "train")
    json.dumps(found.networks, allow_nan=False)
    rows = tuple(
        replace(row, scores={"skill": replace(row.scores["skill"], mean=math.nan)})
        if row.scores
        else row
        for row in results.rows
    )
    found = summarise_run(replace(results, rows=rows), "train")
    assert set(found.networks.values()) <= {None}
    assert found.baseline_score is None


def test_check_has_the_scores_of_its_diagnosis(made, run):
    told = Diagnosis(
        "/home/me/train.py", ("network",), "network-at-fault", "", "", "",
        original_score=0.1, baseline_score=0.9, best_score=0.9, repaired_score=0.8,
    )  # fmt: skip
    results = replace(made("data only"), diagnosis=told)
    write_summary(run, results, "check")
    entry = read_entry(run)
    assert entry.verdicts["train.py"] == "network-at-fault"
    assert entry.verdicts["data"] == "no-signal"
    assert (entry.metric, entry.networks) == ("score", {"train.py": 0.1})
    assert entry.baseline_score == 0.9
    (run / "summary.json").unlink()
    results.save(run / "results.json")
    assert read_entry(run) == entry


def test_lower_is_better_for_errors(run):
    entry = replace(read_entry(run), metric="rmse", networks={"a": 2.0, "b": 1.0})
    assert entry.network_score == 1.0
    assert replace(entry, networks={"a": None}).network_score is None


def test_notes_come_back_as_they_were(run):
    assert read_notes(run) == ("", ())
    write_notes(run, "a <b>\n\udcff 🧠", ["x", "y"])
    note, tags = read_notes(run)
    assert (note[:6], tags) == ("a <b>\n", ("x", "y"))
    write_notes(run, "", [])
    assert not (run / "notes.json").exists()


def test_notes_that_cannot_be_written_are_told(run):
    with pytest.raises(BadData, match="cannot write"):
        write_notes(run / "none", "a", [])
