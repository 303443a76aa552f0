from collections.abc import Callable

import numpy as np
import pytest
from learnable.data.errors import ZooError
from learnable.zoo.training import Rows

Refuser = Callable[..., str]
Maker = Callable[..., Rows]


@pytest.fixture
def refused() -> Refuser:
    """Calls, expects one of our errors of one line, and gives its text."""

    def refuser(kind: type[ZooError], call: Callable[..., object], *args, **options):
        with pytest.raises(kind) as caught:
            call(*args, **options)
        text = str(caught.value)
        assert text
        assert len(text.splitlines()) == 1
        return text

    return refuser


@pytest.fixture(scope="session")
def make_rows() -> Maker:
    """Rows of a shape whose first value, 0 to 255, tells the class or the number."""

    def maker(count: int, shape: tuple[int, ...], classes: int, seed: int = 0) -> Rows:
        x = np.random.default_rng(seed).uniform(0, 255, (count, *shape))
        first = x.reshape(count, -1)[:, 0]
        if not classes:
            return Rows(x, 1_000 + first)
        return Rows(x, np.minimum(first // (256 / classes), classes - 1).astype(int))

    return maker
