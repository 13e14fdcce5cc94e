"""Exactly the stages that an edit touches run again."""

import os
import re
import time
from pathlib import Path

import pytest

from checkout import Checkout

OF_TRIALS = {"space_figure", "trainings_figure"}
OF_SENSITIVITY = {
    "importance_figure",
    "interactions_figure",
    "pairs_figure",
    "quadrant_figure",
    "sweeps_figure",
    "errors_figure",
    "distributions_figure",
    "worst_figure",
}
OF_BUDGET = {"importance_by_budget_figure", "importance_by_budget_table"}
OF_EPOCH = {"importance_by_epoch_figure", "importance_by_epoch_table"}
FIGURES = {
    *OF_TRIALS,
    *OF_SENSITIVITY,
    *("convergence_figure", "comparison_figure", "front_figure", "importance_by_budget_figure"),
    "importance_by_epoch_figure",
}
TABLES = {
    *("importance_table", "selection_table", "comparison_table", "tradeoffs_table"),
    *("importance_by_budget_table", "importance_by_epoch_table", "front_table"),
}
TESTED = {
    *("sensitivity", "selection", "convergence", "importance_table", "selection_table"),
    *("tradeoffs_table", "budget", "by_epoch"),
    *OF_SENSITIVITY,
    *OF_BUDGET,
    *OF_EPOCH,
    *("convergence_figure", "summary", "html_report"),
}
ANALYSIS = {*TESTED, "sensitivity_surrogate"}
CHOICE = {
    *("choose", "train_final", "gather_final", "chosen_networks"),
    *("failures", "comparison", "comparison_table"),
}
FRONT = {"front", "front_table", "front_figure"}
TRIALS = {*ANALYSIS, *OF_TRIALS, "comparison_figure", *CHOICE, *FRONT}


def once(*rules: str, **more: int) -> dict[str, int]:
    """Return the jobs of a plan: each rule once, but as often as ``more`` says."""
    return dict.fromkeys(rules, 1) | more


SELECTION = {"selection", "selection_table", "tradeoffs_table", "html_report"}
COMPARED = {"comparison", "comparison_table", "comparison_figure", "summary", "html_report"}
RETRAINED = {"train_final", "gather_final", "chosen_networks", "failures", *COMPARED}
TRAINING = once(*TRIALS, "gather", train=4)
EVERYTHING_BUT_DATA = once(*TRIALS, "design", "gather", train=4)
ANOTHER_PROBLEM = once(*TRIALS, "data", "gather", train=4)
EVERYTHING = once(*TRIALS, "data", "design", "gather", train=4)


def test_nothing_runs_twice(finished: Checkout) -> None:
    assert finished.planned() == {}


def test_touched_files_rerun_nothing(checkout: Checkout) -> None:
    future = time.time() + 5
    paths = [path for path in checkout.root.rglob("*") if path.is_file()]
    for shift, path in enumerate(sorted(paths)):
        if ".snakemake" not in path.parts:
            os.utime(path, (future + shift, future + shift))
    assert checkout.planned() == {}


def test_a_copy_with_results_reruns_nothing(checkout: Checkout) -> None:
    assert checkout.planned() == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/hsic_hpo/figures/style.py", once(*FIGURES, "html_report")),
        ("src/hsic_hpo/figures/quadrant.py", once("quadrant_figure", "html_report")),
        ("src/hsic_hpo/tables/writing.py", once(*TABLES, "html_report")),
        ("src/hsic_hpo/indices/hsic.py", once(*ANALYSIS)),
        ("src/hsic_hpo/sensitivity/analysis.py", once(*TESTED)),
        (
            "src/hsic_hpo/sensitivity/beside_tests.py",
            once(
                *("sensitivity_surrogate", "importance_table", "html_report"),
                *("budget", *OF_BUDGET, "by_epoch", *OF_EPOCH),
            ),
        ),
        ("src/hsic_hpo/selection/tradeoffs.py", once("tradeoffs_table", "html_report")),
        ("src/hsic_hpo/selection/decide.py", once(*SELECTION)),
        ("src/hsic_hpo/training/train.py", TRAINING),
        ("src/hsic_hpo/training/networks.py", TRAINING),
        ("src/hsic_hpo/problems/bateman.py", ANOTHER_PROBLEM),
        ("workflow/scripts/figure.py", once(*FIGURES, "html_report")),
        ("src/hsic_hpo/reports/page.html.j2", once("html_report")),
        ("workflow/scripts/gather.py", once(*TRIALS, "gather")),
    ],
)
def test_edited_code_reruns_what_uses_it(
    checkout: Checkout, path: str, expected: dict[str, int]
) -> None:
    checkout.append(path)
    assert checkout.planned() == expected


def test_comments_and_docstrings_rerun_nothing(checkout: Checkout) -> None:
    for path in sorted((checkout.root / "src").rglob("*.py")):
        path.write_text(path.read_text() + "\n# a comment\n")
    checkout.edit("src/hsic_hpo/training/train.py", '"""', '"""Another docstring. ')
    assert checkout.planned() == {}


MOVES = {
    "files": "trials.whole_files",
    "training.networks": "problems.layers",
    "figures.labels": "reports.axis_labels",
    "trials.dataset": "kept",
}


def test_a_module_that_moves_reruns_nothing(checkout: Checkout) -> None:
    package = checkout.root / "src" / "hsic_hpo"
    workflow = checkout.root / "workflow"
    importers = [*package.rglob("*.py"), *workflow.rglob("*.py"), *workflow.rglob("*.smk")]
    for old, new in MOVES.items():
        texts = {path: path.read_text() for path in importers if path.is_file()}
        importing = {path: _importing_from(text, old, new) for path, text in texts.items()}
        assert importing != texts
        for path, text in importing.items():
            path.write_text(text)
        source, target = (package / f"{name.replace('.', '/')}.py" for name in (old, new))
        source.rename(target)
        importers.append(target)
    assert checkout.planned() == {}


def _importing_from(text: str, old: str, new: str) -> str:
    """Import a module of the package from where it lies now, in each form of import."""
    old_place, _, old_name = f"hsic_hpo.{old}".rpartition(".")
    new_place, _, new_name = f"hsic_hpo.{new}".rpartition(".")
    text = text.replace(f"from hsic_hpo.{old} import", f"from hsic_hpo.{new} import")
    return re.sub(
        rf"from {re.escape(old_place)} import {old_name}( as \w+)?$",
        lambda found: f"from {new_place} import {new_name}{found[1] or f' as {old_name}'}",
        text,
        flags=re.MULTILINE,
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("n_permutations: 99", "n_permutations: 199", once(*ANALYSIS)),
        ("min_trials: 5", "goal_fraction: 0.2, min_trials: 5", once(*ANALYSIS)),
        ("search: {}", "search: {}\nselection: {keep: 0.4}", once(*SELECTION)),
        ("{epochs: 3}", "{epochs: 4}", EVERYTHING_BUT_DATA),
        ("n_trajectories: 64", "n_trajectories: 65", ANOTHER_PROBLEM),
        ("seed: 3", "seed: 4", EVERYTHING),
        ("n_trials: 40", "n_trials: 60", once(*TRIALS, "design", "gather", train=2)),
        ("n_trials: 40", "n_trials: 30", once(*TRIALS, "design", "gather")),
        (
            "space:\n",
            "space:\n  n_layers: {type: integer, range: [1, 3]}\n",
            EVERYTHING_BUT_DATA,
        ),
        ("space:\n", "space:\n  centered: null\n", EVERYTHING_BUT_DATA),
        ("space:\n  l1_penalty: null\n", "", EVERYTHING_BUT_DATA),
        ("final: {seeds: 1}", "final: {seeds: 2}", once(*RETRAINED)),
    ],
)
def test_edited_settings_rerun_what_reads_them(
    checkout: Checkout, old: str, new: str, expected: dict[str, int]
) -> None:
    checkout.edit("config/tiny.yaml", old, new)
    assert checkout.planned() == expected


def test_more_trials_train_only_the_new_ones(checkout: Checkout) -> None:
    before = checkout.finished_trainings
    checkout.edit("config/tiny.yaml", "n_trials: 40", "n_trials: 45")
    checkout.run("random/trials.nc")
    after = checkout.finished_trainings
    assert len(after) == len(before) + 5
    assert {path: after[path] for path in before} == before
    assert checkout.planned() == once(*TRIALS)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("src/hsic_hpo/study/config.schema.yaml", "description: ", "description: More to read. "),
        ("workflow/profiles/default/config.yaml", "retries: 2", "retries: 3"),
        # Other versions of libraries are no reason to train again: who wants all from one set of
        # versions deletes the results.
        ("constraints.txt", "torch==2", "torch==3"),
        ("workflow/rules/training.smk", "rule train:", "# A comment.\nrule train:"),
        ("workflow/report/importance_table.rst", " ", "  "),
    ],
)
def test_words_and_machine_settings_rerun_nothing(
    checkout: Checkout, path: str, old: str, new: str
) -> None:
    checkout.edit(path, old, new)
    assert checkout.planned() == {}


def test_numbers_in_the_words_of_a_command_are_those_of_a_config(
    fresh: Checkout, tmp_path: Path
) -> None:
    checkout = fresh.copy(tmp_path / "project")
    # Snakemake itself takes 1e-2 as text, and all that is nested.
    told = {
        "sensitivity": "{significance: 1e-2, n_permutations: 99}",
        "search": "{ctpe: {max_cost: 1e4}}",
    }
    assert checkout.planned("data.nc", **told) == once("data")


def test_another_cut_of_the_work_trains_nothing(checkout: Checkout) -> None:
    before = checkout.finished_trainings
    checkout.run("random/trials.nc", trials_per_job=25)
    assert checkout.finished_trainings == before
