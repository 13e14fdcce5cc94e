"""Which sampler drew trials is told where Optuna's own marks, or a study in memory, tell it."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.interop.optuna_study import trials_from_optuna
from hsic_hpo.trials.drawn import drawn_by, how_drawn

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")


def objective(trial: Any) -> float:
    return trial.suggest_float("x", 0, 1) ** 2 + trial.suggest_float("y", 0, 1)


def study(sampler: Any, storage: Any = None) -> Any:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    made = optuna.create_study(sampler=sampler, storage=storage)
    made.optimize(objective, n_trials=36)
    return made


SAMPLERS = {
    "TPESampler": lambda: optuna.samplers.TPESampler(seed=0, multivariate=True),
    "NSGAIISampler": lambda: optuna.samplers.NSGAIISampler(seed=0, population_size=10),
    "NSGAIIISampler": lambda: optuna.samplers.NSGAIIISampler(seed=0, population_size=10),
}


def journal(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_storage_tells_an_adaptive_sampler(name: str, tmp_path: Path) -> None:
    study(SAMPLERS[name](), journal(tmp_path / "log"))
    trials = trials_from_optuna(tmp_path / "log")
    assert (how_drawn(trials), drawn_by(trials)) == ("adaptive", f"Optuna's {name}")


def test_a_grid_looks_at_no_errors(tmp_path: Path) -> None:
    values = [i / 5 for i in range(6)]
    grid = optuna.samplers.GridSampler({"x": values, "y": values}, seed=0)
    study(grid, journal(tmp_path / "log"))
    trials = trials_from_optuna(tmp_path / "log")
    assert (how_drawn(trials), drawn_by(trials)) == ("random", "Optuna's GridSampler")


def test_of_a_storage_without_marks_it_is_unknown(tmp_path: Path) -> None:
    storage = journal(tmp_path / "log")
    made = study(optuna.samplers.RandomSampler(seed=0), storage)
    # The sampler of a study that was loaded is Optuna's default, whatever drew the trials.
    loaded = optuna.load_study(study_name=made.study_name, storage=storage)
    for given in (tmp_path / "log", made, loaded):
        trials = trials_from_optuna(given)
        assert (how_drawn(trials), drawn_by(trials)) == ("unknown", "")


@pytest.mark.parametrize(("name", "way"), [("RandomSampler", "random"), ("TPESampler", "adaptive")])
def test_a_study_in_memory_has_the_sampler_that_drew_its_trials(name: str, way: str) -> None:
    trials = trials_from_optuna(study(getattr(optuna.samplers, name)(seed=0)))
    assert (how_drawn(trials), drawn_by(trials)) == (way, f"Optuna's {name}")


def test_of_trials_that_were_added_it_is_unknown() -> None:
    made = optuna.create_study()
    space = {"x": optuna.distributions.FloatDistribution(0, 1)}
    for i in range(40):
        made.add_trial(
            optuna.trial.create_trial(params={"x": i / 40}, distributions=space, value=float(i))
        )
    trials = trials_from_optuna(made)
    assert (how_drawn(trials), drawn_by(trials)) == ("unknown", "")
