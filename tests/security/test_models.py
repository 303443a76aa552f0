"""Models that try to run code, to write or to ask the network when they are loaded."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from build import (
    ATTACKS,
    Attack,
    Target,
    lambda_layer,
    picture_over_a_file,
    wrapped_argument,
    write_archive,
)
from learnable.data.errors import BadData
from learnable.zoo.backend import keras
from learnable.zoo.networks.load_model import load_model
from watch import Listener, watched


@pytest.fixture(autouse=True)
def _same_process() -> Iterator[None]:
    floats = keras.config.floatx()
    yield
    assert keras.config.floatx() == floats


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_refused_and_does_nothing(
    attack: Attack, target: Target, listener: Listener, tmp_path: Path
) -> None:
    path = tmp_path / "in" / attack.file
    path.parent.mkdir()
    attack.write(path, target)
    with watched() as seen, pytest.raises(BadData) as refused:
        load_model(path)
    assert seen.nothing, seen
    assert not target.marker.exists()
    assert not listener.asked
    assert any(part in str(refused.value) for part in attack.told.split("|"))
    assert str(refused.value).startswith(f"{attack.file} cannot be loaded: ")
    assert len(str(refused.value)) < 500


def test_attacks_work_where_nothing_is_looked_at(
    target: Target, tmp_path: Path
) -> None:
    """Were these files no attacks, the tests above would say nothing."""
    path = tmp_path / "model.keras"
    write_archive(path, lambda_layer(target))
    keras.saving.load_model(path, safe_mode=False)
    assert target.marker.exists()
    target.marker.unlink()
    write_archive(path, picture_over_a_file(target))
    # Keras fails on what the function gives back, once it was called
    with watched() as seen, pytest.raises(IndexError):
        keras.saving.load_model(path, safe_mode=True)
    assert not seen.nothing


def test_code_that_is_bare_after_saving_is_not_run(
    target: Target, tmp_path: Path
) -> None:
    """Loaded in safe mode it is a harmless array; written again it is Python code."""
    path = tmp_path / "model.keras"
    write_archive(path, wrapped_argument(target))
    model = keras.saving.load_model(path, safe_mode=True)
    model.save(path)
    with pytest.raises(BadData, match="contains Python code"):
        load_model(path)
    assert not target.marker.exists()


def test_one_file_calls_the_loader_and_none_reads_pickles() -> None:
    """A second loader would need the same care; pickles are code."""
    root = Path(__file__).parents[2]
    sources = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for folder in ("baselines", "data", "reports", "zoo")
        for path in (root / folder).rglob("*.py")
    }
    loader = "zoo/networks/load_model.py"
    calls = [name for name, text in sources.items() if _LOADS.search(text)]
    assert calls == [loader]
    assert not [name for name, text in sources.items() if "safe_mode=False" in text]
    pickles = [name for name, text in sources.items() if _PICKLES.search(text)]
    assert pickles == ["data/fetch.py"]  # an archive whose hash is pinned


_LOADS = re.compile(r"(?:saving|models)\.load_model\b|enable_unsafe_deserialization\(")
_PICKLES = re.compile(
    r"\b(?:pickle|cloudpickle|dill|joblib)\.loads?\(|allow_pickle=True|read_pickle\("
)
