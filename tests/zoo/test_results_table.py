from types import SimpleNamespace

import pytest
from learnable.baselines.results.results import Row, Score
from learnable.zoo.results_table import show_table
from rich.console import Console


def scored(name, r2):
    means = {"r2": r2, "skill": max(r2, 0), "rmse": 1.0, "mae": 1.0}
    scores = {m: Score(v, None, None, (v,) * 5) for m, v in means.items()}
    return Row(name, "baseline", "", scores, 1.0, 0.1)


@pytest.mark.parametrize(("mean", "is_told"), [(-0.01, False), (-4.7, True)])
def test_r2_beside_folds_with_means_of_their_own_is_explained(mean, is_told):
    results = SimpleNamespace(
        about=SimpleNamespace(name="sales", rows=300, task="regression"),
        split="5 folds of stretches of the file",
        rows=[scored("ridge", -5.5), scored("mean", mean)],
    )
    where = Console(width=200, record=True)
    show_table(results, where)  # type: ignore[arg-type]  (what is shown of results)
    assert ("here skill says more" in where.export_text()) == is_told
