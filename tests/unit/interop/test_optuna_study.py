"""Optuna studies as Optuna has them: distributions, conditions, failed and pruned trials."""

import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.optuna_study import trials_from_optuna
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
    assert taken.attrs["error_name"] == "minus value 1"


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
            lambda trial: trial.suggest_float("x", 0, 1 + trial.number % 2),
            40,
            "x has different distributions in different trials",
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


def test_a_storage_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_text("not a database")
    with pytest.raises(InputError, match="not a readable Optuna storage") as error:
        trials_from_optuna(f"sqlite:///{path}", "s")
    assert "\n" not in str(error.value)


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError) as error:
        trials_from_optuna("sqlite:///x.db", "s")
    assert str(error.value) == (
        "trials of an Optuna study: optuna is not installed; pip install 'hsic_hpo[optuna]'"
    )
