"""The layers of the networks: which are drawn, and which take no part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ...baselines.results.results import Layer, Network
from .. import text
from ..layout import arrange

ALL_BOXES = 320
"""Shared by the diagrams of a page, so that the page keeps its size."""

_MOST_NAMES = 8


def layers_facts(networks: Sequence[Network]) -> list[dict[str, Any] | None]:
    """One dict a network, None where its layers are not known.

    ``drawn`` is empty where the page has no room left for the diagram.
    """
    room = ALL_BOXES
    found: list[dict[str, Any] | None] = []
    for network in networks:
        if not network.layers:
            found.append(None)
            continue
        boxes = arrange(network.layers).boxes
        fits = len(boxes) <= room
        room -= len(boxes) if fits else 0
        found.append(
            {
                "title": f"Layers of {text.name(network.name)}",
                "summary": f"{text.count(len(network.layers), 'layer')}: "
                f"{kinds(network.layers)}",
                "unused": unused_sentence(network.layers),
                "joined": any(len(box.layers) > 1 for box in boxes),
                "drawn": [asdict(layer) for layer in network.layers] if fits else [],
            }
        )
    return found


def kinds(layers: Sequence[Layer]) -> str:
    """Count the layers of each kind, the commonest first: ``3 Dense, 1 Dropout``."""
    counts = Counter(layer.kind for layer in layers).most_common()
    said = [f"{n} {text.name(kind, 40)}" for kind, n in counts[:_MOST_NAMES]]
    rest = sum(n for _, n in counts[_MOST_NAMES:])
    return ", ".join([*said, f"{rest} others"] if rest else said)


def unused_sentence(layers: Sequence[Layer]) -> str:
    """Which layers were built for nothing; empty where all take part."""
    names = [text.name(layer.name, 40) for layer in layers if not layer.used]
    if not names:
        return ""
    shown = ", ".join(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown += f" and {len(names) - _MOST_NAMES} more"
    one = len(names) == 1
    return (
        f"{len(names)} of {text.count(len(layers), 'layer')} "
        f"{'reaches' if one else 'reach'} no output of the network, so that "
        f"{'its result is' if one else 'their results are'} never used: {shown}."
    )
