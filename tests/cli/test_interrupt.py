"""Ctrl-C is heard wherever it comes."""

import os
import signal

import pytest
from learnable.zoo.cli.interrupt import check, heard


class PressedWhileDying:
    """Its destructor is where the signal arrives; Python drops what is raised there."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_interrupt_in_a_destructor_is_remembered() -> None:
    with heard():
        thing = PressedWhileDying()
        del thing
        with pytest.raises(KeyboardInterrupt):
            check()


def test_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with heard():
        assert signal.getsignal(signal.SIGINT) is not before
        check()
    assert signal.getsignal(signal.SIGINT) is before
