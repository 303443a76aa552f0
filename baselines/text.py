"""Texts as numbers: counts of words and of pairs of words, weighted by rarity."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

MAX_TERMS = 50_000
"""Words and pairs kept, the commonest of them."""
COMPONENTS = 200
"""Columns that `word_features` gives at most."""


class Words(TransformerMixin, BaseEstimator):
    """TF-IDF of words and of pairs of neighbouring words, in rows of length 1.

    Counts enter by their logarithm, terms of one text only are left out (Salton,
    Buckley 1988; Manning, Raghavan, Schütze 2008, section 6.4). Pairs: Wang, Manning
    2012. Where no term is in two texts, all terms are kept; where there is no word at
    all, there is one column of zeros, so that a candidate can be fitted all the same.
    """

    def fit(self, x: np.ndarray, y: Any = None) -> Words:
        """Learn the terms and their weights.

        Parameters
        ----------
        x : object array of shape (n_rows,)
            Texts.
        y : ignored
        """
        for least in (2, 1):
            self.vectorizer_ = _vectorizer(least)
            try:
                self.vectorizer_.fit(x)
            except ValueError:  # no term is left
                continue
            return self
        self.vectorizer_ = None
        return self

    def transform(self, x: np.ndarray) -> Any:
        """Sparse float64 matrix of shape (n_rows, n_terms)."""
        if self.vectorizer_ is None:
            from scipy.sparse import csr_matrix

            return csr_matrix((len(x), 1), dtype="float64")
        return self.vectorizer_.transform(x)


def _vectorizer(least: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=least, max_features=MAX_TERMS
    )


class Topics(TransformerMixin, BaseEstimator):
    """The strongest components of a matrix of terms (Deerwester et al. 1990).

    Parameters
    ----------
    components : int, default 100
        At most; less where there are fewer terms.
    seed : int, default 0
    """

    def __init__(self, components: int = 100, seed: int = 0) -> None:
        self.components = components
        self.seed = seed

    def fit(self, x: Any, y: Any = None) -> Topics:
        """Find the components of a sparse matrix of shape (n_rows, n_terms)."""
        self.svd_ = None
        if min(x.shape) > self.components:
            self.svd_ = TruncatedSVD(self.components, random_state=self.seed).fit(x)
        elif min(x.shape) > 2:
            self.svd_ = TruncatedSVD(min(x.shape) - 1, random_state=self.seed).fit(x)
        return self

    def transform(self, x: Any) -> np.ndarray:
        """float64 of shape (n_rows, n_components)."""
        return x.toarray() if self.svd_ is None else self.svd_.transform(x)


def word_features(texts: np.ndarray, *, seed: int) -> np.ndarray:
    """Texts as few columns, made without looking at any target.

    Parameters
    ----------
    texts : object array of shape (n_rows,)
    seed : int

    Returns
    -------
    float64 array of shape (n_rows, at most `COMPONENTS`)
    """
    return Topics(COMPONENTS, seed).fit_transform(Words().fit_transform(texts))
