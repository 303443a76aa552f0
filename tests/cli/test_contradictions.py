"""Results that deny each other are told as a fault of the command's."""

from dataclasses import replace

import pytest
from learnable.baselines.results.results import Results
from learnable.zoo.cli import output


@pytest.fixture
def results(scored_iris) -> Results:
    return Results.load(scored_iris / "results.json")


def test_sound_results_are_told_without_a_word(results, capsys):
    output.show_contradictions(results)
    assert capsys.readouterr().err == ""


def test_contradiction_is_one_line_that_asks_for_a_report(results, capsys):
    output.show_contradictions(replace(results, split="1 rows"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "fault of zoo" in said.err
    assert "'1 rows'" in said.err
    assert "report it" in said.err


def test_check_that_fails_takes_no_answer_away(results, capsys, monkeypatch):
    monkeypatch.setattr("learnable.baselines.contradictions.all_sentences", 1 / 3)
    output.show_contradictions(results)
    assert "please report it" in capsys.readouterr().err
