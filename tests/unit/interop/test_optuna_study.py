"""Optuna studies as Optuna has them: distributions, conditions, failed and pruned trials."""

import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.optuna_study import trials_from_optuna
from hsic_hpo.interop.table import trials_from_frame, trials_from_table
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SETTINGS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")


def objective(trial: Any) -> float:
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
    layers = trial.suggest_int("layers", 1, 8)
    trial.suggest_int("width", 16, 256, log=True)
    trial.suggest_int("batch", 32, 128, step=32)
    trial.suggest_float("dropout", 0.0, 0.5, step=0.25)
    trial.suggest_categorical("amsgrad", [True, False])
    trial.suggest_categorical("fixed", ["only"])
    if optimizer == "sgd":
        trial.suggest_float("momentum", 0.0, 0.9)
    if rate > 1e-2:
        trial.suggest_float("warmup", 0.0, 1.0)
    if trial.number % 2:
        trial.suggest_float("odd", 0.0, 1.0)
    if layers >= 3:
        trial.suggest_float("skip", 0.0, 1.0)
    if layers == 8:
        raise optuna.TrialPruned
    if layers == 7:
        raise ValueError("too deep")
    if layers == 6:
        return math.nan
    return abs(math.log10(rate) + 2) + 0.5 * (optimizer == "sgd")


def optimise(
    function: Callable[[Any], Any], n_trials: int = 150, **settings: Any
) -> tuple[Any, str]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        study_name="s", sampler=optuna.samplers.RandomSampler(seed=0), **settings
    )
    study.optimize(function, n_trials=n_trials, catch=(ValueError,))
    return study._storage, "s"


def notes(trials: Any) -> list[str]:
    return trials.attrs["notes"].splitlines()


@pytest.fixture(scope="module")
def taken() -> Any:
    return trials_from_optuna(*optimise(objective))


def test_distributions_become_definitions(taken: Any) -> None:
    spec = trials_data.space(taken).to_dict()
    assert spec["rate"] == {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}
    assert spec["width"] == {"type": "integer", "range": [16, 256], "scale": "log"}
    assert spec["batch"] == {"type": "integer", "range": [32, 128], "step": 32}
    assert spec["dropout"] == {"type": "float", "range": [0.0, 0.5], "step": 0.25}
    assert spec["amsgrad"] == {"type": "boolean"}
    assert "fixed" not in spec
    assert "fixed has a single value and is left out." in notes(taken)


def test_conditions_are_found_where_a_parameter_explains_them(taken: Any) -> None:
    spec = trials_data.space(taken).to_dict()
    assert spec["momentum"]["when"] == {"optimizer": "sgd"}
    assert spec["skip"]["when"] == {"layers": {">=": 3}}
    assert spec["warmup"]["when"] == {"rate": {">": pytest.approx(1e-2, rel=0.1)}}
    assert spec["odd"]["when"] == {"presence of odd": True}
    (note,) = (note for note in notes(taken) if "tells when" in note)
    assert note == "No parameter tells when odd is there: its presence counts as a parameter."


def test_pruned_and_failed_trials_rank_worst(taken: Any) -> None:
    error = trials_data.error(taken)
    layers = hyperparameter_values(taken, "layers")
    np.testing.assert_array_equal(np.isinf(error), layers >= 6)
    assert set(taken["reason"].values[layers == 8, 0]) == {"pruned"}
    (note,) = (note for note in notes(taken) if note.startswith("Without an error"))
    assert f"{(layers == 8).sum()} pruned" in note


def test_values_are_those_of_the_trials(taken: Any) -> None:
    rate = hyperparameter_values(taken, "rate")
    sgd = hyperparameter_values(taken, "optimizer") == "sgd"
    error = trials_data.error(taken)
    ok = np.isfinite(error)
    np.testing.assert_allclose(error[ok], (np.abs(np.log10(rate) + 2) + 0.5 * sgd)[ok])
    u = taken["u"].sel(hyperparameter="rate").values
    np.testing.assert_allclose(u, (np.log10(rate) + 4) / 3)


def test_the_analysis_finds_what_decides(taken: Any) -> None:
    found = analyse(taken, SETTINGS)
    significant = found["significant"].sel(group="all", target="error", subset="best").to_series()
    assert {"rate", "optimizer"} <= set(significant[significant == 1].index)
    assert "optimizer = sgd" in found["group"].values


def test_a_maximised_objective_is_negated(tmp_path: Path) -> None:
    def accuracy(trial: Any) -> tuple[float, float]:
        x = trial.suggest_float("x", 0, 1)
        return 1.0, 1 - x

    storage, name = optimise(accuracy, 40, directions=["minimize", "maximize"])
    taken = trials_from_optuna(storage, name, objective=1)
    x = hyperparameter_values(taken, "x")
    np.testing.assert_allclose(trials_data.error(taken), x - 1)
    names = [taken.attrs[key] for key in ("error_name", "metric", "direction")]
    assert names == ["minus value 1", "value 1", "maximise"]


def test_a_study_in_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'study.db'}"
    optimise(objective, 60, storage=url)
    taken = trials_from_optuna(url, "s")
    assert taken.sizes["trial"] == 60
    with pytest.raises(InputError) as error:
        trials_from_optuna(url, "t")
    assert str(error.value) == f"{url}: no study 't'; studies: s"


def test_a_study_itself_or_the_only_one_of_a_storage_needs_no_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'study.db'}"
    storage, name = optimise(objective, 60, storage=url)
    study = optuna.load_study(study_name=name, storage=storage)
    by_name = trials_from_optuna(url, name)
    assert trials_from_optuna(study).identical(by_name)
    assert trials_from_optuna(url).identical(by_name)
    with pytest.raises(InputError, match=r"^name: 't'; the study given is 's'$"):
        trials_from_optuna(study, "t")
    optuna.create_study(storage=url, study_name="other")
    with pytest.raises(InputError) as error:
        trials_from_optuna(url)
    assert str(error.value) == f"{url}: which study? name one; studies: s, other"


@pytest.mark.parametrize(
    ("function", "n_trials", "line"),
    [
        (objective, 20, "20 trials; at least 30 are needed for an analysis"),
        (
            lambda trial: 1.0 + 0 * trial.suggest_float("x", 0, 1),
            40,
            "all errors are 1; they must differ",
        ),
        (
            lambda trial: float(trial.number),
            40,
            "no parameter that varies in 40 finished trials",
        ),
        (
            lambda trial: math.nan * trial.suggest_float("x", 0, 1),
            40,
            "no trial has a finite error",
        ),
    ],
)
def test_studies_that_cannot_be_analysed(
    function: Callable[[Any], Any], n_trials: int, line: str
) -> None:
    with pytest.raises(InputError) as error:
        trials_from_optuna(*optimise(function, n_trials))
    assert str(error.value).startswith(f"Optuna study s: {line}")
    assert "\n" not in str(error.value)


def test_an_objective_that_does_not_exist() -> None:
    with pytest.raises(InputError) as error:
        trials_from_optuna(*optimise(objective, 30), objective=1)
    assert str(error.value) == (
        "Optuna study s: objective 1 does not exist; it has 1, counted from 0"
    )


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError) as error:
        trials_from_optuna("sqlite:///x.db", "s")
    assert str(error.value) == (
        "trials of an Optuna study: optuna is not installed; pip install 'hsic_hpo[optuna]'"
    )


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_metric_names_are_those_of_the_study() -> None:
    study = optuna.create_study(
        directions=["minimize", "maximize"], sampler=optuna.samplers.RandomSampler(seed=0)
    )
    study.set_metric_names(["seconds", "accuracy"])
    study.optimize(lambda t: (1.0, t.suggest_float("x", 0, 1)), n_trials=40)
    taken = trials_from_optuna(study, objective=1)
    assert (taken.attrs["metric"], taken.attrs["direction"]) == ("accuracy", "maximise")
    turned = trials_from_optuna(study, objective=1, maximise=False)
    np.testing.assert_array_equal(trials_data.error(turned), -trials_data.error(taken))
    assert notes(turned) == ["The study says that more accuracy is better; taken: less."]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_an_accuracy_that_the_study_minimises_is_noted() -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.set_metric_names(["accuracy"])
    study.optimize(lambda t: t.suggest_float("x", 0, 1), n_trials=40)
    assert notes(trials_from_optuna(study)) == ["The study says that less accuracy is better."]


def cut(trial: Any) -> float:
    x = trial.suggest_float("x", 1e-3, 1, log=True)
    layers = trial.suggest_int("layers", 1, 4)
    if trial.number % 10 == 3:
        raise optuna.TrialPruned
    if trial.number % 10 == 7:
        raise ValueError
    dropout = trial.suggest_float("dropout", 0, 0.5, step=0.1)
    trial.report(x, 0)
    if trial.number % 10 == 5:
        raise optuna.TrialPruned
    return abs(math.log10(x) + 1) + 0.1 * layers + dropout


def test_a_study_and_the_table_that_optuna_writes_of_it_give_the_same_indices(
    tmp_path: Path,
) -> None:
    storage, name = optimise(cut, 80)
    study = optuna.load_study(study_name=name, storage=storage)
    study.ask()
    by_study = trials_from_optuna(study)
    study.trials_dataframe().to_csv(tmp_path / "study.csv")
    space = trials_data.space(by_study)
    for table in (study.trials_dataframe(), None):
        by_table = (
            trials_from_frame(table, space, error="value")
            if table is not None
            else trials_from_table(tmp_path / "study.csv", space, error="value")
        )
        found, expected = (
            analyse(one.assign_attrs(costs="[]"), SETTINGS) for one in (by_table, by_study)
        )
        xr.testing.assert_identical(found.drop_attrs(deep=False), expected.drop_attrs(deep=False))
        assert notes(by_table) == notes(by_study)
    assert notes(by_study) == [
        "Left out: 8 pruned before all hyperparameters had values, 8 failed before all "
        "hyperparameters had values, 1 running.",
        "Without an error, ranked worst: 8 pruned.",
    ]


def test_a_trial_outside_of_its_range_is_left_out_and_counted() -> None:
    study = optuna.create_study(study_name="s", sampler=optuna.samplers.RandomSampler(seed=0))
    study.enqueue_trial({"x": 5.0, "n": 64})
    study.enqueue_trial({"x": 0.5, "n": 100})
    study.enqueue_trial({"x": 0.5, "n": 128})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(
            lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 64, 256, step=64), 50
        )
    taken = trials_from_optuna(study)
    assert taken.sizes["trial"] == 48
    assert notes(taken) == [
        "3 trials were enqueued and count as the others, where in range.",
        "Left out: 2 trials that do not fit the space: trial 0: x is 5.0; allowed: numbers from "
        "0 to 1; trial 1: n is 100; allowed: 64 to 256 in steps of 64.",
    ]
    assert taken.attrs["drawn"] == "random"


def test_a_parameter_of_failed_trials_alone_is_left_out() -> None:
    def function(trial: Any) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.suggest_categorical("kind", ["a", "b", "c"]) == "c":
            trial.suggest_float("gamma", 0, 1)
            raise ValueError
        return x

    taken = trials_from_optuna(*optimise(function, 80))
    assert trials_data.space(taken).names == ["x", "kind"]
    assert notes(taken)[0] == "gamma is left out: only trials without an error have it."
    kind = hyperparameter_values(taken, "kind")
    np.testing.assert_array_equal(np.isinf(trials_data.error(taken)), kind == "c")


def test_a_range_that_changed_is_joined_or_part_of_the_trials_taken() -> None:
    def function(trial: Any) -> float:
        width = 1.0 if trial.number < 40 else 2.0
        return trial.suggest_float("x", 0, width) + trial.suggest_int(
            "n", 1, 4 + trial.number // 40
        )

    storage, name = optimise(function, 80)
    taken = trials_from_optuna(storage, name)
    space = trials_data.space(taken).to_dict()
    assert space["x"]["range"] == [0.0, 2.0]
    assert space["n"]["range"] == [1, 5]
    assert notes(taken) == [
        "The range of x changed between trials (0 to 1, 0 to 2): all of it counts, 0 to 2.",
        "The range of n changed between trials (1 to 4, 1 to 5): all of it counts, 1 to 5.",
    ]
    assert taken.attrs["drawn"] == "adaptive"
    late = trials_from_optuna(storage, name, rows="40:")
    assert late.sizes["trial"] == 40
    assert notes(late) == []
    early = trials_from_optuna(storage, name, rows=":40")
    assert trials_data.space(early)["x"].definition["range"] == [0.0, 1.0]


def test_a_range_that_depends_on_another_parameter_is_joined() -> None:
    def function(trial: Any) -> float:
        top = trial.suggest_int("top", 2, 9)
        return float(trial.suggest_int("n", 1, top))

    taken = trials_from_optuna(*optimise(function, 80))
    assert trials_data.space(taken)["n"].definition["range"] == [1, 9]
    (note,) = (note for note in notes(taken) if note.startswith("The range of n changed"))
    assert note.endswith(", ...): all of it counts, 1 to 9.")


def test_configurations_that_repeat_by_design_are_merged() -> None:
    def function(trial: Any) -> float:
        layers = trial.suggest_int("layers", 1, 4)
        dropout = trial.suggest_float("dropout", 0, 0.5, step=0.1)
        trial.suggest_categorical("batch_size", [32, 64, 128])
        return layers + 6 * dropout

    taken = trials_from_optuna(*optimise(function, 120))
    n = len({str(one) for one in trials_data.configurations(taken)})
    assert taken.sizes["trial"] == n < 70
    assert notes(taken) == [
        f"120 trials are of {n} configurations: those of one have the same error and are merged."
    ]
    found = analyse(taken, SETTINGS).sel(group="all", target="error", subset="best")["hsic"]
    index = found.to_series()
    assert min(index["layers"], index["dropout"]) > 3 * index["batch_size"]


def test_steps_are_ordered_and_found_by_their_order() -> None:
    def function(trial: Any) -> float:
        units = trial.suggest_int("units", 64, 1024, step=64)
        trial.suggest_float("z", 0, 1)
        return -units / 512 + math.sin(1e4 * trial.number)

    taken = trials_from_optuna(*optimise(function, 100))
    levels = {"units": {"type": "integer", "levels": list(range(64, 1025, 64))}}
    unordered = {"units": {"type": "categorical", "levels": list(range(64, 1025, 64))}}
    rest = {"z": {"type": "float", "range": [0, 1]}}
    frame = pd.DataFrame(trials_data.configurations(taken)).assign(e=trials_data.error(taken))
    indices = [
        analyse(one, SETTINGS).sel(
            group="all", target="error", subset="best", hyperparameter="units"
        )
        for one in (
            taken,
            trials_from_frame(frame, levels | rest, error="e"),
            trials_from_frame(frame, unordered | rest, error="e"),
        )
    ]
    assert indices[0]["hsic"].item() == indices[1]["hsic"].item()
    assert indices[0]["p_value"].item() < 0.05
    assert indices[0]["p_value"].item() < indices[2]["p_value"].item()
