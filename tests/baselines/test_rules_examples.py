"""The rows that a finding names, as texts beside it."""

import numpy as np
import pandas as pd
from learnable.baselines.rules.context import found
from learnable.baselines.rules.examples import MOST_LETTERS, with_examples

EVIL = "<script>alert(1)</script>\n{{ 7*7 }}" + "x" * 100


def seen(rows, columns=()):
    return found("D309", "note", "s", "a", rows=np.array(rows), columns=columns)


def examples(data, rows, columns=()):
    return with_examples(seen(rows, columns), data).finding.examples


def test_first_rows_stand_beside_the_finding(dataset_of):
    x = pd.DataFrame({"a": np.arange(20.0), "b": list("xyxyxyxyxy" * 2)})
    made = examples(dataset_of(x, np.arange(20) % 2), range(3, 15))
    assert made.rows == (3, 4, 5, 6, 7)
    assert made.columns == ("a", "b", "y")
    assert made.values[0] == ("3", "y", "b")
    assert made.n_columns == 3


def test_named_columns_and_the_target_are_always_there(dataset_of):
    x = pd.DataFrame(np.zeros((5, 30)), columns=[f"c{i}" for i in range(30)])
    made = examples(dataset_of(x, np.arange(5.0)), [0], columns=["c29"])
    assert len(made.columns) == 8
    assert made.columns[-2:] == ("c29", "y")
    assert made.n_columns == 31


def test_hostile_texts_are_cut_and_stay_texts(dataset_of):
    x = pd.DataFrame({EVIL: [EVIL, None, "\x00"]})
    made = examples(dataset_of(x, np.array([0.5, 1.5, 2.5])), [0, 1, 2])
    (column, _), (first, second, third) = made.columns, made.values
    assert len(column) == len(first[0]) == MOST_LETTERS
    assert column.startswith("<script>alert(1)</script> {{")
    assert second[0] == "missing"
    assert third == ("\x00", "2.5")


def test_odd_columns_are_shown(dataset_of):
    x = pd.DataFrame([[1, pd.Timestamp("2026-01-01"), [1, 2]]] * 3, columns=[7, 7, "l"])
    made = examples(dataset_of(x, np.arange(3.0)), [1], columns=["7"])
    assert made.columns == ("7", "7", "l", "y")
    assert made.values == (("1", "2026-01-01 00:00:00", "[1, 2]", "1"),)


def test_labels_show_the_first(labels_of):
    data = labels_of([[1, 0], [0, 1]], pd.DataFrame({"a": [1.5, 2.5]}))
    made = examples(data, [1])
    assert made.columns == ("a", "a")
    assert made.values == (("2.5", "0"),)


def test_images_and_findings_without_rows_have_none(dataset_of):
    image = dataset_of(np.zeros((4, 3, 3)), np.arange(4) % 2)
    assert examples(image, [0, 1]) is None
    table = dataset_of(np.zeros((4, 2)), np.arange(4) % 2)
    assert examples(table, []) is None
