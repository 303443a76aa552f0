"""``python -m learnable.zoo.results``: run every model, and write what came of it.

The figures go to ``results.json`` beside this file, which ``zoo show`` reads, and into
the table of the README; nobody types them. Models can be named to run only these.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from ...data.disk import write_whole
from ..registry import MODELS, ModelCard

FIGURES = Path(__file__).parent / "results.json"
README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- results -->\n", "<!-- /results -->"
OWN_FILES = {"text-embedding": ("text/sms_spam.tsv", "--target", "0")}
"""Below ZOO_DATA: data of models that have none of their own."""
_METRICS = ("bits_per_character", "mase", "accuracy", "r2")
"""What is told of a network: the first of these that it has."""


@dataclass(frozen=True)
class Figures:
    """Results of one training of one model.

    ``best`` is the best baseline, and ``score`` and ``best_score`` are in ``metric``;
    ``seconds`` is the whole command's. ``note`` says what the network shows beside.
    """

    model: str
    data: str
    command: str
    seed: int
    seconds: float
    rows: int
    verdict: str
    metric: str
    score: float | None
    best: str
    best_score: float | None
    note: str


def main(names: list[str]) -> None:
    """Run some models, or all, and write figures and table after each."""
    for name in names or MODELS:
        found = measure_model(MODELS[name])
        if found is None:
            click.echo(f"{name}: its data are not on this machine", err=True)
            continue
        known = read_figures() | {name: found}  # others may be measured meanwhile
        click.echo(f"{name}: {found.verdict}, {found.seconds:.0f} s", err=True)
        ordered = {n: asdict(known[n]) for n in MODELS if n in known}
        write_whole(FIGURES, json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    _into_readme(table(read_figures()))


def read_figures() -> dict[str, Figures]:
    """The figures on disk, by model; empty where there are none yet."""
    if not FIGURES.exists():
        return {}
    facts = json.loads(FIGURES.read_text("utf-8"))
    return {name: Figures(**figures) for name, figures in facts.items()}


def measure_model(card: ModelCard) -> Figures | None:
    """Train a model by the command; None where its data are not at hand."""
    data = _data(card)
    if data is None:
        return None
    zoo = Path(sys.executable).with_name("zoo")
    with tempfile.TemporaryDirectory() as out:
        typed = ["train", card.name, *data]
        start = time.perf_counter()
        run = subprocess.run(
            [zoo, *typed, "--out", out, "--json", "--quiet"],
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
    if run.returncode:
        msg = f"zoo {' '.join(typed)} failed: {run.stderr.strip()[-500:]}"
        raise RuntimeError(msg)
    facts = json.loads(run.stdout)
    if card.dataset not in ("", facts["about"]["name"]):
        return None  # it was trained on what stands in
    return _figures(card.name, typed, facts, seconds)


def _data(card: ModelCard) -> list[str] | None:
    if card.name in OWN_FILES:
        file, *options = OWN_FILES[card.name]
        path = Path(os.environ.get("ZOO_DATA", ".")) / file
        return ["--data", str(path), *options] if path.is_file() else None
    return []


def _figures(name: str, typed: list[str], facts: dict[str, Any], seconds: float) -> Any:
    rows = {row["name"]: row for row in facts["rows"]}
    scored = [r for r in rows.values() if r["kind"] == "baseline" and r["scores"]]
    best = max(scored, key=lambda row: row["scores"]["skill"]["mean"])
    metric = next(m for m in _METRICS if m in best["scores"])
    own = rows[name]["scores"]
    return Figures(
        model=name,
        data=facts["about"]["name"],
        command=" ".join(["zoo", *(Path(t).name if "/" in t else t for t in typed)]),
        seed=facts["seed"],
        seconds=round(seconds, 1),
        rows=facts["about"]["rows"],
        verdict=next(v["name"] for v in facts["verdicts"] if v["about"] == name),
        metric=metric,
        score=own[metric]["mean"] if own else None,
        best=best["name"],
        best_score=best["scores"][metric]["mean"],
        note=_note(facts["networks"][0]),
    )


def _note(network: dict[str, Any]) -> str:
    """Seeds that succeed, layers that reach no output, rows given one class."""
    sentences = []
    if network["tries"]:
        tries = network["tries"]
        reached = sum(loss < tries["goal"] for loss in tries["losses"])
        sentences.append(f"{reached} of {len(tries['losses'])} seeds succeed")
    unused = [layer for layer in network["layers"] if not layer["used"]]
    if unused:
        sentences.append(f"{len(unused)} layers reach no output")
    if network["note"].startswith("It predicts "):
        sentences.append("one class for all rows")
    return "; ".join(sentences)


def table(figures: dict[str, Figures]) -> str:
    """The README's table in Markdown."""
    lines = [
        "| model | data | verdict | network | best baseline | seconds | shows |",
        "| --- | --- | --- | --- | --- | ---: | --- |",
    ]
    labels = {"bits_per_character": "bits/character", "mase": "MASE", "r2": "R²"}
    for name in (n for n in MODELS if n in figures):
        f = figures[name]
        label = labels.get(f.metric, f.metric)
        score = "fails" if f.score is None else f"{label} {f.score:.3f}"
        best = f"{f.best} {f.best_score:.3f}"
        lines.append(
            f"| `{name}` | {f.data} | {f.verdict} | {score} | {best} | {f.seconds:.0f} "
            f"| {f.note} |"
        )
    return "\n".join(lines) + "\n"


def _into_readme(text: str) -> None:
    whole = README.read_text("utf-8")
    if START not in whole or END not in whole:
        msg = f"{README.name} lacks the lines {START.strip()} and {END}"
        raise RuntimeError(msg)
    before, _, rest = whole.partition(START)
    _, _, after = rest.partition(END)
    write_whole(README, f"{before}{START}{text}{END}{after}")
