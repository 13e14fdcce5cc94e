"""The rungs of a random search in the workflow: killed, looked at, run again, changed, larger."""

import json
import os
import re
import signal
import subprocess
import sys
import time
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
from hsic_hpo.trials.dataset import configurations, read_trials
from hsic_hpo.trials.history import History
from hsic_hpo.trials.missed import missed_by_halving
from hsic_hpo.trials.rungs import survivors
from hsic_hpo.trials.rungs_of_searches import expected_ends, thresholds
from hsic_hpo.trials.thresholds import read_thresholds
from shared_folders import made_once

TRIALS = "random/trials.nc"
N = 20
HALVED = CONFIG.replace("{epochs: 3}", "{epochs: 12}").replace(
    "{n_trials: 40}",
    f"{{n_trials: {N}, rungs: [{{epochs: 2, keep: 0.6}}, {{epochs: 9, keep: 0.3}}]}}",
)
RUNGS = ((2, 12), (9, 6))
# A search that goes on from it, through the same rungs.
SEARCHED = "search: {rungs: true, gpbo: {rounds: 2, batch_size: 6, repeats: 1}}"
FOUND = "search/gpbo/0/trials.nc"
IN_TRAINING = tuple(n for _, n in RUNGS)


@pytest.fixture(scope="module")
def halved(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A halved search that was killed amid its second rung and then run to its end."""

    def make(root: Path) -> None:
        checkout = fresh_checkout(root, HALVED)
        before = run_and_kill_amid_second_rung(checkout)
        asked = {"watch": ("--once",), "explain": ()}
        seen = {name: command(checkout, name, *how) for name, how in asked.items()}
        (root / "amid.json").write_text(json.dumps([before, seen]))
        checkout.run(TRIALS, "halving.nc", trials_per_job=N)

    return Checkout(made_once(tmp_path_factory, "halved", make))


def run_and_kill_amid_second_rung(checkout: Checkout) -> dict[str, tuple[int, bool]]:
    """Return when each training was written, and whether that was past the first rung."""
    design = checkout.results / "random" / "rungs" / "1" / "design.nc"

    def known() -> dict[str, tuple[int, bool]]:
        chosen = design.stat().st_mtime_ns if design.exists() else time.time_ns()
        found = checkout.finished_trainings
        return {path.name: (written, written > chosen) for path, written in found.items()}

    with checkout.start(TRIALS, trials_per_job=N) as process:
        deadline = time.monotonic() + 300
        while sum(past for _, past in known().values()) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
    return known()


def command(checkout: Checkout, name: str, *arguments: str) -> str:
    """Return what a command says of the study."""
    return subprocess.run(
        [sys.executable, "-m", "hsic_hpo.cli", name, *arguments, str(checkout.results)],
        env={**checkout.environment, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def records(checkout: Checkout, rung: int) -> dict[str, dict[str, Any]]:
    """Return the records of the trainings up to the end of a rung by the key of their training."""
    (path,) = (checkout.results / "random" / "rungs" / str(rung) / "records").glob("*.jsonl")
    found = map(json.loads, path.read_text().splitlines())
    return {record["asked"]: record for record in found}


def whole(checkout: Checkout, trial: str, configuration: dict[str, Any]) -> dict[str, Any]:
    problem = load_problem(
        {"name": "bateman", "options": {"n_species": 3, "n_trajectories": 64}}, "problem"
    )
    data = problem.load(checkout.results / "data.nc")
    return train(problem, configuration, data, {"epochs": 12}, seed=training_seed(3, trial, 0))


def test_halved_trials_are_those_of_whole_trainings_bit_for_bit(halved: Checkout) -> None:
    trials = read_trials(halved.results / TRIALS)
    design = read_netcdf(halved.results / "random" / "design.nc")
    made = [
        whole(halved, str(trial), json.loads(text))
        for trial, text in zip(design["trial"].values, design["configuration"].values, strict=True)
    ]
    rung = np.zeros(N, dtype=int)
    in_training = np.ones(N, dtype=bool)
    for number, (epochs, n) in enumerate(RUNGS, start=1):
        errors = np.array(
            [
                min(one["learning_curve"][:epochs])
                if len(one["learning_curve"]) >= epochs
                else np.nan
                for one in made
            ],
            dtype=float,
        )
        going_on = survivors(np.where(in_training, errors, np.nan), n)
        rung[in_training & ~going_on & np.isfinite(errors)] = number
        in_training &= going_on
    assert trials["rung"].values.tolist() == rung.tolist()
    assert {1, 2} < set(rung)
    for place, one in enumerate(made):
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
    before, _ = json.loads((halved.root / "amid.json").read_text())
    assert len(before) == N
    assert 4 <= sum(past for _, past in before.values()) < RUNGS[0][1]
    trials = read_trials(halved.results / TRIALS)
    rung = dict(zip(trials["trial"].values, trials["rung"].values, strict=True))
    trial = {f"{key}.stopped.json": one["trial"] for key, one in records(halved, 0).items()}
    after = {path.name: written for path, written in halved.finished_trainings.items()}
    # Each has the record of its last rung, which is that of before where it had come so far.
    had = {file: rung[trial[file]] == 1 + past for file, (_, past) in before.items()}
    assert {file: after.get(file) == written for file, (written, _) in before.items()} == had
    assert {1, 2} == {rung[trial[file]] for file, kept in had.items() if kept}
    # Whoever went on did so from where it was left.
    first = records(halved, 0)
    for key, record in records(halved, 1).items():
        assert record["learning_curve"][: RUNGS[0][0]] == first[key]["learning_curve"]
    states = list((halved.results / "trial_files").rglob("[!.]*.state"))
    assert len(states) == int((trials["status"] == "stopped").sum())


def test_commands_tell_of_rungs_amid_them_and_after(halved: Checkout) -> None:
    before, seen = json.loads((halved.root / "amid.json").read_text())
    past = sum(past for _, past in before.values())
    end = {"watch": command(halved, "watch", "--once"), "explain": command(halved, "explain")}
    for told, counts in ((seen["watch"], (N, past, 0)), (end["watch"], (N, *IN_TRAINING))):
        stages = re.findall(r"(?:Random search|past rung \d) .* (\d+) of (\d+) trainings", told)
        assert [int(done) for done, _ in stages] == list(counts)
        assert [int(planned) for _, planned in stages] == [N, *IN_TRAINING]
    assert "none failed" in end["watch"]
    assert f"{N} of {N} random trials, after epoch 2: an explanation before" in seen["explain"]
    assert "After the rung at epoch 2 the best go on training" in seen["explain"]
    assert f"{N} stopped ({N} after epoch 2)" in seen["explain"]
    assert f"{N} of {N} random trials: the random search is complete" in end["explain"]
    assert "14 stopped (8 after epoch 2, 6 after epoch 9)" in end["explain"]


def test_how_sure_the_halving_is_stands_in_a_dataset_and_a_table(halved: Checkout) -> None:
    missed = missed_by_halving(read_trials(halved.results / TRIALS), 0.1)
    xr.testing.assert_identical(read_netcdf(halved.results / "halving.nc"), missed)
    table = (halved.results / "tables" / "halving.md").read_text(encoding="utf-8")
    assert halving_remark(missed) in table
    assert missed["stopped"].values.tolist() == [8, 6]


def test_an_edit_reruns_what_it_must_and_no_edit_nothing(halved: Checkout, tmp_path: Path) -> None:
    assert halved.planned(TRIALS, trials_per_job=N) == {}
    # Only planned, so that one copy serves all edits.
    checkout = halved.copy(tmp_path / "project")
    text = checkout.config.read_text()
    for old, new, planned in (
        # A changed last rung reruns what follows it alone.
        ("keep: 0.3", "keep: 0.25", {"halve": 1, "train_rung": 1, "gather": 1}),
        ("{epochs: 9", "{epochs: 8", {"halve": 1, "train_rung": 2, "gather": 1}),
        # Without rungs the stopped ones go on.
        (
            ", rungs: [{epochs: 2, keep: 0.6}, {epochs: 9, keep: 0.3}]",
            "",
            {"train": 1, "gather": 1},
        ),
    ):
        assert old in text
        checkout.config.write_text(text.replace(old, new))
        assert checkout.planned(TRIALS, trials_per_job=N) == planned


def test_more_trials_train_only_what_they_must(halved: Checkout, tmp_path: Path) -> None:
    checkout = halved.copy(tmp_path / "project")
    before = checkout.finished_trainings
    was = read_trials(checkout.results / TRIALS)
    checkout.edit("config/tiny.yaml", f"n_trials: {N}", f"n_trials: {N + 4}")
    printed = checkout.run(TRIALS, trials_per_job=N)
    # The new ones, and each rung again, from what is known.
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", printed.split("Job stats:")[1], re.MULTILINE))
    assert jobs == {"design": "1", "train_rung": "3", "halve": "2", "gather": "1", "total": "7"}
    now = read_trials(checkout.results / TRIALS).isel(trial=slice(N))
    after = checkout.finished_trainings
    promoted = int((now["epochs"] > was["epochs"]).sum())
    # Of the known ones those alone have other records that go on where they were stopped.
    assert sum(after.get(path) != written for path, written in before.items()) == promoted
    same = (now["epochs"] == was["epochs"]).all("repeat")
    xr.testing.assert_identical(
        now["learning_curve"].isel(trial=same.values), was["learning_curve"].isel(trial=same.values)
    )


@pytest.fixture(scope="module")
def searched(halved: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The halved search with a search through the same rungs, killed and run to its end."""
    checkout = halved.copy(tmp_path_factory.mktemp("searched") / "project")
    checkout.edit("config/tiny.yaml", "search: {}", SEARCHED)
    n = len(checkout.finished_trainings)
    checkout.run_and_kill(FOUND, trainings=n + 3, round_trials_per_job=3)
    checkout.run(FOUND, round_trials_per_job=3)
    return checkout


def test_trials_of_a_search_are_whole_trainings_up_to_a_rung(searched: Checkout) -> None:
    needed = thresholds(read_trials(searched.results / TRIALS))
    assert read_thresholds(searched.results / "random" / "thresholds.json") == needed
    assert [one.epochs for one in needed] == [epochs for epochs, _ in RUNGS]
    trials = read_trials(searched.results / FOUND)
    ends = []
    for place, (name, configuration) in enumerate(
        zip(trials["trial"].values, configurations(trials), strict=True)
    ):
        made, row = whole(searched, str(name), configuration), trials.isel(trial=place, repeat=0)
        curve = made["learning_curve"]
        failing = (one.epochs for one in needed if min(curve[: one.epochs]) > one.error)
        end = next(failing, len(curve))
        ends.append(end)
        assert row["epochs"].item() == end
        assert row["learning_curve"].values[:end].tolist() == curve[:end]
        assert row["status"].item() == ("ok" if end == len(curve) else "stopped")
        assert (
            row["rung"].item() == [2, 9, 12].index(end) + 1 if end < 12 else row["rung"].item() == 0
        )
    assert len(ends) == 12
    assert min(ends) < 12
    # Nothing is chosen from what was stopped, and the next round knows it, too.
    stopped = (trials["status"] == "stopped").any("repeat").values
    history = History.of([trials], None)
    assert np.isinf(history.errors[stopped]).all()
    assert np.isfinite(expected_ends([trials])).all()


def test_rungs_of_a_search_rerun_what_they_must(searched: Checkout, tmp_path: Path) -> None:
    assert searched.planned(FOUND, round_trials_per_job=3) == {}
    checkout = searched.copy(tmp_path / "project")
    checkout.edit("config/tiny.yaml", "rungs: true, ", "")
    again = {"propose": 2, "train_round": 4, "gather_round": 2, "search_trials": 1}
    assert checkout.planned(FOUND, round_trials_per_job=3) == again
