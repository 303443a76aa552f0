"""Candidates as people have them: names, estimators, Keras models, builders.

A Keras model of the user's own becomes an estimator. Each fit makes it anew, with fresh
weights and a fresh optimizer; the one that is given stays as it is. Features come as
numbers, as baselines get them; targets are brought into the form that the network's
loss wants, and outputs into probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator

from ...data import Card, Dataset
from ...data.dataset import ORDERED, Task
from ...data.encode import fit_encoder, is_text
from ...data.errors import BadData, Misuse, ZooError, first_line
from ...data.split import VALIDATION_SHARE, hold_out
from ..backend import ignore_softmax_warning, keras
from ..diagnosis.problem.from_model import (
    arguments_for,
    compiled,
    first_output,
    inputs_for,
    make_fit,
    targets_for,
)
from ..diagnosis.problem.task import loss_name, training_task
from ..diagnosis.problem.training_setup import build_model, original_training
from ..diagnosis.search.trials import gives_logits, predict_outputs
from ..recipe import Recipe
from ..registry import card, check_task, recipe
from ..training import fit

_WAYS = (
    "a name of the zoo (learnable.list_models()), a scikit-learn estimator, a compiled "
    "Keras model, or a function that builds one"
)


def named_candidates(
    candidates: Any,
    dataset: Dataset,
    *,
    epochs: int | None,
    batch_size: int,
) -> dict[str, Any]:
    """Candidates by the names under which their scores stand.

    Parameters
    ----------
    candidates : one candidate, a sequence of them, or a mapping of names to them
    dataset : Dataset
    epochs, batch_size
        Of Keras models that are not of the zoo.

    Returns
    -------
    dict
        Recipes of the zoo, and estimators for the harness.

    Raises
    ------
    ZooError
        One is none of these, cannot do the task, or does not take the rows.
    """
    found = {}
    for name, one in _pairs(candidates).items():
        found[name] = _candidate(name, one, dataset, epochs, batch_size)
    return found


def _pairs(candidates: Any) -> dict[str, Any]:
    """Candidates by name; names are made where none are given."""
    if isinstance(candidates, Mapping):
        odd = [name for name in candidates if not isinstance(name, str) or not name]
        if odd:
            raise Misuse(f"a candidate is named {odd[0]!r}; give it a text as its name")
        return dict(candidates)
    single = isinstance(candidates, str) or not isinstance(candidates, Sequence)
    found: dict[str, Any] = {}
    for one in [candidates] if single else candidates:
        name = _name(one)
        same = sum(key == name or key.startswith(f"{name}-") for key in found)
        found[f"{name}-{same + 1}" if name in found else name] = one
    return found


def _name(one: Any) -> str:
    if isinstance(one, str):
        return card(one).name
    if isinstance(one, Recipe):
        return one.model
    if is_keras_model(one):
        return str(one.name)
    return str(getattr(one, "__name__", type(one).__name__)).strip("<>")


def is_keras_model(one: Any) -> bool:
    """Whether this is a network of Keras; Keras is not imported to tell."""
    return any(
        kind.__name__ == "Model" and kind.__module__.partition(".")[0] == "keras"
        for kind in type(one).__mro__
    )


def _candidate(
    name: str, one: Any, dataset: Dataset, epochs: int | None, batch_size: int
) -> Any:
    if isinstance(one, str | Recipe):
        settings = recipe(one) if isinstance(one, str) else one
        texts = is_text(dataset.x)
        check_task(settings.model, dataset.task, dataset.card.name, texts=texts)
        return settings
    if isinstance(one, type):
        msg = f"candidate {name!r} is the class {one.__name__}"
        raise Misuse(f"{msg}; give an instance, {one.__name__}()")
    if is_keras_model(one) or (callable(one) and not hasattr(one, "fit")):
        return _own_network(name, one, dataset, epochs, batch_size)
    if hasattr(one, "fit") and hasattr(one, "predict"):
        return one
    raise Misuse(f"candidate {name!r} is a {type(one).__name__}; give {_WAYS}")


def _own_network(
    name: str, one: Any, dataset: Dataset, epochs: int | None, batch_size: int
) -> Any:
    """A Keras model, or a function that builds one, held against the rows.

    Raises
    ------
    ZooError
    """

    if dataset.task in ORDERED:
        msg = f"candidate {name!r} is a Keras model, and the data are {dataset.task}"
        raise Misuse(f"{msg}; models for this task are those of the zoo")
    return OwnNetwork(
        SerializedModel(one) if is_keras_model(one) else one,
        name=name,
        task=dataset.task,
        classes=dataset.classes,
        epochs=epochs,
        batch_size=batch_size,
    ).checked(dataset)


_MOST_EPOCHS = 200
"""Of a training whose epochs are not given ..."""
_PATIENCE = 10
"""... and those without progress on rows kept back that end it."""
_ROWS = 200
"""Rows by which a network is held against the data before anything is trained."""


def _select_rows(tree: Any, rows: np.ndarray) -> Any:
    return keras.tree.map_structure(lambda part: part[rows], tree)


def _early_stopping(x: Any, y: np.ndarray) -> dict[str, Any]:
    """Arguments of ``fit`` that end a training when rows kept back gain no more."""
    stop = keras.callbacks.EarlyStopping(patience=_PATIENCE, restore_best_weights=True)
    rows = {"validation_data": (x, y), "epochs": _MOST_EPOCHS}
    return rows | {"callbacks": [stop, keras.callbacks.TerminateOnNaN()]}


@dataclass(frozen=True)
class _Outputs:
    """Reading of a network's outputs.

    Parameters
    ----------
    width : int
        Numbers that it gives a row.
    logits : bool
        Whether they stand before the softmax or sigmoid that the loss has.
    loss : str
    """

    width: int
    logits: bool
    loss: str

    def probabilities(
        self, outputs: np.ndarray, classes: int, *, labels: bool
    ) -> np.ndarray:
        """Probabilities of shape (n_rows, n_classes)."""
        if "hinge" in self.loss:  # targets are -1 and 1
            outputs = (outputs + 1) / 2
        if labels or self.width == 1:
            likely = expit(outputs) if self.logits else np.clip(outputs, 0, 1)
            if labels:
                return likely
            if classes == 2:
                return np.column_stack([1 - likely, likely])
            # one number for several classes: the nearest code
            codes = np.clip(np.round(outputs[:, 0]), 0, classes - 1).astype(int)
            return np.eye(classes)[codes]
        if self.logits:
            outputs = softmax(outputs, axis=1)
        positive = np.clip(outputs[:, :classes], 0, None) + 1e-12
        return positive / positive.sum(axis=1, keepdims=True)


class SerializedModel:
    """A compiled network that can be sent to another process.

    Keras writes a compiled network down with its loss by name, and does not find a
    loss of one's own again; so its parts are kept one by one.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self) -> Any:
        """Return the network, compiled."""
        return self.model

    def __getstate__(self) -> dict[str, Any]:
        found = compiled(self.model, "the model")
        return {
            "kind": type(self.model),
            "config": self.model.get_config(),
            "weights": self.model.get_weights(),
            "optimizer": found.optimizer,
            "loss": found.loss,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model = state["kind"].from_config(state["config"])
        if state["weights"]:
            self.model.set_weights(state["weights"])
        optimizer = keras.optimizers.deserialize(state["optimizer"])
        self.model.compile(optimizer=optimizer, loss=state["loss"])

    @property
    def is_local(self) -> bool:
        """Whether parts of one's own keep it from being made in another process."""
        parts = [self.model, self.model.optimizer, *self.model._flatten_layers()]
        own = any(not type(part).__module__.startswith("keras.") for part in parts)
        loss = self.model.loss
        lambdas = any(isinstance(part, keras.layers.Lambda) for part in parts)
        return own or lambdas or (callable(loss) and not loss_name(loss))


class OwnNetwork(BaseEstimator):
    """A Keras model, or a function that builds one, as a candidate.

    Parameters
    ----------
    make : callable
        Returns a compiled model; takes nothing, or the shape of a row and the number
        of outputs.
    name : str
        For messages.
    task : str
    classes : tuple of str
        Labels; empty for numbers.
    epochs : int, optional
        As of ``Model.fit``. None: until the loss on a fifth of the training rows has
        not fallen for 10 epochs, at most 200; the best weights count.
    batch_size : int
    random_state : int, default 0
        Seeds weights, batches and the rows kept back.
    """

    def __init__(
        self,
        make: Callable[..., Any],
        name: str = "model",
        task: Task = "binary",
        classes: tuple[str, ...] = (),
        epochs: int | None = None,
        batch_size: int = 32,
        random_state: int = 0,
    ) -> None:
        self.make = make
        self.name = name
        self.task: Task = task
        self.classes = classes
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def __sklearn_clone__(self) -> Self:
        """An unfitted copy with the same network: it is never trained itself."""
        return type(self)(**self.get_params(deep=False))

    @property
    def is_local(self) -> bool:
        """Whether it must be fitted in this process."""
        return bool(getattr(self.make, "is_local", False))

    def checked(self, dataset: Dataset) -> Self:
        """Return this candidate, once it has taken some of the rows.

        Raises
        ------
        ZooError
            It is not compiled, or does not take the rows or targets: why, in one line.
        """
        rows = np.arange(min(_ROWS, len(dataset)))
        # columns are encoded as from all rows, or categories would be missing
        _, x = fit_encoder(dataset.x, np.arange(len(dataset)))
        try:
            setup, _ = self._setup(x[rows], dataset.y[rows])
        except ZooError as error:
            raise type(error)(f"candidate {self.name!r}: {error}") from error
        self.parameters_ = int(setup.model.count_params())
        return self

    def fit(self, x: Any, y: Any, groups: np.ndarray | None = None) -> Self:
        """Train on rows x of shape (n_rows, ...) with class codes or numbers y."""
        setup, single = self._setup(x, y)
        kept = np.arange(len(x))
        options: dict[str, Any] = {"epochs": self.epochs}
        if self.epochs is None:
            kept, inner = hold_out(
                y,
                VALIDATION_SHARE,
                classes=bool(self.classes) and y.ndim == 1,
                groups=None if groups is None else np.asarray(groups),
                seed=self.random_state,
            )
            options = _early_stopping(_select_rows(setup.x, inner), setup.y[inner])
        model = build_model(setup, kept, seed=self.random_state)
        with ignore_softmax_warning():
            history: Any = fit(
                model,
                _select_rows(setup.x, kept),
                setup.y[kept],
                batch_size=self.batch_size,
                verbose=0,
                way="rule",
                **options,
            )
        self.model_ = model
        self.history_ = {k: tuple(v) for k, v in history.history.items()}
        self.way_ = (history.params["way"], history.params["reason"])
        self.shape_ = (tuple(x.shape[1:]), single.width)
        self.outputs_ = single
        self.classes_ = np.arange(len(self.classes))
        return self

    def _setup(self, x: np.ndarray, y: np.ndarray) -> tuple[Any, _Outputs]:
        """The training of the network on these rows.

        Raises
        ------
        ZooError
        """
        found = first_output(compiled(self._build(x, y), "the model"))
        card = Card("rows", "rows", self.task, "y")
        rows = Dataset(x, y, card, classes=self.classes)
        made = make_fit(
            found,
            inputs_for(found.model, x),
            targets_for(found.model, found.loss, rows),
            epochs=self.epochs or _MOST_EPOCHS,
            batch_size=self.batch_size,
        )
        setup = original_training(made, training_task(made))
        outputs = keras.tree.flatten(found.model.outputs or [])
        width = int(outputs[0].shape[-1]) if outputs else 1
        return setup, _Outputs(width, gives_logits(setup), loss_name(found.loss))

    def _build(self, x: np.ndarray, y: np.ndarray) -> Any:
        """The network, of the function that builds it if there is one.

        Raises
        ------
        Misuse, BadData
        """
        if isinstance(self.make, SerializedModel):
            return self.make()
        columns = y.shape[1] if y.ndim > 1 else 1
        given = arguments_for(self.make, x.shape[1:], len(self.classes) or columns)
        if given is None:
            msg = "the function takes other arguments; it may take none, or two: the"
            raise Misuse(f"{msg} shape of a row, and the number of outputs")
        try:
            return self.make(*given)
        # the user's own code may raise anything
        except Exception as error:
            message = f"{type(error).__name__}: {first_line(error)}"
            msg = f"the function that builds the model failed: {message}"
            raise BadData(msg) from error

    def _predicted(self, x: Any) -> np.ndarray:
        return predict_outputs(self.model_, inputs_for(self.model_, np.asarray(x)))

    def predict(self, x: Any) -> np.ndarray:
        """Numbers, or the codes of the likeliest classes; flags of several labels."""
        if not self.classes:
            return self._predicted(x).astype("float64").reshape(len(x), -1)
        likely = self.predict_proba(x)
        return likely >= 0.5 if self.task == "multilabel" else likely.argmax(axis=1)

    def predict_proba(self, x: Any) -> np.ndarray:
        """Probabilities of shape (n_rows, n_classes)."""
        if not self.classes:
            msg = "'predict_proba' is for classes; this network predicts numbers"
            raise AttributeError(msg)
        outputs = self._predicted(x).astype("float64").reshape(len(x), -1)
        labels = self.task == "multilabel"
        return self.outputs_.probabilities(outputs, len(self.classes), labels=labels)
