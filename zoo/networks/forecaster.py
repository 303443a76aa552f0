"""A zoo network that forecasts a series, as a scikit-learn estimator.

The network learns what to add to the seasonal naive forecast (the value a season
before). At each step of a window it is told how the series moved since a season ago,
what the naive forecast says of each step to come, and how high the series stands; so a
network that answers 0 is the naive forecast itself. Differences of a season are what
Box and Jenkins (1976) take to make a series stationary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ...data.errors import BadData
from ..backend import keras
from ..recipe import Recipe
from .export import MASKED, Affine, rescaling
from .train import OnEpoch, Rows, Trained, train_network

WINDOWS = 4_000
"""Most windows that a network is trained on; of a longer series every so manieth."""
SHORTEST, LONGEST = 12, 48
"""Steps of a window: two seasons, within these limits."""
KEPT_BACK = 0.1
"""Share of the steps that is kept for early stopping, one horizon at least."""


@dataclass(frozen=True)
class Layout:
    """Which values of a stretch tell what at each step of a window.

    Parameters
    ----------
    season, horizon, window : int
        Steps after which the series repeats itself, to forecast, and to look at.
    """

    season: int
    horizon: int
    window: int

    @property
    def length(self) -> int:
        """Values of a stretch: those of the window and of the season before it."""
        return self.window + self.season

    @cached_property
    def naive(self) -> np.ndarray:
        """Steps from a value to what the naive forecast repeats, (horizon,); <= 0."""
        ahead = np.arange(1, self.horizon + 1)
        return ahead - self.season * -(-ahead // self.season)

    @cached_property
    def position_features(self) -> tuple[np.ndarray, np.ndarray]:
        """Return two places in a stretch per step and channel, (window, horizon + 2).

        A channel is the first value less the second; place ``length`` stands for 0.
        """
        step = self.season + np.arange(self.window)[:, None]
        first = np.hstack([step, step + self.naive, step])
        nothing = np.full_like(step, self.length)
        second = np.hstack([step - self.season, *[step] * self.horizon, nothing])
        return first, second


@dataclass(frozen=True)
class Measure:
    """Units: the spread of seasonal differences; the level's mean and its spread."""

    spread: float
    middle: float
    reach: float

    def channels(self, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        """Factors and offsets of the channels, of shape (horizon + 2,)."""
        factor = np.append(np.full(horizon + 1, 1 / self.spread), 1 / self.reach)
        offset = np.append(np.zeros(horizon + 1), -self.middle / self.reach)
        return factor, offset


def scales_of(values: np.ndarray, layout: Layout) -> Measure:
    """Spreads of the training values; 1 where nothing varies."""
    differences = values[layout.season :] - values[: -layout.season]
    spread = float(np.sqrt((differences**2).mean())) or 1.0
    return Measure(spread, float(values.mean()), float(values.std()) or 1.0)


def lay_out(recipe: Recipe, season: int, horizon: int) -> Layout:
    """The recipe's window, or two seasons within `SHORTEST` and `LONGEST`."""
    window = recipe.window or int(np.clip(2 * season, SHORTEST, LONGEST))
    return Layout(season, horizon, window)


def make_windows(
    values: np.ndarray, ends: np.ndarray, layout: Layout, units: Measure
) -> Rows:
    """Windows that end with the given steps, and what follows each of their steps.

    Parameters
    ----------
    values : array of shape (n,)
    ends : int array of shape (n_windows,)
        At least ``horizon`` steps before the last value.

    Returns
    -------
    Rows
        ``x`` of shape (n_windows, window, horizon + 2), `MASKED` where the series has
        not begun; ``y`` of shape (n_windows, window, horizon), in units of the spread.
    """
    before = np.full(layout.length, np.nan)
    padded = np.concatenate([before, values])
    stretch = padded[ends[:, None] + 1 + np.arange(layout.length)]
    stretch = np.hstack([stretch, np.zeros((len(ends), 1))])
    first, second = layout.position_features
    factor, offset = units.channels(layout.horizon)
    x = (stretch[:, first] - stretch[:, second]) * factor + offset
    x[np.isnan(x).any(axis=2)] = MASKED
    steps = ends[:, None] - layout.window + 1 + np.arange(layout.window)
    ahead = np.arange(1, layout.horizon + 1)
    places = steps[:, :, None] + layout.length
    y = (padded[places + ahead] - padded[places + layout.naive]) / units.spread
    return Rows(x.astype("float32"), np.nan_to_num(y).astype("float32"))


def train_forecaster(
    recipe: Recipe,
    values: np.ndarray,
    *,
    season: int,
    horizon: int,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
    checkpoint: Path | None = None,
) -> Trained:
    """Train a network on all values but the last, which are for early stopping.

    Returns
    -------
    Trained
        ``serving`` goes from the last values, (n, window + season) with NaN where the
        series has not begun, to forecasts of shape (n, horizon).

    Raises
    ------
    BadData
        The series is too short.
    """
    layout = lay_out(recipe, season, horizon)
    last = len(values) - horizon - 1
    back = max(1, int(KEPT_BACK * len(values)) - horizon + 1)
    edge = last - back - horizon + 1
    if edge < season:
        msg = f"a series of {len(values)} steps is too short for a network that "
        msg = f"{msg}forecasts {horizon} steps with a season of {season}"
        raise BadData(f"{msg}; give more steps, or a smaller --horizon")
    units = scales_of(values[: edge + horizon + 1], layout)
    stride = -(-(edge + 1 - season) // WINDOWS)
    rows = make_windows(values, np.arange(edge, season - 1, -stride), layout, units)
    inner = make_windows(values, np.arange(last - back + 1, last + 1), layout, units)
    # the earlier steps of these windows were trained on: only the last ones count, for
    # as many as there are, since Keras divides by the number of steps
    weights = np.zeros(inner.y.shape[:2], dtype="float32")
    weights[:, -1] = layout.window
    trained = train_network(
        recipe,
        rows,
        replace(inner, weights=weights),
        classes=0,
        kind="forecast",
        seed=seed,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )
    return replace(trained, serving=_serving(trained.core, layout, units))


def _serving(core: keras.Model, layout: Layout, units: Measure) -> keras.Model:
    """The network from raw values to forecasts in their unit, with plain Keras."""
    ops: Any = keras.ops
    stretch = keras.Input((layout.length,), name="values", dtype="float64")
    longer = ops.pad(stretch, [[0, 0], [0, 1]])
    first, second = (
        ops.take(longer, p.tolist(), axis=1) for p in layout.position_features
    )
    x = rescaling(Affine(*units.channels(layout.horizon)))(first - second)
    unknown = ops.any(ops.isnan(x), axis=-1, keepdims=True)
    x = ops.where(unknown, ops.cast(MASKED, "float64"), x)
    added = ops.cast(core(ops.cast(x, "float32")), "float64")[:, -1, :]
    naive = ops.take(stretch, (layout.length - 1 + layout.naive).tolist(), axis=1)
    answer = naive + added * units.spread
    return keras.Model(stretch, answer, name=core.name + "_serving")


def last_values(values: np.ndarray, length: int) -> np.ndarray:
    """The end of a series, of shape (1, length); NaN where it has not begun."""
    short = max(0, length - len(values))
    return np.append(np.full(short, np.nan), values[-length:])[None]


class NetworkForecaster(RegressorMixin, BaseEstimator):
    """A zoo network for a series.

    Parameters
    ----------
    recipe : Recipe
    season, horizon : int
    random_state : int, default 0

    Attributes
    ----------
    model_, history_, way_, shape_
        As of the other networks (`learnable.zoo.networks.estimators`).
    """

    def __init__(
        self, recipe: Recipe, season: int, horizon: int, random_state: int = 0
    ) -> None:
        self.recipe = recipe
        self.season = season
        self.horizon = horizon
        self.random_state = random_state

    def fit(self, x: Any, y: Any) -> Self:
        """Train on values y, (n_rows,), at the places x, (n_rows, 1)."""
        self.values_ = np.asarray(y, dtype="float64")
        trained = train_forecaster(
            self.recipe,
            self.values_,
            season=self.season,
            horizon=self.horizon,
            seed=self.random_state,
        )
        self.model_ = trained.serving
        self.history_ = trained.history
        self.way_ = (trained.way, trained.reason)
        self.shape_ = trained.shape
        return self

    def predict(self, x: Any) -> np.ndarray:
        """The values at the places x, (n_rows, 1), which follow those trained on."""
        check_is_fitted(self, "model_")
        values, steps = self.values_, len(x)
        while len(values) < len(self.values_) + steps:
            values = np.append(values, forecast(self.model_, values))
        return values[len(self.values_) :][:steps]


def forecast(model: Any, values: np.ndarray) -> np.ndarray:
    """The next values of a series by a served network, of shape (horizon,)."""
    length = model.input_shape[1]
    return np.asarray(model(last_values(values, length), training=False))[0]
