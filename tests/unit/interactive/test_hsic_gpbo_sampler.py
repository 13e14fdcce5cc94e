"""The sampler inside Optuna: Optuna's own tests of samplers, and what HsicGpbo itself proposes."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pandas as pd
import pytest
from optuna.samplers import BaseSampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.search.hsic_gpbo import HsicGpbo
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.settings import AnalysisSettings

optuna.logging.set_verbosity(optuna.logging.ERROR)


class TestAsOptunaTestsItsOwn(
    BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase
):
    """One random trial, so that all others are proposed."""

    @pytest.fixture
    def sampler(self) -> Callable[[], BaseSampler]:
        return lambda: hh.HsicGpboSampler(n_startup_trials=1, batch_size=16, seed=0)


SPACE = {
    "lr": hh.Float(1e-4, 1e-1, log=True),
    "opt": hh.Categorical(["sgd", "adam"]),
    "momentum": hh.Float(0, 0.99, when={"opt": "sgd"}),
    "n": hh.Integer(1, 64),
}


def error(values: dict[str, Any]) -> float:
    sgd = values["opt"] == "sgd"
    lost = (math.log10(values["lr"]) + 2.5) ** 2 + 0.3 * sgd * (1.2 - values.get("momentum", 0.0))
    return 0.01 + lost + 1 / values["n"]


def cost(values: dict[str, Any]) -> float:
    return float(values["n"])


def values_of(trial: optuna.Trial) -> dict[str, Any]:
    # Neither in the order of the space, nor of its levels.
    values = {"opt": trial.suggest_categorical("opt", ["adam", "sgd"])}
    if values["opt"] == "sgd":
        values["momentum"] = trial.suggest_float("momentum", 0, 0.99)
    values["lr"] = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    return {**values, "n": trial.suggest_int("n", 1, 64)}


def objective(trial: optuna.Trial) -> float:
    return error(values_of(trial))


def run(
    sampler: BaseSampler, n: int, of: Callable[[optuna.Trial], Any] = objective, **options: Any
) -> optuna.Study:
    study = optuna.create_study(sampler=sampler, **options)
    study.optimize(of, n_trials=n, catch=ZeroDivisionError)
    return study


def params_of(study: optuna.Study) -> list[dict[str, Any]]:
    return [trial.params for trial in study.trials]


def as_ask_and_tell(told: Callable[[dict[str, Any]], Any], **options: Any) -> list[dict[str, Any]]:
    search = HsicGpbo(SPACE, n_random=40, rounds=(1, 2), batch_size=4, seed=3, **options)
    asked = []
    while batch := search.ask():
        search.tell(batch, [told(values) for values in batch])
        asked += batch
    return asked


OPTIONS: dict[str, Any] = {"n_startup_trials": 40, "batch_size": 4, "seed": 3}


@pytest.fixture(scope="module")
def asked() -> list[dict[str, Any]]:
    """What HsicGpbo proposes where the cost is known before a training."""
    return as_ask_and_tell(error, cost=cost, max_cost=30)


def test_trials_are_those_that_ask_and_tell_proposes_also_when_another_object_goes_on(
    asked: list[dict[str, Any]],
) -> None:
    study = run(hh.HsicGpboSampler(SPACE, cost=cost, max_cost=30, **OPTIONS), 45)
    study.sampler = hh.HsicGpboSampler(SPACE, cost=cost, max_cost=30, **OPTIONS)
    study.optimize(objective, n_trials=7)
    assert params_of(study) == asked
    assert max(cost(trial.params) for trial in study.trials[40:]) <= 30


def test_settings_and_decisions_that_were_made_before_are_those_of_ask_and_tell() -> None:
    random = as_ask_and_tell(error, cost=cost)[:40]
    frame = pd.DataFrame(random).assign(loss=[error(one) for one in random])
    frame["size"] = [cost(one) for one in random]
    trials = hh.trials_from_frame(frame, SPACE, error="loss", cost="size")
    known = hh.decide(hh.explain(trials, min_trials=30), trials, override={"opt": "adam"})
    settings: dict[str, Any] = {
        "analysis": AnalysisSettings(min_trials=30),
        "selection": SelectionSettings(override={"lr": {"range": [1e-3, 1e-2]}}),
    }
    for given in (settings, {"decisions": known}):
        study = run(hh.HsicGpboSampler(SPACE, cost=cost, **OPTIONS, **given), 44)
        assert params_of(study)[40:] == as_ask_and_tell(error, cost=cost, **given)[40:44]
    assert {trial.params["opt"] for trial in study.trials[40:]} == {"adam"}
    # The space is that of the decisions.
    alone = run(hh.HsicGpboSampler(decisions=known, cost=cost, **OPTIONS), 44)
    assert params_of(alone) == params_of(study)


@pytest.mark.parametrize("way", ["second objective", "user attribute, maximised"])
def test_costs_that_only_trials_tell_are_those_that_are_told_to_ask_and_tell(way: str) -> None:
    def of(trial: optuna.Trial) -> Any:
        values = values_of(trial)
        trial.set_user_attr("n", cost(values))
        if way == "second objective":
            return error(values), cost(values)
        return -error(values)

    if way == "second objective":
        study = run(
            hh.HsicGpboSampler(SPACE, **OPTIONS), 48, of, directions=["minimize", "minimize"]
        )
    else:
        sampler = hh.HsicGpboSampler(SPACE, cost="n", **OPTIONS)
        study = run(sampler, 48, of, direction="maximize")
    told = as_ask_and_tell(lambda values: {"error": error(values), "cost": cost(values)})
    assert params_of(study) == told[:48]


def test_failed_trials_count_as_ask_and_tell_counts_them_and_so_do_pruned_and_infeasible() -> None:
    def of(trial: optuna.Trial) -> float:
        values = values_of(trial)
        if values["n"] % 3 == 0:
            raise (ZeroDivisionError if values["n"] % 2 else optuna.TrialPruned)
        trial.set_constraint("n", values["n"] - 60.0)
        return error(values)

    def told(values: dict[str, Any]) -> Any:
        return ValueError() if values["n"] % 3 == 0 or values["n"] > 60 else error(values)

    study = run(hh.HsicGpboSampler(SPACE, **OPTIONS), 44, of)
    assert params_of(study) == as_ask_and_tell(told)[:44]


def test_a_space_is_inferred_as_trials_from_optuna_are_read() -> None:
    study = run(hh.HsicGpboSampler(**OPTIONS), 44)
    startup = optuna.create_study(sampler=optuna.samplers.RandomSampler())
    startup.add_trials(study.trials[:40])
    trials = hh.trials_from_optuna(startup)
    # The duration of trials is no cost of theirs here.
    trials = trials.assign_attrs(costs="[]")
    space = hh.Space.from_json(trials.attrs["space"])
    search = HsicGpbo(space, trials=trials, n_random=40, batch_size=4, seed=3)
    assert params_of(study)[40:] == search.ask()
    assert hh.trials_from_optuna(study).attrs["drawn_by"] == "HsicGpboSampler"


def test_a_seed_gives_the_same_trials_and_searches_better_than_chance() -> None:
    first, again = (run(hh.HsicGpboSampler(**OPTIONS), 52) for _ in range(2))
    assert params_of(first) == params_of(again)
    assert params_of(first) != params_of(run(hh.HsicGpboSampler(**OPTIONS | {"seed": 4}), 2))
    errors = [trial.value for trial in first.trials]
    assert sorted(errors[40:])[6] < sorted(errors[:40])[2]
    proposed = [tuple(sorted(values.items())) for values in params_of(first)[40:]]
    assert len(set(proposed)) == len(proposed)


def test_parameters_that_come_later_and_ranges_that_grow_are_searched_from_then_on() -> None:
    sampler = hh.HsicGpboSampler(n_startup_trials=12, batch_size=4, seed=0)
    study = run(sampler, 20, lambda trial: trial.suggest_float("x", 0, 1))

    def grown(trial: optuna.Trial) -> float:
        return trial.suggest_float("x", -1, 1) + abs(trial.suggest_float("y", 0, 1) - 0.5)

    study.optimize(grown, n_trials=12)
    # The first batch knows nothing of it yet.
    assert all(set(trial.system_attrs["hsic_gpbo:plan"]) == {"x"} for trial in study.trials[20:24])
    later = study.trials[24:]
    assert all(trial.params == trial.system_attrs["hsic_gpbo:plan"] for trial in later)
    assert min(trial.params["x"] for trial in later) < 0


def test_a_running_trial_counts_and_none_is_proposed_twice() -> None:
    sampler = hh.HsicGpboSampler(SPACE, n_startup_trials=12, batch_size=1, seed=0)
    study = run(sampler, 10)
    # Two of the random trials still run, then all that follow.
    trials = [study.ask() for _ in range(8)]
    values = [values_of(trial) for trial in trials]
    assert len({tuple(one.items()) for one in values}) == 8
    assert [one.state.name for one in study.trials[10:]] == ["RUNNING"] * 8


def test_of_two_workers_that_would_propose_the_same_at_once_one_proposes_something_else() -> None:
    study = run(hh.HsicGpboSampler(SPACE, n_startup_trials=12, batch_size=2, seed=0), 12)
    first, second = study.ask(), study.ask()
    wanted = values_of(first)
    # What the second worker notes when it has seen nothing of the first one's plan.
    study._storage.set_trial_system_attr(second._trial_id, "hsic_gpbo:plan", wanted)
    planned = study.sampler._planned(study, first._get_latest_trial())
    assert set(planned) >= {"lr", "opt", "n"}
    assert planned != wanted


WORKER = """
import sys, optuna, warnings
from test_hsic_gpbo_sampler import SPACE, error, values_of
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
import hsic_hpo as hh
sampler = hh.HsicGpboSampler(SPACE, n_startup_trials=12, batch_size=2, seed=0)
storage = JournalStorage(JournalFileBackend(sys.argv[1]))
study = optuna.load_study(study_name="shared", storage=storage, sampler=sampler)
study.optimize(lambda trial: error(values_of(trial)), n_trials=10, n_jobs=2)
"""


def test_processes_and_threads_of_one_seed_share_the_random_trials_and_propose_no_other_twice(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "journal.log")
    storage = JournalStorage(JournalFileBackend(path))
    study = optuna.create_study(study_name="shared", storage=storage)
    command = [sys.executable, "-c", WORKER, path]
    workers = [subprocess.Popen(command, cwd=Path(__file__).parent) for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    alone = run(hh.HsicGpboSampler(SPACE, n_startup_trials=12, seed=0), 12)
    assert len(study.trials) == 20
    assert params_of(study)[:12] == params_of(alone)
    proposed = {tuple(sorted(values.items())) for values in params_of(study)}
    assert len(proposed) == 20


@pytest.mark.parametrize(
    ("options", "directions", "message"),
    [
        ({}, ["minimize"] * 3, "3 objectives; allowed: the error, and a cost"),
        ({"cost": cost}, ["minimize"] * 2, "cost: the second objective is the cost already"),
        ({}, ["minimize", "maximize"], "the second objective is the cost; it must be minimised"),
    ],
)
def test_objectives_that_are_no_error_and_cost_are_refused(
    options: dict[str, Any], directions: list[str], message: str
) -> None:
    study = optuna.create_study(directions=directions, sampler=hh.HsicGpboSampler(**options))
    with pytest.raises(InputError, match=message):
        study.ask().suggest_float("x", 0, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_startup_trials": 0}, "n_startup_trials: 0"),
        ({"batch_size": 0}, "batch_size: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"cost": 3}, "cost: 3 is neither a function"),
        ({"max_cost": 0}, "max_cost: 0"),
        ({"cost": "size"}, "cost: no trial has the user attribute 'size'"),
        ({"space": {"lr": hh.Float(1, 2)}}, "space: trial 0: lr is "),
        ({"decisions": hh.example_trials()}, "decisions: not a selection Dataset"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_one_line(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run(hh.HsicGpboSampler(**{"n_startup_trials": 1, **options}), 2)


def test_a_second_study_is_decided_by_its_own_trials() -> None:
    space = hh.Space({name: hh.Float(0, 1) for name in "xyzpqr"})

    def run(sampler: hh.HsicGpboSampler, matters: str) -> list[dict[str, float]]:
        def objective(trial: optuna.Trial) -> float:
            values = {name: trial.suggest_float(name, 0, 1) for name in "xyzpqr"}
            return 0.01 + sum((values[name] - 0.3) ** 2 for name in matters)

        study = optuna.create_study(sampler=sampler)
        study.optimize(objective, n_trials=62)
        return [trial.params for trial in study.trials[60:]]

    reused, fresh = (hh.HsicGpboSampler(space, n_startup_trials=60, seed=0) for _ in range(2))
    run(reused, "xyz")
    assert run(reused, "pqr") == run(fresh, "pqr")
