"""The command line of the package."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from learnable.benchmarks.mutants.answers import KEPT, contradictions
from learnable.benchmarks.mutants.draw import SEEDS, Mutant, Ruler, draw
from learnable.benchmarks.mutants.judge import figures, judge, truth_of
from learnable.benchmarks.mutants.measure import measure
from learnable.benchmarks.mutants.program import Program
from learnable.benchmarks.specimens import check
from learnable.benchmarks.tables import HERE, markdown, put_between, save

FIGURES = HERE / "mutants.json"


def main() -> None:
    """Draw, measure, check, and write."""
    parser = argparse.ArgumentParser(description="faults planted by machine")
    parser.add_argument("--seeds", default="0:10", help="FIRST:END")
    parser.add_argument("--pairs", action="store_true", help="two faults at a time")
    parser.add_argument("--again", action="store_true", help="also what is known")
    asked = parser.parse_args()
    first, end = map(int, asked.seeds.split(":"))
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    part = known.setdefault("pairs" if asked.pairs else "single", {})
    drawn = dict(_drawn(known, part, range(first, end), pairs=asked.pairs))
    for key, mutant in drawn.items():
        if "seconds" not in part[key] or asked.again:
            part[key] |= answer_on(mutant)
            save("mutants", known)
            print(key, part[key], judge(part[key], part[key]["truth"]), flush=True)
    put_between(HERE.parent / "docs/check.md", "mutants", as_page(known))


def _drawn(
    known: dict[str, Any], part: dict[str, Any], seeds: range, *, pairs: bool
) -> Iterator[tuple[str, Mutant]]:
    """Draw mutants; those that were measured before are not measured again."""
    ruler = Ruler(known.setdefault("bases", {}))
    for seed in seeds:
        for number, choice in enumerate(draw(seed, pairs=pairs)):
            key = f"{seed}.{number}"
            if key not in part:
                part[key] = _first_that_holds(ruler, choice)
                print(key, part[key], flush=True)
                save("mutants", known)
            if part[key]:
                yield key, choice[part[key]["choice"]][0]


def _first_that_holds(
    ruler: Ruler, choice: list[tuple[Mutant, Program]]
) -> dict[str, Any]:
    for place, (mutant, base) in enumerate(choice):
        found = ruler.measured(mutant, base)
        if found is not None:
            return {"mutant": found.name, "choice": place, "truth": truth_of(found)}
    return {}


def answer_on(mutant: Mutant) -> dict[str, Any]:
    """Check a mutant."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "train.py").write_text(mutant.program.text, "utf-8")
        answer = check(Path(folder), seed=0, run=_scores, keep=KEPT)
    told = contradictions(answer["facts"]) if "facts" in answer else []
    return answer | {"contradictions": told}


def _scores(path: Path) -> dict[str, float]:
    found = measure(path.read_text("utf-8"), SEEDS)
    return {str(seed): one["test"] for seed, one in zip(SEEDS, found, strict=True)}


def as_page(known: dict[str, Any]) -> str:
    """The figures of single faults and of pairs, a row for each state of the code."""
    titles = {"single": "one fault", "pairs": "two faults"}
    told: dict[str, dict[str, Any]] = {}
    for kind, title in titles.items():
        for name, record in known.get(kind, {}).items():
            if "seconds" in record:
                row = f"{title}, code of {record['commit']}"
                told.setdefault(row, {})[name] = record
    found = {row: figures(part) for row, part in told.items()}
    head = ["", *next(iter(found.values()))]
    rows = [[name, *map(_shown, part.values())] for name, part in found.items()]
    return markdown(head, rows)


def _shown(value: float) -> str:
    return f"{value:.3g}" if value == value else "-"


if __name__ == "__main__":
    main()
