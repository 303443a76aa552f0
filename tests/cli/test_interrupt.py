"""Ctrl-C is heard wherever it comes."""

import os
import signal

import pytest
from learnable.zoo.console import catch_interrupt, check_interrupt


class PressedWhileDying:
    """Its destructor is where the signal arrives; Python drops what is raised there."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_interrupt_in_a_destructor_is_remembered() -> None:
    with catch_interrupt():
        thing = PressedWhileDying()
        del thing
        with pytest.raises(KeyboardInterrupt):
            check_interrupt()


def test_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with catch_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
        check_interrupt()
    assert signal.getsignal(signal.SIGINT) is before
