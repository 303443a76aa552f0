"""Figures on disk, and as a table between two marks of a page."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def save(name: str, facts: Any) -> None:
    """Write ``benchmarks/<name>.json``."""
    (HERE / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def put_between(page: Path, mark: str, text: str) -> None:
    """Replace what stands between ``<!-- mark -->`` and ``<!-- /mark -->``."""
    old = page.read_text("utf-8")
    pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
    new, count = re.subn(pattern, lambda m: f"{m[1]}{text}\n{m[2]}", old, flags=re.S)
    if count != 1:
        msg = f"{page.name} holds {count} places marked {mark!r}; one is needed"
        raise ValueError(msg)
    page.write_text(new, "utf-8")
