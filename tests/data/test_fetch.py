import gc
import gzip
import hashlib
import io
import pickle
import socket
import struct
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from learnable.data import fetch, load
from learnable.data.errors import BadData, DownloadError

RNG = np.random.default_rng(0)
KEYS = ("x_train", "y_train", "x_test", "y_test")


def rows(shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Twenty training and ten test images with their labels."""
    sizes = {"train": 20, "test": 10}
    x = {f"x_{p}": RNG.integers(0, 256, (n, *shape), "uint8") for p, n in sizes.items()}
    y = {f"y_{p}": np.arange(n, dtype="uint8") % 10 for p, n in sizes.items()}
    return x | y


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def batches(arrays: dict[str, np.ndarray]) -> bytes:
    """The archive of CIFAR-10: pickles of flat rows, channels first."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for i in range(6):
            part = slice(4 * i, 4 * i + 4) if i < 5 else slice(None)
            end = "train" if i < 5 else "test"
            flat = arrays[f"x_{end}"][part].transpose(0, 3, 1, 2).reshape(-1, 3072)
            batch = {b"data": flat, b"labels": arrays[f"y_{end}"][part].tolist()}
            content = pickle.dumps(batch, protocol=2)
            name = f"data_batch_{i + 1}" if i < 5 else "test_batch"
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


GREY, COLOUR = rows((28, 28)), rows((32, 32, 3))
FILES = {
    "mnist.npz": npz(GREY),
    "train-images-idx3-ubyte.gz": idx(GREY["x_train"]),
    "train-labels-idx1-ubyte.gz": idx(GREY["y_train"]),
    "t10k-images-idx3-ubyte.gz": idx(GREY["x_test"]),
    "t10k-labels-idx1-ubyte.gz": idx(GREY["y_test"]),
    "cifar-10-python.tar.gz": batches(COLOUR),
}
SETS = {"mnist": GREY, "fashion-mnist": GREY, "cifar10": COLOUR}
N_FILES = {"mnist": 1, "fashion-mnist": 4, "cifar10": 1}


class Server:
    """Files served on this machine, and what was asked of them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.asked = dict(files), []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:
                name = handler.path.lstrip("/")
                self.asked.append(name)
                content = self.files.get(name)
                handler.send_response(404 if content is None else 200)
                handler.send_header("Content-Length", str(len(content or b"")))
                handler.end_headers()
                handler.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = Thread(target=self.http.serve_forever, args=(0.01,))

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def point(monkeypatch: pytest.MonkeyPatch, address: str, folder: Path) -> None:
    """Pin the small files at this address and cache them in this folder."""
    pins = {
        name: (hashlib.sha256(content).hexdigest(), f"{address}/{name}")
        for name, content in FILES.items()
    }
    monkeypatch.setattr("learnable.data.fetch.registry", lambda: pins)
    monkeypatch.setattr("learnable.data.fetch.cache_folder", lambda: folder)
    monkeypatch.delenv("ZOO_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[Server]:
    serving = Server(FILES)
    serving.thread.start()
    point(monkeypatch, serving.address, cache)
    yield serving
    serving.stop()


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch, cache: Path) -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    point(monkeypatch, address, cache)
    return address


def equal(dataset, arrays: dict[str, np.ndarray]) -> None:
    x = np.concatenate([arrays["x_train"], arrays["x_test"]])
    np.testing.assert_array_equal(dataset.x, x)
    labels = np.concatenate([arrays["y_train"], arrays["y_test"]])
    np.testing.assert_array_equal(dataset.y, labels)
    assert dataset.y.dtype == "int64"
    assert dataset.n_test == 10
    assert len(dataset.classes) == 10


@pytest.mark.parametrize("name", SETS)
def test_files_are_fetched_once(server, cache, name):
    equal(load(name), SETS[name])
    equal(load(name), SETS[name])
    assert len(server.asked) == N_FILES[name] == len(list(cache.iterdir()))
    assert any("of the" in note for note in load(name).notes)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("content", [b"", b"junk", FILES["mnist.npz"][:-1]])
def test_wrong_bytes_are_refused(server, cache, refused, name, content):
    server.files = dict.fromkeys(server.files, content)
    text = refused(BadData, load, name)
    assert server.address in text
    assert "sha256" in text
    assert not list(cache.iterdir())


@pytest.mark.parametrize("name", SETS)
def test_damaged_cache_is_replaced(server, cache, name):
    load(name)
    for path in cache.iterdir():
        path.write_bytes(b"junk")
    equal(load(name), SETS[name])
    assert len(server.asked) == 2 * N_FILES[name]


@pytest.mark.parametrize("name", SETS)
def test_cache_needs_no_network(server, cache, name):
    load(name)
    server.files.clear()
    equal(load(name), SETS[name])


@pytest.mark.parametrize("name", SETS)
def test_silence_is_offline(silence, cache, refused, tmp_path, monkeypatch, name):
    assert silence in refused(DownloadError, load, name)
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    text = refused(DownloadError, load, name)
    assert silence in text
    assert str(cache) in text
    assert str(tmp_path / "images") in text
    assert not cache.exists() or not list(cache.iterdir())


# requests leaves the socket of a refused answer to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_missing_page_is_offline(server, cache, refused):
    server.files.clear()
    assert "404" in refused(DownloadError, load, "mnist")
    assert not list(cache.iterdir())
    gc.collect()


def test_unwritable_cache_is_offline(server, cache, refused):
    cache.write_text("a file, no folder")
    assert str(cache) in refused(DownloadError, load, "mnist")


@pytest.mark.parametrize("folder", ["", "images"])
@pytest.mark.parametrize("ending", ["", "_subset"])
def test_zoo_data_comes_first(server, tmp_path, monkeypatch, folder, ending):
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / f"mnist{ending}.npz").write_bytes(FILES["mnist.npz"])
    dataset = load("mnist")
    equal(dataset, GREY)
    assert f"read from mnist{ending}.npz in ZOO_DATA" in dataset.notes
    assert server.asked == []


def test_whole_set_beats_subset(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    (tmp_path / "images").mkdir()
    (tmp_path / "mnist_subset.npz").write_bytes(npz(rows((28, 28))))
    (tmp_path / "images" / "mnist.npz").write_bytes(FILES["mnist.npz"])
    equal(load("mnist"), GREY)


BAD_SETS = {
    "empty": b"",
    "junk": b"junk",
    "half": FILES["mnist.npz"][:200],
    "zip": b"PK\x03\x04junk",
    "no test rows": npz({"x": GREY["x_train"], "y": GREY["y_train"]}),
    "no labels": npz({k: GREY[k] for k in KEYS if k != "y_test"}),
    "unequal": npz(GREY | {"y_test": GREY["y_test"][:3]}),
    "flat": npz(GREY | {"x_train": np.ones((20, 9)), "x_test": np.ones((10, 9))}),
    "labels": npz(GREY | {"y_train": GREY["y_train"] + 1}),
    "text labels": npz(GREY | {k: GREY[k].astype(str) for k in ("y_train", "y_test")}),
    "objects": npz(GREY | {"y_test": np.array([None] * 10)}),
}


@pytest.mark.parametrize("kind", BAD_SETS)
def test_damaged_zoo_data_is_refused(server, tmp_path, monkeypatch, refused, kind):
    monkeypatch.setenv("ZOO_DATA", str(tmp_path))
    (tmp_path / "mnist.npz").write_bytes(BAD_SETS[kind])
    text = refused(BadData, load, "mnist")
    assert str(tmp_path / "mnist.npz") in text
    assert "Replace or remove" in text
    assert server.asked == []


def test_limit_keeps_official_rows(server):
    dataset = load("mnist", limit=15)
    assert 0 < dataset.n_test < len(dataset)
    assert set(dataset.y) == set(range(10))


def test_registry_is_well_formed():
    for name, (sha256, address) in fetch.registry().items():
        assert len(bytes.fromhex(sha256)) == 32
        assert address.endswith(name)


def test_cache_folder_is_users():
    assert fetch.cache_folder().name == "learnable"
