"""One contract of proposals, for every method."""

import json
import sys
from typing import Any

import numpy as np
import pytest

import hsic_hpo.search
from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.search.propose import PROPOSERS, propose
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.spaces.subspace import Subspace
from hsic_hpo.trials.history import History
from small_search import SPACE, rule, search

pytestmark = pytest.mark.parametrize("method", PROPOSERS)

MIXED = Space.from_dict(
    SPACE
    | {
        "batch_size": {"type": "integer", "levels": [16, 32, 64]},
        "dropout": {"type": "float", "levels": [0.0, 0.3, 0.6]},
        "mixture": {"type": "categorical", "levels": [1, 2.5, "x"]},
        "offset": {"type": "float", "distribution": {"name": "norm", "scale": 2}},
    }
)
SMALL = Space.from_dict(
    {
        "flag": {"type": "boolean"},
        "kind": {"type": "categorical", "levels": ["a", "b"]},
        "n": {"type": "integer", "range": [1, 3], "when": {"flag": True}},
    }
)
ALL_SMALL = [{"flag": False, "kind": kind} for kind in "ab"] + [
    {"flag": True, "kind": kind, "n": n} for kind in "ab" for n in (1, 2, 3)
]


def texts(configurations: Any) -> set[str]:
    return {json.dumps(configuration) for configuration in configurations}


def finished(n: int = 12, space: Space = MIXED, *, bad: float = 0.0) -> History:
    """Finished trials, of which the fraction ``bad`` at the end diverged."""
    configurations = space.configurations(sample(space, n, 5))
    errors = np.array([rule(c) if "learning_rate" in c else len(c) for c in configurations])
    costs = np.array([2.0 * c.get("n_layers", 1) * c.get("n_units", 1) for c in configurations])
    lost = np.arange(n) >= n * (1 - bad)
    return History(configurations, np.where(lost, np.inf, errors), costs)


def ask(method: str, known: History, n: int = 2, *, seed: int = 3, space: Space = MIXED) -> Any:
    return propose(Subspace.of(space, {}), known, n, method=method, seed=seed)


def test_proposals_are_new_configurations_of_the_space(method: str) -> None:
    known = finished()
    proposed = ask(method, known)
    assert len(proposed) == len(texts(proposed)) == 2
    assert not texts(proposed) & texts(known.configurations)
    for configuration in proposed:
        MIXED.check_configuration(configuration, method)
        assert list(configuration) == [name for name in MIXED.names if name in configuration]
        assert np.isfinite([v for v in configuration.values() if isinstance(v, float)]).all()


def test_the_seed_and_the_trials_decide_the_proposals(method: str) -> None:
    known = finished()
    assert ask(method, known) == ask(method, known)
    assert ask(method, known) != ask(method, known, seed=4)


def test_the_first_round_needs_no_trials(method: str) -> None:
    assert len(ask(method, History([], np.array([]), np.array([])))) == 2


def test_one_trial_is_enough(method: str) -> None:
    assert len(ask(method, finished(1))) == 2


def test_some_bad_trials_are_told(method: str) -> None:
    assert len(ask(method, finished(bad=0.4))) == 2


def test_trials_may_all_be_bad(method: str) -> None:
    assert len(ask(method, finished(bad=1.0))) == 2


def test_trials_that_failed_before_their_cost_was_known(method: str) -> None:
    known = finished(bad=0.3)
    costs = np.where(np.isfinite(known.errors), known.costs, np.inf)
    assert len(ask(method, History(known.configurations, known.errors, costs))) == 2


@pytest.mark.parametrize("n_known", [5, 7])
def test_a_small_space_runs_out(method: str, n_known: int) -> None:
    known = History(ALL_SMALL[:n_known], np.arange(n_known) + 1.0, np.ones(n_known))
    proposed = ask(method, known, 6, space=SMALL)
    assert texts(proposed) == texts(ALL_SMALL[n_known:])


def test_a_space_that_is_exhausted_gives_nothing(method: str) -> None:
    known = History(ALL_SMALL, np.arange(8) + 1.0, np.ones(8))
    assert ask(method, known, 3, space=SMALL) == []


def test_bad_trials_are_avoided(method: str) -> None:
    """Everything with a large x diverged: methods that learn keep away from it."""
    space = Space.from_dict(
        {
            "x": {"type": "float", "range": [0.0, 1.0]},
            "y": {"type": "float", "range": [0.0, 1.0]},
        }
    )
    configurations = space.configurations(sample(space, 40, 0))
    x = np.array([c["x"] for c in configurations])
    y = np.array([c["y"] for c in configurations])
    known = History(configurations, np.where(x > 0.5, np.inf, 1 + y), np.ones(40))
    proposed = ask(method, known, 10, space=space)
    large = sum(c["x"] > 0.55 for c in proposed)
    assert large >= 2 if method == "random" else large <= 2


def test_trials_read_from_a_file_are_known(method: str, tmp_path: Any) -> None:
    """Every configuration of the space was trained and stored; none is new."""
    dataset = search(60, spec=SMALL.to_dict(), error=lambda c: 1.0 + len(c))
    write_netcdf(dataset, tmp_path / "trials.nc")
    known = History.of([read_netcdf(tmp_path / "trials.nc")], "flops")
    assert texts(known.configurations) == texts(ALL_SMALL)
    assert ask(method, known, 2, space=SMALL) == []


def test_optuna_missing(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    for module in ("optuna_samplers", "optuna_proposals"):
        monkeypatch.delitem(sys.modules, f"hsic_hpo.search.{module}", raising=False)
        monkeypatch.delattr(hsic_hpo.search, module, raising=False)
    if method in ("random", "front", "gpbo", "cgpbo"):
        assert len(ask(method, finished())) == 2
        return
    message = (
        "search: the methods of Optuna (tpe, gp, nsga2, motpe, mogp, ctpe, cgp): "
        "optuna is not installed; "
        "pip install 'hsic_hpo[optuna]'"
    )
    with pytest.raises(InputError) as caught:
        ask(method, finished())
    assert str(caught.value) == message


def test_a_misspelt_method_is_named(method: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(f"{method}x", finished())
    assert f"search.{method}x: not a method; known: random, gpbo, tpe, gp, nsga2, " in str(
        caught.value
    )
    assert f"did you mean {method!r}?" in str(caught.value)
