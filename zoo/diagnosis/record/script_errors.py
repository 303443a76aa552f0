"""What ended a script, in one line that says what to do."""

from __future__ import annotations

import linecache
import re
import sys
from pathlib import Path

from .recording import Place
from .removed_apis import describe_removed_call
from .source_locations import MOST_SAID, UserCode, one_line_error

# Packages whose modules have another name.
_PACKAGES = {
    "cv2": "opencv-python",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "Image": "pillow",
    "dateutil": "python-dateutil",
    "tensorflow_datasets": "tensorflow-datasets",
    "tensorflow_hub": "tensorflow-hub",
}
_ABANDONED = {
    "theano": "Theano is no longer developed, and Keras runs on TensorFlow here: "
    "leave the import out",
    "tensorflow_addons": "TensorFlow Addons is no longer developed: most of it is in "
    "`keras` now",
    "keras_contrib": "keras-contrib is no longer developed: most of it is in `keras` "
    "now",
}

# Pattern of a message, and what to do.
_KNOWN = [
    (
        re.compile("inhomogeneous shape"),
        "rows of different lengths are no array: pad them with "
        "`keras.utils.pad_sequences(rows)`, or cut them to one length",
    ),
    (
        re.compile("`?load_boston`? has been removed"),
        "`load_boston` is gone since scikit-learn 1.2: write "
        "`sklearn.datasets.fetch_california_housing` or "
        "`keras.datasets.boston_housing.load_data`",
    ),
    (
        re.compile("'DataFrame' object has no attribute 'append'"),
        "`append` of a DataFrame is gone since pandas 2: write `pd.concat([a, b])`",
    ),
    (
        re.compile("'Series' object has no attribute 'append'"),
        "`append` of a Series is gone since pandas 2: write `pd.concat([a, b])`",
    ),
    (
        re.compile(r"'(?:DataFrame|Series)' object has no attribute 'ix'"),
        "`ix` is gone since pandas 1: write `loc` for labels, `iloc` for positions",
    ),
    (
        re.compile(r"module 'numpy' has no attribute '(\w+)'"),
        r"`numpy.\1` is gone since NumPy 2 or before: see the notes on its migration",
    ),
    (
        re.compile(r"module 'pandas' has no attribute '(\w+)'"),
        r"`pandas.\1` is gone since pandas 2 or before",
    ),
    (
        re.compile(r"KFold.__init__\(\) got .*'n_folds'|'n_folds'"),
        "`n_folds=` of KFold is now `n_splits=`, and rows go to `split(x)`",
    ),
    (
        re.compile(r"cannot import name '(\w+)' from '(sklearn[\w.]*)'"),
        r"`\2.\1` is gone from scikit-learn: see its release notes",
    ),
    (
        re.compile(r"No module named '(sklearn\.[\w.]+)'"),
        r"`\1` is gone from scikit-learn: see its release notes",
    ),
    (
        # a number above 0 that is refused is one of NumPy, or a float
        re.compile(r"expected a positive integer. Received: units=0*[1-9]\d*(?:\.0)?$"),
        "`units` must be an int of Python, and is of another type: write `int(...)` "
        "around it",
    ),
    (
        re.compile(r"No gradients provided for any variable"),
        "No gradients provided for any variable: what the gradient is asked of does "
        "not depend on the weights within the tape; compute the loss, and all that is "
        "made of it, within tf.GradientTape, and without argmax or rounding",
    ),
    (
        re.compile(
            r"Input '\w+' of '(\w+)' Op has type (\w+) that does not match type (\w+)"
        ),
        r"TypeError: \1 of \2 and \3: TensorFlow mixes no types; write "
        r"`tf.cast(..., tf.\3)` around the \2, which is no way for argmax or rounding "
        "within a loss: these have no gradient",
    ),
    (
        re.compile(r"URL fetch failure on (\S+)"),
        r"nothing could be downloaded from \1: with no network, put the file into "
        "~/.keras/datasets before",
    ),
    (
        re.compile(r"<urlopen error (.+?)>"),
        r"nothing could be downloaded (\1): put the file on disk, and read it there",
    ),
]


def script_end(error: BaseException, file: Path, source: str, code: UserCode) -> str:
    """Return what ended a script, in one line; "" if it ended by itself.

    Parameters
    ----------
    error : exception
        As the script raised it.
    file : Path
        The script.
    source : str
        What ran in its place.
    code : UserCode
    """
    try:
        message = _describe(error, file, source, code)
    # the error's class may be the user's, and answer in its own way; the file may be
    # gone
    except BaseException:
        message = one_line_error(error)
    return " ".join(message[: 2 * MOST_SAID].splitlines())


def _describe(error: BaseException, file: Path, source: str, code: UserCode) -> str:
    if isinstance(error, SystemExit):
        return "" if error.code in (None, 0) else f"ended by sys.exit({error.code!r})"
    if isinstance(error, SyntaxError):
        text = (error.text or "").strip()
        where = f" (line {error.lineno}: {text})" if error.lineno else ""
        return f"{type(error).__name__}: {error.msg}{where}"
    if isinstance(error, EOFError) and "reading a line" in str(error):
        return "asks for input(), which nobody answers here"
    line = line_of(code.error_location(error))
    if gone := describe_removed_call(error, source) or _known(error):
        return f"{gone}{line}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{_missing_module(error.name)}{line}"
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{_missing_file(str(error.filename), file)}{line}"
    return one_line_error(error)


def line_of(place: Place | None) -> str:
    """Return a line's number and text in brackets; "" where there is none."""
    if place is None:
        return ""
    text = linecache.getline(place.file, place.line).strip()
    return f" (line {place.line}: {text})"


def _known(error: BaseException) -> str:
    text = str(error)
    # of a graph that could not be made the reason comes last
    text = text if len(text) <= 2 * MOST_SAID else text[:MOST_SAID] + text[-MOST_SAID:]
    for pattern, advice in _KNOWN:
        if found := pattern.search(text):
            return found.expand(advice)
    return ""


def _missing_module(name: str) -> str:
    module = name.partition(".")[0]
    if module in _ABANDONED:
        return f"the module {name!r} is not installed: {_ABANDONED[module]}"
    package = _PACKAGES.get(module, module)
    differs = "" if module in _PACKAGES else ", whose name may differ from the module's"
    return (
        f"the module {name!r} is not installed in this environment; try "
        f"`{Path(sys.executable).name} -m pip install {package}`{differs}"
    )


def _missing_file(name: str, script: Path) -> str:
    """Say where a file was looked for, and where it is if it is beside the script."""
    path = Path(name)
    if path.is_absolute():
        return f"the file {name!r} does not exist: check the path in the script"
    if (script.parent / path).exists():
        return (
            f"the file {name!r} is in the script's folder and not in the current one: "
            f"change to {str(script.parent)!r} before zoo check"
        )
    return (
        f"the file {name!r} does not exist in the current folder, {str(Path.cwd())!r}: "
        "run zoo check in the folder from which the path starts"
    )
