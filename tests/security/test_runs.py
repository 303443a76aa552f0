"""Runs, recipes and tables of others: pipes, links, addresses, scripts, escapes."""

import json
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from build import Target
from click.testing import CliRunner
from learnable.data.disk import read_regular
from learnable.data.errors import BadData
from learnable.zoo.cli import main
from watch import Listener, watched

NAME = "20260101-120000-baseline-abcd"
ESCAPE, REVERSED = "\x1b]0;title\x07", "\u202e"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scored")
    line = "baseline iris --folds 2 --jobs 1 --quiet"
    done = CliRunner().invoke(main, [*line.split(), "--out", str(out)])
    assert done.exit_code == 0, done.output
    (run,) = (folder for folder in out.iterdir() if folder.is_dir())
    return run


@pytest.fixture
def run(scored: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scored, tmp_path / "runs" / NAME))


def call(*line: object) -> str:
    told = CliRunner().invoke(main, [str(part) for part in line])
    assert isinstance(told.exception, SystemExit | None), told.exception
    assert "Traceback" not in told.output
    return told.output


@pytest.fixture
def in_time() -> Iterator[None]:
    """The test fails where it waits for more than a minute and a half."""

    def late(*_: object) -> None:
        pytest.fail("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(90)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.slow  # whole commands
@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize(
    "name",
    ["recipe.json", "environment.json", "summary.json", "notes.json", "results.json"],
)
def test_pipe_in_place_of_a_file_is_not_waited_for(name: str, run: Path) -> None:
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    for line in (["runs"], ["runs", "show", NAME], ["predict", NAME]):
        call(*line, "--out", run.parent)


def test_device_in_place_of_a_file_is_not_read(run: Path) -> None:
    (run / "recipe.json").unlink()
    (run / "recipe.json").symlink_to("/dev/zero")
    assert "Error: " in call("rerun", NAME, "--out", run.parent)
    with pytest.raises(OSError, match="no regular file"):
        read_regular(run / "recipe.json")


@pytest.mark.parametrize(
    "line", [("report",), ("runs", "note"), ("runs", "tag")], ids=str
)
def test_run_that_is_a_link_is_not_written_into(
    line: tuple[str, ...], run: Path, tmp_path: Path
) -> None:
    elsewhere = run.rename(tmp_path / "elsewhere")
    run.symlink_to(elsewhere)
    before = {p.name: p.stat().st_mtime_ns for p in elsewhere.iterdir()}
    extra = ["text"] if len(line) > 1 else []
    told = call(*line, NAME, *extra, "--out", run.parent)
    assert "is a symbolic link; nothing is written through it" in told
    assert {p.name: p.stat().st_mtime_ns for p in elsewhere.iterdir()} == before


def test_picture_starts_no_program(tmp_path: Path, target: Target, monkeypatch) -> None:
    """Pillow goes by what a file holds, and starts Ghostscript on PostScript."""
    programs = tmp_path / "programs"
    programs.mkdir()
    script = programs / "gs"
    script.write_text(f"#!/bin/sh\ntouch {target.marker}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    for kind in "ab":
        folder = tmp_path / "images" / kind
        folder.mkdir(parents=True)
        for i in range(6):
            (folder / f"{i}.png").write_bytes(
                b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n"
                b"showpage\n%%EOF\n"
            )
    with watched(tmp_path / "runs") as seen:
        told = call("baseline", tmp_path / "images", "--out", tmp_path / "runs")
    assert "Error: " in told
    assert not seen.programs
    assert not target.marker.exists()


def test_pipe_among_pictures_is_not_waited_for(tmp_path: Path) -> None:
    for kind in "ab":
        folder = tmp_path / "images" / kind
        folder.mkdir(parents=True)
        os.mkfifo(folder / "x.png")
    told = call("baseline", tmp_path / "images", "--out", tmp_path / "runs")
    assert "nor folders of images" in told


def test_pipe_in_place_of_a_table_is_not_waited_for(tmp_path: Path) -> None:
    for name in ("t.csv", "t.parquet"):
        os.mkfifo(tmp_path / name)
        told = call("baseline", tmp_path / name, "--target", "y")
        assert "is no regular file" in told


def test_words_of_a_status_line_are_no_markup(monkeypatch) -> None:
    from io import StringIO

    from learnable.zoo import console
    from rich.console import Console

    written = StringIO()
    screen = Console(file=written, force_terminal=True, width=120)
    monkeypatch.setattr(console, "console", lambda: screen)
    with console.waiting(f"[link=x]{ESCAPE}", quiet=False) as say:
        say(f"[red]{REVERSED}")
    shown = written.getvalue()
    assert "[link=x]" in shown
    assert ESCAPE not in shown
    assert REVERSED not in shown


@pytest.mark.slow  # whole commands
def test_weights_of_a_recipe_are_no_address(
    tmp_path: Path, target: Target, listener: Listener, monkeypatch
) -> None:
    """`gs://bucket/x` is a file for pathlib, where a folder is called `gs:`."""
    from learnable.zoo.backend import keras
    from learnable.zoo.registry import build, recipe

    monkeypatch.chdir(tmp_path)
    (tmp_path / "gs:" / "bucket").mkdir(parents=True)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save_weights(tmp_path / "gs:" / "bucket" / "x.weights.h5")
    from dataclasses import replace

    for weights in ("gs://bucket/x.weights.h5", "hf://somebody/model", "x.keras"):
        asked = replace(recipe("mobilenet-v2"), weights=weights)
        with watched() as seen, pytest.raises((BadData, UserWarning)):
            build(asked, shape=(32, 32, 3), outputs=2)
        assert not seen.addresses


def test_table_in_a_folder_that_reads_like_an_address(
    tmp_path: Path, monkeypatch
) -> None:
    from learnable.data.files import read_table

    monkeypatch.chdir(tmp_path)
    (tmp_path / "file:").mkdir()
    (tmp_path / "file:" / "t.csv").write_text("a,b\n1,2\n3,4\n")
    table, _ = read_table(Path("file:/t.csv"))
    assert table.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


@pytest.mark.parametrize("spelt", ["dateutil", "\\u0064ateutil"])
def test_time_zone_of_a_table_opens_no_file(spelt: str, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from learnable.data.files import read_table

    table = pa.Table.from_pandas(
        pd.DataFrame({"t": pd.to_datetime(["2020-01-01"] * 3)})
    )
    about = json.loads(table.schema.metadata[b"pandas"])
    about["columns"][0]["numpy_type"] = "datetime64[ns, dateutil//etc/passwd]"
    told = json.dumps(about).replace("dateutil", spelt).encode()
    table = table.replace_schema_metadata({b"pandas": told})
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(BadData, match="dateutil"):
        read_table(tmp_path / "t.parquet")


def test_served_report_is_made_anew(run: Path, listener: Listener) -> None:
    """A page that somebody put into the run is not shown with its scripts."""
    import threading
    import urllib.request

    from learnable.zoo.runs.serve import make_server

    (run / "report.html").write_text("<script>evil()</script>")
    (run / "other.html").write_text("<script>evil()</script>")
    with make_server(run.parent, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_port}/{NAME}"
        with urllib.request.urlopen(f"{home}/report.html") as page:
            text = page.read().decode()
        with urllib.request.urlopen(f"{home}/other.html") as page:
            policy = page.headers["Content-Security-Policy"]
        server.shutdown()
    assert "evil" not in text
    assert "iris" in text
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_json_governs_no_terminal() -> None:
    from learnable.zoo.console import json_line

    facts = {"a": f"x{ESCAPE}{REVERSED}\x9b", "ü": "é"}
    line = json_line(facts)
    assert json.loads(line) == facts
    assert not set(line) & {"\x1b", "\x07", REVERSED, "\x9b"}
    assert "ü" in line
