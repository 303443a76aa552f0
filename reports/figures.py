"""Facts -> charts, as SVG texts that take their colours from the page.

Each chart is drawn twice, for a desk and for a phone: scaled down to a phone, the
letters of a wide chart cannot be read. The style sheet shows one of the two.
"""

from collections.abc import Callable
from typing import Any

from .curves import curve_svg
from .forest import forest_svg
from .svg import NARROW, WIDE


def figures(facts: dict[str, Any]) -> dict[str, Any]:
    """All charts of a page.

    Parameters
    ----------
    facts : dict
        From `learnable.reports.summarize.summarize`.

    Returns
    -------
    dict
        ``forest``, ``accuracy``: {"wide": SVG, "narrow": SVG} or None; ``curves``: one
        such dict, or None, for each network.
    """
    scores = facts["scores"]
    forest = scores["forest"] if scores else None
    accuracy = scores["accuracy"] if scores else None
    return {
        "forest": _both(forest_svg, forest) if forest and forest["marks"] else None,
        "accuracy": _both(forest_svg, accuracy) if accuracy else None,
        "curves": [
            _both(curve_svg, network["curve"]) if network["curve"] else None
            for network in facts["networks"]
        ],
    }


def _both(
    drawn: Callable[[dict[str, Any], int], str], found: dict[str, Any]
) -> dict[str, str]:
    return {"wide": drawn(found, WIDE), "narrow": drawn(found, NARROW)}
