"""Bayesian optimisation: it learns, its batches spread, its costs stay below the ceiling."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from hsic_hpo.search import gpbo
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.surrogate import process as surrogate

BOWL = {
    "kind": {"type": "categorical", "levels": ["a", "b", "c"]},
    "x": {"type": "float", "range": [0.0, 1.0]},
    "y": {"type": "float", "range": [1e-4, 1.0], "scale": "log"},
    "z": {"type": "integer", "range": [1, 20], "when": {"kind": {"in": ["b", "c"]}}},
}


def bowl(c: dict[str, Any]) -> float:
    """Least at kind b, x = 0.3, y = 0.01, z = 15, where it is 1e-3."""
    away = (c["x"] - 0.3) ** 2 + (np.log10(c["y"] / 0.01) / 4) ** 2
    return 1e-3 + away + ((c.get("z", 5) - 15) / 20) ** 2 + 0.2 * (c["kind"] != "b")


def start(n: int = 12, seed: int = 0) -> list[dict[str, Any]]:
    space = Space.from_dict(BOWL)
    return space.configurations(sample(space, n, seed))


def propose(
    known: list[dict[str, Any]],
    n: int = 4,
    *,
    error: Callable[[dict[str, Any]], float] = bowl,
    cost: Callable[[dict[str, Any]], float] = lambda _: 1.0,
    changes: dict[str, Any] | None = None,
    seed: int = 1,
    ceiling: float = np.inf,
) -> list[dict[str, Any]]:
    return gpbo.propose_by_improvement(
        Subspace.of(Space.from_dict(BOWL), changes or {}),
        known,
        np.array([error(c) for c in known]),
        np.array([cost(c) for c in known]),
        n,
        seed=seed,
        ceiling=ceiling,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_it_finds_what_random_search_does_not(seed: int) -> None:
    known = start(12, seed)
    for number in range(6):
        known += propose(known, seed=100 * seed + number)
    drawn = sorted(map(bowl, start(20 * len(known), seed + 10)))
    # Better than the best of twenty times as many random configurations.
    assert min(map(bowl, known)) < drawn[0]


def test_a_batch_spreads() -> None:
    """The best candidates by the first expected improvement lie three times as near, 0.03."""
    nearest = []
    for seed in range(5):
        batch = propose(start(30, seed), 6)
        nearest.append(pdist(surrogate.features(Space.from_dict(BOWL), batch)).min())
    assert np.mean(nearest) > 0.07


def test_a_batch_is_distinct_where_nothing_seems_to_improve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gpbo, "expected_improvement", lambda gains, _: np.zeros(len(gains)))
    assert len({json.dumps(c) for c in propose(start(10), 5)}) == 5


def test_the_first_of_a_batch_does_not_depend_on_its_size() -> None:
    known = start(30)
    assert propose(known, 1) == propose(known, 5)[:1]


def test_what_is_fixed_stays_though_trials_differ_there() -> None:
    for configuration in propose(start(30), 5, changes={"x": 0.9, "kind": "c"}):
        assert (configuration["x"], configuration["kind"]) == (0.9, "c")
        assert "z" in configuration


def test_the_surrogate_learns_from_trials_outside_the_part_that_is_searched() -> None:
    """All trials lie outside; the proposals are good all the same."""
    known = [c for c in start(150) if c["x"] < 0.5]
    batch = propose(known, 3, changes={"x": {"range": [0.5, 1.0]}, "kind": "b"})
    good = np.array([[np.log10(c["y"]), c["z"]] for c in batch])
    assert np.abs(good[:, 0] + 2).max() < 1
    assert np.abs(good[:, 1] - 15).max() < 6
    assert max(c["x"] for c in batch) < 0.7


def cost(c: dict[str, Any]) -> float:
    """The best errors, at x = 0.3, cost most."""
    return float(10 ** (6 - 4 * abs(c["x"] - 0.3)))


def test_proposals_keep_below_the_ceiling() -> None:
    ceiling = 10**4.8
    batch = propose(start(60), 8, cost=cost, ceiling=ceiling)
    assert len(batch) == 8
    assert max(map(cost, batch)) <= 1.1 * ceiling
    assert min(map(cost, propose(start(60), 8, cost=cost))) > ceiling


def test_a_small_corner_below_the_ceiling_is_searched_from_its_best_trials() -> None:
    """Random candidates hardly ever lie in it."""
    corner = {"kind": "a", "x": 0.005, "y": 1.1e-4}

    def dear(c: dict[str, Any]) -> float:
        return float(10 ** (3 * c["x"] + np.log10(c["y"]) + (0 if c["kind"] == "a" else 3)))

    known = start(40) + [corner | {"x": 0.002 * i} for i in range(12)]
    ceiling = 1.3 * dear(corner)
    batch = propose(known, 8, cost=dear, ceiling=ceiling)
    assert len(batch) == 8
    assert max(map(dear, batch)) <= 1.2 * ceiling


def test_improvement_counts_from_the_best_trial_below_the_ceiling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, seen = start(60), []
    improvement = gpbo._Improvement

    def recorded(best: float) -> Any:
        seen.append(best)
        return improvement(best)

    monkeypatch.setattr(gpbo, "_Improvement", recorded)
    propose(known, 1, cost=cost)
    propose(known, 1, cost=cost, ceiling=10**4.8)
    cheap = [bowl(c) for c in known if cost(c) <= 10**4.8]
    assert seen == pytest.approx([np.log(min(map(bowl, known))), np.log(min(cheap))])
    assert seen[0] < seen[1]


def test_trials_without_cost_do_not_spoil_the_prediction() -> None:
    known = start(60)
    free = {json.dumps(c) for c in known[::6]}
    batch = propose(
        known, 4, cost=lambda c: 0.0 if json.dumps(c) in free else cost(c), ceiling=10**4.8
    )
    assert max(map(cost, batch)) <= 1.1 * 10**4.8


def test_a_ceiling_below_everything_leaves_nothing() -> None:
    assert propose(start(60), 8, cost=cost, ceiling=1.0) == []


def test_without_known_costs_a_ceiling_does_not_hold() -> None:
    assert len(propose(start(20), 3, cost=lambda _: np.inf, ceiling=10.0)) == 3


def test_costs_that_are_unknown_in_some_trials_are_left_out() -> None:
    known = start(60)
    unknown = {json.dumps(c) for c in known[::3]}
    partly = propose(
        known,
        4,
        cost=lambda c: np.inf if json.dumps(c) in unknown else cost(c),
        ceiling=10**4.8,
    )
    assert max(map(cost, partly)) <= 1.1 * 10**4.8


def test_unbounded_laws_give_finite_values() -> None:
    spec = {
        "x": {"type": "float", "distribution": {"name": "norm"}},
        "w": {"type": "float", "distribution": {"name": "expon"}},
    }
    space = Space.from_dict(spec)
    known = space.configurations(sample(space, 10, 0))
    # Rewards going to the ends.
    errors = np.array([np.exp(-abs(c["x"]) - c["w"]) for c in known])
    for number in range(3):
        new = gpbo.propose_by_improvement(
            Subspace.of(space, {}), known, errors, errors * 0, 5, seed=number
        )
        values = np.array([[c["x"], c["w"]] for c in new])
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 10
        known += new
        errors = np.append(errors, np.exp(-np.abs(values[:, 0]) - values[:, 1]))


def test_candidates_hold_the_best_trials_and_their_neighbours() -> None:
    space = Space.from_dict(BOWL)
    known = start(40)
    errors = np.array([bowl(c) for c in known])
    drawn = gpbo.candidates(Subspace.of(space, {}), known, errors, np.random.default_rng(0))
    assert len({json.dumps(c) for c in drawn}) == len(drawn)
    best = known[int(np.argmin(errors))]
    near = [
        c
        for c in drawn
        if c["kind"] == best["kind"] and c["y"] == pytest.approx(best["y"], rel=1e-12)
    ]
    assert len(near) > 20
    for configuration in drawn:
        space.check_configuration(configuration, "candidate")


def test_the_best_trial_as_far_as_it_is_left_is_a_candidate() -> None:
    spec = {"n": {"type": "integer", "range": [1, 9]}, "m": {"type": "integer", "range": [1, 999]}}
    part = Subspace.of(Space.from_dict(spec), {"n": {"range": [1, 4]}})
    drawn = gpbo.candidates(part, [{"n": 8, "m": 77}], np.ones(1), np.random.default_rng(0))
    assert {"n": 4, "m": 77} in drawn


@given(st.lists(st.floats(0, 1) | st.just(np.inf), min_size=1, max_size=60), st.integers(3, 20))
def test_representative_trials(errors: list[float], largest: int) -> None:
    values = np.array(errors)
    kept = gpbo.representative(values, largest)
    assert len(kept) == min(largest, len(values))
    assert (np.diff(kept) > 0).all()
    ranked = np.sort(values)
    half = len(values) if len(values) <= largest else largest // 2
    np.testing.assert_array_equal(np.sort(values[kept])[:half], ranked[:half])
    assert values[kept].max() == ranked[-1]


def test_many_trials_are_fitted_by_the_better_half_and_even_ranks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gpbo, "LARGEST_FIT", 20)
    known = start(120)
    batch = propose(known, 3)
    assert len(batch) == 3
    assert np.mean([bowl(c) for c in batch]) < np.quantile([bowl(c) for c in known], 0.2)


def test_costs_below_0_are_predicted_as_they_are() -> None:
    x = np.random.default_rng(0).random((30, 1))
    z = np.array([[0.1], [0.5], [0.9]])
    for shift in (-3.0, -1.0):
        predict = gpbo.cost_prediction(x, 2 * x[:, 0] + shift, 0)
        np.testing.assert_allclose(predict(z), 2 * z[:, 0] + shift, atol=0.05)
