"""Searches that go on from the random search, end to end, on real trainings."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from checkout import Checkout
from hsic_hpo.files import read_netcdf
from hsic_hpo.selection.decisions import searched_space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.history import round_numbers
from shared_folders import made_once
from test_study_run import assert_same_trials

SEARCH = """\
search:
  gpbo: {rounds: 2, batch_size: 2, repeats: 1}
  hsic-gpbo: {rounds: 1, fine_tuning_rounds: 1, batch_size: 2, repeats: 1}
final: {seeds: 2}
"""
TRIALS = ("search/gpbo/0/trials.nc", "search/hsic-gpbo/0/trials.nc")
CHOICES = "[by_method, lowest_error, {max_flops: 900}, {max_params: 1}]"
NAMES = ["lowest-error", "max-flops-900", "max-params-1"]
ROUND = {"propose": 1, "train_round": 1, "gather_round": 1}
THROUGH_SURROGATE = (
    *("sensitivity_surrogate", "importance_table", "selection", "selection_table"),
    *("budget", "importance_by_budget_figure", "importance_by_budget_table"),
    *("by_epoch", "importance_by_epoch_figure", "importance_by_epoch_table"),
)
FINAL = {"choose": 1, "train_final": 1, "gather_final": 1}
RETRAINED = dict.fromkeys(
    [
        *("comparison", "comparison_table", "comparison_figure"),
        *("chosen_networks", "summary", "failures", "html_report"),
    ],
    1,
)
ALL = {"sensitivity_all": 1, "importance_all_table": 1}
FRONT = {"front": 1, "front_table": 1, "front_figure": 1}
HELD = {"front_held": 1, "front_held_table": 1, "front_held_figure": 1}
COMPARED = RETRAINED | ALL | FRONT | HELD | {"tradeoffs_table": 1}
SELECTED = {"selection": 1, "selection_table": 1}


def plus(*parts: dict[str, int]) -> dict[str, int]:
    """Add up numbers of jobs."""
    return {rule: sum(p.get(rule, 0) for p in parts) for part in parts for rule in part}


def times(n: int, part: dict[str, int]) -> dict[str, int]:
    return {rule: n * count for rule, count in part.items()}


@pytest.fixture(scope="session")
def searched(finished: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which searches have gone on from the finished random search."""

    def make(root: Path) -> None:
        checkout = finished.copy(root)
        checkout.edit("config/tiny.yaml", "search: {}\nfinal: {seeds: 1}\n", SEARCH)
        checkout.run()

    return Checkout(made_once(tmp_path_factory, "searched", make))


@pytest.fixture
def changed(searched: Checkout, tmp_path: Path) -> Checkout:
    """A copy of it for one test to change."""
    return searched.copy(tmp_path / "project")


def all_trials(checkout: Checkout) -> dict[str, list[dict[str, object]]]:
    """Return the configurations that each search knows, in order."""
    drawn = trials.configurations(trials.read_trials(checkout.results / "random" / "trials.nc"))
    return {
        method: drawn
        + trials.configurations(
            trials.read_trials(checkout.results / "search" / method / "0" / "trials.nc")
        )
        for method in ("gpbo", "hsic-gpbo")
    }


def test_nothing_is_proposed_twice(searched: Checkout) -> None:
    for configurations in all_trials(searched).values():
        assert len(configurations) == 44
        proposed = [json.dumps(configuration) for configuration in configurations[40:]]
        assert len(set(proposed)) == 4
        assert not set(proposed) & {json.dumps(known) for known in configurations[:40]}


def test_rounds_are_numbered_and_belong_to_the_space(searched: Checkout) -> None:
    for method in ("gpbo", "hsic-gpbo"):
        dataset = trials.read_trials(searched.results / "search" / method / "0" / "trials.nc")
        assert round_numbers(dataset).tolist() == [1, 1, 2, 2]
        assert dataset.attrs["method"] == method
        for configuration in trials.configurations(dataset):
            trials.space(dataset).check_configuration(configuration, method)


def test_hsic_gpbo_keeps_out_only_what_the_selection_fixes(searched: Checkout) -> None:
    selection = read_netcdf(searched.results / "selection.nc")
    dataset = trials.read_trials(searched.results / "search" / "hsic-gpbo" / "0" / "trials.nc")
    part = searched_space(selection)
    for configuration in trials.configurations(dataset):
        for name, value in configuration.items():
            assert part.fixed.get(name, value) == value


def test_the_comparison_is_that_of_the_trainings(searched: Checkout) -> None:
    compared = read_netcdf(searched.results / "comparison.nc")
    assert compared["search"].values.tolist() == ["random", "gpbo", "hsic-gpbo"]
    assert compared["n_trainings"].values.tolist() == [[40.0], [44.0], [44.0]]
    drawn = trials.read_trials(searched.results / "random" / "trials.nc")
    best = compared["validation_error"].sel(search="random").values[0]
    assert best == trials.error(drawn).min()
    for method in ("random", "gpbo", "hsic-gpbo"):
        (path,) = (searched.results / "final" / method).glob("*/trials.nc")
        final = trials.read_trials(path)
        np.testing.assert_array_equal(
            compared["test_error"].sel(search=method).values, final["test_error"].values
        )
    table = (searched.results / "tables" / "comparison.md").read_text()
    assert "| slides | hsic-gpbo |" in table


def test_each_choice_is_trained_again_once_and_has_its_row(changed: Checkout) -> None:
    finals = changed.results / "final"
    known = _retrained(finals)
    before = changed.finished_trainings
    changed.edit("config/tiny.yaml", "final: {seeds: 2}", f"final: {{seeds: 2, choose: {CHOICES}}}")
    # What a method chose by itself is there already: two, two and three more choices.
    expected = plus(times(7, FINAL), RETRAINED, FRONT)
    assert changed.planned() == expected
    changed.run()
    own = {"random": "lowest-error", "gpbo": "lowest-error", "hsic-gpbo": "within-10-percent"}
    names = {method: [*dict.fromkeys([choice, *NAMES])] for method, choice in own.items()}
    assert {path.name: sorted(p.name for p in path.iterdir()) for path in finals.iterdir()} == {
        method: sorted(choices) for method, choices in names.items()
    }
    after = changed.finished_trainings
    assert {path: after[path] for path in before} == before
    assert len(after) - len(before) == 2 * len(_retrained(finals) - known)
    compared = read_netcdf(changed.results / "comparison.nc")
    rows = [f"{method}, {choice}" for method, choices in names.items() for choice in choices]
    assert compared["search"].values.tolist() == rows
    assert compared.attrs["reference"] == "hsic-gpbo, within-10-percent"
    for row in rows:
        found = compared.sel(search=row)
        chosen = trials.read_trials(finals.joinpath(*row.split(", "), "trials.nc"))
        if row.endswith("max-params-1"):
            assert chosen.sizes["trial"] == 0
            assert np.isnan(found["test_error"].values).all()
            continue
        np.testing.assert_array_equal(found["test_error"].values, chosen["test_error"].values)
        assert found["flops"].values[0] <= 900 or "max-flops" not in row
    table = (changed.results / "tables" / "comparison.csv").read_text()
    assert 'hsic-gpbo,"lowest error, at most 900 FLOPs per sample",' in table
    assert "hsic-gpbo, max-flops-900" in (changed.results / "report.html").read_text("utf-8")
    assert changed.planned() == {}


def test_a_further_budget_trains_each_choice_again_beside_what_is_there(changed: Checkout) -> None:
    before = changed.finished_trainings
    further = "final: {seeds: 2, further_training: [{epochs: 1}]}"
    changed.edit("config/tiny.yaml", "final: {seeds: 2}", further)
    assert changed.planned() == plus(times(3, FINAL), RETRAINED)
    changed.run()
    after = changed.finished_trainings
    assert {path: after[path] for path in before} == before
    finals = changed.results / "final"
    assert len(after) - len(before) == 2 * len(_retrained(finals))
    table = (changed.results / "tables" / "comparison.csv").read_text().splitlines()
    assert table[0].startswith("source,method,choice,retrained_for,test_error,")
    assert table[2].startswith("this study,random,lowest error,1 epoch,")
    page = (changed.results / "report.html").read_text("utf-8")
    assert "retrained for" in page
    for choice in ("lowest-error", "lowest-error-1-epoch"):
        assert (finals / "gpbo" / choice / "model.ckpt").exists()
    assert changed.planned() == {}


def _retrained(finals: Path) -> set[str]:
    return {
        json.dumps(configuration)
        for path in finals.glob("*/*/trials.nc")
        for configuration in trials.configurations(trials.read_trials(path))
    }


def test_the_front_is_that_of_all_trials(searched: Checkout) -> None:
    front = read_netcdf(searched.results / "front.nc")
    assert front["search"].values.tolist() == ["all", "random", "gpbo", "hsic-gpbo"]
    assert front["n_trials"].values.tolist() == [48, 40, 44, 44]
    whole = front.sel(search="all")
    whole = whole.isel(place=np.isfinite(whole["cost"].values))
    datasets = [trials.read_trials(searched.results / "random" / "trials.nc")]
    datasets += [trials.read_trials(searched.results / path) for path in TRIALS]
    errors = np.concatenate([trials.error(dataset) for dataset in datasets])
    flops = np.concatenate([dataset["flops"].values for dataset in datasets])
    for cost, lowest in zip(whole["cost"].values, whole["error"].values, strict=True):
        assert errors[flops <= cost].min() == lowest
    assert whole["error"].values[-1] == errors[np.isfinite(flops)].min()
    assert "lowest error" in whole["chosen_by"].values[-1]
    text = (searched.results / "tables" / "front.md").read_text()
    assert (
        len([line for line in text.splitlines() if line.startswith("|")])
        == 2 + whole.sizes["place"]
    )
    assert "The best network for every cost" in (searched.results / "report.html").read_text(
        "utf-8"
    )


def test_the_front_that_each_search_holds_is_told(searched: Checkout) -> None:
    held = read_netcdf(searched.results / "front_held.nc")
    assert held["search"].values.tolist() == ["gpbo", "hsic-gpbo"]
    ends = held["front_held"].max("evaluation").values
    # Two searches of one repeat each, and the random trials, found all of the front.
    start = held["front_held"].isel(evaluation=0).values
    assert ((start <= ends) & (ends <= 1 + 1e-12)).all()
    lines = (searched.results / "tables" / "front_held.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["method", "random", "gpbo", "hsic-gpbo"]
    assert (searched.results / "figures" / "front_held.svg").stat().st_size > 0


def test_all_trials_are_explained_beside_the_random_ones(searched: Checkout) -> None:
    explained = read_netcdf(searched.results / "sensitivity_all.nc")
    assert int(explained["n_trials"]) == 40 + 4 + 4
    assert explained.attrs["way"] == "surrogate"
    assert "drawn by this study's gpbo and this study's hsic-gpbo" in explained.attrs["way_reason"]
    assert explained["target"].values.tolist() == ["error"]
    header = (searched.results / "tables" / "importance_all.csv").read_text().splitlines()[0]
    assert "found" in header.split(",")
    assert "All 48 trials, those of the searches included" in (
        searched.results / "report.html"
    ).read_text(encoding="utf-8")


def test_nothing_of_a_search_runs_twice(searched: Checkout) -> None:
    assert searched.planned() == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "gpbo: {rounds: 2, batch_size: 2",
            "gpbo: {rounds: 3, batch_size: 2",
            plus(ROUND, {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "gpbo: {rounds: 2, batch_size: 2",
            "gpbo: {rounds: 2, initial_trials: 20, batch_size: 2",
            plus(times(2, ROUND), {"search_trials": 1}, FINAL, COMPARED),
        ),
        # Each retrained configuration has a job of its own.
        (
            "gpbo: {rounds: 2, batch_size: 2, repeats: 1",
            "gpbo: {rounds: 2, batch_size: 2, repeats: 2",
            plus(times(2, ROUND), {"search_trials": 1, "train_final": 1}, FINAL, COMPARED),
        ),
        (
            "fine_tuning_rounds: 1, batch_size: 2",
            "fine_tuning_rounds: 2, batch_size: 2",
            plus(ROUND, {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "hsic-gpbo: {rounds: 1",
            "hsic-gpbo: {rounds: 2",
            plus(ROUND, {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "search:\n",
            "search:\n  nsga2: {rounds: 2, batch_size: 2, repeats: 1}\n",
            plus(times(2, ROUND), {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "search:\n",
            "search:\n  cgpbo: {max_cost: 900, rounds: 2, batch_size: 2, repeats: 1}\n",
            plus(times(2, ROUND), {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "search:\n",
            "selection: {keep: 0.4}\nsearch:\n",
            plus(SELECTED, times(2, ROUND), {"search_trials": 1}, FINAL, COMPARED),
        ),
        (
            "final: {seeds: 2}",
            "final: {seeds: 3}",
            plus(times(3, {"train_final": 1, "gather_final": 1}), RETRAINED),
        ),
        (
            "final: {seeds: 2}",
            "final: {seeds: 2, training: {epochs: 9}}",
            plus(times(3, FINAL), RETRAINED),
        ),
    ],
)
def test_a_setting_of_a_search_reruns_that_search(
    changed: Checkout, old: str, new: str, expected: dict[str, int]
) -> None:
    changed.edit("config/tiny.yaml", old, new)
    assert changed.planned() == expected


def test_a_round_waits_for_no_other_repeat_and_no_other_method(
    fresh: Checkout, tmp_path: Path
) -> None:
    """The third round of a repeat needs the random search and its own two rounds alone."""
    checkout = fresh.copy(tmp_path / "project")
    checkout.edit(
        "config/tiny.yaml",
        "search: {}\n",
        "search: {gpbo: {rounds: 3, batch_size: 2, repeats: 4}, hsic-gpbo: {}}\n",
    )
    drawn = {"data": 1, "design": 1, "train": 4, "gather": 1}
    assert checkout.planned("search/gpbo/2/3/trials.nc") == plus(drawn, times(3, ROUND))


def test_a_round_makes_jobs_alike_in_size_and_its_cut_is_a_setting_of_the_machine(
    fresh: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    checkout.edit(
        "config/tiny.yaml",
        "search: {}\n",
        "search: {gpbo: {rounds: 1, batch_size: 12, repeats: 3}}\n",
    )
    target = "final/gpbo/lowest-error/trials.nc"
    planned = checkout.planned(target)
    assert (planned["train_round"], planned["train_final"]) == (3 * 2, 3)
    planned = checkout.planned(target, round_trials_per_job=1, final_trials_per_job=2)
    assert (planned["train_round"], planned["train_final"]) == (3 * 12, 2)
    # Five of twelve at most: three jobs of four.
    listed = checkout.dry_run(
        "search/gpbo/0/1/trials.nc", "--quiet", "host", round_trials_per_job=5
    )
    assert sorted(set(re.findall(r"1/records/([\d-]+)\.jsonl", listed))) == ["0-4", "4-8", "8-12"]


def test_another_cut_of_a_round_trains_nothing_and_gives_the_same(
    searched: Checkout, changed: Checkout
) -> None:
    before = changed.finished_trainings
    target = "search/gpbo/0/1/trials.nc"
    changed.run(target, round_trials_per_job=1)
    records = (changed.results / target).parent / "records"
    assert {"0-1.jsonl", "1-2.jsonl"} <= {file.name for file in records.iterdir()}
    assert changed.finished_trainings == before
    assert_same_trials(searched.results / target, changed.results / target)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("src/hsic_hpo/search/propose.py", ()),
        ("src/hsic_hpo/surrogate/process.py", THROUGH_SURROGATE),
    ],
)
def test_edited_code_of_the_searches_reruns_them_and_not_the_random_one(
    changed: Checkout, path: str, more: tuple[str, ...]
) -> None:
    changed.append(path)
    expected = plus(times(4, ROUND), times(2, plus({"search_trials": 1}, FINAL)), COMPARED)
    assert changed.planned() == plus(expected, dict.fromkeys(more, 1))


def test_a_killed_round_goes_on_with_what_was_finished(
    finished: Checkout, searched: Checkout, tmp_path: Path
) -> None:
    checkout = finished.copy(tmp_path / "project")
    checkout.edit("config/tiny.yaml", "search: {}\nfinal: {seeds: 1}\n", SEARCH)
    done = len(checkout.finished_trainings)
    target = "search/hsic-gpbo/0/trials.nc"
    before = checkout.run_and_kill(target, trainings=done + 1)
    assert len(before) > done
    checkout.run(target)
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before
    first, second = (
        trials.configurations(trials.read_trials(study.results / target))
        for study in (checkout, searched)
    )
    assert first == second
