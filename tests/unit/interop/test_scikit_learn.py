"""Real searches of scikit-learn: as an object, as a data frame and as CSV."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.datasets import make_classification
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import RandomizedSearchCV

from hsic_hpo.interop.sources import trials_from
from hsic_hpo.trials import dataset as trials_data


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    x, y = make_classification(120, random_state=0)
    plain = {"alpha": stats.loguniform(1e-6, 1e3), "penalty": ["l2", "l1"]}
    mixed = {"alpha": stats.loguniform(1e-6, 1e3), "penalty": ["elasticnet"]}
    spaces = [plain, {**mixed, "l1_ratio": stats.uniform(0, 1)}]
    search = RandomizedSearchCV(SGDClassifier(), spaces, n_iter=60, cv=3, random_state=0)
    return dict(search.fit(x, y).cv_results_)


@pytest.mark.parametrize("form", ["mapping", "frame", "csv"])
def test_splits_are_repeats_and_more_is_better(
    results: dict[str, Any], form: str, tmp_path: Path
) -> None:
    path = tmp_path / "results.csv"
    pd.DataFrame(results).to_csv(path, index=False)
    source = {"mapping": results, "frame": pd.DataFrame(results), "csv": path}[form]
    trials = trials_from(source)
    assert trials.attrs["error_name"] == "minus test_score"
    scores = np.stack([results[f"split{i}_test_score"] for i in range(3)], axis=1)
    np.testing.assert_allclose(trials["validation_error"], -scores)
    spec = trials_data.space(trials).to_dict()
    assert spec["alpha"]["scale"] == "log"
    assert spec["alpha"]["range"] == pytest.approx([1e-6, 1e3], rel=0.9)
    assert spec["penalty"]["levels"] == ["elasticnet", "l1", "l2"]
    assert spec["l1_ratio"]["when"] == {"penalty": "elasticnet"}


def test_the_mean_is_taken_where_it_is_asked_for(results: dict[str, Any]) -> None:
    trials = trials_from(results, error="mean_test_score", maximise=True)
    means = -trials["validation_error"].mean("repeat")
    np.testing.assert_allclose(means, results["mean_test_score"])
