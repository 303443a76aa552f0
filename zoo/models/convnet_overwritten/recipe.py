"""Settings of the twin, so that only the graph differs."""

from dataclasses import replace

from ..convnet.recipe import DEFAULT as CHAINED

DEFAULT = replace(CHAINED, model="convnet-overwritten")
