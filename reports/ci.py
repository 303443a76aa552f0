"""An answer as documents that the programs of teams read.

`github` writes annotations for GitHub's log, `junit` JUnit's XML, `sarif` SARIF 2.1.0
(OASIS, 2020). All three say the same: what an exit code other than 0 is for is a
failure there, what trials ruled out is not, and what was not tested is told as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal
from urllib.parse import quote
from xml.etree import ElementTree

from ..baselines.results.diagnosis import UNTRIED, Cause, Diagnosis, Location
from ..baselines.results.results import EXIT_CODES, MEANINGS, Results
from ..baselines.rules.registry import RULES
from . import text
from .next_steps import data_file

CiFormat = Literal["github", "junit", "sarif"]
CI_FORMATS: tuple[CiFormat, ...] = ("github", "junit", "sarif")
_NOTEBOOK = ".ipynb"
_LONGEST = 2_000
_MOST_DESCRIBED = 1_000
"""Letters of a rule's description; GitHub takes 1,024."""
_LINE = re.compile(r"\(line (\d+)\)")
"""In an error's message."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True)
class Annotation:
    """One statement of an answer.

    Parameters
    ----------
    kind : {"verdict", "cause", "finding", "untested", "ruled out", "seen"}
    code, label : str
        Of its rule; of a verdict its name, and the network or output that it is about.
    level : {"error", "warning", "note", "passed"}
    said : str
    locations : tuple of Location
    explained : bool
        Whether other items say why: a verdict with causes.
    """

    kind: Literal["verdict", "cause", "finding", "untested", "ruled out", "seen"]
    code: str
    label: str
    level: Literal["error", "warning", "note", "passed"]
    said: str
    locations: tuple[Location, ...] = ()
    explained: bool = False

    @property
    def title(self) -> str:
        """Code and label on one line."""
        return text.name(f"{self.code} {self.label}".strip(), 200)

    @property
    def is_failure(self) -> bool:
        """Whether it is what an exit code other than 0 is for."""
        failing = self.kind == "verdict" and EXIT_CODES.get(self.code, 0) != 0
        return failing or self.kind == "cause"


@dataclass(frozen=True)
class Origin:
    """Name, command, time and versions behind an answer."""

    name: str
    command: str
    created: str
    seconds: float
    versions: dict[str, str]


def ci_document(results: Results, kind: CiFormat) -> str:
    """Write an answer in one of the formats, without a line break at its end.

    Parameters
    ----------
    results : Results
    kind : {"github", "junit", "sarif"}
    """
    found = results.diagnosis
    about = PurePath(found.script).name if found else results.about.name
    made = (results.command, results.created, results.seconds, results.versions)
    return written(items(results), Origin(about, *made), kind)


def check_document(found: Diagnosis, origin: Origin, kind: CiFormat) -> str:
    """Write the answer on a script, of which there is no run, as `ci_document` does.

    Parameters
    ----------
    found : Diagnosis
    origin : Origin
    kind : {"github", "junit", "sarif"}
    """
    return written(check_items(found), origin, kind)


def written(every: tuple[Annotation, ...], origin: Origin, kind: CiFormat) -> str:
    """Write items in one of the formats."""
    if kind == "github":
        return github(every)
    return {"junit": junit, "sarif": sarif}[kind](every, origin)


def items(results: Results) -> tuple[Annotation, ...]:
    """Return what an answer says: verdicts, then what they rest on."""
    if results.diagnosis is not None:
        return check_items(results.diagnosis)
    return tuple(_comparison_annotations(results))


def check_items(found: Diagnosis) -> tuple[Annotation, ...]:
    """Return what the answer on a script says, output by output."""
    return tuple(
        item for one in (found, *found.others) for item in _check_annotations(one)
    )


def _check_annotations(found: Diagnosis) -> Iterator[Annotation]:
    """The answer on one output of a checked network."""
    where = () if found.location is None else (found.location,)
    where = where or _file(found.script)
    of = f"output {found.output}" if found.output else ""
    sentence = (
        f"{found.headline} {found.sentence} What would change this: {found.change}"
    )
    explained = bool(found.causes)
    yield _verdict(found.verdict, of, sentence, where, explained=explained)
    for cause in found.causes:
        at = cause.locations or where
        yield Annotation("cause", cause.code, cause.label, "error", _proof(cause), at)
    for one in found.ruled_out:
        at = one.locations or where
        named = (one.code, one.label)
        if one.state == "untested" and one.code in UNTRIED:
            yield Annotation("finding", *named, "warning", one.sentence, at)
        elif one.state == "untested":
            reason = f"Not tested: {one.reason}. " if one.reason else "Not tested. "
            yield Annotation("untested", *named, "note", reason + one.sentence, at)
        else:
            yield Annotation("ruled out", *named, "passed", one.sentence, at)
    for sign in found.symptoms:
        if sign.passed is False:
            yield Annotation(
                "seen", sign.code, sign.label, "note", sign.sentence, where
            )


def _proof(cause: Cause) -> str:
    proved = f"Proved: {cause.scores}." if cause.scores else ""
    parts = (cause.sentence, proved, cause.definition, f"What to do: {cause.advice}")
    return " ".join(part for part in parts if part)


def _comparison_annotations(results: Results) -> Iterator[Annotation]:
    """The verdicts on data and networks, and what rules found in the data."""
    where = _file(data_file(results.command))
    networks = [v for v in results.verdicts if v.about]
    for verdict in networks or results.verdicts:
        beside = f" Beside this: {verdict.suspicion}" if verdict.suspicion else ""
        sentence = (
            f"{verdict.sentence}{beside} What would change this: {verdict.change}"
        )
        yield _verdict(verdict.name, verdict.about, sentence, where)
    for finding in results.findings:
        sentence = f"{finding.sentence} What to do: {finding.advice}"
        named = (finding.code, finding.label, finding.severity)
        yield Annotation("finding", *named, sentence, where)


def _verdict(
    name: str,
    about: str,
    sentence: str,
    where: tuple[Location, ...],
    *,
    explained: bool = False,
) -> Annotation:
    level = "error" if EXIT_CODES.get(name, 0) else "passed"
    level = "warning" if name == "undecided" else level
    return Annotation("verdict", name, about, level, sentence, where, explained)


def _file(name: str) -> tuple[Location, ...]:
    """A file as a whole, which has no line; nothing where there is no such file."""
    return (Location(name, 0),) if name and Path(name).is_file() else ()


def _path(location: Location) -> str:
    """The path from the current folder; absolute where the file is not in it."""
    path, here = Path(location.file).absolute(), Path.cwd()
    inside = path.relative_to(here) if path.is_relative_to(here) else path
    return inside.as_posix()


def _line(location: Location) -> int:
    """The line in the file; 0 where that is not known, as in notebooks."""
    is_notebook = PurePath(location.file).suffix.lower() == _NOTEBOOK
    return 0 if is_notebook else location.line


def _text(item: Annotation) -> str:
    """The text of an item; of a notebook with the lines, which its file does not have.

    ``text.clean`` keeps line breaks, which would end an annotation.
    """
    cells = sorted({at.line for at in item.locations if at.line and not _line(at)})
    where = f" (line {', '.join(map(str, cells))} of the code cells)" if cells else ""
    return text.clean(" ".join(item.said.split()), _LONGEST) + where


# GitHub

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(every: Sequence[Annotation]) -> str:
    """Write annotations, one a line: the form of GitHub's workflow commands.

    What trials ruled out is left out; what was seen and what was not tested are
    notices. Of a list of lines that follow each other one annotation spans all.

    Parameters
    ----------
    every : sequence of Annotation
    """
    return "\n".join(
        _annotation(_COMMANDS.get(item.level, "notice"), item, at)
        for item in every
        if item.kind != "ruled out"
        for at in _spans(item.locations) or [{}]
    )


def _annotation(command: str, item: Annotation, at: dict[str, object]) -> str:
    facts = at | {"title": item.title}
    given = ",".join(f"{key}={_property(value)}" for key, value in facts.items())
    return f"::{command} {given}::{_data(_text(item))}"


def _spans(locations: Sequence[Location]) -> list[dict[str, object]]:
    """File and lines of each stretch of lines."""
    spans: list[dict[str, object]] = []
    for at in sorted(locations, key=lambda at: (at.file, at.line)):
        file, line = _path(at), _line(at)
        last = spans[-1] if spans else {}
        end = last.get("endLine", last.get("line"))
        if line and last.get("file") == file and end == line - 1:
            last["endLine"] = line
        else:
            spans.append({"file": file})
            spans[-1] |= {"line": line} if line else {}
    return spans


def _data(sentence: object) -> str:
    """The text of a workflow command, which ends at its line."""
    escapes = {"%": "%25", "\r": "%0D", "\n": "%0A"}
    return str(sentence).translate(str.maketrans(escapes))


def _property(value: object) -> str:
    """A property of a workflow command, in a list with commas, before a colon."""
    return _data(value).translate(str.maketrans({":": "%3A", ",": "%2C"}))


# JUnit


def junit(every: Sequence[Annotation], origin: Origin) -> str:
    """Write JUnit's XML: a test case for each verdict, cause, and finding of trials.

    Verdicts whose exit code is not 0 and causes have failed, what was not tested is
    skipped, what trials ruled out has passed. What was found beside these stands in
    the output of the first case.

    Parameters
    ----------
    every : sequence of Annotation
        The first one is a verdict.
    origin : Origin
    """
    cases = [i for i in every if i.kind not in ("finding", "seen")]
    beside = [f"{i.level}: {i.title}. {_text(i)}" for i in every if i not in cases]
    name, at = text.name(f"zoo {origin.name}", 200), origin.created[:19]
    seconds = f"{origin.seconds:.3f}"
    suite = ElementTree.Element("testsuite", name=name, time=seconds, timestamp=at)
    listed = ElementTree.SubElement(suite, "properties")
    for key, value in {"command": origin.command, **origin.versions}.items():
        ElementTree.SubElement(listed, "property", name=key, value=text.name(value))
    for item in cases:
        _case(suite, item, seconds if item is every[0] else "0.000")
    if beside:
        first = suite[1]
        printed = first.find("system-out")
        if printed is None:
            printed = ElementTree.SubElement(first, "system-out")
        printed.text = "\n".join([*filter(None, [printed.text]), *beside])
    failures = sum(item.is_failure for item in cases)
    skipped = sum(item.kind == "untested" for item in cases)
    return _xml(suite, tests=len(cases), failures=failures, skipped=skipped)


def _case(suite: ElementTree.Element, item: Annotation, seconds: str) -> None:
    name = f"verdict {item.label}".strip() if item.kind == "verdict" else item.title
    case = ElementTree.SubElement(
        suite, "testcase", classname=suite.get("name", ""), name=text.name(name, 200)
    )
    if item.locations:
        case.set("file", _path(item.locations[0]))
        if line := _line(item.locations[0]):
            case.set("line", str(line))
    case.set("time", seconds)
    sentence = _text(item)
    if item.is_failure:
        failure = ElementTree.SubElement(case, "failure", type=item.code)
        failure.set("message", f"{item.title}. {sentence}")
        failure.text = sentence
    elif item.kind == "untested":
        ElementTree.SubElement(case, "skipped", message=sentence)
    else:
        ElementTree.SubElement(case, "system-out").text = f"{item.title}. {sentence}"


def _xml(suite: ElementTree.Element, **counts: int) -> str:
    """The whole document, with the counts on the suite and on the list of suites."""
    root = ElementTree.Element("testsuites", name=suite.get("name", ""))
    root.append(suite)
    for element in (root, suite):
        for key, value in ({"errors": 0} | counts).items():
            element.set(key, str(value))
    root.set("time", suite.get("time", "0"))
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


# SARIF


def sarif(every: Sequence[Annotation], origin: Origin) -> str:
    """Write SARIF 2.1.0: one run, its rules, and a result for each finding.

    A verdict is a result of its own where nothing explains it, ``open`` where it is
    undecided; a network that learns has none.

    Parameters
    ----------
    every : sequence of Annotation
    origin : Origin
    """
    shown = [item for item in every if _is_result(item)]
    rules = list(dict.fromkeys(item.code for item in shown))
    return _sarif(
        origin.versions.get("learnable", ""),
        rules=[_rule(code) for code in rules],
        results=[_result(item, rules.index(item.code)) for item in shown],
        invocation={
            "executionSuccessful": True,
            "commandLine": text.clean(origin.command, _LONGEST),
            "endTimeUtc": f"{origin.created[:19]}Z",
        },
    )


def _is_result(item: Annotation) -> bool:
    return item.level != "passed" and not item.explained


def _sarif(version: str, **parts: Any) -> str:
    driver: dict[str, Any] = {"name": "zoo", "rules": parts["rules"]}
    if version:
        driver |= {"version": version}
    run = {
        "tool": {"driver": driver},
        "invocations": [parts["invocation"]],
        "results": parts["results"],
        "columnKind": "unicodeCodePoints",
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    """Metadata of a rule from its page; of a verdict, its meaning."""
    if code not in RULES:
        said = MEANINGS.get(code, code)
        return {"id": code, "name": code, "shortDescription": {"text": said}}
    rule = RULES[code]
    return {
        "id": code,
        "name": rule.label,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": text.clean(rule.summary, _MOST_DESCRIBED)},
        "help": {"text": rule.page, "markdown": rule.page},
    }


def _result(item: Annotation, rule: int) -> dict[str, Any]:
    is_open = item.kind == "untested" or item.code == "undecided"
    level = {"kind": "open", "level": "none"} if is_open else {"level": item.level}
    return {
        "ruleId": item.code,
        "ruleIndex": rule,
        **level,
        "message": {"text": _text(item)},
        "locations": [_sarif_location(at) for at in item.locations],
    }


def _sarif_location(location: Location) -> dict[str, Any]:
    path = _path(location)
    if PurePath(path).is_absolute():
        artifact = {"uri": PurePath(path).as_uri()}
    else:
        artifact = {"uri": quote(path), "uriBaseId": "%SRCROOT%"}
    line = _line(location)
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": artifact} | region}


# A command that could not answer


def error_document(kind: CiFormat, sentence: str, file: str = "") -> str:
    """Write that a command could not answer, in one of the formats.

    Parameters
    ----------
    kind : {"github", "junit", "sarif"}
    sentence : str
        The error, one line.
    file : str, optional
        What was to be examined.
    """
    item = Annotation(
        "finding", "error", "", "error", sentence, _error_location(file, sentence)
    )
    if kind == "github":
        return _annotation("error", item, (_spans(item.locations) or [{}])[0])
    if kind == "sarif":
        note = {"level": "error", "message": {"text": _text(item)}}
        note |= {"locations": [_sarif_location(at) for at in item.locations]}
        invocation = {
            "executionSuccessful": False,
            "toolExecutionNotifications": [note],
        }
        return _sarif("", rules=[], results=[], invocation=invocation)
    name = text.name(f"zoo {PurePath(file).name}", 200)
    suite = ElementTree.Element("testsuite", name=name, time="0.000")
    case = ElementTree.SubElement(suite, "testcase", classname=name, name="verdict")
    case.set("time", "0.000")
    ElementTree.SubElement(case, "error", type="error", message=_text(item))
    return _xml(suite, tests=1, failures=0, errors=1, skipped=0)


def _error_location(file: str, sentence: str) -> tuple[Location, ...]:
    """The file, at the line that a message ends with."""
    line = _LINE.search(sentence)
    return tuple(Location(at.file, int(line[1]) if line else 0) for at in _file(file))
