"""A folder of runs in a browser: what is answered, and what is not."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from learnable.data.errors import Misuse
from learnable.reports import Report
from learnable.zoo.cli.report import serve
from learnable.zoo.runs.journal import entries
from learnable.zoo.runs.serve import inside, make_server

FIRST = "20260101-120000-baseline-0001"


@pytest.fixture
def port(journal):
    """Of a server of the journal."""
    with make_server(journal, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port, path="/", *, method="GET", host=None):
    """Status, headers and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"127.0.0.1:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body.decode("utf-8", "replace")


def test_index_is_made_anew_each_time(zoo, journal, port):
    _, _, before = ask(port)
    assert "a new note" not in before
    _, _, state = ask(port, "/state")
    assert f'data-state="{state}"' in before
    zoo("runs", "note", "0001", "a new note", "--out", journal)
    assert "a new note" in ask(port)[2]
    assert "a new note" in ask(port, "/index.html")[2]
    assert ask(port, "/state")[2] != state


def test_reports_and_files_are_served(journal, port):
    status, headers, body = ask(port, f"/{FIRST}/report.html")
    assert status == 200
    # made anew, for the file may be somebody else's
    assert body == Report.load(journal / FIRST).html()
    assert headers["Content-Type"].startswith("text/html")
    assert "connect-src" not in headers["Content-Security-Policy"]
    status, headers, body = ask(port, f"/{FIRST}/results.json")
    assert headers["Content-Type"] == "application/json"
    assert body == (journal / FIRST / "results.json").read_text("utf-8")
    assert "sandbox" in headers["Content-Security-Policy"]
    _, headers, _ = ask(port, f"/{FIRST}/predictions.parquet")
    assert headers["Content-Type"] == "application/octet-stream"


def test_links_of_the_index_are_answered(journal, port):
    (journal / FIRST).rename(journal / 'j:x <b>&"%ü?#')
    link = "/j%3Ax%20%3Cb%3E%26%22%25%C3%BC%3F%23/report.html"
    assert f'"{link[1:]}"' in ask(port)[2]
    assert ask(port, link)[0] == 200


def test_every_answer_is_guarded(port):
    for path in ("/", "/state", f"/{FIRST}/report.html", "/nothing"):
        _, headers, _ = ask(port, path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        f"/{FIRST}/../../secret.txt",
        f"/{FIRST}/%2e%2e%2f%2e%2e%2fsecret.txt",
        f"/{FIRST}/out.txt",
        "/away/secret.txt",
        "/.hidden",
        f"/{FIRST}/.hidden",
        "/.20260104-120000-mlp-dddd.partial/results.json",
        f"/{FIRST}",
        f"/{FIRST}/",
        "//etc/passwd",
        "/etc/passwd",
        "/nothing",
        f"/{FIRST}/report.html%00",
        "*",
    ],
)
def test_nothing_else_is_served(journal, port, path):
    (journal.parent / "secret.txt").write_text("secret")
    (journal / FIRST / "out.txt").symlink_to(journal.parent / "secret.txt")
    (journal / "away").symlink_to(journal.parent)
    partial = journal / ".20260104-120000-mlp-dddd.partial"
    partial.mkdir()
    for hidden in (journal, journal / FIRST):
        (hidden / ".hidden").write_text("secret")
    (partial / "results.json").write_text("secret")
    status, _, body = ask(port, path)
    assert status == 404
    assert "secret" not in body
    assert inside(journal, f"/{FIRST}/report.html")


def test_links_within_the_folder_are_followed(journal, port):
    (journal / FIRST / "again.json").symlink_to(journal / FIRST / "results.json")
    assert ask(port, f"/{FIRST}/again.json")[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1:1", "localhost.evil"])
def test_other_names_are_refused(port, host):
    status, _, body = ask(port, host=host)
    assert status == 421
    assert FIRST not in body
    assert ask(port, host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(journal, port, method):
    before = entries(journal)
    assert ask(port, f"/{FIRST}/report.html", method=method)[0] == 501
    assert entries(journal) == before


def test_head_has_no_body(journal, port):
    status, headers, body = ask(port, f"/{FIRST}/report.html", method="HEAD")
    assert (status, body) == (200, "")
    size = (journal / FIRST / "report.html").stat().st_size
    assert int(headers["Content-Length"]) == size


def test_browser_that_goes_away_is_no_error(port, capfd):
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port)) as one, suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            one.sendall(b"GET / HTTP/1.1\r\n")
    assert ask(port)[0] == 200
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("number", [70_000, -1])
def test_port_that_cannot_be_is_misuse(journal, number):
    with pytest.raises(Misuse, match="or 0 for any"):
        serve(journal, port=number)


def test_port_in_use_is_misuse(journal, port):
    with pytest.raises(Misuse, match=f"port {port} is in use"):
        serve(journal, port=port)


def test_folder_may_come_later(tmp_path):
    with make_server(tmp_path / "none", 0) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert "0 runs" in ask(server.server_port)[2]
        thread.join()


def test_interrupt_ends_it_with_a_line(journal: Path):
    code = (
        "import signal, sys; from pathlib import Path;"
        # what runs in the background of a shell ignores Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from learnable.zoo.cli.report import serve; serve(Path(sys.argv[1]))"
    )
    running = subprocess.Popen(
        [sys.executable, "-u", "-c", code, str(journal)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert "http://127.0.0.1:" in running.stdout.readline()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 0
    assert err == "\nStopped.\n"
