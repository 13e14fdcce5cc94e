"""The rungs of a random search in the workflow: killed, run again, changed, made larger."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from checkout import CONFIG, Checkout, fresh_checkout
from hsic_hpo.files import read_netcdf
from hsic_hpo.problems.registry import load_problem
from hsic_hpo.tables.halving import halving_remark
from hsic_hpo.training.records import training_seed
from hsic_hpo.training.train import train
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.missed import missed_by_halving
from hsic_hpo.trials.rungs import survivors
from shared_folders import made_once

TRIALS = "random/trials.nc"
HALVED = CONFIG.replace("{epochs: 3}", "{epochs: 8}").replace(
    "{n_trials: 40}", "{n_trials: 40, rungs: [{epochs: 2, keep: 0.6}, {epochs: 5, keep: 0.3}]}"
)
RUNGS = ((2, 24), (5, 12))


@pytest.fixture(scope="module")
def halved(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A halved search that was killed amid its first rung and then run to its end."""

    def make(root: Path) -> None:
        checkout = fresh_checkout(root, HALVED)
        before = checkout.run_and_kill(TRIALS, trainings=3, trials_per_job=40)
        assert 3 <= len(before) < 40
        checkout.run(TRIALS, "halving.nc", trials_per_job=40)
        after = checkout.finished_trainings
        kept = {path: written for path, written in before.items() if path in after}
        # What has come further since has another record.
        (root / "kept.json").write_text(
            json.dumps([len(before), sum(after[path] == kept[path] for path in kept)])
        )

    return Checkout(made_once(tmp_path_factory, "halved", make))


def whole(checkout: Checkout, trial: str, configuration: dict[str, Any]) -> dict[str, Any]:
    problem = load_problem(
        {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}, "problem"
    )
    data = problem.load(checkout.results / "data.nc")
    return train(problem, configuration, data, {"epochs": 8}, seed=training_seed(3, trial, 0))


def test_halved_trials_are_those_of_whole_trainings_bit_for_bit(halved: Checkout) -> None:
    trials = read_trials(halved.results / TRIALS)
    design = read_netcdf(halved.results / "random" / "design.nc")
    records = [
        whole(halved, str(trial), json.loads(text))
        for trial, text in zip(design["trial"].values, design["configuration"].values, strict=True)
    ]
    rung = np.zeros(40, dtype=int)
    in_training = np.ones(40, dtype=bool)
    for number, (epochs, n) in enumerate(RUNGS, start=1):
        errors = np.array(
            [
                min(one["learning_curve"][:epochs])
                if len(one["learning_curve"]) >= epochs
                else np.nan
                for one in records
            ],
            dtype=float,
        )
        going_on = survivors(np.where(in_training, errors, np.nan), n)
        rung[in_training & ~going_on & np.isfinite(errors)] = number
        in_training &= going_on
    assert trials["rung"].values.tolist() == rung.tolist()
    assert {1, 2} < set(rung)
    for place, one in enumerate(records):
        row = trials.isel(trial=place, repeat=0)
        curve = row["learning_curve"].values
        stopped = rung[place] > 0
        n = RUNGS[rung[place] - 1][0] if stopped else len(one["learning_curve"])
        assert row["status"].item() == ("stopped" if stopped else one["status"])
        assert curve[:n].tolist() == one["learning_curve"][:n]
        assert np.isnan(curve[n:]).all()
        for name, known in (
            ("validation_error", curve[n - 1] if stopped else one["validation_error"]),
            ("test_error", None if stopped else one["test_error"]),
        ):
            assert row[name].item() == known or (known is None and np.isnan(row[name].item()))


def test_what_was_killed_amid_a_rung_keeps_what_it_had(halved: Checkout) -> None:
    known, kept = json.loads((halved.root / "kept.json").read_text())
    trials = read_trials(halved.results / TRIALS)
    # Of those that were stopped at the first rung the records are still the first ones.
    assert 0 < kept <= known
    states = list((halved.results / "trial_files").rglob("[!.]*.state"))
    assert len(states) == int((trials["status"] == "stopped").sum())


def test_how_sure_the_halving_is_stands_in_a_dataset_and_a_table(halved: Checkout) -> None:
    missed = missed_by_halving(read_trials(halved.results / TRIALS), 0.1)
    xr.testing.assert_identical(read_netcdf(halved.results / "halving.nc"), missed)
    table = (halved.results / "tables" / "halving.md").read_text(encoding="utf-8")
    assert halving_remark(missed) in table
    assert missed["stopped"].values.tolist() == [16, 12]


def test_a_finished_halving_has_nothing_to_do(halved: Checkout) -> None:
    assert halved.planned(TRIALS, trials_per_job=40) == {}


@pytest.mark.parametrize(
    ("old", "new", "planned"),
    [
        # A changed last rung reruns what follows it alone.
        ("keep: 0.3", "keep: 0.25", {"halve": 1, "train_rung": 1, "gather": 1}),
        ("{epochs: 5", "{epochs: 4", {"halve": 1, "train_rung": 2, "gather": 1}),
        # More trials: the new ones, and each rung again, from what is known.
        (
            "n_trials: 40",
            "n_trials: 60",
            {"design": 1, "train_rung": 3, "halve": 2, "gather": 1},
        ),
        # Without rungs the stopped ones go on.
        (
            ", rungs: [{epochs: 2, keep: 0.6}, {epochs: 5, keep: 0.3}]",
            "",
            {"train": 1, "gather": 1},
        ),
    ],
)
def test_an_edit_reruns_what_it_must(
    halved: Checkout, old: str, new: str, planned: dict[str, int], tmp_path: Path
) -> None:
    checkout = halved.copy(tmp_path / "project")
    checkout.edit("config/tiny.yaml", old, new)
    assert checkout.planned(TRIALS, trials_per_job=40) == planned


def test_more_trials_train_only_what_they_must(halved: Checkout, tmp_path: Path) -> None:
    checkout = halved.copy(tmp_path / "project")
    before = checkout.finished_trainings
    was = read_trials(checkout.results / TRIALS)
    checkout.edit("config/tiny.yaml", "n_trials: 40", "n_trials: 44")
    checkout.run(TRIALS, trials_per_job=40)
    now = read_trials(checkout.results / TRIALS).isel(trial=slice(40))
    after = checkout.finished_trainings
    promoted = int((now["epochs"] > was["epochs"]).sum())
    # Of the known ones those alone have other records that go on where they were stopped.
    assert sum(after.get(path) != written for path, written in before.items()) == promoted
    same = (now["epochs"] == was["epochs"]).all("repeat")
    xr.testing.assert_identical(
        now["learning_curve"].isel(trial=same.values), was["learning_curve"].isel(trial=same.values)
    )
