from collections.abc import Callable
from pathlib import Path

import pytest
from learnable.data import ZooError

Writer = Callable[..., Path]
Refuser = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes a file of text or bytes and gives its path."""

    def writer(content: str | bytes, name: str = "t.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture
def refused() -> Refuser:
    """Calls, expects one of our errors of one line, and gives its text."""

    def refuser(kind: type[ZooError], call: Callable[..., object], *args, **options):
        with pytest.raises(kind) as caught:
            call(*args, **options)
        text = str(caught.value)
        assert text
        assert len(text.splitlines()) == 1
        assert caught.value.exit_code in (1, 2)
        return text

    return refuser
