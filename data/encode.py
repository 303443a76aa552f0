"""Mixed columns to numbers: text, dates, categories, truth values, missing values.

What is learned from the rows (categories, medians, word counts) is learned from the
training rows of a fold only, and never from the target. All candidates get the same
numbers; scaling is each candidate's own affair. A table that is one column of sentences
stays text, as each candidate has its own way to count words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .dataset import take
from .kinds import holds_sentences

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


def is_text(x: pd.DataFrame | np.ndarray) -> bool:
    """Whether a table is one column of sentences rather than of names or categories.

    Parameters
    ----------
    x : DataFrame of shape (n_rows, n_columns), or array of shape (n_rows, ...)

    Returns
    -------
    bool
        True where there is one column, and it holds sentences (`holds_sentences`).
    """
    if not isinstance(x, pd.DataFrame) or x.shape[1] != 1:
        return False
    return holds_sentences(x.iloc[:, 0])


def as_texts(x: pd.DataFrame) -> np.ndarray:
    """The only column as an object array of shape (n_rows,); "" where it is missing."""
    texts = x.iloc[:, 0]
    pairs = zip(texts, texts.isna(), strict=True)
    return np.array(["" if gone else str(text) for text, gone in pairs], dtype=object)


def make_encoder(x: pd.DataFrame | np.ndarray) -> BaseEstimator | None:
    """An unfitted transformer from these columns to a matrix without gaps.

    Parameters
    ----------
    x : DataFrame of shape (n_rows, n_columns), or array of shape (n_rows, ...)

    Returns
    -------
    transformer or None
        None where nothing is to be done: images, and tables of numbers without gaps.
        Numbers with gaps get medians and a column that marks the gaps; all else goes
        through skrub's `TableVectorizer` first (one-hot up to 40 categories, above
        that character n-grams, dates as their parts). A column that is missing in
        all training rows becomes zeros. A column of sentences (`is_text`) becomes an
        object array of shape (n_rows,).
    """
    if not isinstance(x, pd.DataFrame):
        return None
    if is_text(x):
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(as_texts)
    is_number = [bool(pd.api.types.is_numeric_dtype(t)) for t in x.dtypes]
    numeric = all(is_number)
    if numeric and not x.isna().any(axis=None):
        return None
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    impute = SimpleImputer(
        strategy="median", add_indicator=True, keep_empty_features=True
    )
    if numeric:
        return make_pipeline(_numbers(), impute)
    from sklearn.compose import make_column_transformer

    # skrub would make float32 of numbers: 1e39 infinite, long identifiers alike
    numbers = [i for i, known in enumerate(is_number) if known]
    others = [i for i, known in enumerate(is_number) if not known]
    columns = make_column_transformer((_numbers(), numbers), (_vectorizer(), others))
    return make_pipeline(columns, impute)


def _vectorizer() -> Any:
    """skrub's `TableVectorizer`, without chance and for rows it has not seen."""
    from sklearn.preprocessing import OneHotEncoder
    from skrub import StringEncoder, TableVectorizer  # two seconds to import

    # no category is left out: an unseen one is all zeros and like none of the others
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return TableVectorizer(
        low_cardinality=one_hot,
        high_cardinality=StringEncoder(random_state=0),
        # a fold may know no value of the only column
        drop_null_fraction=None,  # type: ignore[arg-type]  (skrub's default is 1.0)
    )


def _numbers() -> Any:
    """Nullable and truth-value columns become float columns with NaN for gaps."""
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(pd.DataFrame.astype, kw_args={"dtype": "float64"})


def to_matrix(encoder: Any, x: pd.DataFrame | np.ndarray) -> np.ndarray:
    """The numbers of some rows, by a fitted encoder or None.

    Returns
    -------
    array
        float64 of shape (n_rows, n_columns) for tables, object of shape (n_rows,) for
        text; images as they are.
    """
    if encoder is not None:
        return _as_float64(encoder.transform(x))
    if isinstance(x, pd.DataFrame):
        return x.to_numpy(dtype="float64")
    return x


def _as_float64(matrix: Any) -> np.ndarray:
    """Numbers as float64; texts stay texts."""
    given = np.asarray(matrix)
    return given if given.ndim == 1 else given.astype("float64", copy=False)


def fill_gaps(
    encoder: Any, sample: pd.DataFrame | np.ndarray
) -> Callable[[Any], np.ndarray]:
    """A function from other rows of the same table to their numbers.

    Columns without a gap in the sample may have some elsewhere: these get the sample's
    median. Columns that the sample does without are left out.
    """
    if not isinstance(sample, pd.DataFrame):
        return lambda x: to_matrix(None, x)
    medians = sample.median() if encoder is None else None

    def numbers(x: pd.DataFrame) -> np.ndarray:
        kept = x.loc[:, list(sample.columns)]
        return to_matrix(encoder, kept if medians is None else kept.fillna(medians))

    return numbers


def encode_fold(
    x: pd.DataFrame | np.ndarray, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Matrices of training and test rows, the encoder fitted on the former."""
    encoder, matrix = fit_encoder(x, train)
    return matrix, to_matrix(encoder, take(x, test))


def fit_encoder(
    x: pd.DataFrame | np.ndarray, train: np.ndarray
) -> tuple[Any, np.ndarray]:
    """The encoder fitted on the training rows, or None, and their matrix."""
    rows = take(x, train)
    encoder = make_encoder(x)
    if encoder is None:
        return None, to_matrix(None, rows)
    matrix = encoder.fit_transform(rows)  # type: ignore[attr-defined]  (of its mixin)
    return encoder, _as_float64(matrix)
