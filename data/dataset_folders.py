"""Folders that Hugging Face's `datasets` saves (``save_to_disk``), read by PyArrow.

Only JSON and Arrow files in the folder are opened: no script of the folder is run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arrow_files import open_arrow, to_frame
from .counts import count
from .errors import BadData, Misuse, first_line

if TYPE_CHECKING:
    import pandas as pd

_SPLITS = "dataset_dict.json"
_STATE = "state.json"
_INFO = "dataset_info.json"
_PICTURES = ("Image", "Audio", "Video")


def is_dataset_folder(path: Path) -> bool:
    """Whether a folder was written by ``save_to_disk``."""
    return (path / _SPLITS).is_file() or (path / _STATE).is_file()


def read_dataset_folder(
    path: Path, split: str | None
) -> tuple[pd.DataFrame, list[str], int]:
    """The rows of a saved dataset, or of its splits.

    Parameters
    ----------
    path : Path
    split : str, optional
        One split alone. By default ``train`` and ``test`` are read, in this order.

    Returns
    -------
    table : DataFrame
        Class labels by their names.
    notes : list of str
    n_test : int
        The last so many rows are those of ``test``.

    Raises
    ------
    BadData
        A file is missing or damaged, or a column holds images or sounds.
    Misuse
        There is no split of the name given, or none is named and none is ``train``.
    """
    import pandas as pd

    if not (path / _SPLITS).is_file():
        if split is not None:
            msg = f"{path.name} has no splits, and {split!r} was asked for"
            raise Misuse(f"{msg}; leave out '#{split}'")
        return _read_split(path), [], 0
    names = _names(path)
    if split is None and "train" in names:
        parts = ["train", *(["test"] if "test" in names else [])]
    else:
        parts = [_choose_split(path, split, names)]
    tables = [_read_split(path / name) for name in parts]
    if len(parts) == 1:
        notes = [f"the split {parts[0]!r} of {', '.join(names)} was read"]
        return tables[0], notes if len(names) > 1 else [], 0
    if list(tables[0].columns) != list(tables[1].columns):
        msg = f"{path.name}: train and test have other columns"
        raise BadData(f"{msg}; give '{path.name}#train'")
    table, test = pd.concat(tables, ignore_index=True), len(tables[1])
    return table, _split_notes(names, parts, test), test


def _split_notes(names: list[str], parts: list[str], test: int) -> list[str]:
    rows = (
        "row of test is the official test row",
        "rows of test are the official test rows",
    )
    notes = [f"the {count(test, *rows)}"]
    rest = [name for name in names if name not in parts]
    if rest:
        notes.append(f"not read: {', '.join(rest)} (FOLDER#SPLIT reads one alone)")
    return notes


def _choose_split(path: Path, split: str | None, names: list[str]) -> str:
    if split in names:
        return str(split)
    if split is None and len(names) == 1:
        return names[0]
    message = f"no split {split!r}" if split else "no split train"
    msg = f"{path.name} holds {message}; its splits are {', '.join(names[:20])}"
    raise Misuse(f"{msg}; choose one, as '{path.name}#{names[0]}'")


def _names(path: Path) -> list[str]:
    names = _json(path / _SPLITS).get("splits")
    if not isinstance(names, list) or not names:
        raise BadData(f"{path.name}/{_SPLITS} names no splits; save the dataset anew")
    return [_inside(path, name) for name in names]


def _inside(path: Path, name: Any) -> str:
    """The name of something in a folder, never of anything outside it."""
    plain = isinstance(name, str) and name not in ("", ".", "..")
    if not plain or Path(name).name != name or (path / name).is_symlink():
        raise BadData(f"{path.name} names {name!r}, which is no file of it")
    return name


def _json(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError("there is no such file")
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{path.parent.name}/{path.name} cannot be read: {first_line(error)}"
        raise BadData(f"{msg}; save the dataset anew") from error
    if not isinstance(content, dict):
        raise BadData(f"{path.parent.name}/{path.name} is damaged; save it anew")
    return content


def _read_split(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    state = _json(path / _STATE)
    if state.get("_indices_data_files") or state.get("_indices_files"):
        msg = f"{path.name} picks its rows by a list (an older form)"
        raise BadData(f"{msg}; save it anew after dataset.flatten_indices()")
    listed = state.get("_data_files")
    if not isinstance(listed, list) or not listed:
        raise BadData(f"{path.name}/{_STATE} names no files; save the dataset anew")
    names = [
        _inside(path, f.get("filename") if isinstance(f, dict) else f) for f in listed
    ]
    features = _json(path / _INFO).get("features") if (path / _INFO).is_file() else None
    features = features if isinstance(features, dict) else {}
    _check_kinds(path, features)
    try:
        tables = [open_arrow(path / name) for name in names]
        table = to_frame(pa.concat_tables(tables))
    except BadData:
        raise
    except Exception as error:  # a damaged file makes pyarrow raise nearly anything
        msg = f"{path.name} cannot be read as a saved dataset: {first_line(error)}"
        raise BadData(f"{msg}; save it anew") from error
    return _with_labels(table, features)


def _check_kinds(path: Path, features: dict[str, Any]) -> None:
    for name, feature in features.items():
        kind = feature.get("_type") if isinstance(feature, dict) else None
        if kind in _PICTURES:
            msg = f"column {name!r} of {path.name} holds a value of type {kind}"
            raise BadData(f"{msg}; write images as files, in one folder a class")


def _with_labels(table: pd.DataFrame, features: dict[str, Any]) -> pd.DataFrame:
    """Codes of classes as their names; -1 is missing."""
    import pandas as pd

    for name, feature in features.items():
        labels = feature.get("names") if isinstance(feature, dict) else None
        if name in table.columns and isinstance(labels, list):
            known = {code: str(label) for code, label in enumerate(labels)}
            table[name] = pd.Series([known.get(code) for code in table[name]])
    return table
