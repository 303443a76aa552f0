"""Datasets that need no download: drawn from a seed, or part of scikit-learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd


def make_rgb(seed: int) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """Uniform colours and the font that can be read on them.

    Parameters
    ----------
    seed : int

    Returns
    -------
    x : DataFrame of shape (10000, 3)
        Red, green and blue, real numbers from 0 to 255.
    y : int array of shape (10000,)
        1 ("black") where the mean exceeds half the range, 127.5, else 0 ("white").
    classes : ("white", "black")
    """
    colours = np.random.default_rng(seed).uniform(0, 255, (10_000, 3))
    x = pd.DataFrame(colours, columns=["red", "green", "blue"])
    return x, (colours.mean(axis=1) > 127.5).astype("int64"), ("white", "black")


def make_noise(seed: int) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """Ten normal columns of shape (1000, 10) and the tosses of a fair coin."""
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(10)]
    x = pd.DataFrame(rng.normal(size=(1_000, 10)), columns=names)
    return x, rng.integers(0, 2, 1_000), ("tails", "heads")


def make_xor(seed: int) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """The truth table of exclusive or, each of its four rows 50 times.

    Parameters
    ----------
    seed : int
        Of the rows' order.

    Returns
    -------
    x : DataFrame of shape (200, 2)
        Columns a and b, 0 or 1.
    y : int array of shape (200,)
        1 where a and b differ.
    classes : ("0", "1")
    """
    rows = np.random.default_rng(seed).permutation(200) % 4
    x = pd.DataFrame({"a": rows // 2, "b": rows % 2})
    return x, (x.a != x.b).to_numpy().astype("int64"), ("0", "1")


FRAMES = 8
_SIDE = 16
"""Frames of a moving digit, and pixels on each side of a frame."""
STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
"""Rows and columns that a digit moves from one frame to the next."""
NOISE = 8.0
"""Standard deviation of the noise in a pixel, of 255."""


def make_moving_digits(seed: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Handwritten digits that move over a small screen, and the way they go.

    A digit of 8 x 8 pixels starts anywhere and moves one pixel a frame; what leaves
    the screen on one side comes in on the other. Place and digit are drawn without
    regard to the direction, so that no single frame tells it. After "Moving MNIST"
    (Srivastava, Mansimov, Salakhutdinov 2015), on scikit-learn's digits.

    Parameters
    ----------
    seed : int

    Returns
    -------
    x : uint8 array of shape (2000, 8, 16, 16)
        Sequences of frames, 0 to 255, with a little noise.
    y : int array of shape (2000,)
        The direction, 500 of each.
    classes : ("up", "down", "left", "right")
    """
    from sklearn.datasets import load_digits  # a second; only where it is needed

    rng = np.random.default_rng(seed)
    n = 2_000
    y = rng.permutation(n) % len(STEPS)
    bundle: Any = load_digits()
    digits = bundle.images
    screens = np.zeros((n, _SIDE, _SIDE))
    screens[:, :8, :8] = digits[rng.integers(0, len(digits), n)] * (255 / 16)
    moves = np.array(list(STEPS.values()))[y][:, None] * np.arange(FRAMES)[:, None]
    places = rng.integers(0, _SIDE, (n, 1, 2)) + moves
    pixel = np.arange(_SIDE)
    down = (pixel[:, None] - places[..., 0, None, None]) % _SIDE
    across = (pixel - places[..., 1, None, None]) % _SIDE
    frames = screens[np.arange(n)[:, None, None, None], down, across]
    x = (frames + rng.normal(0, NOISE, frames.shape)).clip(0, 255).astype("uint8")
    return x, y, tuple(STEPS)


def load_bundled(
    name: str,
) -> tuple[pd.DataFrame | np.ndarray, np.ndarray, tuple[str, ...]]:
    """Features, target and class labels of ``sklearn.datasets.load_<name>``.

    Returns
    -------
    x : DataFrame of shape (n_rows, n_columns), or images of shape (1797, 8, 8)
    y : array of shape (n_rows,)
    classes : tuple of str
        Empty for regression.
    """
    from sklearn import datasets  # a second; only where it is needed

    loader: Callable[..., Any] = getattr(datasets, f"load_{name}")
    if name == "digits":
        rows = loader()
        return rows.images.astype("uint8"), rows.target, tuple("0123456789")
    rows = loader(as_frame=True)
    classes = tuple(str(c) for c in rows.target_names) if "target_names" in rows else ()
    return rows.data, rows.target.to_numpy(), classes
