"""Writes the table of docs/models.md from the cards of the models.

``--check`` writes nothing and exits with 1 if the page is not up to date.
"""

import sys
from pathlib import Path

from learnable.data.dataset import TABLE_TASKS
from learnable.zoo.registry import MODELS, ModelCard

PAGE = Path(__file__).with_name("models.md")
START, END = "<!-- models -->\n", "<!-- /models -->"
HEAD = """| model | what it is | tasks | its own dataset | weights there |
| --- | --- | --- | --- | ---: |
"""


def page() -> str:
    """The page with its table made anew; what stands around it stays."""
    before, _, rest = PAGE.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    table = HEAD + "".join(row(card) for card in MODELS.values())
    return f"{before}{START}{table}{END}{after}"


def row(card: ModelCard) -> str:
    cells = (
        f"`{card.name}`",
        f"**broken**: {card.title}" if card.broken else card.title,
        "tables" if card.tasks == TABLE_TASKS else ", ".join(card.tasks),
        f"`{card.dataset}`" if card.dataset else "none",
        f"{card.parameters:,}" if card.parameters else "",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
