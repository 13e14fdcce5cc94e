"""Distributions that differ between trials of a study: joined where they can be."""

import warnings
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.interop.optuna_ranges import parameters

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    optuna = pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")
    from optuna.distributions import CategoricalDistribution as Choice
    from optuna.distributions import FloatDistribution as Float
    from optuna.distributions import IntDistribution as Int


def trials(*distributions: Any) -> list[Any]:
    return [
        optuna.trial.create_trial(
            value=0.0,
            params={"x": getattr(one, "low", None) or getattr(one, "choices", [0])[0]},
            distributions={"x": one},
        )
        for one in distributions
    ]


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        ([Float(0, 1), Float(0.5, 2)], Float(0, 2)),
        ([Float(1, 10, log=True), Float(0.1, 5, log=True)], Float(0.1, 10, log=True)),
        ([Int(0, 4), Int(2, 9)], Int(0, 9)),
        ([Int(1, 4, log=True), Int(2, 9, log=True)], Int(1, 9, log=True)),
        ([Int(64, 256, step=64), Int(128, 512, step=64)], Int(64, 512, step=64)),
        ([Int(64, 256, step=64), Int(96, 352, step=64)], Int(64, 352)),
        ([Int(0, 8, step=2), Int(0, 9, step=3)], Int(0, 9)),
        ([Float(0, 1, step=0.5), Float(0, 2)], Float(0, 2)),
    ],
)
def test_ranges_are_joined(given: list[Any], joined: Any) -> None:
    found = parameters(trials(*given), "s")
    assert found.distributions == {"x": joined}
    assert found.changed
    assert found.notes[0].startswith("The range of x changed between trials (")


@pytest.mark.parametrize(
    "given",
    [
        [Float(0, 1), Int(0, 4)],
        [Float(1, 2), Float(1, 2, log=True)],
        [Choice(["a", "b"]), Choice(["a", "c"])],
    ],
)
def test_kinds_cannot_be_joined(given: list[Any]) -> None:
    with pytest.raises(InputError, match=r"^s: x has different distributions in .* --rows A:B"):
        parameters(trials(*given), "s")


def test_one_range_stays_as_it_is() -> None:
    found = parameters(trials(*[Float(0, 1)] * 5), "s")
    assert (found.distributions, found.notes, found.changed) == ({"x": Float(0, 1)}, [], False)


def test_single_values_leave_nothing() -> None:
    with pytest.raises(InputError, match=r"^s: no parameter that varies in 2 finished trials$"):
        parameters(trials(Int(3, 3), Int(3, 3)), "s")
