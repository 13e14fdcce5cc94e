"""What Optuna is told and asked: each law keeps its order and its values."""

import json
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from hsic_hpo.search import optuna_proposals, optuna_samplers
from hsic_hpo.search.optuna_samplers import Sampler
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space

LAWS: dict[str, tuple[dict[str, Any], optuna.distributions.BaseDistribution]] = {
    "float": ({"type": "float", "range": [0.1, 0.9]}, FloatDistribution(0.1, 0.9)),
    "log": (
        {"type": "float", "range": [1e-5, 1e-1], "scale": "log"},
        FloatDistribution(1e-5, 1e-1, log=True),
    ),
    "integer": ({"type": "integer", "range": [-2, 5]}, IntDistribution(-2, 5)),
    "log integer": (
        {"type": "integer", "range": [8, 512], "scale": "log"},
        IntDistribution(8, 512, log=True),
    ),
    "integer levels": ({"type": "integer", "levels": [8, 16, 64]}, IntDistribution(0, 2)),
    "float levels": ({"type": "float", "levels": [0.0, 0.3]}, IntDistribution(0, 1)),
    "boolean": ({"type": "boolean"}, CategoricalDistribution([False, True])),
    "categorical": (
        {"type": "categorical", "levels": [1, 2.5, "x"], "weights": [1, 2, 3]},
        CategoricalDistribution([1, 2.5, "x"]),
    ),
    "norm": (
        {"type": "float", "distribution": {"name": "norm", "loc": 1, "scale": 2}},
        FloatDistribution(1e-4, 1 - 1e-4),
    ),
}


def ask(
    space: Space,
    configurations: list[dict[str, Any]],
    errors: np.ndarray,
    costs: np.ndarray | None = None,
    n: int = 4,
    *,
    method: str = "tpe",
    seed: int = 0,
    **limit: Any,
) -> list[dict[str, Any]]:
    given = np.ones(len(errors)) if costs is None else costs
    return optuna_proposals.propose_by_sampler(
        space, configurations, errors, given, n, method=method, seed=seed, **limit
    )


class Recorder(optuna.samplers.RandomSampler):
    """Random proposals; keeps the study that it is asked in."""

    study: optuna.Study | None = None

    def before_trial(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        Recorder.study = study


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that gives the trials that Optuna knows once it has been asked."""
    recorder = Sampler(lambda seed, *_: Recorder(seed))
    monkeypatch.setitem(optuna_samplers.SAMPLERS, "recorder", recorder)

    def trials(*arguments: Any, **keywords: Any) -> list[optuna.trial.FrozenTrial]:
        ask(*arguments, **keywords, method="recorder")
        assert Recorder.study is not None
        return Recorder.study.get_trials(states=[optuna.trial.TrialState.COMPLETE])

    return trials


@pytest.mark.parametrize("law", LAWS)
def test_each_law_has_its_distribution(law: str, told: Any) -> None:
    definition, distribution = LAWS[law]
    space = Space.from_dict({"x": definition})
    configurations = space.configurations(sample(space, 20, 0))
    trials = told(space, configurations, np.arange(20.0))
    assert [trial.value for trial in trials] == list(range(20))
    assert all(trial.distributions == {"x": distribution} for trial in trials)


@pytest.mark.parametrize("law", LAWS)
def test_what_is_told_is_in_the_order_of_the_values(law: str, told: Any) -> None:
    definition, distribution = LAWS[law]
    space = Space.from_dict({"x": definition})
    configurations = space.configurations(sample(space, 50, 0))
    numbers = [
        distribution.to_internal_repr(trial.params["x"])
        for trial in told(space, configurations, np.zeros(50))
    ]
    places = [space["x"].interval(configuration["x"])[0] for configuration in configurations]
    order = np.argsort(places, kind="stable")
    ordered = np.array(numbers)[order]
    assert (np.diff(ordered) >= 0).all()
    assert len(set(numbers)) == len({json.dumps(c) for c in configurations})


@pytest.mark.parametrize("law", LAWS)
def test_proposals_are_values_of_their_own_type(law: str) -> None:
    space = Space.from_dict({"x": LAWS[law][0]})
    proposed = ask(space, [], np.array([]), n=30)
    kinds = {type(level) for level in space["x"].levels} or {float}
    for configuration in proposed:
        space.check_configuration(configuration, law)
        assert type(configuration["x"]) in kinds
        assert np.isfinite(configuration["x"]) if kinds == {float} else True
    if space["x"].is_discrete:
        assert len(proposed) == min(30, len(space["x"].levels))


def test_an_extreme_value_of_an_unbounded_law_can_be_told(told: Any) -> None:
    space = Space.from_dict({"x": LAWS["norm"][0]})
    trials = told(space, [{"x": 100.0}, {"x": -100.0}], np.zeros(2))
    assert [trial.params["x"] for trial in trials] == [1 - 1e-4, 1e-4]


def test_conditional_hyperparameters_are_told_where_they_exist(told: Any) -> None:
    space = Space.from_dict(
        {
            "flag": {"type": "boolean"},
            "n": {"type": "integer", "range": [1, 3], "when": {"flag": True}},
        }
    )
    trials = told(space, [{"flag": True, "n": 2}, {"flag": False}], np.array([1.0, 2.0]))
    assert [trial.params for trial in trials] == [{"flag": True, "n": 2}, {"flag": False}]


LINE = Space.from_dict({"x": {"type": "float", "range": [0.0, 1.0]}})


@pytest.mark.parametrize("method", ["tpe", "gp", "ctpe", "cgp"])
def test_proposals_go_to_the_lowest_error(method: str) -> None:
    configurations = [{"x": float(x)} for x in np.linspace(0, 1, 30)]
    errors = np.array([(c["x"] - 0.7) ** 2 for c in configurations])
    proposed = ask(LINE, configurations, errors, method=method, n=3)
    assert np.median([abs(c["x"] - 0.7) for c in proposed]) < 0.1


PLANE = Space.from_dict(
    {"x": {"type": "float", "range": [0.0, 1.0]}, "y": {"type": "float", "range": [0.0, 1.0]}}
)


@pytest.mark.parametrize("method", ["tpe", "gp", "nsga2", "motpe", "mogp"])
def test_costs_matter_to_methods_with_two_objectives(method: str) -> None:
    """Error falls with x, cost rises: half of the front is cheap."""
    configurations = PLANE.configurations(sample(PLANE, 20, 0))
    errors = np.array([1 - c["x"] + c["y"] for c in configurations])
    costs = np.array([c["x"] + c["y"] for c in configurations])
    arguments = (PLANE, configurations, errors)
    same = ask(*arguments, costs, n=3, method=method) == ask(
        *arguments, costs[::-1], n=3, method=method
    )
    assert same == (method in ("tpe", "gp"))


@pytest.mark.parametrize("method", ["ctpe", "cgp"])
def test_trials_above_the_limit_turn_proposals_away(method: str) -> None:
    """The error falls with x, up to where the cost, x too, exceeds the limit."""
    configurations = PLANE.configurations(sample(PLANE, 40, 0))
    x, y = (np.array([c[name] for c in configurations]) for name in "xy")
    for ceiling, low, high in ((np.inf, 0.75, 1.0), (0.5, 0.3, 0.55)):
        for seed in range(3):
            (proposed,) = ask(
                PLANE, configurations, 1.01 - x + y, x, 1, method=method, seed=seed, ceiling=ceiling
            )
            assert low < proposed["x"] <= high


@pytest.mark.parametrize("method", ["ctpe", "cgp"])
def test_what_is_known_to_cost_too_much_is_never_proposed(method: str) -> None:
    """All trials so far are affordable: nothing that the sampler is told says what costs more."""
    configurations = [c for c in PLANE.configurations(sample(PLANE, 60, 0)) if c["x"] <= 0.5]
    x, y = (np.array([c[name] for c in configurations]) for name in "xy")
    asked: list[float] = []

    def cost(configuration: dict[str, Any]) -> float:
        asked.append(configuration["x"])
        return asked[-1]

    proposed = ask(
        PLANE, configurations, 1.01 - x + y, x, 3, method=method, asks=3, ceiling=0.5, cost_of=cost
    )
    assert proposed
    assert max(c["x"] for c in proposed) <= 0.5 < max(asked)


@pytest.mark.parametrize("method", ["tpe", "gp"])
def test_conditional_hyperparameters_are_searched_too(method: str) -> None:
    """What exists in some configurations alone is not left to chance."""
    space = Space.from_dict(
        {
            "kind": {"type": "categorical", "levels": ["a", "b"]},
            "p": {"type": "float", "range": [0.0, 1.0], "when": {"kind": "a"}},
            "q": {"type": "float", "range": [0.0, 1.0], "when": {"kind": "b"}},
        }
    )
    configurations = space.configurations(sample(space, 60, 0))
    errors = np.array([(c.get("p", 1.0) - 0.2) ** 2 for c in configurations])
    proposed = [
        c
        for seed in range(4)
        for c in ask(space, configurations, errors, n=3, method=method, seed=seed)
    ]
    found = [c["p"] for c in proposed if "p" in c]
    assert len(found) > 6
    assert np.median(np.abs(np.array(found) - 0.2)) < 0.1


def _above_front(configurations: list[dict[str, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return errors and costs of ZDT1, whose front is error = 1 - sqrt(cost)."""
    x = np.array([list(c.values()) for c in configurations])
    rest = 1 + 9 * x[:, 1:].mean(axis=1)
    return rest - np.sqrt(rest * x[:, 0]), x[:, 0]


def test_nsga2_moves_towards_the_front_over_its_generations() -> None:
    space = Space.from_dict({f"x{i}": {"type": "float", "range": [0.0, 1.0]} for i in range(5)})
    known = space.configurations(sample(space, 10, 0))
    for seed in range(15):
        known += ask(space, known, *_above_front(known), n=10, method="nsga2", seed=seed)

    def distance(configurations: list[dict[str, float]]) -> float:
        errors, costs = _above_front(configurations)
        return float(np.median(errors - (1 - np.sqrt(costs))))

    random = space.configurations(sample(space, 500, 1))
    assert distance(known[-40:]) < 0.5 * distance(random)


def test_generations_are_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[int]] = []
    select = optuna.samplers.NSGAIISampler.select_parent

    def parents(self: Any, study: Any, generation: int) -> Any:
        found = select(self, study, generation)
        seen.append([generation, len(found)])
        return found

    monkeypatch.setattr(optuna.samplers.NSGAIISampler, "select_parent", parents)
    configurations = LINE.configurations(sample(LINE, 20, 0))
    ask(LINE, configurations, np.arange(20.0), n=5, method="nsga2")
    assert sorted(seen) == [[1, 5], [2, 5], [3, 5], [4, 5]]


def test_batches_of_one_make_generations_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    generations: list[int] = []
    assign = optuna.samplers.NSGAIISampler.get_trial_generation

    def assigned(self: Any, study: Any, trial: Any) -> int:
        generations.append(assign(self, study, trial))
        return generations[-1]

    monkeypatch.setattr(optuna.samplers.NSGAIISampler, "get_trial_generation", assigned)
    configurations = LINE.configurations(sample(LINE, 8, 0))
    ask(LINE, configurations, np.arange(8.0), n=1, method="nsga2")
    assert set(generations) == {4}
