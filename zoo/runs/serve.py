"""A folder of runs on an address of this machine alone, to be read in a browser."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from ...data.errors import Misuse, ZooError
from ...reports.several.index import LIVE_POLICY, POLICY, state
from .index import PAGE, index_page
from .journal import entries

HOST = "127.0.0.1"
REPORT = "report.html"
_NAMES = (HOST, "localhost")
"""What a browser may call it. Another name in the Host header is a page of somewhere
else, whose name was made to lead here (DNS rebinding)."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_FRAMES = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_NO_PAGE = f"default-src 'none'; style-src 'unsafe-inline'; sandbox; {_FRAMES}"
_PAGE = f"{POLICY}; {_FRAMES}"
_LIVE = f"{LIVE_POLICY}; {_FRAMES}"


def make_server(out: Path, port: int) -> ThreadingHTTPServer:
    """Make a server of the index of the runs, their pages and files.

    Only programs of this machine can ask, and nothing can be changed. The index is made
    anew each time it is asked for, and loads itself again when a run comes or changes.

    Parameters
    ----------
    out : Path
        The folder of the runs; it may be made later.
    port : int
        0 takes one that is free.

    Raises
    ------
    Misuse
        The port is taken or not allowed.
    """

    class FolderHandler(Handler):
        folder = out

    try:
        return ThreadingHTTPServer((HOST, port), FolderHandler)
    except (OSError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is in use" if taken else f"cannot be taken ({error})"
        msg = f"port {port} {why}"
        raise Misuse(f"{msg}; choose another from 1024 to 65535, or 0 for any") from (
            error
        )


class Handler(BaseHTTPRequestHandler):
    """Answers for one folder; only ``GET`` and ``HEAD``."""

    folder: Path
    server_version, sys_version = "zoo", ""
    timeout = 30  # seconds; a silent connection must not keep its thread

    policy = _NO_PAGE

    def handle(self) -> None:
        """Answer one request; a browser that went away is no error."""
        with suppress(ConnectionError):
            super().handle()

    def do_HEAD(self) -> None:
        """Answer as `do_GET` does, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Send a page, the state of the runs or a file."""
        if not self._is_asked_by_name():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        try:
            path = urlsplit(self.path).path
        except ValueError:  # such as an address that begins a bracket
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        if path in ("/", f"/{PAGE}"):
            self.policy = _LIVE
            self._send(index_page(self.folder, live=True), _TYPES[".html"])
        elif path == "/state":
            self._send(state(entries(self.folder)), _TYPES[".txt"])
        else:
            self._send_file(path)

    def _is_asked_by_name(self) -> bool:
        """Whether the Host header is one of ours, on our port."""
        port = self.connection.getsockname()[1]
        allowed = {f"{name}:{port}" for name in _NAMES}
        allowed |= set(_NAMES) if port == 80 else set()
        return self.headers.get("Host", "").lower() in allowed

    def _send(self, text: str, kind: str) -> None:
        body = text.encode("utf-8", "replace")
        self._send_head(kind, len(body))
        if self.command == "GET":
            self.wfile.write(body)

    def _send_file(self, path: str) -> None:
        found = inside(self.folder, path)
        try:
            stream = found.open("rb") if found else None
        except OSError:
            stream = None
        if found is None or stream is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        kind = _TYPES.get(found.suffix.lower(), "application/octet-stream")
        if found.name == REPORT and (page := _report(found.parent)):
            stream.close()
            self.policy = _PAGE
            self._send(page, kind)
            return
        self.policy = _NO_PAGE
        with stream:
            self._send_head(kind, os.fstat(stream.fileno()).st_size)
            if self.command == "GET":
                shutil.copyfileobj(stream, self.wfile)

    def _send_head(self, kind: str, size: int) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def end_headers(self) -> None:
        """Also of errors."""
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal shows the address, and errors."""


def _report(folder: Path) -> str:
    """Return the page of a run, made anew: the file there may hold somebody's script.

    "" where the folder holds no results that can be read.
    """
    from ...reports import Report

    try:
        return Report.load(folder).html()
    except ZooError:
        return ""


def inside(folder: Path, path: str) -> Path | None:
    """The file below a folder that an address names; None where it names none.

    Hidden files, ``..`` and links that lead out of the folder name none.
    """
    names = os.fsdecode(unquote_to_bytes(path)).split("/")[1:]
    if any(not name or name.startswith(".") or "\0" in name for name in names):
        return None
    if any(os.sep in name or (os.altsep or os.sep) in name for name in names):
        return None
    try:
        root = folder.resolve(strict=True)
        found = root.joinpath(*names).resolve(strict=True)
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, RuntimeError):  # missing, or links in a circle
        return None
