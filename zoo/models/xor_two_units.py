"""Exclusive or with two hidden units.

The smallest hidden layer that can answer exclusive or, with the settings of its twin
`xor`. Whether it learns depends on the seed.

    a, b -> -1 or 1 -> 2 `tanh` units -> 1 sigmoid unit

1. **Defect.** Two units are enough to *state* the answer, but there is one way to do it
   (and its mirror images), and no unit to spare.
2. **Mechanism.** From more than half of the starts (`glorot_uniform`) training ends on
   a plateau: two rows of different classes get the same answer, 1/2, or three rows 1/3.
   The squared error rests at 1/8 or 1/6, `adam` lets the weights grow further and
   further, and the gradient is all but 0: twenty times as many steps change nothing.
3. **What shows it.** Not one training, but many: some seeds succeed, others do not.

With four units nearly every start is near a way to the answer. This is why a network is
made larger than the answer needs, and why one seed proves nothing.

    zoo train xor-two-units
    zoo train xor-two-units --seed 1
    zoo compare xor xor-two-units
"""

from __future__ import annotations

from dataclasses import replace

from .card import ModelCard
from .xor import DEFAULT as FOUR_UNITS
from .xor import build as build

CARD = ModelCard(
    name="xor-two-units",
    title="Exclusive or by two tanh units: it depends on the seed",
    dataset="xor",
    tasks=("binary",),
    parameters=9,
    twin="xor",
    defect="Two units are just enough to tell exclusive or, with none to spare. "
    "From more than half of the seeds the weights grow along a plateau, where two "
    "rows of different classes get the same answer and the gradient is all but 0.",
    symptom="Some seeds reach an error of 0, the others stay near 1/8 or 1/6.",
    source="Rumelhart, Hinton, Williams 1986, Learning internal representations",
    order=51,
)
DEFAULT = replace(FOUR_UNITS, model="xor-two-units", hidden=(2,))
"""Settings of the twin with half of its hidden units."""
