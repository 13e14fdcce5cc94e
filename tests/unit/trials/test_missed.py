"""The chance that a stopped trial would have been among the best, against the truth."""

import json

import numpy as np
import pytest

from curved_search import curved, with_curves
from hsic_hpo.errors import InputError
from hsic_hpo.trials.dataset import error
from hsic_hpo.trials.halved import halved
from hsic_hpo.trials.missed import is_negligible, missed_by_halving, proposed_rungs
from hsic_hpo.trials.rungs import Rung, auto_rungs

RUNGS = (Rung(1, 0.4), Rung(2, 0.2))


def walks(n: int, step: float, seed: int) -> np.ndarray:
    """Return curves whose logarithm moves on alike for all: the law that the estimate supposes."""
    rng = np.random.default_rng(seed)
    steps = rng.standard_normal((n, 3)) * [1.0, step, step]
    return np.exp(steps.cumsum(axis=1))[:, None]


@pytest.mark.parametrize("step", [0.1, 0.4])
def test_where_all_move_alike_about_as_many_are_missed_as_expected(step):
    expected, missed, covered = [], [], []
    for seed in range(16):
        whole = with_curves(walks(300, step, seed), seed=seed, early_stopping=False)
        left = halved(whole, RUNGS)
        found = missed_by_halving(left, 0.1)
        best = np.argsort(error(whole), kind="stable")[:30]
        missed.append(int((left["rung"].values[best] > 0).sum()))
        expected.append(float(found["expected"]))
        covered.append(float(found["low"]) <= missed[-1] <= float(found["high"]))
    error_of_mean = np.std(np.subtract(expected, missed)) / 4
    # More are expected than missed: the best of those that went on are not all of the best, and
    # one that no other has shown the way may be among them.
    assert np.mean(missed) - 2 * error_of_mean < np.mean(expected)
    assert np.mean(expected) < 1.5 * np.mean(missed) + 0.3 + 2 * error_of_mean
    assert np.mean(covered) >= 0.9


def test_where_ranks_do_not_move_hardly_any_is_expected():
    still = np.exp(np.linspace(0, 3, 300))[:, None, None] * np.ones(3)
    found = missed_by_halving(halved(with_curves(still), RUNGS), 0.1)
    assert float(found["expected"]) < 0.3
    assert float(found["expected"]) > 0
    assert is_negligible(found)


def test_what_is_missed_is_counted_by_rung_and_by_trial():
    left = halved(curved(300), (Rung(2, 0.3), Rung(6, 0.15)))
    found = missed_by_halving(left, 0.1)
    assert found["stopped"].values.tolist() == [210, 45]
    assert found["compared"].values.tolist() == [300, 90]
    assert int(found["best"]) == 30
    chance = found["chance"].values
    assert np.isnan(chance).sum() == 45
    np.testing.assert_allclose(found["missed"].sum(), found["expected"])
    np.testing.assert_allclose(np.nansum(chance), found["expected"])
    assert float(found["low"]) <= float(found["expected"]) <= float(found["high"])


def test_the_estimate_is_the_same_in_other_units_and_each_time():
    whole = curved(200)
    in_percent = whole.assign(
        {name: whole[name] * 100 for name in ("validation_error", "learning_curve")}
    )
    first, again, other = (
        missed_by_halving(halved(one, RUNGS), 0.1) for one in (whole, whole, in_percent)
    )
    assert first.identical(again)
    assert float(other["expected"]) == pytest.approx(float(first["expected"]), abs=0.02)


def test_errors_may_be_negative():
    whole = curved(200)
    below = whole.assign({name: whole[name] - 5 for name in ("validation_error", "learning_curve")})
    assert np.isfinite(missed_by_halving(halved(below, RUNGS), 0.1)["expected"])


def test_early_rungs_that_mislead_are_noticed_and_later_ones_proposed():
    """Early on the width decides, at the end the rate."""
    whole = curved(300)
    found = missed_by_halving(halved(whole, (Rung(1, 0.3), Rung(2, 0.15))), 0.1)
    assert not is_negligible(found)
    proposed = proposed_rungs(found)
    usual = auto_rungs(300, 24, 0.1)
    assert [rung.epochs for rung in proposed] == [rung.epochs for rung in usual]
    assert all(new.keep >= old.keep for new, old in zip(proposed, usual, strict=True))


def test_a_search_that_was_not_halved_is_refused():
    with pytest.raises(InputError, match="no trial of this search was stopped"):
        missed_by_halving(curved(20), 0.1)


def test_rungs_that_stopped_no_one_miss_no_one():
    left = halved(curved(60), ()).assign_attrs(rungs=json.dumps([{"epochs": 20, "keep": 0.99}]))
    assert float(missed_by_halving(left, 0.1)["expected"]) == 0
