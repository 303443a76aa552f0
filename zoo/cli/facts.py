"""What results and run tell of a network: its scores, its layers, what it shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...data import Dataset
from ..catalog import card
from ..recipe import Recipe
from .answers import outputs as answer

if TYPE_CHECKING:
    import numpy as np

    from ...baselines.results import Layer, Network, Sample, Tries
    from ...data.split import Cut
    from ..network import Trained
    from ..run import Inputs

SAMPLE = 400
"""Characters that a network of texts writes for the report ..."""
TEMPERATURE = 0.8
"""... a little less wild than its probabilities are."""


def network_facts(
    settings: Recipe,
    trained: Trained,
    predictions: np.ndarray,
    dataset: Dataset,
    rows: Cut,
    *,
    tries: Tries | None,
    seed: int,
) -> Network:
    """What the report tells of the network."""
    from ...baselines.results import Network
    from ..losses import loss_unit

    return Network(
        name=settings.model,
        recipe=settings.to_dict(),
        parameters=trained.parameters,
        history=trained.history,
        loss_unit=loss_unit(settings, dataset.task),
        test=_test_scores(predictions, dataset, rows),
        examples=_examples(trained.serving, dataset),
        way=trained.way,
        reason=trained.reason,
        layers=layer_facts(settings, *trained.shape),
        tries=tries,
        sample=_sample(trained.serving, dataset, rows, seed),
        note=note_on(settings, predictions, dataset),
    )


def _test_scores(
    predictions: np.ndarray, dataset: Dataset, rows: Cut
) -> dict[str, float]:
    from ...baselines.scoring import score, score_characters

    truth = dataset.y[rows.test]
    if dataset.task == "characters":
        return score_characters(truth, predictions)
    past = (
        dataset.y[: rows.test[0]]
        if dataset.series
        else dataset.y[[*rows.train, *rows.validation]]
    )
    classes, season = len(dataset.classes), dataset.season
    return score(truth, predictions, past, classes=classes, season=season)


def _examples(
    model: Any, dataset: Dataset
) -> tuple[tuple[tuple[float, ...], dict[str, float]], ...]:
    """What the network says of the rows whose answer the card tells."""
    import numpy as np

    rows = dataset.card.examples
    if not rows:
        return ()
    said = answer(model, np.array(rows, dtype="float64"), dataset)
    return tuple(
        (row, dict(zip(dataset.classes, map(float, p), strict=True)))
        for row, p in zip(rows, said, strict=True)
    )


def layer_facts(
    settings: Recipe, shape: tuple[int, ...], outputs: int
) -> tuple[Layer, ...]:
    """The layers that the model's code makes for a network's shapes."""
    from ...baselines.results import Layer
    from ..wiring import trace

    return tuple(
        Layer(**asdict(fact)) for fact in trace(settings, shape=shape, outputs=outputs)
    )


def note_on(settings: Recipe, predictions: np.ndarray, dataset: Dataset) -> str:
    """What is on show, and whether all rows are given the same class."""
    known, said = card(settings.model), ""
    if dataset.classes and dataset.y.ndim == 1 and dataset.task != "characters":
        chosen = predictions.argmax(axis=1)
        if (chosen == chosen[0]).all():
            likely = f"{predictions.max(axis=1).min():.3f}"
            more = "" if likely == "1.000" else " or more"
            said = (
                f"It says {dataset.classes[chosen[0]]!r} of all {len(chosen):,} test "
                f"rows, with probability {likely}{more}. "
            )
    return said + (f"Broken on purpose: {known.defect}" if known.broken else "")


def _sample(model: Any, dataset: Dataset, rows: Cut, seed: int) -> Sample | None:
    """Text that the network writes after the first characters of the test part."""
    if dataset.task != "characters":
        return None
    import numpy as np

    from ...baselines.results import Sample
    from ...data.characters import verbatim
    from ..writer import write

    start = np.asarray(dataset.x)[rows.test[0]]
    codes = write(model, start, length=SAMPLE, temperature=TEMPERATURE, seed=seed)
    before, text = (
        "".join(dataset.classes[c] for c in part) for part in (start, codes)
    )
    return Sample(before, text, *verbatim(text, source_text(dataset)))


def source_text(dataset: Dataset) -> str:
    """The text that a network of characters is trained on."""
    import numpy as np

    from ...data.characters import training_text

    x = np.asarray(dataset.x)
    return training_text(x, dataset.y, dataset.classes, dataset.n_test)


def inputs_of(dataset: Dataset) -> Inputs:
    """What a saved network must know of a row's form."""
    from ..run import Inputs

    x: Any = dataset.x  # a DataFrame has columns and types, an array none
    columns = getattr(x, "columns", ())
    types = [str(t) for t in x.dtypes] if len(columns) else []
    return Inputs(
        dataset=dataset.card.name,
        task=dataset.task,
        classes=dataset.classes,
        shape=tuple(int(n) for n in dataset.x.shape[1:]),
        columns=tuple(map(str, columns)),
        types=tuple(types),
        feature_range=dataset.card.feature_range,
        targets=dataset.targets or (() if dataset.classes else (dataset.card.target,)),
    )
