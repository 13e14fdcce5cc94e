"""Situations that people report, each with the numbers that it must give."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.interop.optuna_study import trials_from_optuna
from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.trials import dataset as trials_data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

CASES = Path(__file__).parent / "cases"
UNIT = FloatDistribution(0.0, 1.0)
RATE, COUNT = FloatDistribution(1e-5, 1e-1, log=True), IntDistribution(1, 20)


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(CASES / f"{name}.csv")


def study(frame: pd.DataFrame, distributions: Mapping[str, Any]) -> Any:
    """Return a table as a study of Optuna, values outside of their distributions as well."""
    made = optuna.create_study(study_name="s")
    for row in frame.to_dict("records"):
        trial = optuna.trial.FrozenTrial(
            number=0,
            state=optuna.trial.TrialState.COMPLETE,
            value=row["value"],
            datetime_start=None,
            datetime_complete=None,
            params={name: row[name] for name in distributions},
            distributions=dict(distributions),
            user_attrs={},
            system_attrs={},
            intermediate_values={},
            trial_id=0,
        )
        made._storage.create_new_trial(made._study_id, template_trial=trial)
    return made


def explained(trials: xr.Dataset) -> pd.DataFrame:
    found = analyse(trials, AnalysisSettings(sweep_points=2))
    best = found.sel(group="all", target="error", subset="best")
    return best[["hsic", "p_value", "p_value_adjusted"]].to_dataframe()


def test_steps_of_an_integer_are_ordered() -> None:
    units = {"units": IntDistribution(64, 1024, step=64), "z": UNIT}
    by_study = explained(trials_from_optuna(study(table("step"), units)))
    assert by_study.loc["units", "p_value"] == pytest.approx(0.008, abs=0.003)
    levels = {"type": "integer", "levels": list(range(64, 1025, 64))}
    spec = {"units": levels, "z": {"type": "float", "range": [0, 1]}}
    by_table = explained(trials_from_frame(table("step"), spec, error="value"))
    pd.testing.assert_frame_equal(by_study, by_table)


def test_duplicates_of_a_small_space_are_merged() -> None:
    small = {
        "batch_size": CategoricalDistribution([32, 64, 128]),
        "layers": IntDistribution(1, 4),
        "dropout": FloatDistribution(0.0, 0.5, step=0.1),
    }
    trials = trials_from_optuna(study(table("dup"), small))
    assert trials.attrs["notes"] == (
        "120 trials are of 58 configurations: those of one have the same error and are merged."
    )
    found = explained(trials)
    alike = found.loc[["layers", "dropout"], "hsic"]
    assert alike.max() < 2 * alike.min()
    assert alike.min() > 5 * found.loc["batch_size", "hsic"]
    assert (found.loc[["layers", "dropout"], "p_value_adjusted"] <= 0.05).all()
    assert found.loc["batch_size", "p_value_adjusted"] > 0.05


@pytest.mark.parametrize(
    ("rate", "count"),
    [("lr", "epochs"), ("optim/lr", "model/width"), ("config/lr", "config/width"), ("u", "trial")],
)
def test_hyperparameters_are_analysed_under_their_names(rate: str, count: str) -> None:
    frame = table("epochs").rename(columns={"lr": rate, "epochs": count})
    trials = trials_from_optuna(study(frame, {rate: RATE, count: COUNT}))
    found = explained(trials)
    assert set(found.index) == {rate, count}
    assert found.loc[rate, "p_value"] == pytest.approx(0.002, abs=0.002)
    assert found.loc[count, "p_value"] == pytest.approx(0.005, abs=0.003)
    spec = {
        rate: {"type": "float", "range": [1e-5, 1e-1], "scale": "log"},
        count: {"type": "integer", "range": [1, 20]},
    }
    by_table = explained(trials_from_frame(frame, spec, error="value"))
    pd.testing.assert_frame_equal(by_table.loc[found.index], found)


def test_an_enqueued_baseline_outside_of_the_range_is_left_out() -> None:
    trials = trials_from_optuna(study(table("enq"), {"x": UNIT, "y": UNIT}))
    assert trials.attrs["notes"] == (
        "Left out: 1 trial that does not fit the space: trial 0: x is 5.0; allowed: numbers from "
        "0 to 1."
    )
    np.testing.assert_array_equal(trials_data.error(trials), table("enq")["value"][1:])
    found = explained(trials)
    assert found.loc["x", "p_value_adjusted"] <= 0.01
    assert found.loc["y", "p_value_adjusted"] > 0.05
