"""Keras with TensorFlow, imported without what its C++ part writes to the terminal.

Some of these lines come before TensorFlow reads its own log level, so they can only be
kept away at the file descriptor. If the import fails, they are shown.
"""

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@contextmanager
def _buffered_stderr() -> Iterator[None]:
    """Standard error of this process, C++ included, kept until it is needed."""
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextmanager
def ignore_softmax_warning() -> Iterator[None]:
    """Without Keras' warning of a softmax over one unit, which a model shows.

    What it does is said in the verdict, with numbers.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"[\s\S]*softmax over axis")
        yield


with _buffered_stderr():
    import keras as keras
    import tensorflow as tensorflow
