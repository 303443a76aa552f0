"""Where no bar shows it, lines say how far the work is."""

import logging
import time

import pytest
from learnable.zoo import console


@pytest.fixture
def _often(monkeypatch) -> None:
    monkeypatch.setattr(console, "HEARTBEAT", 0.02)


def test_the_rest_is_estimated_by_what_is_done() -> None:
    assert console.show_progress("t", 0, 0, "", 16.0) == "t: 16 s so far"
    assert (
        console.show_progress("t", 0, 9, "fits", 16.0) == "t: 0 of 9 fits, 16 s so far"
    )
    told = console.show_progress("t", 1, 31, "fits", 20.0)
    assert told == "t: 1 of 31 fits, 20 s so far, about 10 min left"
    assert console.show_progress("t", 9, 9, "fits", 9.0) == "t: 9 of 9 fits, 9 s so far"


@pytest.mark.usefixtures("_often")
def test_a_pipe_has_lines_while_the_work_goes_on(capfd) -> None:
    with console.progress("scoring", quiet=False) as step:
        step(3, 12, "fits")
        time.sleep(0.1)
        step(12, 12, "fits")
    out, err = capfd.readouterr()
    assert out == ""
    assert "scoring: 3 of 12 fits, 0 s so far, about 0 s left" in err
    assert err.splitlines()[-1] == "scoring: 12 of 12 fits"


@pytest.mark.usefixtures("_often")
def test_a_long_step_says_that_it_goes_on(capfd) -> None:
    with console.waiting("check", quiet=False) as say:
        say("trials")
        time.sleep(0.1)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "check: trials"
    assert "check: trials (0 s so far)" in lines


@pytest.mark.usefixtures("_often")
@pytest.mark.parametrize("kind", [console.progress, console.waiting])
def test_the_logger_has_the_lines_that_are_not_shown(kind, caplog, capfd) -> None:
    caplog.set_level(logging.INFO, "learnable")
    with kind("work", quiet=True) as step:
        step(*((1, 2, "parts") if kind is console.progress else ("one part",)))
        time.sleep(0.05)
    assert any(record.message.startswith("work: ") for record in caplog.records)
    assert capfd.readouterr().err == ""


def test_nothing_is_shown_where_nobody_asked(capfd) -> None:
    with console.progress("scoring", quiet=True) as step:
        step(1, 2, "fits")
    assert capfd.readouterr() == ("", "")


def test_who_waits_is_shown_progress(monkeypatch) -> None:
    assert console.is_quiet(None)
    assert not console.is_quiet(True)
    assert console.is_quiet(False)
    monkeypatch.setattr(console, "in_notebook", lambda: True)
    assert not console.is_quiet(None)


def test_a_notebook_has_one_line_that_changes(monkeypatch, capfd) -> None:
    monkeypatch.setattr(console, "in_notebook", lambda: True)
    with console.progress("scoring", quiet=False) as step:
        step(1, 2, "fits")
        step(2, 2, "fits")
    err = capfd.readouterr().err
    assert "\rscoring: 1 of 2 fits" in err
    assert err.splitlines()[-1] == "scoring: 2 of 2 fits"
