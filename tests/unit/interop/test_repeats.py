"""Trials of one configuration become one: what stays, what is dropped, and that it is honest."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hsic_hpo.interop import repeats
from hsic_hpo.interop.imported import ImportedTrial
from hsic_hpo.interop.repeats import merged
from hsic_hpo.interop.table import trials_from_frame
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.spaces.space import Space


def runs(*errors: float | None, x: float = 0.0) -> list[ImportedTrial]:
    return [
        ImportedTrial(f"{x}", {"x": x}, error, costs={"c": i}) for i, error in enumerate(errors)
    ]


def kept(found: Sequence[Sequence[ImportedTrial]]) -> list[list[float | None]]:
    return [[trial.error for trial in together] for together in found]


def test_without_repeats_nothing_changes() -> None:
    given = [*runs(1.0), *runs(1.0, x=1.0)]
    found = merged(given)
    assert [trial for together in found.trials for trial in together] == given
    assert (found.notes, found.n_repeats) == ((), 1)


def test_equal_errors_stay_where_others_differ() -> None:
    found = merged([*runs(1.0, 2.0), *runs(3.0, 3.0, 3.0, x=1.0)])
    assert kept(found.trials) == [[1.0, 2.0], [3.0, 3.0, 3.0]]
    assert found.n_repeats == 3


def test_deterministic_repeats_are_merged_with_their_mean_cost() -> None:
    found = merged([*runs(1.0, 1.0, 1.0), *runs(2.0, x=1.0), *runs(None, None, x=2.0)])
    assert kept(found.trials) == [[1.0], [2.0], [None]]
    assert found.trials[0][0].costs == {"c": 1.0}
    (note,) = found.notes
    assert note == (
        "6 trials are of 3 configurations: those of one have the same error and are merged."
    )


def test_what_was_tried_again_is_dropped_and_counted() -> None:
    crashed = [replace(trial, ended_early=True) for trial in runs(None, None)]
    lost = [replace(trial, ended_early=True) for trial in runs(None, None, x=1.0)]
    found = merged([*crashed, *runs(1.0), *lost, *runs(2.0, None, x=2.0)])
    assert kept(found.trials) == [[1.0], [None, None], [2.0, None]]
    assert found.notes[0] == (
        "Left out: 2 trials without an error whose configuration are there with one."
    )


def test_a_table_of_most_repeats_keeps_the_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_MOST_CELLS", 3)
    found = merged([*runs(1.0, 2.0), *runs(3.0, x=1.0)])
    assert kept(found.trials) == [[1.5], [3.0]]
    assert "spread is not kept" in found.notes[0]


SPACE = Space.from_dict({name: {"type": "float", "range": [0, 1]} for name in "abc"})
SETTINGS = AnalysisSettings(n_permutations=99, sweep_points=2, goal_fraction=0.2)


def study(seed: int, effect: float) -> pd.DataFrame:
    """Return 30 configurations of 5 seeds each: the error is an effect of a, the luck of the
    configuration, and that of the seed."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.random((30, 3)), columns=list("abc"))
    luck = rng.standard_normal(30)
    repeated = frame.loc[frame.index.repeat(5)].reset_index(drop=True)
    noise = np.repeat(luck, 5) + 0.3 * rng.standard_normal(150)
    return repeated.assign(seed=[0, 1, 2, 3, 4] * 30, loss=effect * repeated["a"] + noise)


def significant(frame: pd.DataFrame) -> list[bool]:
    trials = trials_from_frame(frame, SPACE, error="loss")
    assert dict(trials.sizes)["trial"] == 30
    found = analyse(trials, SETTINGS).sel(group="all", target="error", subset="best")
    return [bool(one) for one in found["significant"].values == 1]


def test_repeats_of_idle_hyperparameters_are_not_taken_for_evidence() -> None:
    n_studies = 100
    false = sum(any(significant(study(seed, 0.0))) for seed in range(n_studies))
    # At a level of 5 %, 11 or more of 100 have a probability of 1 %.
    assert false <= 10


def test_an_effect_is_found_through_repeats() -> None:
    found = [significant(study(seed, 12.0)) for seed in range(20)]
    assert sum(one[0] for one in found) >= 18
