"""What a network that gives its inputs back keeps of them.

The share of the inputs' variance that its outputs explain stands beside that of as many
principal components as its narrowest layer has units.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from ..backend import keras
from ..diagnosis.problem.autoencoder import narrowest_width
from ..diagnosis.search.trials import predict_outputs

_SAME = 0.05
"""Share of the inputs' variance, below which outputs are the same for all rows."""
_SEEN = 2_000
"""Rows whose reconstruction is looked at."""
_COLUMNS = 5_000
"""Columns in one piece: copies of all of a wide row would fill the memory."""
_PRODUCTS = 2e11
"""Products of cells that the components may take: some seconds of one core."""
_ROWS_EACH = 10
"""Rows for each component, at least: of fewer they explain too much."""
_MOST_PARTS = 5
"""Parts of a network, of which each pair is tried as encoder and decoder."""

_log = logging.getLogger("learnable")


@dataclass(frozen=True)
class Reconstruction:
    """Shares of the inputs' variance: explained, that of the outputs, and by a PCA."""

    explained: float
    varied: float
    components: int
    by_components: float

    @property
    def is_same(self) -> bool:
        """Whether nearly the same comes out for all rows, though they differ."""
        return self.varied < _SAME and self.by_components > 2 * _SAME

    @property
    def sentence(self) -> str:
        """In words, with the numbers."""
        known = f"The reconstruction explains {max(0.0, self.explained):.0%} of the "
        known += f"variance of the inputs; {self.components} principal components "
        return f"{known}explain {self.by_components:.0%}."


def find_reconstruction(model: Any, inputs: Any) -> Reconstruction | None:
    """Compare a network's output with its inputs.

    Parameters
    ----------
    model : keras.Model
        Trained; without a ``call`` of its own its parts are asked.
    inputs : array, list or dict of arrays

    Returns
    -------
    Reconstruction or None
        None where it has other outputs than inputs, or several inputs.
    """
    parts = keras.tree.flatten(inputs)
    if len(parts) != 1 or np.asarray(parts[0]).dtype.kind not in "biuf":
        return None
    x = np.asarray(parts[0])
    x = x[: _count_seen(model, x[:1].size)]
    out = _outputs(model, x)
    if out is None or not (np.isfinite(out).all() and np.isfinite(x).all()):
        return None
    return _compared(x.reshape(len(x), -1), out.reshape(len(x), -1), model)


def _count_seen(model: Any, columns: int) -> int:
    """Return how many rows are looked at: fewer of very wide ones."""
    able = int((_PRODUCTS / max(columns, 1)) ** 0.5)
    return min(_SEEN, max(able, _ROWS_EACH * narrowest_width(model, columns)))


def _outputs(model: Any, x: np.ndarray) -> np.ndarray | None:
    """Return outputs as large as the inputs; None where there are none."""
    try:
        out = predict_outputs(model, x)
    # it may have no call of its own, or take more than its rows
    except Exception as error:
        _log.debug("the network gives no outputs: %r", error)
        found = list(_by_parts(model, x))
        return min(found, key=lambda out: _error(x, out), default=None)
    return out if out.size == x.size else None


def _by_parts(model: Any, x: np.ndarray) -> Iterator[np.ndarray]:
    """Yield what pairs of parts give back, as of an encoder and a decoder.

    An encoder often gives several things, as a mean, a variance and a draw: each that
    the decoder takes is one.
    """
    parts = list(getattr(model, "layers", ()))
    for encoder, decoder in permutations(parts if len(parts) <= _MOST_PARTS else (), 2):
        try:
            codes = keras.tree.flatten(encoder(x[:2], training=False))
            able = [i for i, code in enumerate(codes) if _fits(decoder, code, x[:2])]
        # layers of the user's own may raise anything on what is not meant for them
        except Exception as error:
            _log.debug("no encoder: %r", error)
            continue
        for place in able:
            yield predict_outputs(_Chain(encoder, decoder, place), x)


def _fits(decoder: Any, code: Any, x: np.ndarray) -> bool:
    try:
        out = decoder(code, training=False)
    # a part that is no decoder may raise anything on codes
    except Exception as error:
        _log.debug("no decoder: %r", error)
        return False
    return len(keras.tree.flatten(out)) == 1 and np.size(out) == x.size


@dataclass(frozen=True)
class _Chain:
    """A decoder behind one output of an encoder."""

    encoder: Any
    decoder: Any
    place: int

    def __call__(self, x: Any, *, training: bool) -> Any:
        codes = keras.tree.flatten(self.encoder(x, training=training))
        return self.decoder(codes[self.place], training=training)


def _error(x: np.ndarray, out: np.ndarray) -> float:
    error = float(np.square(out.reshape(x.shape) - x, dtype="float64").mean())
    return error if np.isfinite(error) else np.inf


def _compared(x: np.ndarray, out: np.ndarray, model: Any) -> Reconstruction | None:
    """Sum up variances piece by piece; components from the products of rows."""
    whole = missed = varied = 0.0
    products = np.zeros((len(x), len(x)))
    for start in range(0, x.shape[1], _COLUMNS):
        piece = x[:, start : start + _COLUMNS].astype(float)
        given = out[:, start : start + _COLUMNS].astype(float)
        missed += float(np.square(given - piece).mean(axis=0).sum())
        varied += float(given.var(axis=0).sum())
        piece -= piece.mean(axis=0)
        whole += float(np.square(piece).mean(axis=0).sum())
        # centred, single numbers are exact enough, and twice as fast
        products += (single := piece.astype("float32")) @ single.T
    if not whole:
        return None
    count = narrowest_width(model, x.shape[1])
    # the same values as of the covariance of columns, of which there may be many more
    values = np.linalg.eigvalsh(products / len(x))[::-1]
    kept = float(np.clip(values[:count], 0, None).sum())
    return Reconstruction(
        1 - missed / whole, varied / whole, count, min(1.0, kept / whole)
    )
