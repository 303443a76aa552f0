"""Statements of one run that deny each other.

Every check is a claim that holds whatever the data are: where it does not, a sentence
or a number is wrong, and the fault is ours. The command says so, and tests draw tables
and look for such results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain

from .results.candidates import learns
from .results.results import Results, Row, Verdict
from .rules.registry import RULES
from .verdicts.prospect import network_prospect

_SHOWN = 0.0006
"""Two numbers that are shown alike with three digits differ by less."""
_FOLDS = 0.02
"""A mean over folds and the same over all rows differ by less."""
_CLOSE = 0.05
"""Shares of two classes that differ by less may change places from fold to fold."""
_CLEAR = 0.05
"""P-value from which on nothing is proved."""


def contradictions(
    results: Results, options: Collection[str] | None = None
) -> tuple[str, ...]:
    """List what a run's statements deny of each other, a sentence each.

    Parameters
    ----------
    results : Results
    options : collection of str, optional
        Options of the command that gives the advice, such as ``--drop``; without them
        options are not looked at.

    Returns
    -------
    tuple of str
        Empty where nothing contradicts.
    """
    found = chain.from_iterable(check(results) for check in _CHECKS)
    if options is not None:
        found = chain(found, _unknown_options(results, options))
    return tuple(dict.fromkeys(found))


def all_sentences(results: Results) -> list[str]:
    """Return all sentences that a person reads of the data half."""
    texts = [text for v in results.verdicts for text in (v.sentence, v.suspicion)]
    texts += [finding.sentence for finding in results.findings]
    texts += [pair.sentence for pair in results.pairs]
    texts += [noise.sentence for noise in results.noise]
    texts += [line.sentence for line in (results.curve.lines if results.curve else ())]
    texts += [results.ceiling.sentence] if results.ceiling else []
    texts += [network.note for network in results.networks]
    texts += [results.split, *results.about.notes]
    prospect = network_prospect(results)
    texts += [prospect.sentence] if prospect else []
    return [text for text in texts + advice(results) if text]


def advice(results: Results) -> list[str]:
    """Return what a person is told to do."""
    changes = [verdict.change for verdict in results.verdicts]
    return changes + [finding.advice for finding in results.findings]


def _unquoted(text: str) -> str:
    """Leave out names in quotes, which may hold anything, and other commands."""
    return re.sub(r"`[^`]*`|'[^']*'", "", text)


def _scored_rows(results: Results) -> dict[str, Row]:
    return {row.name: row for row in results.rows if not row.error and row.scores}


def _learners(results: Results) -> list[Row]:
    rows = _scored_rows(results).values()
    return [row for row in rows if row.kind == "baseline" and learns(row)]


def _data_verdict(results: Results) -> Verdict | None:
    return next((v for v in results.verdicts if not v.about), None)


def _ceiling(results: Results) -> Iterator[str]:
    """Limits of what anyone can reach, against what was reached."""
    top, rows = results.ceiling, _scored_rows(results)
    if top is None:
        return
    if top.low > top.high:
        yield f"the best achievable score lies between {top.low} and {top.high}"
    scores = {n: r.scores[top.metric].mean for n, r in rows.items()}
    best = max(scores, key=lambda name: scores[name])
    if top.basis == "equal rows":
        if top.reached is not None and top.reached > top.high + _SHOWN:
            yield (
                f"{top.best} reaches {top.reached:.3f} on equal rows, at most "
                f"{top.high:.3f} can be reached there"
            )
        return
    if scores[best] > top.high + _SHOWN:
        yield f"{best} reaches {scores[best]:.3f}, at most {top.high:.3f} can be"
    if top.low > scores[best] + _SHOWN:
        yield (
            f"at least {top.low:.3f} can be reached, and the highest score is "
            f"{scores[best]:.3f}"
        )


def _intervals(results: Results) -> Iterator[str]:
    """Every interval holds its mean, and none of a scored candidate is a point."""
    for row in _scored_rows(results).values():
        for name, score in row.scores.items():
            if score.low is None or score.high is None:
                continue
            if not score.low - 1e-9 <= score.mean <= score.high + 1e-9:
                yield f"{name} of {row.name} lies outside its interval"
        right = row.scores.get("accuracy")
        if right and right.low is not None and right.low == right.high:
            yield f"the interval of {row.name}'s accuracy has no width"


def _verdict_on_data(results: Results) -> Iterator[str]:
    """The verdict on the data against the table and the signal test."""
    verdict, signal = _data_verdict(results), results.signal
    if verdict is None:
        return
    sure = [r.name for r in _learners(results) if _is_sure(r, results)]
    claim = verdict.sentence
    if "no baseline" in claim and "for sure" not in claim:
        yield "'no baseline' is said without 'for sure'"
    if "no baseline" in claim:
        yield from (
            f"no baseline is better for sure, and {name} is"
            for name in sure
            if f"{name} " not in claim
        )
    if verdict.name == "no-signal" and signal.p <= _CLEAR:
        yield f"no signal, with p = {signal.p:.3g}"
    if (
        verdict.name == "signal"
        and signal.p > 0.01
        and "better than chance" not in claim
    ):
        yield f"signal, with p = {signal.p:.3g}, and nothing else proves it"
    random = [f for f in results.findings if f.code == "D305"]
    if bool(random) != (verdict.name == "no-signal") and results.findings:
        yield f"the verdict is {verdict.name}, and D305 says otherwise"
    codes = {"P707", "D308", "D320"} & {f.code for f in results.findings}
    codes = {code for code in codes if code not in verdict.change}
    if verdict.name == "no-signal" and codes:
        yield f"no signal, and {', '.join(sorted(codes))} says where there is one"


def _is_sure(row: Row, results: Results) -> bool:
    """Whether the table shows a baseline above the majority by more than its noise."""
    if results.about.task == "forecast":
        return False
    skill = row.scores["skill"]
    if skill.low is not None and skill.low > 0:
        return True
    thumb, own = _scored_rows(results).get("majority"), row.scores.get("accuracy")
    if thumb is None or own is None or own.low is None:
        return False
    return own.low > thumb.scores["accuracy"].mean


def _verdicts_on_networks(results: Results) -> Iterator[str]:
    """Verdicts on networks against the differences that they are drawn from."""
    for verdict in results.verdicts:
        own = [c for c in results.comparisons if c.network == verdict.about]
        if not own:
            continue
        if verdict.name == "network-ahead":
            for c in own:
                if c.difference <= 0 or c.p_holm > _CLEAR:
                    yield (
                        f"{c.network} is ahead of every baseline, and its difference "
                        f"to {c.baseline} is {c.difference:+.3f}, p = {c.p_holm:.3g}"
                    )
        if verdict.name == "network-at-fault" and min(c.difference for c in own) >= 0:
            yield f"{verdict.about} is at fault, and no baseline is better"
        yield from _contradicted_orders(results, verdict)


def _contradicted_orders(results: Results, verdict: Verdict) -> Iterator[str]:
    """An order by skill beside the other order by accuracy, without a word on it."""
    rows = _scored_rows(results)
    row = rows.get(verdict.about)
    if row is None or "accuracy" not in row.scores:
        return
    own = row.scores["accuracy"].mean
    others = {r.name: r.scores["accuracy"].mean for r in _learners(results)}
    best = max(others, key=lambda name: others[name], default="")
    silent = "By accuracy" not in verdict.sentence
    if verdict.name == "network-ahead" and silent and best and others[best] > own:
        yield f"{row.name} is ahead, and {best} has a higher accuracy, not spoken of"
    if verdict.name == "network-at-fault" and silent and best and others[best] < own:
        yield f"{row.name} is at fault with the highest accuracy, not spoken of"


_QUOTED = re.compile(
    r"(?<!\S)(?P<name>\S{1,80}) reaches (?P<label>accuracy|macro F1|MASE|R²) "
    r"(?P<score>-?\d{1,9}\.\d{3})(?:, skill (?P<skill>-?\d{1,9}\.\d{2,3}))?"
)
_KEYS = {"accuracy": "accuracy", "macro F1": "f1_macro", "MASE": "mase", "R²": "r2"}


def _quotations(results: Results) -> Iterator[str]:
    """Scores in a verdict's sentence against the table."""
    rows = _scored_rows(results)
    for verdict in results.verdicts:
        for found in _QUOTED.finditer(verdict.sentence):
            row = rows.get(found["name"])
            if row is None:
                continue
            score = row.scores[_KEYS[found["label"]]].mean
            if abs(score - float(found["score"])) > _SHOWN:
                yield f"{row.name} reaches {score:.3f}, and {found['score']} is quoted"
            skill = row.scores["skill"].mean
            if found["skill"] and not _is_quoted(skill, found["skill"]):
                yield f"{row.name} has skill {skill:.3f}, {found['skill']} is quoted"
            other = found["label"] == "R²" and not found["skill"]
            if other and score * skill < 0 and _is_seen(score, skill):
                yield f"{row.name}: R² {score:.3f}, skill {skill:.3f}, unexplained"


def _is_quoted(value: float, text: str) -> bool:
    """Whether a number is said as it is, but for rounding to the digits shown."""
    return abs(value - float(text)) <= 0.6 * 10.0 ** -len(text.rpartition(".")[2])


def _is_seen(r2: float, skill: float) -> bool:
    return abs(r2) > _SHOWN and abs(skill) > _SHOWN


_P = re.compile(r"\bp = (?P<p>\d(?:\.\d{1,9})?(?:e-\d{1,3})?)")
_CLAIMS = re.compile(
    r"\b(beats|loses|is better than|is worse than|are related|something to learn)\b"
)


def _p_values(results: Results) -> Iterator[str]:
    """A claim beside a p-value that does not carry it."""
    clauses = chain.from_iterable(re.split("[.;] ", t) for t in all_sentences(results))
    for clause in clauses:
        claim = _CLAIMS.search(clause)
        p_values = _P.findall(clause, claim.end()) if claim else []
        if claim and p_values and min(map(float, p_values)) > _CLEAR:
            yield f"{claim[0]!r} is said with p = {p_values[0]}"


def _names(results: Results) -> Iterator[str]:
    """Codes, labels and names that stand for what they stand for elsewhere."""
    for finding in results.findings:
        rule = RULES.get(finding.code)
        if rule is None or rule.label != finding.label:
            yield f"{finding.code} is called {finding.label}"
    for text in all_sentences(results):
        for code in re.findall(r"\b[DPNSG]\d{3}\b", _unquoted(text)):
            if code not in RULES:
                yield f"{code} is named, and there is no such rule"
    for verdict in results.verdicts:
        if verdict.about and verdict.about not in {row.name for row in results.rows}:
            yield f"a verdict speaks of {verdict.about}, which is not in the table"
    yield from _columns(results)


def _columns(results: Results) -> Iterator[str]:
    """A column that is constant names no rows, nor does one with mostly gaps."""
    by_code = {f.code: set(f.columns) for f in results.findings}
    both = by_code.get("D313", set()) & by_code.get("D314", set())
    for name in sorted(both):
        yield f"column {name!r} has one value in all rows, and another in each"


def _learning_curves(results: Results) -> Iterator[str]:
    """Trends against the gains they are drawn from, and the ends against the table."""
    rows = _scored_rows(results)
    for line in results.curve.lines if results.curve else ():
        gain = line.gain
        if line.trend == "rising" and not (gain.low or 0) > 0:
            yield f"more rows help {line.name}, and its gain may be 0"
        if line.trend == "falling" and "twice the rows give" in line.sentence:
            yield f"more rows lower {line.name}'s skill, and more would not"
        row = rows.get(line.name)
        if row and abs(row.scores["skill"].mean - line.points[-1].skill.mean) > _SHOWN:
            yield f"the learning curve of {line.name} ends beside its skill"


_ROWS = re.compile(r"(?:[Aa]bout|More rows:) (?P<rows>\d[\d,]{0,20})")


def _rows(results: Results) -> Iterator[str]:
    """More rows that are asked for are more, and the same number everywhere."""
    asked: list[float] = []
    for finding in results.findings:
        if finding.code == "D311" and "needed" in finding.evidence:
            asked.append(finding.evidence["needed"])
    if asked and asked[0] <= results.about.rows:
        yield f"D311 asks for {asked[0]:.0f} rows, and there are {results.about.rows}"
    verdict = _data_verdict(results)
    if verdict is None or verdict.name != "undecided":
        return
    found = _ROWS.search(verdict.change)
    if found is None:
        return
    wanted = int(found["rows"].replace(",", ""))
    if wanted <= results.about.rows:
        yield f"about {wanted} rows would tell, and there are {results.about.rows}"
    if asked and asked[0] < 0.95 * wanted:
        yield f"{wanted} rows are needed by the verdict, and {asked[0]:.0f} by D311"


def _shares(results: Results) -> Iterator[str]:
    """Shares that findings name against the table's."""
    found = {f.code: f for f in results.findings}
    majority = _scored_rows(results).get("majority")
    if "D310" in found and majority and "majority_share" in found["D310"].evidence:
        share = found["D310"].evidence["majority_share"]
        own, slack = majority.scores["accuracy"].mean, _majority_bound(results)
        # a stretch of a file, or given test rows, may have other shares
        alike = "stratified" in results.split
        if alike and not share - slack <= own <= share + slack:
            yield f"the commonest class has {share:.3f}, and majority another accuracy"
    if "D308" in found and "all columns together reach" in found["D308"].sentence:
        together = found["D308"].evidence.get("together", 1.0)
        if found["D308"].evidence["highest"] > together + _SHOWN:
            yield "one column alone reaches more than all columns together"
    if "D315" in found and "D309" in found:
        copies, odd = found["D309"], found["D315"]
        if odd.n_rows > copies.n_rows and "--group" not in results.command:
            yield "more rows conflict with equal ones than have equal ones"


def _majority_bound(results: Results) -> float:
    """Bound the majority's accuracy over folds, less the share of the commonest class.

    Where another class is nearly as common it is the majority of some training rows;
    and each fold may lose a row by it.
    """
    shares = sorted(n / results.about.rows for n in results.about.classes.values())
    lead = shares[-1] - shares[-2] if len(shares) > 1 else 0.0
    behind = lead if lead < _CLOSE else 0.0
    return max(_FOLDS, _folds(results) / results.about.rows) + behind


_SINGLE = re.compile(
    r"(?<![\d.,\w-])1 "
    r"(?:of (?!1 )[\d,]{1,20} \w{1,40} (?:have|are|were|contradict|differ|repeat)\b"
    r"|(?:rows|columns|classes|labels|folds|values|layers|seeds|steps|cells|groups|lines"
    r"|images|repeats|features|categories|epochs|permutations|cases|series are)\b"
    r"|(?:row|column|class|label|cell|value|layer|seed) "
    r"(?:have|are|were|contradict|differ|repeat|reach|hold)\b)"
)


def _numbers(results: Results) -> Iterator[str]:
    """One thing in the plural."""
    for text in all_sentences(results):
        if found := _SINGLE.search(_unquoted(text)):
            yield f"{found[0]!r} is said of one"
    for finding in results.findings:
        single = finding.n_columns == 1 and not finding.n_rows
        if single and re.match(r"(Drop|Check|Remove) (them|these)\b", finding.advice):
            yield f"{finding.code} speaks of one column, and its advice of several"
        if finding.n_rows == 1 and "the listed rows" in finding.advice:
            yield f"{finding.code} speaks of one row, and its advice of several"


_FITTING: dict[str, Callable[[Results], bool]] = {
    "rare class": lambda r: bool(r.about.classes),
    "merge rare classes": lambda r: len(r.about.classes) > 2,
    "merge the rare class": lambda r: len(r.about.classes) > 2,
    "class_weight": lambda r: bool(r.about.classes),
    "balanced accuracy": lambda r: bool(r.about.classes),
    "--horizon": lambda r: r.about.task == "forecast",
    "A longer series": lambda r: r.about.task == "forecast",
    "--repeats": lambda r: not r.split.endswith("official test row") and _folds(r) > 1,
    "Folds here are": lambda r: _folds(r) > 1,
    "standardised": lambda r: r.about.task == "regression",
    "Shuffle": lambda r: r.about.task != "forecast",
}
"""Advice, and where it can be followed."""


def _folds(results: Results) -> int:
    skills = [
        r.scores["skill"] for r in _scored_rows(results).values() if "skill" in r.scores
    ]
    return max((len(score.folds) for score in skills), default=0)


def _unsuitable_advice(results: Results) -> Iterator[str]:
    """Advice that does not go with the task or the split."""
    for text in advice(results):
        for words, fits in _FITTING.items():
            if words in text and not fits(results):
                task = f"{results.about.task} ({results.split})"
                yield f"{words!r} is advised, and the task is {task}"


def _unknown_options(results: Results, options: Collection[str]) -> Iterator[str]:
    """Options in advice that the command does not have; another one's are named so."""
    for text in all_sentences(results):
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]{0,40}", _unquoted(text)):
            if option not in options:
                yield f"{option} is advised, and the command has no such option"


_CHECKS: tuple[Callable[[Results], Iterator[str]], ...] = (
    _ceiling,
    _intervals,
    _verdict_on_data,
    _verdicts_on_networks,
    _quotations,
    _p_values,
    _names,
    _learning_curves,
    _rows,
    _shares,
    _numbers,
    _unsuitable_advice,
)
