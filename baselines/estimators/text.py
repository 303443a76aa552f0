"""Texts as numbers: counts of words and of pairs of words, weighted by rarity.

Baselines for the next character of a text, counted and fitted without a network.

Features are codes of the characters before each one, of shape (n_rows, n_before), the
nearest last; the target is the code of the character that follows. A row stands for
itself: rows may be left out, or come in any order.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from ...data.errors import Misuse

MAX_TERMS = 50_000
"""Words and pairs kept, the commonest of them."""
COMPONENTS = 200
"""Columns that `word_features` gives at most."""


class WordTfidf(TransformerMixin, BaseEstimator):
    """TF-IDF of words and of pairs of neighbouring words, in rows of length 1.

    Counts enter by their logarithm, terms of one text only are left out (Salton,
    Buckley 1988; Manning, Raghavan, Schütze 2008, section 6.4). Pairs: Wang, Manning
    2012. Where no term is in two texts, all terms are kept; where there is no word at
    all, there is one column of zeros, so that a candidate can be fitted all the same.
    """

    def fit(self, x: np.ndarray, y: Any = None) -> WordTfidf:
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
    return Topics(COMPONENTS, seed).fit_transform(WordTfidf().fit_transform(texts))


_BLOCK = 4_096
"""Rows asked at a time, which bounds the memory."""

VALIDATION_SHARE, MOST_VALIDATION = 0.1, 20_000
"""The last training rows choose the order: this share, at most so many."""

FITTED_VALUES, LETTERS = 10_000_000, 100
"""What bounds the time of the logistic regression where an alphabet is large: rows x
classes it is fitted on, and characters that have columns, the commonest (50,000 rows
of 200 classes, all with columns, were 19 s on one core)."""


class _Characters(ClassifierMixin, BaseEstimator):
    """Base of the text estimators: classes are the codes 0 .. n_classes - 1."""

    def __init__(self, *, n_classes: int | None = None) -> None:
        self.n_classes = n_classes

    def _learn_classes(self, x: np.ndarray, y: np.ndarray) -> int:
        found = int(max(x.max(), y.max())) + 1
        if self.n_classes is not None and self.n_classes < found:
            msg = f"n_classes is {self.n_classes}, and the rows contain the code"
            raise Misuse(f"{msg} {found - 1}; give {found} or more")
        count = self.n_classes or found
        self.classes_ = np.arange(count)
        return count

    @abstractmethod
    def predict_proba(self, x: np.ndarray) -> np.ndarray: ...

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The likeliest code for each row."""
        return self.classes_[self.predict_proba(x).argmax(axis=1)]


class CharacterFrequencies(_Characters):
    """Frequencies of the characters in the training rows; ignores the features.

    Half a count is added to each (Krichevsky, Trofimov 1981, *The performance of
    universal encoding*, IEEE Transactions on Information Theory 27).

    Parameters
    ----------
    n_classes : int, optional
        Codes there are, with those that no training row has; as many as the training
        rows show by default.
    """

    def fit(self, x: np.ndarray, y: np.ndarray) -> Self:
        counts = np.bincount(y, minlength=self._learn_classes(x, y)) + 0.5
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """The same shares for each row."""
        return np.tile(self.shares_, (len(x), 1))


class NGram(_Characters):
    """Counts of what followed the last characters, by modified Kneser-Ney smoothing.

    Of every count something is taken off, and what was taken goes to the prediction
    from one character less; there a character counts by the number of different
    contexts it was seen in. Interpolated, with three discounts an order found from the
    counts (Chen, Goodman 1998, *An empirical study of smoothing techniques for
    language modeling*, TR-10-98, Harvard; Kneser, Ney 1995). Witten-Bell smoothing
    (Bell, Cleary, Witten 1990, *Text compression*) at its best order was worse by .15
    bits a character on Shakespeare's and by .12 on Plato's text.

    Parameters
    ----------
    order : int, default 6
        Characters looked back at, at most. The last tenth of the training rows
        chooses how many (``order_``); a random text is best predicted from none.
    n_classes : int, optional
        As for `CharacterFrequencies`.
    """

    def __init__(self, order: int = 6, *, n_classes: int | None = None) -> None:
        super().__init__(n_classes=n_classes)
        self.order = order

    def fit(self, x: np.ndarray, y: np.ndarray) -> Self:
        count = self._learn_classes(x, y)
        self.order_ = best_order(x, y, most=min(self.order, x.shape[1]), classes=count)
        self.levels_ = count_levels(x, y, order=self.order_, classes=count)
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Probabilities above 0, of shape (n_rows, n_classes)."""
        blocks = (x[i : i + _BLOCK] for i in range(0, len(x), _BLOCK))
        count = len(self.classes_)
        asked = [[*predict_orders(self.levels_, rows, count)][-1] for rows in blocks]
        return np.concatenate(asked)


@dataclass(frozen=True)
class Shares:
    """Predictions of contexts: shares of characters, and what is left to shorter ones.

    Shapes (n_contexts, n_classes) and (n_contexts,); a row of both sums to 1.
    """

    kept: csr_matrix
    left: np.ndarray

    def mixed(self, contexts: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Probabilities in these contexts, given those of one character less."""
        return self.kept[contexts].toarray() + self.left[contexts, None] * below


@dataclass(frozen=True)
class Level:
    """All contexts of one length.

    A key is the number of the shorter context x n_classes + the character before it, a
    context's number the place of its key among all, sorted. ``seen`` are shares by
    counts, ``met`` by contexts of one character more, None on the last level.
    """

    keys: np.ndarray
    seen: Shares
    met: Shares | None


def count_levels(
    x: np.ndarray, y: np.ndarray, *, order: int, classes: int
) -> list[Level]:
    """Levels 0 .. order from rows of shape (n_rows, at least order), targets (n_rows,).

    Contexts are numbered level by level, so that no key outgrows 64 bits.
    """
    numbers, keys = np.zeros(len(y), "int64"), []
    for length in range(order + 1):
        numbers = numbers * classes + (x[:, -length] if length else 0)
        found, numbers = np.unique(numbers, return_inverse=True)
        keys.append(found)
    levels, met = [], None
    for found in reversed(keys):
        shape = (len(found), classes)
        pairs, counts = np.unique(numbers * classes + y, return_counts=True)
        met = None if met is None else _shares(*met, shape)
        levels.append(Level(found, _shares(pairs, counts, shape), met))
        # each pair of this level is one context in which the shorter one was met
        shorter, (longer, follows) = found // classes, np.divmod(pairs, classes)
        met = np.unique(shorter[longer] * classes + follows, return_counts=True)
        numbers = shorter[numbers]
    return levels[::-1]


def _shares(pairs: np.ndarray, counts: np.ndarray, shape: tuple[int, int]) -> Shares:
    """Shares of (context x n_classes + character) pairs, discounted."""
    contexts, characters = np.divmod(pairs, shape[1])
    taken = discounts(counts)[np.minimum(counts, 3) - 1]
    totals = np.bincount(contexts, counts)
    kept = (counts - taken) / totals[contexts]
    left = np.bincount(contexts, taken) / totals
    return Shares(csr_matrix((kept, (contexts, characters)), shape), left)


def discounts(counts: np.ndarray) -> np.ndarray:
    """Estimate the discounts of counts of 1, 2, and 3 or more; array of shape (3,).

    Chen and Goodman's estimates, from how many counts are 1, 2, 3 and 4. Where these
    are too few to give a number between 0 and the count itself, half is taken.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5]
    whole = np.arange(1, 4)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n[0] / (n[0] + 2 * n[1])
        found = whole - (whole + 1) * share * n[1:] / n[:3]
    return np.where((found > 0) & (found < whole), found, 0.5)


def predict_orders(
    levels: list[Level], x: np.ndarray, classes: int
) -> Iterator[np.ndarray]:
    """Probabilities of shape (n_rows, n_classes) by each order, 0 first.

    A context that was not seen leaves the prediction to the one of a character less.
    """
    below = np.full((len(x), classes), 1 / classes)
    numbers, known = np.zeros(len(x), "int64"), np.ones(len(x), dtype=bool)
    for length, level in enumerate(levels):
        before = x[:, -length] if length else np.zeros(len(x), "int64")
        keys = numbers * classes + before
        numbers = np.searchsorted(level.keys, keys).clip(max=len(level.keys) - 1)
        known &= (level.keys[numbers] == keys) & (before < classes)
        top = below.copy()
        top[known] = level.seen.mixed(numbers[known], below[known])
        yield top
        if level.met is not None:
            below[known] = level.met.mixed(numbers[known], below[known])


def best_order(x: np.ndarray, y: np.ndarray, *, most: int, classes: int) -> int:
    """The order that predicts the last training rows best from those before them.

    The lowest of equals; ``most`` where there are too few rows to choose.
    """
    n = min(int(len(y) * VALIDATION_SHARE), MOST_VALIDATION)
    if not n:
        return most
    levels = count_levels(x[:-n], y[:-n], order=most, classes=classes)
    gains = np.zeros(most + 1)
    for i in range(len(y) - n, len(y), _BLOCK):
        rows = slice(i, i + _BLOCK)
        for order, p in enumerate(predict_orders(levels, x[rows], classes)):
            gains[order] += np.log(p[np.arange(len(p)), y[rows]]).sum()
    return int(gains.argmax())


class LogisticOnCharacters(_Characters):
    """Multinomial logistic regression on which character stands how far before.

    Fitted by 100 steps of L-BFGS (scikit-learn's, penalty C=1), which is not to the
    end: on 50,000 rows of Shakespeare's text 50 steps gave 3.21 bits a character, 100
    steps 3.17.

    Parameters
    ----------
    before : int, default 8
        Characters looked back at.
    rows : int, default 50_000
        Training rows used, the last; fewer where there are many classes. Half a count
        for each class is added to them, so that no character is thought impossible.
    n_classes : int, optional
        As for `CharacterFrequencies`.
    """

    def __init__(
        self, before: int = 8, rows: int = 50_000, *, n_classes: int | None = None
    ) -> None:
        super().__init__(n_classes=n_classes)
        self.before, self.rows = before, rows

    def fit(self, x: np.ndarray, y: np.ndarray) -> Self:
        count = self._learn_classes(x, y)
        self.rows_ = min(self.rows, len(y), max(FITTED_VALUES // count, 1))
        self.columns_ = _columns(x[-self.rows_ :, -1], count)
        self.model_ = _logistic(self._one_hot(x[-self.rows_ :]), y[-self.rows_ :])
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Probabilities above 0, of shape (n_rows, n_classes)."""
        full = np.full((len(x), len(self.classes_)), 0.5)
        asked = self.model_.predict_proba(self._one_hot(x))
        full[:, self.model_.classes_] += self.rows_ * asked.astype("float64")
        return full / full.sum(axis=1, keepdims=True)

    def _one_hot(self, x: np.ndarray) -> csr_matrix:
        """A one for each of the last characters, of shape (n_rows, n_columns)."""
        last = x[:, -self.before :].astype("int64")
        columns = self.columns_[np.minimum(last, len(self.columns_) - 1)]
        places, width = last.shape[1], self.columns_.max() + 1
        where = np.maximum(columns, 0) + np.arange(places) * width
        starts = np.arange(0, columns.size + 1, places)
        ones = (columns >= 0).ravel().astype("float32")
        return csr_matrix((ones, where.ravel(), starts), (len(x), places * width))


def _columns(codes: np.ndarray, classes: int) -> np.ndarray:
    """Return each code's place among the commonest, or -1; at the end for no class."""
    commonest = np.argsort(-np.bincount(codes, minlength=classes), kind="stable")
    columns = np.full(classes + 1, -1)
    columns[commonest[:LETTERS]] = np.arange(min(LETTERS, classes))
    return columns


def _logistic(z: csr_matrix, y: np.ndarray) -> Any:
    """Fitted; a single class needs no fit, and scikit-learn's refuses it."""
    if y.min() == y.max():
        return DummyClassifier(strategy="prior").fit(z, y)
    with warnings.catch_warnings():
        # it is stopped early on purpose
        warnings.simplefilter("ignore", ConvergenceWarning)
        return LogisticRegression(max_iter=100).fit(z, y)
