"""Datasets that are too large to ship: looked for on disk, else downloaded.

A folder named by the environment variable ``ZOO_DATA`` is looked at first, then the
user's cache (`platformdirs`); only then the network. Every download is pinned by its
sha256 in ``registry.txt``.
"""

import gzip
import os
import pickle
import tarfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from .errors import BadData, DownloadError
from .files import read_arrays

_Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""x_train, y_train, x_test, y_test: images uint8, labels int64."""

CLASSES: dict[str, tuple[str, ...]] = {
    "mnist.npz": tuple("0123456789"),
    "fashion_mnist.npz": (
        "t-shirt", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10.npz": (
        "airplane", "automobile", "bird", "cat", "deer",
        "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip


N_CLASSES = 10
"""Every image set of the catalog has so many."""


def fetch_images(file: str) -> tuple[_Rows, tuple[str, ...], tuple[str, ...]]:
    """The rows of an image set, their class labels, and notes on where they lay.

    Parameters
    ----------
    file : str
        A key of `CLASSES`, e.g. ``"mnist.npz"``.

    Raises
    ------
    DownloadError
        The file is neither on disk nor can it be downloaded.
    BadData
        A file found on disk does not hold the four arrays, or what came down is not
        the file that was pinned.
    """
    found = _on_disk(file)
    if found:
        return _read_npz(found), CLASSES[file], (f"read from {found.name} in ZOO_DATA",)
    try:
        return _DOWNLOADS[file](), CLASSES[file], ()
    except OSError as error:
        raise DownloadError(_offline_text(file, error)) from error


def _candidates(file: str) -> list[Path]:
    """The paths under ``ZOO_DATA`` where a file may lie; a named part comes last."""
    root = os.environ.get("ZOO_DATA")
    names = [file, file.replace(".npz", "_subset.npz")]
    return [Path(root) / d / n for n in names for d in ("", "images")] if root else []


def _on_disk(file: str) -> Path | None:
    return next((path for path in _candidates(file) if path.is_file()), None)


def _read_npz(path: Path) -> _Rows:
    try:
        x, y, n_test = read_arrays(path)
    except BadData as error:
        msg = f"{path} is damaged: {error}. Replace or remove the file."
        raise BadData(msg) from error
    images = x.ndim > 2 and x.dtype.kind in "uif"
    if not n_test or not images or y.dtype.kind not in "ui" or y.max() >= N_CLASSES:
        msg = f"{path} does not hold images and labels below {N_CLASSES}"
        msg = f"{msg} as x_train, y_train, x_test, y_test. Replace or remove the file."
        raise BadData(msg)
    y = y.astype("int64")
    return x[:-n_test], y[:-n_test], x[-n_test:], y[-n_test:]


@cache
def registry() -> dict[str, tuple[str, str]]:
    """File name -> (sha256, address), read from ``registry.txt``."""
    text = (files(__package__ or "learnable.data") / "registry.txt").read_text("utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name: (sha256, address) for name, sha256, address in rows}


def cache_folder() -> Path:
    """Return the folder where downloads are kept."""
    import platformdirs  # only where something is downloaded

    return Path(platformdirs.user_cache_dir("learnable"))


def download(file: str) -> Path:
    """The file's path in the cache, downloaded if need be and checked by its sha256.

    Raises
    ------
    OSError
        The address does not answer.
    BadData
        What came is not the file that was pinned.
    """
    import pooch  # imports requests; only where something is downloaded

    sha256, address = registry()[file]
    pooch.get_logger().setLevel("WARNING")
    try:
        path = pooch.retrieve(address, f"sha256:{sha256}", file, cache_folder())
    except ValueError as error:  # pooch: the hash differs; the file was deleted
        msg = f"{address} did not give the file that was pinned (sha256 {sha256})"
        msg = f"{msg}. Try again; if it stays so, report it."
        raise BadData(msg) from error
    return Path(path)


def _mnist() -> _Rows:
    return _read_npz(download("mnist.npz"))


def _idx(file: str, header: int) -> np.ndarray:
    """The bytes of a file in the format of MNIST, after its header."""
    with gzip.open(download(file)) as stream:
        return np.frombuffer(stream.read(), "uint8", offset=header)


def _fashion() -> _Rows:
    def part(prefix: str) -> tuple[np.ndarray, np.ndarray]:
        images = _idx(f"{prefix}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        return images, _idx(f"{prefix}-labels-idx1-ubyte.gz", 8).astype("int64")

    return (*part("train"), *part("t10k"))


def _cifar10() -> _Rows:
    """Six pickled batches; safe to unpickle because the archive's hash is pinned."""

    def part(archive: tarfile.TarFile, name: str) -> tuple[np.ndarray, np.ndarray]:
        stream = archive.extractfile(f"cifar-10-batches-py/{name}")
        assert stream is not None
        batch = pickle.load(stream, encoding="bytes")  # hash pinned
        images = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return images, np.array(batch[b"labels"], "int64")

    with tarfile.open(download("cifar-10-python.tar.gz")) as archive:
        parts = [part(archive, f"data_batch_{i}") for i in range(1, 6)]
        x_test, y_test = part(archive, "test_batch")
    x_train, y_train = (np.concatenate(a) for a in zip(*parts, strict=True))
    return x_train, y_train, x_test, y_test


_DOWNLOADS: dict[str, Callable[[], _Rows]] = {
    "mnist.npz": _mnist,
    "fashion_mnist.npz": _fashion,
    "cifar10.npz": _cifar10,
}
_ARCHIVES = {
    "mnist.npz": "mnist.npz",
    "fashion_mnist.npz": "train-images-idx3-ubyte.gz",
    "cifar10.npz": "cifar-10-python.tar.gz",
}


def _offline_text(file: str, error: OSError) -> str:
    address = registry()[_ARCHIVES[file]][1]
    reason = " ".join(str(error).split())[:120]
    tried = " and ".join(str(p) for p in _candidates(file)) or "no folder (not set)"
    return (
        f"{file} is not on this machine and {address} does not answer ({reason}). "
        f"ZOO_DATA was looked at: {tried}; the cache is {cache_folder()}. "
        f"Set ZOO_DATA to a folder that holds {file}, or go online."
    )
