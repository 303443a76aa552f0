"""Loops that end in their first step."""

import pytest
from learnable.zoo.check.no_gradient import find_no_gradient
from learnable.zoo.diagnosis.record.recording import Place, Recording

ENDS = "No gradients provided for any variable: compute the loss within the tape"


@pytest.mark.parametrize("place", [None, Place("train.py", 7)])
def test_loop_without_a_gradient_has_its_cause(place):
    recording = Recording(script="train.py", error=ENDS, error_place=place)
    found = find_no_gradient(recording)
    assert (found.verdict, found.sides) == ("network-at-fault", ("network",))
    (cause,) = found.causes
    assert cause.label == "wrong-gradient"
    assert ("(line 7)" in cause.sentence) == (place is not None)
    assert len(cause.locations) == (place is not None)


def test_other_ends_are_none():
    assert find_no_gradient(Recording(error="ValueError: no")) is None
    assert find_no_gradient(Recording()) is None
