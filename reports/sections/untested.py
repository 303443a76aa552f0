"""What was not tested, and why: what a page does not show is not thereby well."""

from collections.abc import Iterator

from ...baselines.results.diagnosis import UNTRIED, Diagnosis
from ...baselines.results.results import Results
from .. import text

MOST = 40
_NO_CURVE = {
    "no-signal": "nothing was found that more rows could teach",
    "suspicious": "what is suspicious comes first",
}


def untested_facts(results: Results) -> list[dict[str, str]]:
    """List what was left out: ``what`` and ``reason`` each."""
    found = [*_untested_of_check(results.diagnosis), *_untested_candidates(results)]
    if results.diagnosis is None:
        found += _untested_of_study(results)
    return [
        {"what": text.clean(what, 200), "reason": _sentence(reason)}
        for what, reason in found[:MOST]
    ]


def _sentence(reason: str) -> str:
    sentence = text.clean(reason.strip().rstrip("."), 500)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _untested_of_check(found: Diagnosis | None) -> Iterator[tuple[str, str]]:
    if found is None:
        return
    if found.crashed:
        yield "Symptoms and golden tests", f"the training ended with {found.crashed}"
    for sign in (*found.symptoms, *found.golden):
        if sign.passed is None:
            yield f"{sign.code} {sign.label}", sign.sentence
    for one in found.ruled_out:
        if one.state == "untested" and one.code not in UNTRIED:
            yield f"{one.code} {one.label}", one.reason or "its repair was not needed"
    if found.failed:
        yield "The repaired script as a whole", f"it failed: {found.failed}"


def _untested_candidates(results: Results) -> Iterator[tuple[str, str]]:
    for row in results.rows:
        if row.error is not None or not row.scores:
            yield row.name, row.error or "no scores were returned"


def _untested_of_study(results: Results) -> Iterator[tuple[str, str]]:
    """List what the study of the data and the comparison leave out."""
    data = next((v.name for v in results.verdicts if not v.about), "")
    networks = [row for row in results.rows if row.kind == "network"]
    if results.curve is None and data in _NO_CURVE:
        yield "Learning curve", _NO_CURVE[data]
    if results.curve and networks and not _has_network(results):
        yield (
            "Learning curve of the network",
            "it is drawn with zoo compare --learning-curve alone, for it trains the "
            "network several times more",
        )
    if networks and not any(noise.n_seeds > 1 for noise in results.noise):
        yield (
            "Luck of the seed",
            "each network was trained from one seed a fold; zoo compare --seeds 3 "
            "tells how much it matters",
        )
    if results.ceiling is None and data == "suspicious":
        yield "Best achievable score", "what is suspicious comes first"
    elif results.ceiling and results.ceiling.basis == "candidate":
        yield (
            "How much better than the best candidate anyone can be",
            "these rows have too few equal or near neighbours to say",
        )
    if networks and not results.pairs and len(networks) > 1:
        yield "Networks against each other", "they have no scores on the same folds"


def _has_network(results: Results) -> bool:
    lines = results.curve.lines if results.curve else ()
    return any(line.kind == "network" for line in lines)
