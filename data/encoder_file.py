"""A fitted encoder on disk: JSON and arrays, from which nothing is run.

`encoder.npz` holds the encoder's parts by the names of their classes, with their
attributes. Whoever hands over such a file chooses values only: the classes and
functions it may name are those listed here, which `make_encoder` makes use of, and
settings with which they would reach the disk are refused.
"""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from types import FunctionType
from typing import IO, Any

import numpy as np
import pandas as pd

from .disk import open_no_follow, read_error, replaced
from .encode import to_matrix
from .errors import BadData, first_line
from .versions import installed_version

ENCODER = "encoder.npz"
"""Name of the file in the folder of a run."""

_CLASSES = frozenset(
    {
        "sklearn.compose._column_transformer:ColumnTransformer",
        "sklearn.decomposition._truncated_svd:TruncatedSVD",
        "sklearn.feature_extraction.text:TfidfTransformer",
        "sklearn.feature_extraction.text:TfidfVectorizer",
        "sklearn.impute._base:MissingIndicator",
        "sklearn.impute._base:SimpleImputer",
        "sklearn.pipeline:Pipeline",
        "sklearn.preprocessing._encoders:OneHotEncoder",
        "sklearn.preprocessing._function_transformer:FunctionTransformer",
        "skrub._apply_to_each_col:ApplyToEachCol",
        "skrub._check_input:CheckInputDataFrame",
        "skrub._clean_categories:CleanCategories",
        "skrub._clean_null_strings:CleanNullStrings",
        "skrub._datetime_encoder:DatetimeEncoder",
        "skrub._drop_uninformative:DropUninformative",
        "skrub._duration_to_float:DurationToFloat",
        "skrub._string_encoder:StringEncoder",
        "skrub._table_vectorizer:PassThrough",
        "skrub._table_vectorizer:ShortReprDict",
        "skrub._table_vectorizer:TableVectorizer",
        "skrub._to_datetime:ToDatetime",
        "skrub._to_float:ToFloat",
        "skrub._to_str:ToStr",
        "skrub.selectors._base:All",
        "skrub.selectors._base:And",
        "skrub.selectors._base:Cols",
        "skrub.selectors._base:Filter",
        "skrub.selectors._base:Sub",
    }
)
_FUNCTIONS = frozenset(
    {
        "learnable.data.encode:as_texts",
        "numpy:float64",
        "pandas.core.generic:NDFrame.astype",
        "skrub._dataframe._common:is_any_date",
        "skrub._dataframe._common:is_categorical",
        "skrub._dataframe._common:is_numeric",
        "skrub._table_vectorizer:_created_by_predicate",
        "skrub.selectors._selectors:_cardinality_below",
    }
)
_ONLY: dict[str, tuple[Any, ...]] = {
    "encoding": ("utf-8",),  # a name of another is looked up among modules
    "input": ("content",),  # "filename" opens files
    "kw_args": (None, {"dtype": "float64"}),
    "memory": (None,),  # a folder is read with pickle
    "n_jobs": (None,),
    "preprocessor": (None,),
    "tokenizer": (None,),
}
"""Settings of parts that are what `make_encoder` leaves or makes them."""
_ARRAYS = "biufcSUmM"
"""Kinds of NumPy arrays that are stored as they are."""


@dataclass(frozen=True)
class _Read:
    """A fitted encoder from a file; where it fails it says so in one line."""

    path: Path
    fitted: Any
    versions: Mapping[str, str]

    def transform(self, x: pd.DataFrame) -> np.ndarray:
        """Return what `to_matrix` makes of rows with the encoder.

        Raises
        ------
        BadData
        """
        try:
            return to_matrix(self.fitted, x)
        except Exception as error:  # rows, versions or the file may be at fault
            msg = f"the rows cannot be encoded with {self.path} ({_describe(error)})"
            if self.versions != _versions():
                raise _version_error(self.path, self.versions, error) from error
            msg = f"{msg}; compare them with the rows trained on"
            raise BadData(f"{msg}, or train the network again") from error


def write_encoder(path: Path, encoder: Any) -> None:
    """Write a fitted encoder, whole or not at all.

    Parameters
    ----------
    path : Path
    encoder : transformer
        What `make_encoder` returned, fitted.

    Raises
    ------
    TypeError
        A part of the encoder is of a class that is not listed here.
    OSError
    """
    arrays: dict[int, tuple[str, np.ndarray]] = {}
    form = {"versions": _versions(), "encoder": _packed(encoder, arrays)}
    text = np.frombuffer(json.dumps(form).encode(), dtype="uint8")
    with replaced(path) as stream:
        np.savez(stream, description=text, **dict(arrays.values()))  # type: ignore[arg-type]  (its hints know no names)


def read_encoder(path: Path) -> Any:
    """Read a fitted encoder that `write_encoder` wrote.

    Parameters
    ----------
    path : Path

    Returns
    -------
    transformer
        For `to_matrix`. Its ``transform`` raises BadData where it fails.

    Raises
    ------
    BadData
        The file is damaged, of other versions, or names what is not listed here.
    """
    versions = None
    try:
        with open(path, "rb", opener=open_no_follow) as stream:
            arrays = _load(stream)
        form = json.loads(arrays.pop("description").tobytes())
        versions = _checked_versions(form["versions"])
        return _Read(path, _unpacked(form["encoder"], arrays), versions)
    except Exception as error:  # numpy, zipfile and json raise whatever they meet
        if versions not in (None, _versions()):
            raise _version_error(path, versions, error) from error
        raise read_error(path, error, "train the network again") from error


def _versions() -> dict[str, str]:
    return {name: installed_version(name) for name in ("scikit-learn", "skrub")}


def _checked_versions(given: Any) -> dict[str, str]:
    if not all(re.fullmatch(r"[\w.+-]{1,40}", given[name]) for name in _versions()):
        msg = "its versions are none"
        raise ValueError(msg)
    return {name: given[name] for name in _versions()}


def _version_error(
    path: Path, versions: Mapping[str, str], error: Exception
) -> BadData:
    told, here = (
        " and ".join(f"{name} {version}" for name, version in some.items())
        for some in (versions, _versions())
    )
    msg = f"{path} was written by {told}, here are {here} ({_describe(error)})"
    return BadData(f"{msg}; train the network again")


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {first_line(error)}"


def _load(stream: IO[bytes]) -> dict[str, np.ndarray]:
    """Return the arrays of an archive, none larger than its file."""
    size = stream.seek(0, 2)
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        packed = any(m.compress_type != zipfile.ZIP_STORED for m in members)
        if packed or sum(member.file_size for member in members) > size:
            msg = "its arrays are larger than the file"
            raise ValueError(msg)
        arrays = [_array(archive.read(member)) for member in members]
    names = [member.filename.removesuffix(".npy") for member in members]
    return dict(zip(names, arrays, strict=True))


def _array(content: bytes) -> np.ndarray:
    """Return the array of an NPY file; its header does not decide what is allocated."""
    stream = BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        msg = "an array is of an unknown version"
        raise ValueError(msg)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    expected = math.prod(shape) * dtype.itemsize
    if dtype.kind not in _ARRAYS or not dtype.itemsize:
        msg = f"an array is of type {dtype}"
        raise ValueError(msg)
    if expected != len(content) - stream.tell():
        msg = f"an array of shape {shape} is not of its size"
        raise ValueError(msg)
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _packed(value: Any, arrays: dict[int, tuple[str, np.ndarray]]) -> Any:
    """Return a value as JSON; its arrays are put among ``arrays``, each once."""

    def packed(values: Any) -> list[Any]:
        return [_packed(one, arrays) for one in values]

    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if kind is list:
        return packed(value)
    if kind is tuple:
        return {"tuple": packed(value)}
    if kind is dict:
        return {"dict": [packed(pair) for pair in value.items()]}
    if kind is slice:
        return {"slice": packed((value.start, value.stop, value.step))}
    if kind is np.ndarray and value.dtype == object and value.ndim == 1:
        return {"values": packed(value)}
    if isinstance(value, pd.DatetimeTZDtype):
        return {"zoned": str(value)}
    if isinstance(value, np.dtype):
        return {"dtype": value.str}
    if isinstance(value, np.ndarray | np.generic):
        return _packed_array(value, arrays)
    if isinstance(value, type | FunctionType):
        return {"listed": _name(value, _FUNCTIONS)}
    name = _name(kind, _CLASSES)
    state = {key: _packed(one, arrays) for key, one in vars(value).items()}
    return {"object": name, "state": state}


def _packed_array(
    value: np.ndarray | np.generic, arrays: dict[int, tuple[str, np.ndarray]]
) -> dict[str, str]:
    if value.dtype.kind not in _ARRAYS:
        msg = f"an array of type {value.dtype} cannot be written to {ENCODER}"
        raise TypeError(msg)
    array = np.asarray(value)
    name, _ = arrays.setdefault(id(array), (f"a{len(arrays)}", array))
    return {"array" if array is value else "scalar": name}


def _name(thing: Any, listed: frozenset[str]) -> str:
    name = f"{thing.__module__}:{thing.__qualname__}"
    if name not in listed:
        msg = f"{name} is no part of an encoder that can be written to {ENCODER}"
        raise TypeError(msg)
    return name


def _unpacked(form: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Return the value that `_packed` made JSON of."""

    def unpacked(forms: Any) -> list[Any]:
        return [_unpacked(one, arrays) for one in forms]

    match form:
        case list():
            return unpacked(form)
        case {"float": "nan" | "inf" | "-inf" as text}:
            return float(text)
        case {"tuple": items}:
            return tuple(unpacked(items))
        case {"dict": pairs}:
            return dict(map(unpacked, pairs))
        case {"slice": ends}:
            return slice(*unpacked(ends))
        case {"values": items}:
            return np.fromiter(unpacked(items), dtype=object)
        case {"zoned": str(text)} if "dateutil" not in text:  # that opens files
            return pd.DatetimeTZDtype.construct_from_string(text)
        case {"dtype": str(text)} if np.dtype(text).kind in f"{_ARRAYS}O":
            return np.dtype(text)
        case {"array": name}:
            return arrays[name]
        case {"scalar": name}:
            return arrays[name][()]
        case {"listed": name}:
            return _find(name, _FUNCTIONS)
        case {"object": name, "state": state}:
            return _restored(_find(name, _CLASSES), state, arrays)
        case dict():
            msg = f"it holds an unknown kind of value: {str(form)[:80]!r}"
            raise ValueError(msg)
    return form


def _find(name: str, listed: frozenset[str]) -> Any:
    if name not in listed:
        msg = f"{name!r} is no part of an encoder"
        raise ValueError(msg)
    module, _, path = name.partition(":")
    return attrgetter(path)(import_module(module))


def _restored(
    kind: type, state: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> Any:
    """Return an object of a class with these attributes; no method of it is called."""
    restored = object.__new__(kind)
    for name, form in state.items():
        _check_name(name, kind)
        value = _unpacked(form, arrays)
        _check_setting(name, value)
        vars(restored)[name] = value
    return restored


def _check_name(name: str, kind: type) -> None:
    # an attribute named like a method would be called in its place
    shadows = name.startswith("__") or callable(getattr(kind, name, None))
    if shadows or not name.isidentifier():
        msg = f"{name[:80]!r} is no attribute of a {kind.__name__}"
        raise ValueError(msg)


def _check_setting(name: str, value: Any) -> None:
    # pandas opens the file that a time zone "dateutil/..." names
    path = isinstance(value, str) and "dateutil/" in value
    plain = value is None or type(value) in (str, dict)  # arrays compare in their way
    if path or (name in _ONLY and not (plain and value in _ONLY[name])):
        msg = f"{name} is {str(value)[:80]!r}, which no encoder of ours has"
        raise ValueError(msg)
