"""Titles state what the Datasets hold, and name nothing that is not found."""

import numpy as np
import pandas as pd

import hsic_hpo as hh
from example_studies import sensitivity
from hsic_hpo.figures.best_values import BestValues
from hsic_hpo.figures.titles import (
    budget_title,
    convergence_title,
    epoch_title,
    impact_title,
    quadrant_title,
    sweeps_title,
    values_title,
    worst_title,
)
from hsic_hpo.reports.sentences import sweeps
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.wording import number
from studies_to_draw import study


def test_only_what_is_found_is_named_the_strongest_first_with_where_it_exists() -> None:
    groups = {"all": ["a", "b", "c", "d", "e"], "a = 1": ["a", "b", "x"]}
    one = sensitivity(groups, indices={"b": 6e-3, "a": 4e-3, "x": 5e-3})
    assert impact_title(one) == (
        "b, a and x (where a = 1) decide which trials are the best 10 % by relative L2 error; "
        "c, d and e do not stand out"
    )
    assert impact_title(one, subset="worst").startswith("Nothing stands out for the worst 10 %")
    assert worst_title(one).endswith("; for the best 10 % b, a and x (where a = 1) do")
    many = sensitivity(
        {"all": [f"h{i}" for i in range(9)]}, indices={f"h{i}": 5e-3 for i in range(5)}
    )
    assert " and 1 more decide " in impact_title(many)
    assert impact_title(many).endswith("; the other 4 do not stand out")


def test_a_study_of_noise_is_titled_as_one() -> None:
    one = study("nothing significant")
    assert impact_title(one.sensitivity).startswith("Nothing stands out for the best 10 %")
    values = BestValues(one.trials, one.sensitivity)
    assert values_title(one.sensitivity, values) == "No values stand out among the best 10 %"
    assert "more" in convergence_title(one.convergence)
    assert epoch_title(one.by_epoch) == "No hyperparameter stands out at the end of the trainings"


def test_a_study_of_a_rule_is_titled_with_it() -> None:
    one = study("usual")
    title = impact_title(one.sensitivity)
    assert title.startswith("optimizer and learning_rate decide which trials are the best 10 %")
    values = BestValues(one.trials, one.sensitivity)
    learning_rate = values.text("all", "learning_rate")
    assert values_title(one.sensitivity, values) == (
        f"The best 10 % more often have optimizer adam and learning_rate {learning_rate}"
    )
    main = one.sensitivity.sel(subset="best").isel(group=0)
    quadrant = quadrant_title(main.isel(hyperparameter=slice(5)), "flops")
    assert quadrant == (
        "optimizer and learning_rate matter for the error alone; "
        "n_layers and n_units matter for FLOPs per sample alone"
    )


def test_what_matters_most_is_told_budget_by_budget() -> None:
    found = study("usual").by_budget.copy(deep=True)
    found["significant"][:] = 0
    assert budget_title(found) == "Nothing stands out at any budget of FLOPs per sample"
    found["significant"].loc[{"hyperparameter": "optimizer"}] = 1
    assert budget_title(found) == "optimizer matters most at every budget of FLOPs per sample"
    found["significant"][:2] = 0
    second, third = (number(float(found["budget"][i])) for i in (1, 2))
    assert budget_title(found) == (
        "What matters most at a budget c (FLOPs per sample): "
        f"nothing up to {second} and optimizer from {third} on"
    )


def test_where_a_narrow_range_stops_to_matter_is_told_apart_from_its_end() -> None:
    space = hh.Space({"rate": hh.Float(5.0001, 5.0009), "opt": hh.Categorical(["a", "b"])})
    frame = pd.DataFrame(space.configurations(sample(space, 300, 0)))
    frame["loss"] = 1e-4 * np.random.default_rng(0).random(300) - frame["rate"]
    found = hh.explain(hh.trials_from_frame(frame, space, error="loss"), n_permutations=99)
    first, choice = (
        float(found[name].sel(sweep="rate", end="lower")[place])
        for name, place in (("sweep_value", 0), ("sweep_choice", ()))
    )
    assert 5 < first < choice < 5.001
    assert sweeps_title(found).endswith(f": rate from {choice:.4f} on")


def test_where_a_whole_number_stops_to_matter_keeps_its_digits() -> None:
    space = hh.Space({"units": hh.Integer(8, 65535, log=True), "opt": hh.Categorical(["a", "b"])})
    frame = pd.DataFrame(space.configurations(sample(space, 300, 0)))
    noise = 1e-4 * np.random.default_rng(0).random(300)
    frame["loss"] = noise - np.minimum(frame["units"].to_numpy(dtype=float), 3000)
    found = hh.explain(hh.trials_from_frame(frame, space, error="loss"), n_permutations=99)
    choice = int(found["sweep_choice"].sel(sweep="units", end="lower"))
    assert choice > 1000
    assert choice % 10
    assert sweeps_title(found).endswith(f": units from {choice} on")
    assert sweeps(found).endswith(f": units from {choice} on.")


def test_studies_without_an_index_claim_nothing() -> None:
    one = study("five trials")
    assert impact_title(one.sensitivity).startswith("Nothing can be said about the best")
    assert sweeps_title(one.sensitivity).startswith("No part of a range is found")
    assert convergence_title(one.convergence).endswith("cannot be told")
