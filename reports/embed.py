"""The results inside the page, for whoever has only the page."""

import json
from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]


def as_json(data: Facts) -> str:
    """JSON that cannot end the script element it stands in."""
    plain = json.dumps(data, separators=(",", ":"))  # ASCII only: no U+2028 either
    for character in "<>&":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain


def fitting(data: Facts, room: int) -> Facts:
    """The results, or as much of them as fits into ``room`` bytes.

    Parameters
    ----------
    data : dict
        ``Results.to_dict()``.
    room : int
        Bytes that the page has left.

    Returns
    -------
    dict
        As given, or without the longest parts; ``left_out`` names them.
    """
    left_out: list[str] = []
    own = _OF_DIAGNOSIS if data.get("diagnosis") else {}
    for name, shorten in (own | _STEPS).items():
        if len(as_json(data)) <= room:
            return data
        shorter = shorten(data)
        if shorter != data:  # there was something to leave out
            left_out.append(name)
            data = shorter | {"left_out": list(left_out)}
    if len(as_json(data)) <= room:
        return data
    return {"schema": data["schema"], "left_out": ["everything: see results.json"]}


def _without_looks(data: Facts) -> Facts:
    return data | {"diagnosis": data["diagnosis"] | {"looks": [], "losses": []}}


def _without_program(data: Facts) -> Facts:
    code = {"diff": "", "fixed": "", "snippet": ""}
    return data | {"diagnosis": data["diagnosis"] | code}


def _without_trials(data: Facts) -> Facts:
    return data | {"diagnosis": data["diagnosis"] | {"trials": []}}


def _without_histories(data: Facts) -> Facts:
    networks = [network | {"history": {}} for network in data["networks"]]
    return data | {"networks": networks}


def _without_pictures(data: Facts) -> Facts:
    return data | {"pictures": None}


def _without_rows(data: Facts) -> Facts:
    findings = [finding | {"examples": None} for finding in data["findings"]]
    return data | {"findings": findings}


def _without_confusions(data: Facts) -> Facts:
    return data | {"rows": [row | {"confusion": []} for row in data["rows"]]}


def _without_layers(data: Facts) -> Facts:
    networks = [network | {"layers": []} for network in data["networks"]]
    return data | {"networks": networks}


def _without_course(data: Facts) -> Facts:
    return data | {"course": None}


def _without_examples(data: Facts) -> Facts:
    networks = [network | {"examples": []} for network in data["networks"]]
    return data | {"networks": networks}


_STEPS: dict[str, Callable[[Facts], Facts]] = {
    "histories": _without_histories,
    "pictures": _without_pictures,
    "rows of findings": _without_rows,
    "confusions": _without_confusions,
    "layers": _without_layers,
    "course": _without_course,
    "examples": _without_examples,
}
_OF_DIAGNOSIS: dict[str, Callable[[Facts], Facts]] = {
    "looks": _without_looks,
    "repaired program": _without_program,
    "trials": _without_trials,
}
