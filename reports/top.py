"""The top of an answer's page, as a notebook shows it: verdict, evidence, table.

Every style is for what is below ``.zoo-top``, and colours are those of the notebook, so
that its own pages stay as they are in light and in dark.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ..data.errors import as_arguments
from . import text
from .html import render

if TYPE_CHECKING:
    from .answers import Answer

_MOST_ROWS = 40
"""Of the table."""
_MOST_FINDINGS = 10


def top_html(answer: Answer) -> str:
    """The top of an answer's page, for a cell of a notebook."""
    return render("top.html", top_facts(answer))


def top_page(answer: Answer, title: str) -> str:
    """The same as a whole document, for an answer that has no longer page."""
    return render("top_page.html", top_facts(answer) | {"title": title})


def top_facts(answer: Answer) -> dict[str, Any]:
    """Texts of the verdict, the evidence, the table and the findings."""
    from .sections.scores import verdict_facts

    (verdict,) = verdict_facts((answer.verdict,))
    table, shown = answer.table, answer.shown_table(_MOST_ROWS)
    cells = zip(shown.index, shown.to_numpy().tolist(), strict=True)
    findings, more = answer.findings, len(table) - len(shown)
    digest = hashlib.sha256(repr(answer).encode("utf-8", "backslashreplace"))
    return {
        "id": f"zoo-top-{digest.hexdigest()[:8]}",
        "verdict": verdict | {"about": text.name(answer.verdict.about or "")},
        "evidence": [
            (text.clean(name), text.clean(said))
            for name, said in answer.evidence().items()
        ],
        "columns": [text.clean(str(c).replace("_", " "), 40) for c in shown.columns],
        "rows": [(text.name(n), [text.clean(c, 60) for c in row]) for n, row in cells],
        "more": text.count(more, "more row") if more > 0 else "",
        "findings": [
            {
                "head": f"{finding.code} {text.name(finding.label)}".strip(),
                "sentence": text.clean(finding.sentence, 400),
                "advice": text.clean(as_arguments(finding.advice), 300),
            }
            for finding in findings[:_MOST_FINDINGS]
        ],
        "more_findings": max(0, len(findings) - _MOST_FINDINGS),
    }
