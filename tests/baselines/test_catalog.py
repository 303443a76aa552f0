"""The baselines: which a dataset gets, and that each can be fitted and asked."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from learnable.baselines.estimators.catalog import (
    BASELINES,
    baselines_for,
    for_dataset,
    list_baselines,
)
from learnable.baselines.estimators.multilabel import BinaryRelevance
from learnable.baselines.estimators.text import (
    COMPONENTS,
    Topics,
    WordTfidf,
    word_features,
)
from learnable.data import Card, Dataset
from learnable.data.dataset import TASKS, Series
from learnable.data.encode import make_encoder, to_matrix
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

N, LABELS = 90, 3
GOOD = ["lovely", "bright", "warm", "calm", "friendly"]
BAD = ["broken", "awful", "noisy", "dirty", "cold"]


def made(x, y, task, classes=(), **more) -> Dataset:
    return Dataset(x, y, Card("made", "rows made up", task, "y"), classes, **more)


def table(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(rng.normal(size=(N, 4)), columns=list("abcd"))


def messages(rng: np.random.Generator, y: np.ndarray) -> pd.DataFrame:
    """Sentences with two words that tell the class."""
    words = [rng.choice(GOOD if label else BAD, 2, replace=False) for label in y]
    told = [f"room {i} was {a} and very {b}" for i, (a, b) in enumerate(words)]
    return pd.DataFrame({"review": told})


def fitted(data: Dataset, name: str):
    """A baseline fitted on the first rows, and what the others are encoded to."""
    encoder = make_encoder(data.x)
    if encoder is not None:
        encoder.fit(data.x)
    x = to_matrix(encoder, data.x)
    model = clone(baselines_for(data)[name])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sklearn")
        model.fit(x[: N // 2], data.y[: N // 2])
    return model, x[N // 2 :]


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_baselines(task):
    names = list_baselines(task)
    assert len(names) == len(set(names)) > 2
    assert all(b.about and len(b.about) < 80 for b in BASELINES[task])


@pytest.mark.parametrize(
    ("task", "first"),
    [
        ("binary", "majority"),
        ("multilabel", "majority"),
        ("regression", "mean"),
        ("forecast", "seasonal-naive"),
        ("characters", "commonest"),
    ],
)
def test_first_ignores_what_can_be_learned(task, first):
    assert list_baselines(task)[0] == first


def test_components_are_for_images_only(rng):
    y = np.arange(N) % 2
    of_table = made(table(rng), y, "binary", ("n", "y"))
    of_images = replace(of_table, x=rng.normal(size=(N, 4, 4)))
    assert [b.name for b in for_dataset(of_table)] == list_baselines("binary")
    more = {b.name for b in for_dataset(of_images)} - set(list_baselines("binary"))
    assert more == {"components"}
    assert list(baselines_for(of_images)) == [b.name for b in for_dataset(of_images)]


def test_components_learn_from_images(rng):
    y = np.arange(N) % 2
    x = rng.integers(0, 100, (N, 6, 6)).astype("uint8")
    x[y == 1, :3] += 100
    model, rest = fitted(made(x, y, "binary", ("n", "y")), "components")
    assert model.score(rest, y[N // 2 :]) > 0.9
    assert model[1].n_components_ < 36


@pytest.mark.parametrize("name", list_baselines("binary"))
def test_baselines_take_texts(name, rng):
    y = rng.integers(0, 2, N)
    data = made(messages(rng, y), y, "binary", ("bad", "good"))
    model, rest = fitted(data, name)
    p = model.predict_proba(rest)
    assert p.shape == (N // 2, 2)
    if name not in ("majority", "prior", "boosting"):  # which wants more rows
        assert (p.argmax(axis=1) == y[N // 2 :]).mean() > 0.9


@pytest.mark.parametrize("name", list_baselines("regression"))
def test_regressors_take_texts(name, rng):
    y = rng.integers(0, 2, N)
    data = made(messages(rng, y), y.astype(float), "regression")
    model, rest = fitted(data, name)
    assert model.predict(rest).shape == (N // 2,)
    if name in ("ridge", "forest"):
        assert model.score(rest, data.y[N // 2 :]) > 0.5


@pytest.mark.parametrize("name", list_baselines("regression"))
@pytest.mark.parametrize("as_images", [False, True])
def test_several_targets(name, as_images, rng):
    x = table(rng)
    y = np.stack([x.a + x.b, 2 * x.c], axis=1)
    pictures = x.to_numpy().reshape(N, 2, 2)
    model, rest = fitted(made(pictures if as_images else x, y, "regression"), name)
    assert model.predict(rest).shape == (N // 2, 2)
    if name == "ridge":
        assert model.score(rest, y[N // 2 :]) > 0.95


@pytest.mark.parametrize("name", list_baselines("multilabel"))
def test_labels_get_one_array_of_probabilities(name, rng):
    x = table(rng)
    y = np.stack([x.a > 0, x.b > 0.5, x.c + x.d > 0], axis=1).astype("int64")
    model, rest = fitted(made(x, y, "multilabel", ("p", "q", "r")), name)
    p = model.predict_proba(rest)
    assert p.shape == (N // 2, LABELS)
    assert p.dtype == float
    assert ((p >= 0) & (p <= 1)).all()
    assert model.classes_.tolist() == [0, 1, 2]
    right = (model.predict(rest) == y[N // 2 :]).mean(axis=0)
    if name not in ("majority", "prior", "boosting"):
        assert (right > 0.7).all()


@pytest.mark.parametrize("name", list_baselines("multilabel"))
def test_label_that_is_constant_in_training(name, rng):
    x = table(rng)
    y = (x.iloc[:, :LABELS] > 0).to_numpy().astype("int64")
    y[: N // 2, 1], y[: N // 2, 2] = 0, 1
    model, rest = fitted(made(x, y, "multilabel", ("p", "q", "r")), name)
    p = model.predict_proba(rest)
    np.testing.assert_allclose(p[:, 1], 0.5 / (N // 2 + 1))
    np.testing.assert_allclose(p[:, 2], 1 - 0.5 / (N // 2 + 1))
    assert model.predict(rest)[:, 1:].tolist() == [[0, 1]] * len(rest)


def test_each_label_is_its_own_fit(rng):
    x, y = rng.normal(size=(N, 2)), rng.integers(0, 2, (N, LABELS))
    both = BinaryRelevance(LogisticRegression()).fit(x, y).predict_proba(x)
    for i in range(LABELS):
        alone = LogisticRegression().fit(x, y[:, i]).predict_proba(x)[:, 1]
        np.testing.assert_allclose(both[:, i], alone)


def test_each_label_of_shares_gives_shares():
    y = np.array([[1, 0], [1, 1], [0, 1], [1, 1]])
    model = BinaryRelevance(DummyClassifier(strategy="prior")).fit(np.zeros((4, 1)), y)
    np.testing.assert_allclose(model.predict_proba(np.zeros((1, 1))), [[0.75, 0.75]])


@pytest.mark.parametrize("name", list_baselines("forecast"))
def test_forecasters_know_the_season(name):
    y = np.arange(60.0)
    x = np.arange(60.0).reshape(-1, 1)
    data = made(x, y, "forecast", series=Series(12, 6, tuple(map(str, range(60)))))
    settings = baselines_for(data)[name].get_params()
    assert settings.get("season", 12) == 12
    assert ("season" in settings) is (name not in ("mean", "last-value", "drift"))


@pytest.mark.parametrize("name", list_baselines("characters"))
def test_characters_know_the_alphabet(name):
    data = made(
        np.zeros((9, 64), "uint8"), np.zeros(9, int), "characters", tuple("abc")
    )
    assert baselines_for(data)[name].get_params()["n_classes"] == 3


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_seed_goes_to_what_draws(task, rng):
    data = made(table(rng), np.arange(N) % 2, task, ("n", "y"))
    for name in ("forest", "boosting"):
        steps = baselines_for(data, seed=7)[name].get_params()
        assert [v for k, v in steps.items() if k.endswith("random_state")] == [7]


def test_words_and_pairs_that_stand_twice_are_terms():
    words = WordTfidf().fit(
        np.array(["big red dog", "big red cat", "small cow"], object)
    )
    found = set(words.vectorizer_.get_feature_names_out())
    assert found == {"big", "red", "big red"}
    x = words.transform(np.array(["big red dog"], object))
    assert issparse(x)
    np.testing.assert_allclose((x.toarray() ** 2).sum(), 1)


@pytest.mark.parametrize(
    ("texts", "columns"),
    [(["one two", "three four"], 6), (["", "7 ?"], 1), (["", ""], 1)],
)
def test_few_words_or_none_are_no_failure(texts, columns):
    x = WordTfidf().fit_transform(np.array(texts, object))
    assert x.shape == (2, columns)
    assert np.isfinite(word_features(np.array(texts, object), seed=0)).all()


def test_word_features_are_few_columns(rng):
    y = rng.integers(0, 2, 400)
    texts = messages(rng, y).review.to_numpy(dtype=object)
    z = word_features(texts, seed=3)
    assert z.dtype == "float64"
    assert z.shape[0] == 400
    assert z.shape[1] <= COMPONENTS
    np.testing.assert_array_equal(z, word_features(texts, seed=3))
    half = LogisticRegression(C=10).fit(z[:200], y[:200])
    assert half.score(z[200:], y[200:]) > 0.9


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (2, 2), (40, 7), (3, 40)])
def test_topics_of_any_shape(shape, rng):
    from scipy.sparse import csr_matrix

    x = csr_matrix(rng.random(shape))
    found = Topics(components=5).fit_transform(x)
    assert found.shape[0] == shape[0]
    assert found.shape[1] <= (5 if min(shape) > 2 else shape[1])
    assert np.isfinite(found).all()


@pytest.mark.parametrize("counts", [(30, 14, 1), (4,) * 10 + (5,)])
def test_classes_of_one_row_or_many_are_learned_by_all(counts, rng):
    y = np.repeat(range(len(counts)), counts)
    y = np.concatenate([rng.permutation(y), y])
    x = pd.DataFrame(rng.normal(size=(len(y), 2)) + y[:, None], columns=list("ab"))
    assert len(y) == N
    data = made(x, y, "multiclass", tuple("abcdefghijk")[: len(counts)])
    model, rest = fitted(data, "boosting")
    assert model.predict_proba(rest).shape == (N // 2, len(counts))
