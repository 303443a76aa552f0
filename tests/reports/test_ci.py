"""Documents that programs of teams read say what the answer says, and nothing else."""

import json
import re
from dataclasses import replace
from typing import get_args
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from learnable.baselines.results.diagnosis import (
    Cause,
    CheckResult,
    Diagnosis,
    Location,
    RuledOut,
)
from learnable.baselines.results.results import EXIT_CODES, MEANINGS
from learnable.baselines.rules.registry import RULES
from learnable.reports.brief import BRIEF_LINES, brief
from learnable.reports.ci import (
    CI_FORMATS,
    CiFormat,
    ci_document,
    error_document,
    items,
)
from learnable.zoo.cli import options

EVIL = "a%b\r\n::error::x,y:z]]></failure>\x00\u202e<b>"
SCORES = {"original_score": 0.1, "alone": 0.9, "together": 0.9}


def checked(file="train.py", *, verdict="network-at-fault", said="It falls short."):
    """The answer on a script with a fault in lines 3, 4 and 9 of two files."""
    layers = Cause(
        "N106", "missing-nonlinearity", said, said, "relu", **SCORES,
        locations=(Location(file, 3), Location(file, 4), Location("nets.py", 9)),
    )  # fmt: skip
    rate = Cause("N201", "lr-too-low", said, said, "rate", **SCORES)
    others = (
        RuledOut("N204", "wrong-batch-size", said, "untested", reason="no budget"),
        RuledOut("P701", "inputs-not-scaled", said, "no_effect"),
        RuledOut("N118", "misleading-metric", said, "untested",
                 locations=(Location(file, 7),)),
    )  # fmt: skip
    return Diagnosis(
        file, ("network",), verdict, said, "Nothing.", "R2", 0.1, 0.9, 0.9, 0.9,
        causes=(layers, rate) if verdict == "network-at-fault" else (),
        ruled_out=others, symptoms=(CheckResult("S404", "plateau", False, said),),
        location=Location(file, 12),
    )  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("train.py", "nets.py", "task.ipynb", "credit.csv"):
        (tmp_path / name).touch()
    return tmp_path


def of(results, found):
    return replace(results, diagnosis=found, command="zoo check train.py")


def annotations(results) -> list[tuple[str, dict[str, str], str]]:
    """Command, properties and text, as GitHub reads them."""
    found = []
    for line in ci_document(results, "github").split("\n"):
        command, facts, said = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
        pairs = [pair.partition("=") for pair in facts.split(",") if pair]
        found.append((command, {k: unquote(v) for k, _, v in pairs}, unquote(said)))
    return found


def suite(results) -> ElementTree.Element:
    root = ElementTree.fromstring(ci_document(results, "junit"))
    assert root.tag == "testsuites"
    (found,) = root
    cases = found.findall("testcase")
    for element in (root, found):
        assert int(element.get("tests")) == len(cases)
        assert int(element.get("failures")) == len(found.findall("*/failure"))
        assert int(element.get("errors")) == len(found.findall("*/error"))
        assert int(element.get("skipped")) == len(found.findall("*/skipped"))
    assert all(case.get("name") and case.get("classname") for case in cases)
    return found


def sarif_run(text: str) -> dict:
    """The one run of a log, after what the standard asks of it."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "zoo"
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["shortDescription"]["text"] for rule in rules)
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["level"] in ("none", "note", "warning", "error")
        # of a result that is no failure the level is none (3.27.10)
        assert (result.get("kind", "fail") == "fail") == (result["level"] != "none")
        for place in result["locations"]:
            physical = place["physicalLocation"]
            assert not re.search(r"[\s<>\\]", physical["artifactLocation"]["uri"])
            assert physical.get("region", {"startLine": 1})["startLine"] >= 1
    return run


def test_the_command_takes_all_formats() -> None:
    assert options._DOCUMENTS == CI_FORMATS == get_args(CiFormat)
    assert set(get_args(options.AnswerForm)) == {"text", "json", "brief", *CI_FORMATS}


def test_every_verdict_has_a_meaning() -> None:
    assert MEANINGS.keys() == EXIT_CODES.keys()


def test_annotations_stand_on_the_lines_of_a_script(made, here) -> None:
    found = annotations(of(made("data only"), checked()))
    assert [(c, f["title"]) for c, f, _ in found] == [
        ("error", "network-at-fault"),
        ("error", "N106 missing-nonlinearity"),
        ("error", "N106 missing-nonlinearity"),
        ("error", "N201 lr-too-low"),
        ("notice", "N204 wrong-batch-size"),
        ("warning", "N118 misleading-metric"),
        ("notice", "S404 plateau"),
    ]
    at = [{k: v for k, v in facts.items() if k != "title"} for _, facts, _ in found]
    assert at[0] == {"file": "train.py", "line": "12"}
    assert at[1] == {"file": "nets.py", "line": "9"}
    assert at[2] == {"file": "train.py", "line": "3", "endLine": "4"}
    assert at[3] == at[0], "a cause without a line stands where the training is"
    assert found[4][2].startswith("Not tested: no budget.")


def test_a_sound_network_has_a_notice_alone(made, here) -> None:
    sound = replace(checked(verdict="network-level"), ruled_out=(), symptoms=())
    results = of(made("data only"), sound)
    assert [c for c, *_ in annotations(results)] == ["notice"]
    assert not sarif_run(ci_document(results, "sarif"))["results"]
    assert not suite(results).findall("*/failure")


@pytest.mark.parametrize("verdict", EXIT_CODES)
def test_documents_fail_as_the_exit_code_does(made, here, verdict) -> None:
    results = of(made("data only"), checked(verdict=verdict))
    fails = EXIT_CODES[verdict] != 0
    assert bool(suite(results).findall("*/failure")) == fails
    assert (annotations(results)[0][0] != "notice") == fails


def test_undecided_is_open_and_a_warning(made, here) -> None:
    results = of(made("data only"), checked(verdict="undecided"))
    first = sarif_run(ci_document(results, "sarif"))["results"][0]
    assert (first["ruleId"], first["kind"]) == ("undecided", "open")
    assert annotations(results)[0][0] == "warning"


def test_cases_are_verdict_causes_and_trials(made, here) -> None:
    found = suite(of(made("data only"), checked()))
    kinds = [
        (case.get("name"), case[0].tag, case.get("line"))
        for case in found.findall("testcase")
    ]
    assert kinds == [
        ("verdict", "failure", "12"),
        ("N106 missing-nonlinearity", "failure", "3"),
        ("N201 lr-too-low", "failure", "12"),
        ("N204 wrong-batch-size", "skipped", "12"),
        ("P701 inputs-not-scaled", "system-out", "12"),
    ]
    beside = found.findtext("testcase/system-out")
    assert "warning: N118 misleading-metric" in beside
    assert "note: S404 plateau" in beside
    assert all(len(case.findall("system-out")) < 2 for case in found)


def test_sarif_has_the_pages_of_its_rules_and_the_lines(made, here) -> None:
    run = sarif_run(ci_document(of(made("data only"), checked()), "sarif"))
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == ["N106", "N201", "N204", "N118", "S404"]
    assert rules["N106"]["help"]["markdown"] == RULES["N106"].page
    assert len(rules["N106"]["fullDescription"]["text"]) <= 1_000
    lines = [
        [p["physicalLocation"]["region"]["startLine"] for p in result["locations"]]
        for result in run["results"]
    ]
    assert lines[:2] == [[3, 4, 9], [12]]
    first = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert first == {"uri": "train.py", "uriBaseId": "%SRCROOT%"}


def test_a_notebook_has_no_lines_but_tells_them(made, here) -> None:
    results = of(made("data only"), checked("task.ipynb"))
    (_, facts, said), *_ = annotations(results)
    assert facts == {"file": "task.ipynb", "title": "network-at-fault"}
    assert said.endswith("(line 12 of the code cells)")
    run = sarif_run(ci_document(results, "sarif"))
    assert "region" not in run["results"][1]["locations"][0]["physicalLocation"]


def test_a_file_elsewhere_has_its_whole_path(made, here, tmp_path_factory) -> None:
    far = tmp_path_factory.mktemp("far away") / "train it.py"
    far.touch()
    run = sarif_run(ci_document(of(made("data only"), checked(str(far))), "sarif"))
    place = run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": far.as_uri()}


def test_comparisons_have_a_case_for_each_network(made, here) -> None:
    results = made("classification")
    cases = suite(results).findall("testcase")
    about = [v.about for v in results.verdicts if v.about]
    assert [case.get("name") for case in cases] == [f"verdict {n}" for n in about]
    assert {facts.get("file") for _, facts, _ in annotations(results)} == {"credit.csv"}
    sarif_run(ci_document(results, "sarif"))


@pytest.mark.parametrize("kind", CI_FORMATS)
def test_texts_from_elsewhere_break_no_document(made, here, kind) -> None:
    results = of(made("data only"), checked(said=EVIL))
    text = ci_document(results, kind)
    assert "\x00" not in text
    if kind == "github":
        assert len(annotations(results)) == len(text.split("\n"))
        assert "\r" not in text
    elif kind == "junit":
        suite(results)
    else:
        sarif_run(text)


def test_outputs_of_one_network_are_all_told(made, here) -> None:
    second = replace(checked(verdict="undecided"), output="age")
    results = of(made("data only"), replace(checked(), others=(second,)))
    verdicts = [item.label for item in items(results) if item.kind == "verdict"]
    assert verdicts == ["", "output age"]


@pytest.mark.parametrize("kind", CI_FORMATS)
def test_what_could_not_be_answered_is_a_document_too(here, kind) -> None:
    text = error_document(kind, "train.py stops: no rows (line 4)", "train.py")
    if kind == "github":
        assert text == (
            "::error file=train.py,line=4,title=error::train.py stops: no rows (line 4)"
        )
    elif kind == "junit":
        root = ElementTree.fromstring(text)
        assert root.get("errors") == "1"
        assert "no rows" in root.find("*/*/error").get("message")
    else:
        run = sarif_run(text)
        assert run["invocations"][0]["executionSuccessful"] is False
        (note,) = run["invocations"][0]["toolExecutionNotifications"]
        assert note["locations"][0]["physicalLocation"]["region"] == {"startLine": 4}


@pytest.mark.parametrize("task", ["classification", "regression", "data only"])
def test_brief_is_a_few_lines(made, task) -> None:
    lines = brief(made(task), "runs/one")
    assert 2 <= len(lines) <= BRIEF_LINES
    assert re.match(r"[a-z-]+ \(exit code \d\)", lines[0])
    assert lines[-1] == "run: runs/one"
    assert all(len(line) <= 300 and "\n" not in line for line in lines)


def test_brief_names_the_lines_of_a_cause(made) -> None:
    lines = brief(of(made("data only"), checked(said=EVIL)), "runs/one")
    assert lines[1] == "N106 missing-nonlinearity, train.py:3, 4: proved: relu"
