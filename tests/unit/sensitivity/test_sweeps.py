"""Range sweeps against the index of the restricted trials computed directly."""

import numpy as np
import pytest
import xarray as xr

from dense_hsic import asymptotic_p_value, gaussian
from hsic_hpo.indices.gaussian_kernel import MEDIAN_BANDWIDTH
from hsic_hpo.indices.hsic import hsic
from hsic_hpo.sensitivity.sweeps import range_sweeps
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import select_goal, target_values
from hsic_hpo.trials.variables import hyperparameter_values
from small_search import SETTINGS, search

SPEC = {
    "n_layers": {"type": "integer", "range": [1, 10]},
    "n_units": {"type": "integer", "range": [8, 256], "scale": "log"},
    "rate": {"type": "float", "range": [0.0, 1.0]},
    "kind": {"type": "categorical", "levels": ["a", "b"]},
}
SPACE = Space.from_dict(SPEC)


def too_few_layers(configuration: dict) -> float:
    """Networks of at least four layers are alike; shallower ones are worse."""
    noise = np.random.default_rng(int(1e9 * configuration["rate"])).random()
    return max(0, 4 - configuration["n_layers"]) + noise


def swept(trials: xr.Dataset) -> xr.Dataset:
    """Sweep as the analysis does."""
    goal = select_goal(target_values(trials, "error"), SETTINGS.goal_fraction, "best")
    return range_sweeps(
        trials,
        SPACE,
        goal.reached,
        n_points=SETTINGS.sweep_points,
        bandwidth=SETTINGS.bandwidth,
        significance=SETTINGS.significance,
        min_successes=SETTINGS.min_successes,
    )


TRIALS = search(1000, spec=SPEC, error=too_few_layers)
SWEEPS = swept(TRIALS)


def test_ordered_hyperparameters_are_swept() -> None:
    assert list(SWEEPS["sweep"].values) == ["n_layers", "n_units", "rate"]
    assert SWEEPS.sizes == {"sweep": 3, "end": 2, "point": 8}


@pytest.mark.parametrize("name", ["n_layers", "n_units", "rate"])
@pytest.mark.parametrize("end", ["lower", "upper"])
def test_each_range_equals_the_index_of_its_trials(name: str, end: str) -> None:
    error = trials_data.error(TRIALS)
    z = error <= np.sort(error)[99]
    u = TRIALS["u"].sel(hyperparameter=name).values
    sweep = SWEEPS.sel(sweep=name, end=end)
    compared = 0
    for point in range(8):
        cut, value = float(sweep["sweep_u"][point]), float(sweep["sweep_value"][point])
        values = hyperparameter_values(TRIALS, name)
        inside = values >= value if end == "lower" else values <= value
        restricted = (u - cut) / (1 - cut) if end == "lower" else u / cut
        assert int(sweep["sweep_n"][point]) == inside.sum()
        assert int(sweep["sweep_m"][point]) == z[inside].sum()
        if z[inside].sum() >= 5:
            expected = hsic(restricted[inside, None], z[inside])[0]
            assert float(sweep["sweep_hsic"][point]) == pytest.approx(expected, abs=1e-12)
            compared += 1
        else:
            assert np.isnan(sweep["sweep_hsic"][point])
    assert compared >= 5


def test_p_values_agree_with_those_of_the_trials_themselves() -> None:
    error = trials_data.error(TRIALS)
    z = error <= np.sort(error)[99]
    kernels = [gaussian(u, MEDIAN_BANDWIDTH) for u in TRIALS["u"].values[:, :3].T]
    expected = [asymptotic_p_value(kernel, z) for kernel in kernels]
    found = SWEEPS["sweep_p_value"].sel(end="lower", point=0)
    np.testing.assert_allclose(found, expected, rtol=0.2, atol=1e-4)


def test_the_index_exceeds_its_noise_floor_where_its_p_value_is_small() -> None:
    defined = np.isfinite(SWEEPS["sweep_hsic"].values)
    above = SWEEPS["sweep_hsic"].values > SWEEPS["sweep_noise_floor"].values
    np.testing.assert_array_equal(above[defined], (SWEEPS["sweep_p_value"].values < 0.05)[defined])


def test_the_choice_is_the_cheapest_value_from_which_on_nothing_changes() -> None:
    choice = SWEEPS["sweep_choice"]
    assert float(choice.sel(sweep="n_layers", end="lower")) == pytest.approx(4, abs=1)
    assert float(choice.sel(sweep="rate", end="lower")) == 0.0
    assert float(choice.sel(sweep="rate", end="upper")) == 1.0


def test_no_error_gives_no_sweep() -> None:
    sweeps = swept(search(50, spec=SPEC, error=lambda c: None))
    assert np.isnan(sweeps["sweep_hsic"]).all()
    assert np.isnan(sweeps["sweep_choice"]).all()
