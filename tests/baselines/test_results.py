import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learnable.baselines.results.results import (
    SCHEMA,
    Network,
    Results,
    Score,
    TradeoffCurve,
)
from learnable.data.errors import BadData

quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
NUMBER = st.floats() | st.none()
SCORES = st.builds(
    Score, st.floats(), NUMBER, NUMBER, st.lists(st.floats(), max_size=4).map(tuple)
)
NETWORKS = st.builds(
    Network,
    name=st.text(max_size=5),
    recipe=st.dictionaries(st.text(max_size=5), st.lists(NUMBER) | NUMBER, max_size=3),
    parameters=st.integers(0, 10**12),
    history=st.dictionaries(st.text(max_size=5), st.tuples(st.floats()), max_size=2),
    loss_unit=st.just("log_loss"),
    test=st.dictionaries(st.text(max_size=5), st.floats(), max_size=2),
    examples=st.tuples(st.tuples(st.tuples(st.floats()), st.just({"a": 0.5}))),
)
ANY_TEXT = st.text(st.characters(), max_size=20)  # lone surrogates and all


@quick
@given(score=SCORES, network=NETWORKS, p=st.floats(0, 1), least=NUMBER)
def test_results_survive_json(score, network, p, least, small_results):
    row = replace(small_results.rows[0], scores={"skill": score}, fit_seconds=least)
    signal = replace(small_results.signal, p=p, detectable=least)
    made = replace(small_results, rows=(row,), signal=signal, networks=(network,))
    again = Results.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))
    assert again.to_dict() == made.to_dict()
    assert isinstance(again.rows[0].scores["skill"], Score)


@quick
@given(text=ANY_TEXT, key=ANY_TEXT)
def test_hostile_text_survives_disk(text, key, small_results, tmp_path):
    about = replace(small_results.about, name=text, notes=(text,), classes={key: 3})
    made = replace(small_results, command=text, about=about)
    made.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == made


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_unknown_numbers_become_null(value, small_results):
    score = replace(
        small_results.rows[0].scores["skill"], mean=value, folds=(value, 0.5)
    )
    row = replace(small_results.rows[0], scores={"skill": score})
    facts = replace(small_results, rows=(row,)).to_dict()
    json.dumps(facts, allow_nan=False)
    again = Results.from_dict(facts).rows[0].scores["skill"]
    assert math.isnan(again.mean)
    assert math.isnan(again.folds[0])


def test_missing_intervals_stay_missing(small_results, tmp_path):
    score = replace(small_results.rows[0].scores["skill"], low=None, high=None)
    row = replace(small_results.rows[0], scores={"skill": score}, fit_seconds=None)
    signal = replace(small_results.signal, detectable=None)
    made = replace(small_results, rows=(row,), signal=signal)
    made.save(tmp_path / "r.json")
    assert Results.load(tmp_path / "r.json") == made


def refusal(path: Path) -> str:
    with pytest.raises(BadData) as caught:
        Results.load(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema": null}',
        b'{"schema": "one"}',
        b'{"schema": Infinity}',
        b'{"schema": 1}',
        b'{"schema": 1, "rows": 3}',
        b"[" * 100_000,
    ],
)
def test_damaged_files_are_refused(content, tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


@quick
@given(share=st.floats(0, 0.999))
def test_cut_files_are_refused(share, small_results, tmp_path):
    path = tmp_path / "results.json"
    small_results.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("field", ["rows", "signal", "about", "verdicts", "seed"])
def test_missing_facts_are_refused(field, small_results, tmp_path):
    facts = small_results.to_dict()
    del facts[field]
    (tmp_path / "r.json").write_text(json.dumps(facts), "utf-8")
    assert "damaged" in refusal(tmp_path / "r.json")


DEEP: list = []
for _ in range(300):
    DEEP = [DEEP]

WRONG = [
    (("seed",), "7", "seed is '7'; it must be a whole number"),
    (("rows", 0, "name"), None, "rows[0].name is None; it must be text"),
    (("rows", 0, "scores"), [], "rows[0].scores is []; it must be an object"),
    (("rows", 0, "scores"), {}, "has no score in the deciding metric skill"),
    (("rows", 0, "scores", "skill", "folds"), "0.5", "skill.folds is '0.5'; it must"),
    (("rows", 0, "scores", "skill", "mean"), 10**400, "scores.skill.mean is 1000"),
    (("rows", 0, "confusion"), [[1, 2]], "confusion matrix of"),
    (("rows",), DEEP, "rows[0] is [[["),
    (("about", "classes"), {"a": "many"}, "about.classes.a is 'many'; it must be"),
    (("metric",), "luck", "has no score in the deciding metric luck; it has"),
]


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=lambda v: str(v)[:20])
def test_wrong_value_is_told_with_its_path(path, value, said, small_results, tmp_path):
    facts = small_results.to_dict()
    holder = facts
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (tmp_path / "r.json").write_text(json.dumps(facts), "utf-8")
    text = refusal(tmp_path / "r.json")
    assert said in text
    assert text.endswith("; run the command again")


def test_facts_of_a_later_version_are_passed_over(small_results, tmp_path):
    facts = small_results.to_dict() | {"mood": "good"}
    (tmp_path / "r.json").write_text(json.dumps(facts), "utf-8")
    assert Results.load(tmp_path / "r.json") == small_results


def test_curve_needs_as_many_values_across_as_up():
    with pytest.raises(BadData, match="2 x values and 1 y values"):
        TradeoffCurve((0.0, 1.0), (0.5,), 0.5)


def test_newer_schema_is_refused(small_results, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(
        json.dumps(small_results.to_dict() | {"schema": SCHEMA + 1}), "utf-8"
    )
    assert "newer version" in refusal(path)


def test_check_of_an_older_schema_is_refused_and_a_comparison_is_not(
    small_results, tmp_path
):
    path = tmp_path / "results.json"
    older = small_results.to_dict() | {"schema": 1}
    path.write_text(json.dumps(older), "utf-8")
    assert Results.load(path).rows == small_results.rows
    path.write_text(json.dumps(older | {"diagnosis": {"side": "data"}}), "utf-8")
    assert "Run `zoo check` again" in refusal(path)


def test_save_leaves_one_file(small_results, tmp_path):
    small_results.save(tmp_path / "results.json")
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_failed_save_keeps_old(small_results, tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    small_results.save(path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        replace(small_results, seed=9).save(path)
    assert Results.load(path) == small_results
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]
