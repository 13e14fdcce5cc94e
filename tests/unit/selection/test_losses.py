"""Bounds on what parts of a space could cost, beside closed forms of what they do cost."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from hsic_hpo.selection.losses import Losses
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.history import History

SPACE = Space.from_dict(
    {
        "rate": {"type": "float", "range": [-1.0, 1.0]},
        "kind": {"type": "categorical", "levels": ["a", "b", "c"]},
        "n_layers": {"type": "integer", "range": [1, 4]},
        "drop": {"type": "boolean"},
        "drop_rate": {"type": "float", "range": [0.0, 0.5], "when": {"drop": True}},
        "idle": {"type": "float", "range": [0.0, 1.0]},
    }
)


def log_error(configuration: Mapping[str, Any], layers: float, drop: float) -> float:
    """Lowest, 0, at a rate of 0, kind a, four layers and no drop."""
    value = 3 * configuration["rate"] ** 2 + 0.4 * (configuration["kind"] != "a")
    value += layers * (4 - configuration["n_layers"]) / 3
    return value + (drop + configuration["drop_rate"] if configuration["drop"] else 0.0)


def study(n: int, seed: int, noise: float, layers: float, drop: float = 0.1) -> History:
    configurations = SPACE.configurations(sample(SPACE, n, seed))
    noisy = noise * np.random.default_rng(seed).standard_normal(n)
    errors = np.exp([log_error(c, layers, drop) for c in configurations] + noisy)
    return History(configurations, errors, np.ones(n))


def crowded(trials: History, seed: int, noise: float, layers: float, drop: float) -> History:
    """Add as many trials near the best, all of four layers, as an adaptive search leaves them."""
    more = study(len(trials), seed + 1000, 0.0, 0.0)
    near = [c | {"rate": c["rate"] / 10, "n_layers": 4} for c in more.configurations]
    noisy = noise * np.random.default_rng(seed + 1000).standard_normal(len(near))
    errors = np.exp([log_error(c, layers, drop) for c in near] + noisy)
    return History(
        [*trials.configurations, *near],
        np.concatenate([trials.errors, errors]),
        np.ones(len(trials) + len(near)),
    )


def bounds(trials: History, seed: int, *parts: Mapping[str, Any]) -> list[float]:
    losses = Losses.of(SPACE, trials, 0.95, seed)
    return [math.nan if losses is None else losses.worst(part) for part in parts]


def test_the_bound_holds_in_at_least_95_percent_of_studies() -> None:
    """Whether effects are large, small or absent, conditional ones and crowded trials included."""
    held = []
    for seed in range(36):
        layers, drop = [0.0, 0.05, 0.3][seed % 3], [0.0, 0.1][seed % 2]
        noise, crowds = [0.05, 0.3][seed // 18], seed % 4 == 0
        trials = study(50 if crowds else 70, seed, noise, layers, drop)
        if crowds:
            trials = crowded(trials, seed, noise, layers, drop)
        parts = {"n_layers": 1}, {"drop": True}, {"idle": 0.3}, {"n_layers": 2, "kind": "b"}
        truth = layers, drop, 0.0, 2 * layers / 3 + 0.4
        found = bounds(trials, seed, *parts)
        held += [worst >= math.expm1(t) for worst, t in zip(found, truth, strict=True)]
    assert np.mean(held) >= 0.95


DISCRETE = {
    "levels": {"type": "categorical", "levels": ["a", "b", "c", "d"]},
    "numbers": {"type": "integer", "range": [1, 8]},
}


@pytest.mark.parametrize("kind", DISCRETE)
def test_the_bound_holds_in_spaces_of_discrete_hyperparameters(kind: str) -> None:
    """The best of 300 trials is far from the best of ten hyperparameters."""
    space = Space.from_dict({f"h{i}": DISCRETE[kind] for i in range(10)})
    rng = np.random.default_rng(1)
    if kind == "levels":
        effects = [np.sort(rng.exponential(0.25, 4)) for _ in range(10)]
        effects[0] = np.array([0.0, 0.14, 0.14, 0.14])
    else:
        effects = [
            0.02 * (np.arange(8) - rng.integers(0, 8)) ** 2 * rng.uniform() for _ in range(10)
        ]
    effects = [effect - effect.min() for effect in effects]
    levels = list(space["h0"].levels)
    other = int(np.argsort(effects[0])[len(levels) // 2])
    held = []
    for seed in range(6):
        configurations = space.configurations(sample(space, 300, seed))
        noise = 0.02 * np.random.default_rng(seed).standard_normal(300)
        logs = [
            sum(effects[i][levels.index(one[f"h{i}"])] for i in range(10)) for one in configurations
        ]
        trials = History(configurations, np.exp(logs + noise), np.ones(300))
        losses = Losses.of(space, trials, 0.95, seed)
        assert losses is not None
        held.append(losses.worst({"h0": levels[other]}) >= math.expm1(effects[0][other]))
    assert all(held)


@pytest.mark.parametrize("seed", range(2))
def test_a_small_effect_in_300_noisy_trials_is_not_taken_for_none(seed: int) -> None:
    """One layer costs 8 % of the error, too little to be significant."""
    (worst,) = bounds(study(300, seed, 0.3, math.log(1.08)), seed, {"n_layers": 1})
    assert worst > 0.08


def test_what_has_no_effect_is_bounded_ever_closer_by_more_trials() -> None:
    few, many = (bounds(study(n, 1, 0.05, 0.3), 1, {"idle": 0.5})[0] for n in (40, 400))
    assert 0 <= many < 0.05
    assert many < few


def test_a_part_that_loses_nothing_costs_nothing() -> None:
    everything = {"n_layers": {"range": [1, 4], "scale": "linear"}}
    assert bounds(study(80, 0, 0.1, 0.3), 0, everything) == [0.0]


def test_the_same_trials_and_seed_give_the_same_bound() -> None:
    trials = study(60, 0, 0.1, 0.3)
    assert bounds(trials, 3, {"drop": False}) == bounds(trials, 3, {"drop": False})


@pytest.mark.parametrize("n", [20, 60])
def test_too_few_trials_or_noise_alone_allow_no_bound(n: int) -> None:
    trials = study(n, 0, 0.1, 0.3)
    noise = np.random.default_rng(0).random(n)
    assert Losses.of(SPACE, History(trials.configurations, noise, trials.costs), 0.95, 0) is None


def test_errors_too_large_for_a_model_allow_no_bound() -> None:
    trials = study(60, 0, 0.1, 0.3)
    largest = (trials.errors - trials.errors.mean()) * 1e306
    assert Losses.of(SPACE, History(trials.configurations, largest, trials.costs), 0.95, 0) is None


def test_errors_that_may_be_zero_prove_nothing() -> None:
    trials = study(80, 0, 0.05, 0.0)
    around_zero = History(trials.configurations, trials.errors - trials.errors.min(), trials.costs)
    (worst,) = bounds(around_zero, 0, {"kind": "b"})
    assert worst == math.inf
