"""Words of the page for each task."""

from dataclasses import dataclass

from ..baselines.results.results import About
from . import text


@dataclass(frozen=True)
class _Words:
    """Parts of sentences, for one task."""

    gain: str = (
        "log loss after one temperature, compared with always predicting the class "
        "frequencies"
    )
    question: str = "Are inputs and target related?"
    thumb: str = "which ignores the inputs"
    right: str = "rows whose class is predicted correctly"
    row: str = "row"
    measured: str = "out of fold"
    label: str = "class"


_CLASSES = _Words()
_WORDS = {
    "regression": _Words(
        gain="squared error, compared with always predicting the mean",
    ),
    "forecast": _Words(
        gain="absolute error, compared with repeating the last season",
        question="Do past values predict later ones?",
        thumb="which repeats the last season",
        measured="",
        row="value",
    ),
    "characters": _Words(
        gain="log loss, compared with always predicting the character frequencies",
        question="Do the preceding characters predict the next one?",
        thumb="which ignores the preceding characters",
        right="characters predicted correctly",
        row="character",
        label="character",
    ),
    "multilabel": _Words(
        gain="log loss after one temperature, compared with always predicting the "
        "label frequencies",
        right="labels predicted correctly, counted over all rows",
        label="label",
    ),
}


def task_words(task: str) -> _Words:
    """The words of a task; those of classes where it has none of its own."""
    return _WORDS.get(task, _CLASSES)


def size(about: About) -> str:
    """Write the size of the data in words."""
    if about.task == "characters":
        before, kinds = (
            text.format_count(about.columns),
            text.format_count(len(about.classes)),
        )
        rows = text.count(about.rows, "character")
        return f"{rows}, {before} before each, {kinds} different"
    known = task_words(about.task)
    if about.task == "forecast":
        return text.count(about.rows, known.row)
    sentence = f"{text.count(about.rows, 'row')}, {text.count(about.columns, 'column')}"
    if about.classes:
        sentence += f", {text.count(len(about.classes), known.label)}"
    return sentence
