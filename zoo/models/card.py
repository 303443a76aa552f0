"""Facts of a model, known before it is built."""

from dataclasses import dataclass

from ...data.dataset import Task


@dataclass(frozen=True)
class ModelCard:
    """Facts of a model, known before it is built.

    Parameters
    ----------
    name : str
        That of its file, with ``-`` for ``_``.
    title : str
        One line.
    dataset : str
        Trained on when none is named; "" where the user must name one.
    tasks : tuple of str
        Tasks it can do.
    parameters : int
        Weights on ``dataset``; 0 where there is none.
    twin : str
        The broken or corrected counterpart; "" if none. Where several broken ones
        share a corrected one, its twin is the one of the question.
    broken : bool
        Whether it is on show because it does not learn.
    defect : str
        What is wrong with a broken model, and how that keeps it from learning.
    symptom : str
        What is seen of it.
    parts : tuple of str
        Parts of the network that can be replaced by a stub.
    loads_weights : bool
        Whether training can begin with weights from a file.
    source : str
        The document it comes from.
    order : int, default 100
        Place where models are listed; of one place, names decide.
    """

    name: str
    title: str
    dataset: str
    tasks: tuple[Task, ...]
    parameters: int = 0
    twin: str = ""
    broken: bool = False
    defect: str = ""
    symptom: str = ""
    parts: tuple[str, ...] = ()
    loads_weights: bool = False
    source: str = ""
    order: int = 100
