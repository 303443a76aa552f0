"""Advice on data where there is no command line to change them with."""

from dataclasses import dataclass
from typing import Any

import pytest
from learnable.baselines.results.diagnosis import Diagnosis
from learnable.baselines.results.findings import Finding
from learnable.baselines.results.results import Verdict
from learnable.zoo.check.wording import for_scripts, without_options
from learnable.zoo.cli.check_output import describe_written_script


@pytest.mark.parametrize(
    ("told", "left"),
    [
        (
            "Check what is named, exclude it (--drop, --group) and run again.",
            "Check what is named, exclude it and run again.",
        ),
        ("Drop them (--drop): new rows differ.", "Drop them: new rows differ."),
        (
            "Such a column is the target; --drop it to see what the others predict",
            "Such a column is the target; leave it out to see what the others predict",
        ),
        (
            "Remove duplicates before splitting, or give the column of groups with "
            "--group",
            "Remove duplicates before splitting",
        ),
        ("More independent rows. Or --rows independent.", "More independent rows."),
        ("Nothing else.", "Nothing else."),
        (
            "p = 0.2, 0.01 if rows were independent (--rows independent overrules).",
            "p = 0.2, 0.01 if rows were independent.",
        ),
    ],
)
def test_no_option_is_left_and_the_rest_stays(told, left):
    assert without_options(told) == left


@dataclass(frozen=True)
class Half:
    """A study, or its results."""

    results: Any = None
    findings: tuple[Finding, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def test_findings_and_verdicts_on_a_script_name_no_options():
    leak = Finding(
        "D308", "leak", "error", "One column tells all.", "Drop it (--drop)."
    )
    verdict = Verdict(
        "suspicious", "", "It is the answer; --drop it", "Exclude it (--drop, --group)."
    )
    study: Any = Half(Half(findings=(leak,), verdicts=(verdict,)))
    found = for_scripts(study)
    assert found.results.findings[0].advice == "Drop it."
    assert found.results.verdicts[0].sentence == "It is the answer; leave it out"
    assert found.results.verdicts[0].change == "Exclude it."


@pytest.mark.parametrize(
    ("diff", "failed", "told"),
    [
        ("+ hidden = 3", "", "repaired"),
        ("", "", "ported, with no repairs"),
        ("+ hidden = 3", "it raises", "ported, with no repairs"),
    ],
    ids=["a repair without a trial, too", "ports alone", "a repair that failed"],
)
def test_a_written_script_is_called_what_it_is(diff, failed, told):
    said = ("t.py", ("data",), "suspicious", "So it is.", "Nothing.", "R2")
    found = Diagnosis(*said, 0.9, 1.0, 1.0, 0.9, diff=diff, failed=failed)
    assert describe_written_script(found) == told
