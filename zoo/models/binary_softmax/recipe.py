"""Settings of the twin, so that only the last layer differs."""

from dataclasses import replace

from ..binary_sigmoid.recipe import DEFAULT as WITH_SIGMOID

DEFAULT = replace(WITH_SIGMOID, model="binary-softmax")
