"""Arrays under the names that a script has for them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from learnable.zoo.diagnosis.record.arrays import (
    name_of,
    names_of_labels,
    sees_names,
    whole_fit,
)
from learnable.zoo.diagnosis.record.recording import Place, Recording

X = np.arange(12.0).reshape(6, 2)
Y = np.array([1, 2, 2, 1, 2, 1])
TEST = np.array([2, 1, 1])


class Training(SimpleNamespace):
    """What is looked at in a recorded training."""


@pytest.fixture
def recorded(tmp_path):
    """A training at some line of a script, with names for arrays."""
    return lambda y=Y, line=1, **names: made(tmp_path, y, line, names)


def made(folder, y, line, names):
    script = folder / "train.py"
    script.write_text("fit()\ndef main():\n    fit()\n")
    fit = Training(x=X, y=y, history={}, place=Place(str(script), line), compiled=None)
    module = SimpleNamespace(**names)
    return Recording(fits=[fit], module=module), fit


def test_labels_of_the_same_classes_are_named_together(recorded):
    recording, fit = recorded(y_train=Y, y_test=TEST, x=X, count=3, other=TEST + 1)
    assert names_of_labels(recording, fit) == ("y_train", "y_test")


def test_columns_of_pandas_are_named_as_arrays_are(recorded):
    table = pd.DataFrame({"kind": Y})
    names = {"table": table, "y_train": table["kind"], "y_test": TEST}
    recording, fit = recorded(**names, other=pd.Series(TEST + 1))
    assert sorted(names_of_labels(recording, fit)) == ["y_test", "y_train"]


@pytest.mark.parametrize("names", [{}, {"y": np.append(Y, 1)}, {"y_test": TEST}])
def test_labels_made_on_the_way_have_no_names(recorded, names):
    recording, fit = recorded(**names)
    assert names_of_labels(recording, fit) == ()


def test_a_name_is_found_by_what_it_holds(recorded):
    recording, _ = recorded(rows=X.copy(), y=Y)
    assert name_of(recording, X) == "rows"
    assert name_of(recording, X + 1) is None
    assert name_of(recording, [1, 2]) is None
    assert name_of(replace(recording, module=None), X) is None


def test_some_rows_of_a_training_belong_to_it(recorded):
    recording, fit = recorded()
    some = Training(x=X[:2], y=Y[:2], history=fit.history)
    assert whole_fit(recording, some) is fit
    assert whole_fit(recording, Training(history={})) is None


def test_a_statement_in_a_function_would_make_names_of_its_own(recorded):
    recording, fit = recorded(line=3, y_train=Y, y_test=TEST)
    assert not sees_names(fit)
    assert names_of_labels(recording, fit) == ()
    assert not sees_names(Training(compiled=Place("<stdin>", 1), place=None))
