"""The first screen says what the published study holds."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import hsic_hpo as hh
from hsic_hpo.reports.decision_rows import decision_rows
from hsic_hpo.reports.front_chart import front_chart, front_choices
from hsic_hpo.reports.in_short import in_short
from hsic_hpo.reports.parts import Parts
from hsic_hpo.reports.recommended import recommended
from hsic_hpo.reports.study_parts import PARTS, StudyParts, read_parts
from hsic_hpo.sensitivity.rare_levels import rare_levels
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import select_goal
from hsic_hpo.trials.halved import halved
from hsic_hpo.trials.rungs import Rung
from hsic_hpo.trials.stopped import is_stopped, ranked_errors
from hsic_hpo.trials.values_of_pairs import values_given
from hsic_hpo.trials.variables import hyperparameter_values

STUDY = Path(__file__).parents[3] / "results" / "reference" / "bateman"


@cache
def study() -> StudyParts:
    paths = {name: str(STUDY / f"{name}.nc") for name in PARTS if (STUDY / f"{name}.nc").exists()}
    surrogate = str(STUDY / "sensitivity_surrogate.nc")
    return read_parts(str(STUDY / "random" / "trials.nc"), paths, surrogate)


def test_the_repeat_of_the_lowest_final_validation_error_is_recommended() -> None:
    comparison = study().comparison
    assert comparison is not None
    method = comparison.sel(search=comparison.attrs["reference"])
    best = int(np.nanargmin(method["final_validation_error"].mean("seed").values))
    found = recommended(study())
    assert found is not None
    assert found.cost == float(method["flops"][best])
    errors = method["test_error"][best].values
    mean, deviation = (float(part) for part in found.error.split(" ± "))
    assert mean == pytest.approx(errors.mean(), rel=0.01)
    assert deviation == pytest.approx(errors.std(ddof=1), rel=0.2)


def test_without_final_trainings_it_is_the_cheapest_of_the_front_within_the_tolerance() -> None:
    front = study().front
    assert front is not None
    found = recommended(replace(study(), comparison=None))
    assert found is not None
    errors, costs = (front.sel(search="all")[name].values for name in ("error", "cost"))
    near = errors <= np.nanmin(errors) * (1 + float(front.attrs["tolerance"]))
    assert found.cost == costs[near].min()


def test_without_a_cost_it_is_the_trial_of_the_lowest_error() -> None:
    found = recommended(replace(study(), comparison=None, front=None))
    assert found is not None
    assert found.validation_error == trials_data.error(study().trials).min()


def test_shares_of_what_matters_are_those_of_the_trials() -> None:
    matters = in_short(study(), Parts({})).matters
    assert matters is not None
    first = matters[0]
    assert (first.name, first.values) == ("n_layers", "up to 3")
    layers = hyperparameter_values(study().trials, "n_layers")
    reached = select_goal(trials_data.error(study().trials), 0.1, "best").reached
    assert first.at_goal == pytest.approx((layers[reached] <= 3).mean())
    assert first.of_all == pytest.approx((layers <= 3).mean())


def test_the_short_findings_say_what_to_avoid_what_costs_what_interacts_and_how_sure() -> None:
    told = in_short(study(), Parts({})).sentences
    assert list(told) == ["Avoid", "Costs", "Interacts", "How sure"]
    assert told["Avoid"].startswith("activation sigmoid (74 % of the worst 10 %, 20 % of all)")
    costs = "batch_size (training time; but it interacts with batch_normalisation)"
    assert costs in told["Costs"]
    assert "With n_layers up to 3 the best have n_units" in told["Interacts"]
    assert told["How sure"].endswith("more trainings are unlikely to change that.")


def test_every_place_of_the_front_stands_in_the_chart_with_its_configuration() -> None:
    chart, choices = front_chart(study(), recommended(study()), 900, 420), front_choices(study())
    assert chart is not None
    assert len(chart.places) == len(choices) == 37
    costs = [choice["cost"] for choice in choices]
    assert costs == sorted(costs)
    for x, y in chart.places:
        assert 0 < x < chart.width
        assert 0 < y < chart.height


def test_each_hyperparameter_has_one_decision_in_one_plain_sentence() -> None:
    selection = study().selection
    assert selection is not None
    rows = decision_rows(selection, study().sensitivity)
    assert {row.name for row in rows} == {*selection["hyperparameter"].values.tolist()}
    assert all(len(row.sentence) < 110 and row.sentence.endswith(".") for row in rows)
    assert next(row for row in rows if row.name == "n_layers").sentence.startswith(
        "Matters for the error and for the cost"
    )


def test_the_best_of_a_halved_study_are_those_of_its_ranking_and_none_stopped_is_offered() -> None:
    rungs = [Rung(1, 0.3), Rung(2, 0.05)]
    trials = halved(study().trials, rungs)
    went_on = ~is_stopped(trials)
    best = select_goal(ranked_errors(trials), 0.1, "best").reached
    # Fewer end than are among the best tenth, so that some of these were stopped.
    assert went_on.sum() < best.sum() == 100
    layers = hyperparameter_values(trials, "n_layers")
    optimizer = hyperparameter_values(trials, "optimizer")
    _, _, given = values_given(trials, "n_layers", "n_units", 0.1)
    assert sum(one.n_best for one in given) == best.sum()
    for one in rare_levels(trials, "optimizer", 0.1):
        assert one.at_goal == pytest.approx((optimizer[best] == one.level).mean())
    matters = in_short(StudyParts(trials, study().sensitivity), Parts({})).matters
    assert matters is not None
    first = matters[0]
    assert (first.name, first.values[:6]) == ("n_layers", "up to ")
    assert first.at_goal == pytest.approx((layers[best] <= int(first.values[6:])).mean())
    found = recommended(StudyParts(trials, study().sensitivity))
    assert found is not None
    assert found.validation_error == trials_data.error(trials)[went_on].min()


def test_a_test_error_of_0_leaves_the_ratio_out() -> None:
    comparison = study().comparison
    assert comparison is not None
    perfect = comparison.copy(deep=True)
    perfect["test_error"].loc[str(comparison.attrs["reference"])] = 0.0
    found = recommended(replace(study(), comparison=perfect))
    assert found is not None
    assert found.error.startswith("0")
    assert found.beside
    assert not [one for one in found.beside if "error" in one.in_words]


def test_of_what_is_maximised_no_ratio_is_told() -> None:
    rng = np.random.default_rng(0)
    cost = np.linspace(1, 100, 60)
    frame = {"x": rng.random(60), "accuracy": 0.6 + 0.3 * np.sqrt(cost / 100), "seconds": cost}
    trials = hh.trials_from(frame, error="accuracy", cost="seconds", maximise=True)
    front = hh.front(trials)
    found = recommended(StudyParts(trials, study().sensitivity, front=front))
    assert found is not None
    (best,) = found.beside
    assert best.in_words.endswith("cheaper")
