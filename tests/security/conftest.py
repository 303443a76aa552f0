from collections.abc import Iterator
from pathlib import Path

import pytest
from build import Target
from watch import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def target(tmp_path: Path, listener: Listener) -> Target:
    return Target(tmp_path / "marker", listener.address)
