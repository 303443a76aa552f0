"""Networks: training, layers, generated text, example rows and settings as facts."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...baselines.results.results import Layer, Network, Results, Row, Sample
from .. import text
from ..metrics import metric
from .scores import rule_of_thumb, scored_rows
from .seeds import seed_run_facts

_POINTS = 200
"""A curve of more points looks the same and weighs more."""

_ALL_POINTS = 1_200
"""Shared by all networks of a page, so that the page keeps its size."""

ALL_DOTS = 240
"""Seeds drawn, shared likewise."""

ALL_LAYERS = 200
"""Rows of the tables of layers, shared likewise."""

_MOST_NAMES = 8
_MOST_LETTERS = 2_000
"""Of a text that a network wrote."""
TIMES = "\N{MULTIPLICATION SIGN}"

MOST_NETWORKS = 12
"""More are in the table of scores; their curves would drown the page."""


def network_facts(results: Results) -> list[dict[str, Any]]:
    """One dict a network: note, curve, tries, layers, test scores, examples, recipe."""
    shown = results.networks[:MOST_NETWORKS]
    share = max(len(shown), 1)
    points = min(_POINTS, _ALL_POINTS // share)
    return [
        {
            "name": text.name(network.name),
            "note": text.clean(network.note, 1_000),
            "parameters": text.count(network.parameters, "parameter"),
            "test": [
                {
                    "label": metric(key).label,
                    "value": text.number(value, metric(key).spec),
                }
                for key, value in list(network.test.items())[:12]
            ],
            "curve": curve_facts(network, results, points),
            "examples": example_facts(network),
            "recipe": recipe_facts(network.recipe),
            "way": execution_fact(network),
            "tries": seed_run_facts(network.tries, ALL_DOTS // share),
            "layers": layer_facts(network, ALL_LAYERS // share),
            "sample": sample_facts(network.sample),
        }
        for network in shown
    ]


WAYS = {
    "keras": "Its epochs were run by Keras' own loop",
    "graph": "Its epochs were run as a compiled TensorFlow graph",
    "xla": "Its epochs were compiled by XLA",
}


def execution_fact(network: Network) -> str:
    """Write how the epochs were run and why so; empty where it is not known."""
    if network.way not in WAYS:
        return ""
    return f"{WAYS[network.way]}: {text.name(network.reason)}."


def curve_facts(
    network: Network, results: Results, points: int = _POINTS
) -> dict[str, Any] | None:
    """The loss per epoch and the baselines' losses; None without a history.

    Parameters
    ----------
    network : Network
    results : Results
    points : int
        At most this many points a curve.
    """
    names = {"training": "loss", "validation": "val_loss"}
    series = {
        label: thin_curve(network.history[key], points)
        for label, key in names.items()
        if network.history.get(key)
    }
    values = [loss for curve in series.values() for _, loss in curve]
    epochs = max(
        (len(network.history.get(key, ())) for key in names.values()), default=0
    )
    if not values:
        return None
    lines = baseline_losses(network.loss_unit, results)
    thumb = next((line["loss"] for line in lines if line["thumb"]), 0.0)
    top = ceiling(values, [line["loss"] for line in lines], thumb)
    return {
        "series": series,
        "epochs": epochs,
        "lines": [line for line in lines if line["loss"] <= top],
        "domain": [min(0.0, *values), top],
        "unit": metric(network.loss_unit).label if network.loss_unit else "loss",
        "sentences": [
            *_course(network, epochs),
            *_about_lines(lines, network.loss_unit),
            *_describe_hidden(values, lines, top),
        ],
    }


def thin_curve(losses: Sequence[float], most: int) -> list[tuple[int, float]]:
    """At most ``most`` (epoch from 1, loss) pairs; first, last and lowest are kept.

    Losses that are not finite are left out.
    """
    pairs = [(i, v) for i, v in enumerate(losses, 1) if math.isfinite(v)]
    if len(pairs) <= most:
        return pairs
    step = (len(pairs) - 1) / (most - 2)
    kept = {round(step * i) for i in range(most - 1)}
    kept.add(min(range(len(pairs)), key=lambda i: pairs[i][1]))
    return [pairs[i] for i in sorted(kept)]


def baseline_losses(unit: str, results: Results) -> list[dict[str, Any]]:
    """The baselines' means in the unit of a network's loss, best first."""
    thumb = rule_of_thumb(results)
    found = [
        {"name": text.name(row.name), "loss": loss, "thumb": row is thumb}
        for row in scored_rows(results)
        if row.kind == "baseline"
        and (loss := _loss(row, unit)) is not None
        and math.isfinite(loss)
    ]
    return sorted(found, key=lambda line: line["loss"])


def _loss(row: Row, unit: str) -> float | None:
    if unit == "relative_mse" and "skill" in row.scores:
        return 1 - row.scores["skill"].mean  # skill is 1 - error / error of the mean
    return row.scores[unit].mean if unit in row.scores else None


def ceiling(values: list[float], lines: list[float], thumb: float) -> float:
    """Top of the loss axis: all of it, unless a few wild values would hide the rest."""
    usual = sorted(values)[int(0.9 * (len(values) - 1))]
    top = max(*values, *lines) if lines else max(values)
    return 1.04 * min(top, 2 * max(usual, thumb, 1e-9)) if top > 0 else 0.0


def _course(network: Network, epochs: int) -> list[str]:
    key = "val_loss" if network.history.get("val_loss") else "loss"
    losses = network.history[key]
    known = [(v, i) for i, v in enumerate(losses, 1) if math.isfinite(v)]
    word = "validation" if key == "val_loss" else "training"
    sentences = []
    if known:
        low, at = min(known)
        sentences = [
            f"Lowest {word} loss {text.number(low)} in epoch {at} of {epochs}."
        ]
    broken = next((i for i, v in enumerate(losses, 1) if not math.isfinite(v)), None)
    if broken is not None:
        sentences.append(f"The {word} loss is NaN or infinite from epoch {broken}.")
    return sentences


def _about_lines(lines: list[dict[str, Any]], unit: str) -> list[str]:
    if lines:
        return ["Horizontal lines: cross-validated means of the baselines."]
    if not unit:
        return [
            "No baseline lines are drawn: this loss cannot be compared with a metric "
            "of the baselines."
        ]
    return [f"No baseline lines are drawn: no baseline has a {metric(unit).label}."]


def _describe_hidden(
    values: list[float], lines: list[dict[str, Any]], top: float
) -> list[str]:
    sentences = []
    if max(values) > top:
        sentences.append(
            f"Losses above {text.number(top)} are drawn at the upper edge."
        )
    over = [line for line in lines if line["loss"] > top]
    if over:
        names = ", ".join(f"{o['name']} ({text.number(o['loss'])})" for o in over)
        sentences.append(f"Above the chart: {names}.")
    return sentences


def example_facts(network: Network) -> list[dict[str, Any]]:
    """Rows whose answer is known, and the classes the network gives them."""
    return [
        {
            "row": ", ".join(text.number(v, ".4g") for v in row[:12])
            + (f", {text.ELLIPSIS}" if len(row) > 12 else ""),
            "answers": _answers(said),
        }
        for row, said in network.examples[:20]
    ]


def _answers(said: dict[str, float]) -> list[dict[str, Any]]:
    def size(pair: tuple[str, float]) -> float:
        return pair[1] if math.isfinite(pair[1]) else -math.inf

    shares = all(0 <= v <= 1 for v in said.values()) and len(said) > 1
    return [
        {
            "name": text.label(label, 40),
            "text": text.percent(value) if shares else text.number(value, ".4g"),
            "width": round(100 * value) if shares else 0,
        }
        for label, value in sorted(said.items(), key=size, reverse=True)[:5]
    ]


def recipe_facts(recipe: dict[str, Any], prefix: str = "") -> list[dict[str, str]]:
    """Every setting, nested ones under dotted names; at most 120."""
    found: list[dict[str, str]] = []
    for key, value in recipe.items():
        label = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            found += recipe_facts(value, f"{label}.")
        else:
            sentence = (
                value if isinstance(value, str) else json.dumps(value, default=str)
            )
            found.append(
                {"name": text.name(label, 80), "value": text.clean(sentence, 300)}
            )
    return found[:120]


def layer_facts(network: Network, most: int) -> dict[str, Any] | None:
    """A table of at most ``most`` layers; None where the layers are not known.

    Returns
    -------
    dict
        ``title``, ``summary`` and ``unused``: texts; ``rows``: one a layer, in their
        order; ``more``: how many have no row, or "".
    """
    layers = network.layers
    if not layers:
        return None
    more = len(layers) - most
    return {
        "title": f"Layers of {text.name(network.name)}",
        "summary": f"{text.count(len(layers), 'layer')}: {count_layer_types(layers)}",
        "unused": unused_sentence(layers),
        "rows": [_layer(layer) for layer in layers[:most]],
        "more": f"and {text.count(more, 'more layer')}" if more > 0 else "",
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": text.name(layer.name),
        "kind": text.name(layer.kind, 40),
        "shape": shape_of(layer),
        "parameters": text.format_count(layer.parameters),
        "inputs": ", ".join(text.name(name, 40) for name in layer.inputs) or "input",
        "used": layer.used,
    }


def shape_of(layer: Layer) -> str:
    """Write a layer's output shape for one row: its sizes with "times" between them."""
    sizes = (text.format_count(size) if size else "any" for size in layer.shape)
    return f" {TIMES} ".join(sizes) or "1"


def count_layer_types(layers: Sequence[Layer]) -> str:
    """Count the layers of each kind, the commonest first: ``3 Dense, 1 Dropout``."""
    counts = Counter(layer.kind for layer in layers).most_common()
    sentences = [f"{n} {text.name(kind, 40)}" for kind, n in counts[:_MOST_NAMES]]
    rest = sum(n for _, n in counts[_MOST_NAMES:])
    return ", ".join([*sentences, f"{rest} others"] if rest else sentences)


def unused_sentence(layers: Sequence[Layer]) -> str:
    """Name the layers that reach no output; empty where all do."""
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


def sample_facts(sample: Sample | None) -> dict[str, str] | None:
    """The text behind its seed text, and a sentence; None where nothing was written."""
    if sample is None or not sample.text:
        return None
    return {
        "seed_text": text.clean(sample.seed_text, 500),
        "text": text.clean(sample.text, _MOST_LETTERS),
        "sentence": _copied(sample),
    }


def _copied(sample: Sample) -> str:
    if not sample.verbatim > 0:
        return (
            "No run of 20 characters of it occurs in the training text: nothing is "
            "copied."
        )
    return (
        f"{text.percent(sample.verbatim, 0)} of it occurs verbatim in the training "
        "text, in runs of 20 or more characters; the longest run has "
        f"{text.count(sample.longest, 'character')}."
    )
