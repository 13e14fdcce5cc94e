"""Batches predict as scikit-learn's process does, conditioned anew for each choice."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor

from hsic_hpo.search.batches import choose_batch, predicted
from hsic_hpo.search.hypervolume import expected_improvement
from hsic_hpo.surrogate import process as surrogate
from hsic_hpo.surrogate.process import LEAST_NOISE, Process


class Recorded:
    """Expected improvement that keeps the predictions it was given."""

    def __init__(self, believed: float | None) -> None:
        self.seen: list[tuple[np.ndarray, np.ndarray]] = []
        self._believed = believed

    def gains(self, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        self.seen.append((means, deviations))
        return expected_improvement(-means, deviations)

    def believe(self, place: int, mean: float) -> float:
        return mean if self._believed is None else self._believed


def _conditioned(
    fitted: Process, x: np.ndarray, y: np.ndarray, noise: np.ndarray
) -> GaussianProcessRegressor:
    alpha = max(fitted.noise_, LEAST_NOISE) + noise
    kernel = fitted.kernel_.k1
    return GaussianProcessRegressor(kernel, alpha=alpha, optimizer=None, normalize_y=True).fit(x, y)


@pytest.mark.parametrize("believed", [None, -1.0])
@pytest.mark.parametrize("noisy", [False, True])
def test_each_choice_is_conditioned_on_those_before_it(believed: float | None, noisy: bool) -> None:
    rng = np.random.default_rng(1)
    x, z = rng.random((30, 3)), rng.random((40, 3))
    y = np.sin(4 * x[:, 0]) + x[:, 1] + 0.1 * rng.standard_normal(30)
    noise = np.full(30, 0.02 if noisy else 0.0)
    fitted = surrogate.fit(x, y, 0, noise)
    aim = Recorded(believed)
    chosen = choose_batch(fitted, x, y, z, 5, aim, noise)
    assert len(set(chosen)) == 5
    known = 0.02 / y.var() if noisy else 0.0
    for place, (means, deviations) in zip(chosen, aim.seen, strict=True):
        model = _conditioned(fitted, x, y, np.full(len(y), known))
        expected, spread = model.predict(z, return_std=True)
        np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(deviations, spread, rtol=1e-4, atol=1e-6)
        x = np.vstack([x, z[place]])
        y = np.append(y, means[place] if believed is None else believed)


def test_known_noise_is_not_followed() -> None:
    """A value far off, whose noise is known, leaves the prediction at its place as it was."""
    x = np.linspace(0, 1, 21)[:, None]
    y = np.sin(3 * x[:, 0])
    y[10] += 5
    noise = np.zeros(21)
    noise[10] = 100.0
    off = [
        abs(predicted(surrogate.fit(x, y, 0, known), x, y, x[[10]], known)[0] - np.sin(1.5))
        for known in (noise, np.zeros(21))
    ]
    assert off[0] < 0.1 < off[1]


def test_no_more_are_chosen_than_there_are() -> None:
    rng = np.random.default_rng(0)
    x, y, z = rng.random((8, 2)), rng.random(8), rng.random((3, 2))
    assert sorted(choose_batch(surrogate.fit(x, y, 0), x, y, z, 9, Recorded(None))) == [0, 1, 2]
