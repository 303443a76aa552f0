"""The rows that each candidate predicts worst: as images, or as they are in a table."""

from collections import defaultdict
from typing import Any

from ...baselines.results.results import Results, WorstPrediction, WorstRows
from .. import text

_LETTERS = 60


def worst_row_facts(results: Results) -> dict[str, Any] | None:
    """A table for each candidate, worst first; None where there are none.

    Returns
    -------
    dict
        ``columns``; ``images``: whether rows are images; ``sentence``; ``tables``: one
        a candidate, with its name, kind and rows.
    """
    found = results.worst
    if found is None or not found.predictions:
        return None
    by_name: dict[str, list[WorstPrediction]] = defaultdict(list)
    for prediction in found.predictions:
        by_name[prediction.candidate].append(prediction)
    kinds = {row.name: row.kind for row in results.rows}
    return {
        "columns": [text.name(name, 40) for name in found.columns],
        "images": bool(found.images),
        "sure": any(p.probability is not None for p in found.predictions),
        "sentence": _shared(by_name),
        "tables": [
            {
                "name": text.name(name),
                "kind": "network" if kinds.get(name) == "network" else "baseline",
                "rows": [_row(one, found) for one in predictions],
            }
            for name, predictions in by_name.items()
        ],
    }


def _row(one: WorstPrediction, found: WorstRows) -> dict[str, Any]:
    place = found.rows.index(one.row) if one.row in found.rows else -1
    values = found.values[place] if 0 <= place < len(found.values) else ()
    image = found.images[place] if 0 <= place < len(found.images) else ()
    return {
        "row": text.format_count(one.row),
        "truth": text.label(one.truth, _LETTERS),
        "prediction": text.label(one.prediction, _LETTERS),
        "probability": text.number(one.probability, ".3f"),
        "values": [text.clean(value, _LETTERS + 4) for value in values],
        "levels": _levels(image),
        "size": (len(image[0]), len(image)) if image else (0, 0),
    }


def _levels(image: tuple[tuple[int, ...], ...]) -> list[dict[str, Any]]:
    """One path a grey level: runs of cells from left to right; level 0 is left out."""
    paths: dict[int, list[str]] = defaultdict(list)
    for y, line in enumerate(image):
        start = 0
        for x in range(1, len(line) + 1):
            if x < len(line) and line[x] == line[start]:
                continue
            if line[start] > 0:
                paths[line[start]].append(f"M{start},{y}h{x - start}v1h-{x - start}z")
            start = x
    return [
        {"opacity": f"{level / 9:.2f}", "path": "".join(parts)}
        for level, parts in sorted(paths.items())
    ]


def _shared(by_name: dict[str, list[WorstPrediction]]) -> str:
    """Say how many rows all candidates have among their worst."""
    if len(by_name) < 2:
        return ""
    sets = [{one.row for one in predictions} for predictions in by_name.values()]
    both, most = len(set.intersection(*sets)), max(map(len, sets))
    who = "both" if len(sets) == 2 else f"all {len(sets)}"
    if not both:
        return f"No row is among the worst {most} of {who}: they fail on other rows."
    verb = "is" if both == 1 else "are"
    return (
        f"{text.count(both, 'row')} {verb} among the worst {most} of {who}: look there "
        "for wrong labels first."
    )
