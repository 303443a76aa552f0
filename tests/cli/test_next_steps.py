"""What a page says to do next: each command is one that the command line takes."""

import shlex
from dataclasses import replace

import click
import pytest
from learnable.baselines.results.diagnosis import Cause, Diagnosis
from learnable.baselines.results.findings import Finding
from learnable.baselines.results.results import (
    About,
    Results,
    Row,
    Score,
    Signal,
    Verdict,
)
from learnable.baselines.rules.registry import RULES
from learnable.reports.next_steps import FLAGS, next_steps
from learnable.zoo.check.jobs import check_options, find_target
from learnable.zoo.cli import main

LEAK = Finding("D307", "leak", "error", "s", "a", ("key", "-odd name"), (), 2)
SIGNAL = Signal(0.005, 199, 0.3, "trees", 200, None, 0.1)
READ = "--target y --drop 'a b' --missing=-999 --limit 500 --seed 3"


def row(name, skill, kind="baseline"):
    scores = {k: Score(skill, None, None, (skill,) * 5) for k in ("skill", "accuracy")}
    return Row(name, kind, "", scores, 1.0, 0.1)


def results(command, verdict, *, network="", task="binary", rows=(), **more):
    about = About("t", "t", task, "y", "", 200, 3, {}, (), "")
    verdicts = [Verdict(verdict if not network else "signal", "", "", "")]
    rows = rows or (row("majority", 0.0), row("logistic", 0.3), row("forest", 0.6))
    if network:
        verdicts.insert(0, Verdict(verdict, network, "", ""))
        rows = (*rows, row(network, 0.1, "network"))
    made = Results(
        command, 0, "", 1.0, {}, about, "5 folds", "skill", rows, SIGNAL,
        tuple(verdicts),
    )  # fmt: skip
    return replace(made, **more)


def diagnosed(command, **facts):
    causes = (Cause("P701", "inputs-not-scaled", "s", "a", "scaled", 0.0, 0.9, 0.9),)
    known = {
        "script": "train.py",
        "verdict": "network-at-fault",
        "causes": causes,
        "fixed": "pass",
        "diff": "+",
    }
    scores = dict.fromkeys(
        ("original_score", "baseline_score", "best_score", "repaired_score"), 0.5
    )
    words = {"sides": ("network",), "sentence": "s", "change": "c", "measure": "m"}
    found = Diagnosis(**(known | words | scores | facts))
    return results(command, "signal", diagnosis=found)


BASELINE = f"zoo baseline t.csv {READ} --folds 3 --learning-curve"
TRAIN = f"zoo train one-hidden --data t.csv {READ} --out runs"
CASES = {
    "signal": results(BASELINE, "signal"),
    "groups": results("zoo baseline t.csv --group g --json", "signal"),
    "linear": results(BASELINE, "signal", rows=(row("logistic", 0.3),)),
    "series": results("zoo baseline airline --horizon 6", "signal", task="forecast"),
    "characters": results("zoo baseline shakespeare", "signal", task="characters"),
    "labels": results("zoo baseline t.csv", "signal", task="multilabel"),
    "undecided data": results(BASELINE, "undecided"),
    "no-signal": results(BASELINE, "no-signal"),
    "suspicious": results(BASELINE, "suspicious", findings=(LEAK,)),
    "at fault": results(TRAIN, "network-at-fault", network="one-hidden"),
    "undecided": results(TRAIN, "undecided", network="one-hidden"),
    "level": results(TRAIN, "network-level", network="one-hidden"),
    "ahead": results(TRAIN, "network-ahead", network="one-hidden"),
    "compared": results(
        "zoo compare mlp one-hidden --data a.csv", "network-at-fault", network="mlp"
    ),
    "several": results(
        "zoo compare mlp --data a.csv --data b.csv", "network-at-fault", network="mlp"
    ),
    "sweep": results("zoo sweep mlp --set epochs=1,2", "undecided", network="mlp"),
    "python": results("", "network-at-fault", network="net"),
    "script": diagnosed("zoo check train.py --fit 2 -- --epochs 3"),
    "wrote": diagnosed("zoo check train.py --write mine.py"),
    "failed": diagnosed("zoo check train.py", failed="ValueError"),
    "sound": diagnosed("zoo check train.py", causes=(), verdict="network-level"),
    "model": diagnosed("zoo check m.keras --data t.csv", script="m.keras"),
}


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder with the files that the commands name."""
    for name in ("t.csv", "a.csv", "b.csv", "train.py", "m.keras"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)


def parsed(line):
    """What click makes of a command line; a refused one is an error."""
    program, name, *words = shlex.split(line)
    assert program == "zoo"
    top = click.Context(main)
    command = main.get_command(top, name)
    assert command is not None, line
    return name, command.make_context(name, words, parent=top)


@pytest.mark.parametrize("case", CASES)
def test_no_command_is_refused(case, in_folder):
    steps = next_steps(CASES[case])
    assert len(steps) <= 3
    for step in steps:
        assert step.sentence.endswith((".", ":"))
        if not step.command:
            continue
        name, context = parsed(step.command)
        if name == "check":
            source = context.get_parameter_source
            typed = [k for k, v in context.params.items() if v not in ((), None)]
            given = [k for k in typed if source(k).name == "COMMANDLINE"]
            check_options(find_target(context.params["what"]), given)
        if name == "explain":
            assert words_of(step.command)[-1] in RULES


def words_of(line):
    return shlex.split(line)


@pytest.mark.parametrize(
    "case", sorted(set(CASES) - {"python", "sweep", "several", "failed", "sound"})
)
def test_every_answer_has_a_command(case):
    assert any(step.command for step in next_steps(CASES[case]))


def test_rows_are_read_as_before():
    (step, *_) = next_steps(CASES["signal"])
    wanted = "--target y --drop 'a b' --missing=-999 --limit 500 --seed 3 --folds 3"
    assert step.command == f"zoo train one-hidden --data t.csv {wanted}"


def test_folds_are_repeated_only_where_that_would_tell():
    (step, *_) = next_steps(CASES["undecided"])
    assert step.command.startswith("zoo compare one-hidden --data t.csv")
    change = "About 12 repeats (--repeats), to detect a difference of this size."
    verdicts = (Verdict("undecided", "one-hidden", "", change),)
    (step, *_) = next_steps(replace(CASES["undecided"], verdicts=verdicts))
    assert step.command == f"{TRAIN} --repeats 12"


def test_suspect_columns_are_left_out():
    (step, *_) = next_steps(CASES["suspicious"])
    assert step.command.endswith("--drop key '--drop=-odd name'")


def test_repaired_script_is_written_beside():
    (step, *_) = next_steps(CASES["script"])
    wanted = "--fit 2 --write train-repaired.py -- --epochs 3"
    assert step.command == f"zoo check train.py {wanted}"


def test_error_of_a_crashed_training_comes_first():
    crashed = diagnosed("zoo check train.py", crashed="ValueError: 7", failed="same")
    (step, *_) = next_steps(crashed)
    assert step.sentence.startswith("Mend the error that ended the training")


def test_network_at_fault_is_checked():
    (step, *_) = next_steps(CASES["at fault"])
    assert step.command.startswith("zoo check one-hidden --data t.csv --target y")
    assert "--seed" not in step.command


def test_call_from_python_gets_no_command_of_another():
    assert all("t.csv" not in step.command for step in next_steps(CASES["python"]))


def test_quotation_without_an_end_is_no_command():
    assert next_steps(results("zoo baseline 't.csv", "signal")) == ()


@pytest.mark.parametrize("name", ["baseline", "train", "compare", "check"])
def test_options_without_a_value_are_known(name: str) -> None:
    """Else what stands behind one would be taken for its value."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [p for p in command.params if isinstance(p, click.Option)]
    flags = {
        spelling
        for option in options
        if option.is_flag or option.count
        for spelling in (*option.opts, *option.secondary_opts)
    }
    taking = {s for o in options if not o.is_flag for s in o.opts}
    assert flags <= FLAGS
    assert not taking & FLAGS
