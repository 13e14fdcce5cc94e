"""Which values the best have, where it is known."""

import numpy as np
import pytest

from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.values_of_best import values_of_trials
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import search


def test_shares_are_those_of_the_trials_of_a_group() -> None:
    trials = search(300)
    found = values_of_trials(trials, AnalysisSettings())
    errors = trials["validation_error"].values[:, 0]
    optimizer = hyperparameter_values(trials, "optimizer")
    best = errors <= np.sort(errors)[29]
    main = found.sel(group="all", subset="best", hyperparameter="optimizer")
    assert main["values_at_goal"] == "adam"
    assert float(main["share_at_goal"]) == pytest.approx(np.mean(optimizer[best] == "adam"))
    assert float(main["share_of_all"]) == pytest.approx(np.mean(optimizer == "adam"))
    rate = found.sel(group="optimizer = sgd", subset="best", hyperparameter="momentum")
    assert np.isnan(rate["share_of_all"]) == (not (best & (optimizer == "sgd")).any())
    # It has a single value there.
    parent = found.sel(group="optimizer = sgd", subset="worst", hyperparameter="optimizer")
    assert parent["values_at_goal"] == ""


def test_with_thresholds_of_their_own_all_groups_have_best_trials() -> None:
    found = values_of_trials(search(300), AnalysisSettings(group_threshold="group"))
    momentum = found.sel(group="optimizer = sgd", subset="best", hyperparameter="momentum")
    assert momentum["values_at_goal"] != ""
    assert 0 < float(momentum["share_of_all"]) < float(momentum["share_at_goal"])
