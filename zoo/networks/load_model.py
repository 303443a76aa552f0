"""Loading a saved network whose file may come from anybody.

This is the only place that calls Keras' loader, and it never turns the safe mode off:
what came out of a file meets Python code of that file neither now nor after it was
written again. The containers are looked at before Keras opens them.
"""

from __future__ import annotations

import json
import stat
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import h5py

from ...data.errors import BadData, first_line
from ..backend import keras
from ..run_files import MODEL
from . import losses as losses  # its layers are known to Keras once imported
from .model_config import check_config

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
LARGEST_CONFIG = 200_000_000
"""Bytes. That of NASNetLarge, one of the largest of Keras, has 1.03 million."""
UNPACKED = 1 << 30
"""Bytes of a member that may come out of less than a hundredth of them. Weights are
stored as they are."""
HDF5 = (".h5", ".hdf5")
HOW = "Check the function that builds the model instead: zoo check module.py:build"


def load_network(folder: Path) -> Any:
    """Return the network of a run.

    Parameters
    ----------
    folder : Path
        Of the run; it may have been made by somebody else.

    Returns
    -------
    keras.Model

    Raises
    ------
    BadData
        Its file is damaged, or holds what no network of the zoo has.
    """
    try:
        return _loaded(folder / MODEL)
    except BadData as error:
        msg = f"the network of the run {folder.name} cannot be loaded: {error}"
        raise BadData(f"{msg}; train it again") from error


def load_model(path: Path, *, compile: bool = True) -> Any:
    """Return a saved model; code that lies in its file is not run.

    Parameters
    ----------
    path : Path
        A ``.keras`` file, or an HDF5 file (``.h5``, ``.hdf5``).
    compile : bool, default True
        Whether to compile it as it was compiled; else loss and metrics of the file are
        not looked at.

    Returns
    -------
    keras.Model

    Raises
    ------
    BadData
        The file is damaged or of another kind, or its configuration names what is not
        on the list of `learnable.zoo.networks.model_config`.
    """
    try:
        return _loaded(path, compile=compile)
    except BadData as error:
        raise BadData(f"{path.name} cannot be loaded: {error}. {HOW}") from error


def check_weights(path: Path) -> None:
    """Refuse a file of weights that reads from other files.

    Raises
    ------
    BadData
        It is no HDF5 file, or has links or data that lie outside it.
    """
    try:
        with path.open("rb") as stream, h5py.File(stream, "r") as file:
            _check_group(file)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise BadData(
            f"{path.name} is not a valid HDF5 file: {first_line(error)}"
        ) from error


def _loaded(path: Path, *, compile: bool = True) -> Any:
    load: Any = keras.saving.load_model  # Keras' decorator hides its type
    try:
        _check_file(path, compile=compile)
        with warnings.catch_warnings():
            # the optimizer of a model that was never trained has nothing to be loaded
            warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
            return load(path, compile=compile, safe_mode=True)
    except BadData:
        raise
    # whatever a damaged or strange file makes Keras, zip or HDF5 raise
    except Exception as error:
        raise BadData(f"{type(error).__name__}: {first_line(error)}") from error


def _check_file(path: Path, *, compile: bool) -> None:
    """Refuse what Keras would open in another way than as a file of its own."""
    if not path.is_file():
        raise BadData("it is not a file")
    if path.suffix == ".keras":
        _check_archive(path, compile=compile)
    elif path.suffix in HDF5:
        _check_hdf5(path, compile=compile)
    else:
        raise BadData(f"its name must end in .keras, {' or '.join(HDF5)}")


def _check_archive(path: Path, *, compile: bool) -> None:
    if not zipfile.is_zipfile(path):
        raise BadData("it is not a Keras archive, or it is incomplete")
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            _check_member(member)
        if archive.getinfo(CONFIG).file_size > LARGEST_CONFIG:
            raise BadData(f"its {CONFIG} has more than {LARGEST_CONFIG:,} bytes")
        config = _parsed(archive.read(CONFIG))
        if not compile and isinstance(config, dict):
            config.pop("compile_config", None)  # as Keras does
        check_config(config)
        if WEIGHTS in archive.namelist():
            with archive.open(WEIGHTS) as stream, h5py.File(stream, "r") as file:
                _check_group(file)


def _check_member(member: zipfile.ZipInfo) -> None:
    """Refuse members that unpack to another place, to a link, or to far more."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or not parts or parts[0].endswith((":", "/")) or ".." in parts:
        raise BadData(f"its member {member.filename!r:.80} lies outside the archive")
    if member.file_size > max(UNPACKED, 100 * member.compress_size):
        raise BadData(
            f"its {member.filename!r:.80} unpacks to {member.file_size:,} bytes"
        )


def _parsed(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise BadData("its configuration is nested too deep") from error


def _check_hdf5(path: Path, *, compile: bool) -> None:
    check_weights(path)
    with h5py.File(path, "r") as file:
        network = file.attrs.get("model_config")
        training = file.attrs.get("training_config") if compile else None
    if network is None:
        raise BadData("it contains weights without a model")
    check_config(_parsed(network))
    if training is not None:
        check_config(_parsed(training))


def _check_group(file: Any) -> None:
    """Refuse links, and datasets whose values lie elsewhere or nowhere."""
    waiting, seen = [file], {file}
    while waiting:
        group = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise BadData(f"its weights {name!r:.60} are a link")
            part = group[name]
            if not isinstance(part, h5py.Group):
                _check_dataset(name, part)
            elif part not in seen:  # a group may hold itself
                seen.add(part)
                waiting.append(part)


def _check_dataset(name: str, part: Any) -> None:
    if part.external or part.is_virtual:
        raise BadData(f"its weights {name!r:.60} lie in another file")
    if part.nbytes > max(UNPACKED, 100 * part.id.get_storage_size()):
        raise BadData(f"its weights {name!r:.60} unpack to {part.nbytes:,} bytes")
