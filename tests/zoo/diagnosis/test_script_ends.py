"""Scripts that end in odd ways: one line, and a process that can go on."""

import json
import os
import subprocess
import sys
from textwrap import dedent

import pytest
from learnable.zoo.diagnosis.record.run_script import run_script
from learnable.zoo.diagnosis.record.source_locations import MOST_SAID, one_line_error


@pytest.fixture
def run(tmp_path):
    """Writes a script and runs it."""

    def run(text):
        file = tmp_path / "train.py"
        file.write_text(dedent(text))
        return run_script(file, seconds=60.0)

    return run


def raising(base, body):
    return f"class Odd({base}):\n    def __str__(self):\n        {body}\nraise Odd\n"


ENDS = [
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("raise GeneratorExit('over')", "GeneratorExit: over"),
    ("class Mine(BaseException): pass\nraise Mine('so')", "Mine: so"),
    ("import asyncio; raise asyncio.CancelledError", "CancelledError"),
    (raising("Exception", "1 / 0"), "Odd (its message cannot be shown: "
     "ZeroDivisionError)"),
    (raising("EOFError", "1 / 0"), "Odd (its message cannot be shown: "
     "ZeroDivisionError)"),
    (raising("Exception", "return 3"), "Odd (its message cannot be shown: TypeError)"),
    (raising("BaseException", "raise SystemExit"), "Odd (its message cannot be shown: "
     "SystemExit)"),
    ("raise ModuleNotFoundError('none', name=3)", "ModuleNotFoundError: none"),
    ("raise SyntaxError('odd', (3, 'a', 'b', 4))", "SyntaxError: odd"),
    ("class Odd:\n    def __repr__(self):\n        1 / 0\nimport sys; sys.exit(Odd())",
     "SystemExit (its message cannot be shown: ZeroDivisionError)"),
    ("raise type('a\\nb', (Exception,), {})('c')", "a b: c"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "told"), ENDS)
def test_whatever_ends_a_script_is_one_line(run, code, told):
    done = run(code)
    assert done.error.startswith(told)
    assert len(done.error.splitlines()) == 1
    assert done.error_place.line


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('x' * 10_000_000)",
        "raise ValueError('x\\n' * 10_000_000)",
        "import sys; sys.exit('x' * 10_000_000)",
        "raise SyntaxError('x' * 10_000_000)",
    ],
)
def test_long_message_is_cut(run, code):
    assert len(run(code).error) <= 2 * MOST_SAID + 100


def test_reason_at_the_end_of_a_long_message_is_found():
    frames = "  File x.py, line 3, in f\n\n" * 10_000
    end = "indices[0] = 7 is not in [0, 3)\n\t [[{{node Gather}}]] [Op:f]"
    error = ValueError(f"Graph execution error:\n{frames}{end}")
    assert one_line_error(error) == "ValueError: indices[0] = 7 is not in [0, 3)"


def test_types_that_do_not_mix_are_cast(run):
    done = run(
        """
        import tensorflow as tf
        tf.function(lambda a, b: tf.raw_ops.Sub(x=a, y=b))(1.0, tf.constant(2))
        """
    )
    assert "tf.cast(..., tf.float32)` around the int32" in done.error


def test_reason_at_the_end_of_a_graph_that_cannot_be_made_is_found(run):
    done = run(
        """
        import keras
        import tensorflow as tf
        weight, optimizer = keras.Variable(1.0), keras.optimizers.SGD()

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                loss = weight.value ** 2
            optimizer.apply(tape.gradient(-loss, [weight.value]), [weight])

        step()
        """
    )
    assert done.error.startswith("No gradients provided for any variable: ")
    assert "within the tape" in done.error
    frames = "in user code:\n    File x.py, line 3, in f\n        a + b\n\n"
    error = TypeError(f"{frames}    TypeError: an int is no str\n")
    assert one_line_error(error) == "TypeError: an int is no str"


def test_folder_that_the_script_deletes_is_left(run, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert run("import os; os.rmdir(os.getcwd())").error == ""
    assert os.getcwd() == os.sep


def test_script_may_delete_itself(run):
    done = run("import os; os.remove(__file__); raise ValueError('gone')")
    assert done.error == "ValueError: gone"


ODD = {
    "exit_in_thread": "import sys, threading\n"
    "thread = threading.Thread(target=sys.exit)\nthread.start(); thread.join()",
    "closes_numbers": "import os\nfor i in range(3): os.close(i)",
    "closes_streams": "import sys\nsys.stdout.close()\nsys.stderr.close()",
    "forks": "import os\nos.fork()",
    "exits_in_copy": "import os, sys\ncopy = os.fork()\nif not copy: sys.exit(3)\n"
    "print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]))",
    "stream": "import sys\nsys.stdout = sys.stderr = None",
}
RUNNER = """
import json, os, pathlib, sys
from learnable.zoo.diagnosis.record.run_script import run_script
for name in sys.argv[2:]:
    done = run_script(pathlib.Path(f"{name}.py"), seconds=60)
    print("as before", file=sys.stdout, flush=True)
    print("as before", file=sys.stderr, flush=True)
    told = {"name": name, "error": done.error, "printed": done.printed}
    with open(sys.argv[1], "a") as file:
        told["number"] = file.fileno() > 2
        file.write(json.dumps(told) + "\\n")
"""


@pytest.mark.slow  # a process that imports TensorFlow
def test_process_goes_on_after_each(tmp_path):
    for name, code in ODD.items():
        (tmp_path / f"{name}.py").write_text(code)
    told = tmp_path / "told.jsonl"
    command = [sys.executable, "-c", RUNNER, str(told), *ODD]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in told.read_text().splitlines()]
    assert [line["name"] for line in lines] == [*ODD], "copies end with the script"
    assert {line["error"] for line in lines} == {""}
    assert all(line["number"] for line in lines)
    assert lines[-2]["printed"].split() == ["1"]
