"""The catalog of models: plain data naming the code; listing imports no Keras."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..data.dataset import TASKS, Task
from ..data.errors import Misuse, unknown


@dataclass(frozen=True)
class ModelCard:
    """What is known about a model before it is built.

    Parameters
    ----------
    name : str
    title : str
        One line.
    entry : str
        Folder under ``learnable.zoo.models``; it holds ``model.py`` with ``build``,
        ``recipe.py`` with ``DEFAULT``, and ``README.md``.
    dataset : str
        Trained on when none is named; "" where the user must name one.
    tasks : tuple of str
        Tasks it can do.
    parameters : int
        Trainable weights on ``dataset``; 0 where there is none.
    twin : str
        The broken or corrected counterpart; "" if none.
    broken : bool
        Whether it is on show because it does not learn.
    source : str
        The document it comes from.
    """

    name: str
    title: str
    entry: str
    dataset: str
    tasks: tuple[Task, ...]
    parameters: int = 0
    twin: str = ""
    broken: bool = False
    source: str = ""


_RGB = "the question 'Neural network not learning: font colour from RGB' and its answer"
_MNIST = "the question 'MNIST network always predicts one class' and its answer"

MODELS: dict[str, ModelCard] = {
    card.name: card
    for card in (
        ModelCard(
            name="rgb-softmax",
            title="Font colour from RGB, corrected: ReLU, cross-entropy, scaled inputs",
            entry="rgb_softmax",
            dataset="rgb",
            tasks=("binary", "multiclass"),
            parameters=217,
            twin="rgb-sigmoid",
            source=_RGB,
        ),
        ModelCard(
            name="rgb-sigmoid",
            title="Font colour from RGB as asked: sigmoids, broadcast squared error",
            entry="rgb_sigmoid",
            dataset="rgb",
            tasks=("binary",),
            parameters=211,
            twin="rgb-softmax",
            broken=True,
            source=_RGB,
        ),
        ModelCard(
            name="mnist-relu",
            title="Two hidden layers of 200 ReLU units",
            entry="mnist_relu",
            dataset="mnist",
            tasks=("binary", "multiclass"),
            parameters=199_210,
            source=_MNIST,
        ),
        ModelCard(
            name="mnist-tanh",
            title="One hidden layer of 128 tanh units",
            entry="mnist_tanh",
            dataset="mnist",
            tasks=("binary", "multiclass"),
            parameters=101_770,
            source=_MNIST,
        ),
        ModelCard(
            name="one-hidden",
            title="One hidden layer of 32 ReLU units, for any table or image set",
            entry="one_hidden",
            dataset="",
            tasks=TASKS,
        ),
        ModelCard(
            name="mlp",
            title="Two hidden layers of 64 ReLU units, for any table or image set",
            entry="mlp",
            dataset="",
            tasks=TASKS,
        ),
    )
}


def list_models(pattern: str = "*") -> list[str]:
    """Names of the catalog that match a shell pattern such as ``"rgb*"``."""
    return [name for name in MODELS if fnmatchcase(name, pattern)]


def card(name: str) -> ModelCard:
    """The card of a model.

    Raises
    ------
    UnknownName
        With the nearest names.
    """
    if name not in MODELS:
        raise unknown("model", name, MODELS, see="`zoo list` shows all.")
    return MODELS[name]


def check_task(name: str, task: Task, dataset: str) -> None:
    """Refuse a dataset whose question the model cannot answer.

    Raises
    ------
    Misuse
    """
    able = card(name).tasks
    if task not in able:
        others = [m.name for m in MODELS.values() if task in m.tasks]
        msg = f"{name} does {' and '.join(able)}, and {dataset} is {task}"
        raise Misuse(f"{msg}. Able to are {', '.join(others)}.")
