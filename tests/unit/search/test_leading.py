"""What seems to decide so far: it is found where it is known, and nothing stands out by chance."""

import numpy as np

from hsic_hpo.search.leading import leading_space, relative_index
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.history import History
from small_search import SPACE, rule

WHOLE = Subspace.of(Space.from_dict(SPACE), {})


def test_without_dependence_the_index_is_one_on_average() -> None:
    """Over all permutations of the goal, exactly."""
    rng = np.random.default_rng(0)
    x = rng.random((6, 2))
    goals = [np.isin(np.arange(6), [i, j]).astype(float) for i in range(6) for j in range(i)]
    assert np.isclose(np.mean([relative_index(x, goal) for goal in goals]), 1)


def test_a_constant_says_nothing() -> None:
    assert relative_index(np.full((5, 1), 0.3), np.array([1.0, 0, 0, 1, 0])) == 0


def _history(n: int, seed: int) -> History:
    drawn = WHOLE.space.configurations(sample(WHOLE.space, n, seed))
    return History(drawn, np.array([rule(one) for one in drawn]), np.ones(n))


def test_what_decides_varies_and_the_rest_is_as_in_the_best_trial() -> None:
    for seed in range(5):
        finished = _history(40, seed)
        part = leading_space(WHOLE, finished)
        assert part.free is not None
        assert {"learning_rate", "optimizer"} <= set(part.free.names)
        best = finished.configurations[finished.best()]
        for name in {"n_layers", "n_units", "activation"} & set(part.fixed):
            assert part.fixed[name] == best[name]
        assert len(part.fixed) >= 2


def test_what_is_fixed_or_kept_to_a_range_stays_so() -> None:
    searched = Subspace.of(WHOLE.space, {"n_layers": 2, "learning_rate": {"range": [1e-3, 2e-2]}})
    part = leading_space(searched, _history(40, 0))
    assert part.fixed["n_layers"] == 2
    assert part.free is not None
    assert part.free["learning_rate"].law == searched.free["learning_rate"].law


def test_too_few_trials_say_nothing() -> None:
    assert leading_space(WHOLE, _history(9, 0)) is WHOLE
    failed = History(_history(40, 0).configurations, np.full(40, np.inf), np.ones(40))
    assert leading_space(WHOLE, failed) is WHOLE
