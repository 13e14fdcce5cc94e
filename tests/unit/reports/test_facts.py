"""What was asked and where results come from: as recorded, in words."""

import json
from typing import Any

import pytest
import xarray as xr

from hsic_hpo.reports.facts import failed_trainings, provenance, study_facts
from hsic_hpo.study import config
from hsic_hpo.study.settings import StudySettings
from studies_to_draw import study


def settings(**changes: Any) -> StudySettings:
    given = {"study": "told", "problem": {"name": "bateman"}, **changes}
    return config.validate(given, "told")


def recorded(**attrs: Any) -> xr.Dataset:
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in attrs.items()
    }
    return study("failed but ten").trials.assign_attrs(texts)


def test_question_is_that_of_the_study() -> None:
    problem = {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}
    trials = recorded(problem=problem, budget={"epochs": 30, "device": None}, error_units="%")
    searches = {
        "gpbo": {"rounds": 3, "batch_size": 12, "repeats": 2},
        "hsic-gpbo": {"rounds": 2, "fine_tuning_rounds": 1, "batch_size": 5, "repeats": 1},
    }
    told = study_facts(trials, 0.1, settings(search=searches))
    assert told["Problem"] == "bateman (n_species 3, n_trajectories 64)"
    assert told["Error"] == "error in %"
    assert told["Random search"] == "120 trials of 8 hyperparameters, 1 training each"
    assert told["Budget of a training"] == "30 epochs"
    assert "gpbo (3 rounds of 12, 2 repeats)" in told["Searches"]
    # Its fine-tuning is a part of the search.
    assert "hsic-gpbo (3 rounds of 5, 1 repeat" in told["Searches"]


def test_goal_is_that_of_the_analysis() -> None:
    told = study_facts(recorded(problem={"name": "bateman"}), 0.2, settings())
    assert "20 %" in told["Goal that the indices explain"]


def test_problem_of_a_users_own_is_named_by_where_it_is_imported_from() -> None:
    told = study_facts(recorded(problem={"import": "my_problem.py:Spirals"}), 0.1, settings())
    assert told["Problem"] == "my_problem.py:Spirals"
    assert told["Error"] == "error"


def test_random_search_alone_is_said() -> None:
    told = study_facts(recorded(problem={"name": "bateman"}), 0.1, settings(search={}))
    assert told["Searches"] == "none beside the random search"


def test_provenance_is_what_the_trials_recorded() -> None:
    trials = recorded(
        seed="7",
        versions={"python": "3.11.7", "numpy": "2.4.6"},
        git_commit="0123abc",
        code_fingerprint="fedcba",
        data_fingerprint="00112233445566778899",
    )
    assert provenance(trials, "2026-01-01 00:00 UTC") == {
        "Trainings": "120 trials: 10 ok, 0 diverged, 110 failed",
        "Seed": "7",
        "Versions": "python 3.11.7, numpy 2.4.6",
        "Git commit of the code": "0123abc",
        "Fingerprint of the training code": "fedcba",
        "Fingerprint of the data": "0011223344556677",
        "Page made": "2026-01-01 00:00 UTC",
    }


@pytest.mark.parametrize("missing", ["seed", "git_commit", "code_fingerprint", "data_fingerprint"])
def test_what_was_not_recorded_is_left_out(missing: str) -> None:
    trials = recorded(seed="7", git_commit="a", code_fingerprint="b", data_fingerprint="c")
    told = provenance(trials, "now")
    del trials.attrs[missing]
    assert len(provenance(trials, "now")) == len(told) - 1


@pytest.mark.parametrize(
    ("costs", "told"),
    [([], "none recorded"), (["price"], "price"), (["flops", "x"], "FLOPs per sample, x")],
)
def test_trials_without_a_study_say_what_they_are(costs: list[str], told: str) -> None:
    trials = recorded(costs=costs)
    assert study_facts(trials, 0.1, None) == {
        "Error": "error",
        "Costs": told,
        "Trials": "120 trials of 8 hyperparameters",
        "Goal that the indices explain": "to be among the 10 % of the trials with the lowest "
        "validation error",
    }


def test_failed_trainings_are_counted_over_all_searches() -> None:
    reasons = [["killed"], [""], ["killed"], ["no"]]
    status = [["failed" if reason else "ok"] for (reason,) in reasons]
    dims = ("trial", "repeat")
    search = xr.Dataset({"status": (dims, status), "reason": (dims, reasons)})
    assert failed_trainings([search, search.isel(trial=[0])]) == {
        "Failed trainings": "4 of 5: killed (3), no (1)"
    }
    assert failed_trainings([search.isel(trial=[1])]) == {}
