"""Settings of the twin with half of its hidden units."""

from dataclasses import replace

from ..xor.recipe import DEFAULT as FOUR_UNITS

DEFAULT = replace(FOUR_UNITS, model="xor-two-units", hidden=(2,))
