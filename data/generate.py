"""Datasets that are invented by a seeded generator."""

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
