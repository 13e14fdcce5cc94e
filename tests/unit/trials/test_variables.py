"""Names that users chose stand beside those of results; files of earlier versions still read."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.design import trial_identifier
from hsic_hpo.trials.history import join_rounds, round_numbers
from hsic_hpo.trials.variables import (
    cost_values,
    cost_variable,
    hyperparameter_values,
    is_active,
    value_variable,
)
from published_studies import ARCHIVE, REFERENCE, unpack
from small_search import search

PUBLISHED = sorted(path.parents[1].name for path in REFERENCE.glob("*/random/trials.nc"))
RESULTS = [*map(str, search(3).data_vars), "trial", "repeat", "epoch", "hyperparameter", "round"]
STRANGE = ["optim/lr", "model/width", "a.b", "a b", "-x", "$x", "50 %", "%2F", "/", "é", "_x"]


@pytest.mark.parametrize("name", [*STRANGE, *RESULTS])
def test_a_hyperparameter_of_any_name_comes_back_from_a_file(name: str, tmp_path: Path) -> None:
    spec = {
        name: {"type": "categorical", "levels": ["a", "b"]},
        "then": {"type": "float", "range": [0, 1], "when": {name: "a"}},
    }
    first, second = (
        search(20, spec=spec, error=lambda c: len(c) + (c[name] == "b"), seed=seed)
        for seed in (1, 2)
    )
    joined = join_rounds([first, second])
    trials_data.write_trials(joined, tmp_path / "trials.nc")
    read = trials_data.read_trials(tmp_path / "trials.nc")
    expected = trials_data.configurations(first) + trials_data.configurations(second)
    assert trials_data.configurations(read) == expected
    assert [c[name] for c in expected] == hyperparameter_values(read, name).tolist()
    assert is_active(read, "then").tolist() == ["then" in c for c in expected]
    assert round_numbers(read).tolist() == [1] * 20 + [2] * 20
    assert read[value_variable(name)].attrs["long_name"] == name
    np.testing.assert_array_equal(trials_data.error(read), trials_data.error(joined))


def test_different_names_have_different_variables() -> None:
    names = [*STRANGE, *RESULTS, "a/b", "a%2Fb", "a%252Fb"]
    names = list(dict.fromkeys(names))
    assert len({value_variable(name) for name in names}) == len(names)
    assert len({cost_variable(name) for name in names}) == len(names)


def test_costs_are_means_over_the_repeats_and_named_when_unknown() -> None:
    trials = search(4)
    np.testing.assert_array_equal(cost_values(trials, "flops"), trials["flops"])
    seconds = trials["train_seconds"]
    twice = xr.concat([seconds, 3 * seconds], "repeat").transpose("trial", "repeat")
    repeated = trials.drop_vars("train_seconds").isel(repeat=[0, 0])
    repeated["train_seconds"] = (("trial", "repeat"), twice.values)
    expected = 2 * seconds.values[:, 0]
    np.testing.assert_allclose(cost_values(repeated, "train_seconds"), expected, rtol=1e-15)
    with pytest.raises(InputError) as refusal:
        cost_values(trials, "flop")
    assert str(refusal.value) == (
        "cost 'flop': the trials have no such cost; known: train_seconds, epochs, n_params, flops"
        "; did you mean 'flops'?"
    )


def old_form(trials: xr.Dataset) -> xr.Dataset:
    names = trials["hyperparameter"].values.tolist()
    return trials.rename_vars({value_variable(name): name for name in names})


def test_bare_names_of_an_earlier_version_are_understood(tmp_path: Path) -> None:
    trials = join_rounds([search(30)])
    old_form(trials).to_netcdf(tmp_path / "trials.nc")
    xr.testing.assert_identical(trials_data.read_trials(tmp_path / "trials.nc"), trials)


@pytest.mark.parametrize("study", PUBLISHED)
def test_published_trials_read(study: str, tmp_path: Path) -> None:
    paths = [REFERENCE / study / "random" / "trials.nc"]
    if (REFERENCE / study / ARCHIVE).exists():
        paths += unpack(study, tmp_path).rglob("trials.nc")
        assert len(paths) > 10
    for path in paths:
        check_names_and_values(path)


def check_names_and_values(path: Path) -> None:
    trials = trials_data.read_trials(path)
    # A trial is named by the configuration that was trained, by its budget, and by how often the
    # same one stands before it: two repeats of a search may choose the same network.
    budget = json.loads(trials.attrs["budget"])
    known = trials_data.configurations(trials)
    named = [trial_identifier(c, budget, known[:i].count(c)) for i, c in enumerate(known)]
    assert named == trials["trial"].values.tolist()
    stored = read_netcdf(path)
    for name in trials_data.space(trials).names:
        bare = stored[name] if name in stored else stored[value_variable(name)]
        np.testing.assert_array_equal(hyperparameter_values(trials, name), bare.values)


def test_there_are_published_trials() -> None:
    assert len(PUBLISHED) >= 4
