"""Exactly the stages that an edit touches run again."""

import os
import time

import pytest

from conftest import Checkout

FIGURES = {"errors_figure": 1, "importance_figure": 1}
RESULTS = {**FIGURES, "importance_table": 1, "summary": 1}
SENSITIVITY = {"sensitivity": 1, **RESULTS}
ANALYSIS = {**SENSITIVITY, "convergence": 1}
TRAINING = {"train": 4, "gather": 1, **ANALYSIS}
APPENDED = "\n\ndef appended_by_a_test():\n    return 1\n"


def append(checkout: Checkout, path: str) -> None:
    with (checkout.root / path).open("a") as file:
        file.write(APPENDED)


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
        ("src/hsic_hpo/tables.py", {"importance_table": 1, "summary": 1}),
        ("src/hsic_hpo/sensitivity.py", ANALYSIS),
        ("src/hsic_hpo/training.py", TRAINING),
        ("src/hsic_hpo/networks.py", TRAINING),
        ("workflow/scripts/errors_figure.py", {"errors_figure": 1}),
        ("workflow/scripts/gather.py", {"gather": 1, **ANALYSIS}),
    ],
)
def test_edited_code_reruns_what_uses_it(
    checkout: Checkout, path: str, expected: dict[str, int]
) -> None:
    append(checkout, path)
    assert checkout.planned() == expected


def test_edited_figures_rerun_figures(checkout: Checkout) -> None:
    figures = checkout.root / "src/hsic_hpo/figures"
    path = "figures/style.py" if figures.is_dir() else "figures.py"
    append(checkout, f"src/hsic_hpo/{path}")
    assert checkout.planned() == FIGURES


def test_comments_and_docstrings_rerun_nothing(checkout: Checkout) -> None:
    for path in sorted((checkout.root / "src").rglob("*.py")):
        path.write_text(path.read_text() + "\n# a comment\n")
    checkout.edit("src/hsic_hpo/training.py", '"""', '"""Another docstring. ')
    assert checkout.planned() == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("n_permutations: 99", "n_permutations: 199", ANALYSIS),
        (
            "min_trials: 5",
            "goal_fraction: 0.2, min_trials: 5",
            ANALYSIS,
        ),
        ("{epochs: 3}", "{epochs: 4}", {"design": 1, **TRAINING}),
        ("seed: 3", "seed: 4", {"data": 1, "design": 1, **TRAINING}),
        (
            "n_trials: 40",
            "n_trials: 60",
            {"design": 1, "train": 2, "gather": 1, **ANALYSIS},
        ),
        ("n_trials: 40", "n_trials: 30", {"design": 1, "gather": 1, **ANALYSIS}),
        (
            "sensitivity:",
            "space: {n_layers: {type: integer, range: [1, 3]}}\nsensitivity:",
            {"design": 1, **TRAINING},
        ),
    ],
)
def test_edited_settings_rerun_what_reads_them(
    checkout: Checkout, old: str, new: str, expected: dict[str, int]
) -> None:
    checkout.edit("config/tiny.yaml", old, new)
    assert checkout.planned() == expected


def test_more_trials_train_only_the_new_ones(checkout: Checkout) -> None:
    files = checkout.results / "trial_files"
    before = {path: path.stat().st_mtime_ns for path in files.rglob("*.json")}
    checkout.edit("config/tiny.yaml", "n_trials: 40", "n_trials: 45")
    checkout.run()
    after = {path: path.stat().st_mtime_ns for path in files.rglob("*.json")}
    assert len(after) == 45
    assert {path: after[path] for path in before} == before
    assert checkout.planned() == {}


def test_another_cut_of_the_work_trains_nothing(checkout: Checkout) -> None:
    files = checkout.results / "trial_files"
    before = {path: path.stat().st_mtime_ns for path in files.rglob("*.json")}
    checkout.run(trials_per_job=25)
    assert {path: path.stat().st_mtime_ns for path in files.rglob("*.json")} == before
