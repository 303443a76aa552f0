"""Sentences on data, for those who have no command line to change them with."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...baselines.evaluate import Study

_IN_BRACKETS = re.compile(r" ?\([^()]*--[a-z][^()]*\)")
_IN_WORDS = {
    "--drop it": "leave it out",
    "--class-weight balanced gives": "class_weight in fit gives",
}
_CHOICE = re.compile(r",? or [^.;,]*--[a-z][^.;]*")
_END = re.compile(r"(?<=[.;])")
_OPTION = re.compile("--[a-z]")


def without_options(text: str) -> str:
    """Leave out what names options of the commands that read tables.

    A script has no ``--drop``: what is to be changed is changed in it.
    """
    text = _IN_BRACKETS.sub("", text)
    for option, words in _IN_WORDS.items():
        text = text.replace(option, words)
    sentences = _END.split(_CHOICE.sub("", text))
    return "".join(s for s in sentences if not _OPTION.search(s)).strip()


def for_scripts(study: Study) -> Study:
    """The data half, whose findings and verdicts name no options."""
    results = study.results
    findings = tuple(
        replace(
            f, sentence=without_options(f.sentence), advice=without_options(f.advice)
        )
        for f in results.findings
    )
    verdicts = tuple(
        replace(
            v,
            sentence=without_options(v.sentence),
            change=without_options(v.change),
            suspicion=without_options(v.suspicion),
        )
        for v in results.verdicts
    )
    return replace(
        study, results=replace(results, findings=findings, verdicts=verdicts)
    )
