"""Each choice with each budget, and how they are told apart."""

from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study import study
from hsic_hpo.study.retrainings import Retraining
from hsic_hpo.study.study import Study

HEAD = "study: a\ntraining: {epochs: 150, max_training_flops: 1e9}\nsearch: {gpbo: {}}\n"


def read(folder: Path, final: str) -> Study:
    path = folder / "a.yaml"
    path.write_text(f"{HEAD}final: {final}")
    return study.read_study([path])


def test_a_further_budget_adds_its_length_to_the_name_of_each_choice(tmp_path: Path) -> None:
    budgets = "training: {epochs: 5000}, further_training: [{epochs: 150}, {steps: 1}]"
    found = read(tmp_path, f"{{choose: [lowest_error, knee], {budgets}}}").retrainings("gpbo")
    long = {"epochs": 5000, "max_training_flops": 1e9}
    brief = {"epochs": 150, "max_training_flops": 1e9}
    step = {"steps": 1, "max_training_flops": 1e9}
    lowest = {"initial_trials": 0, "tolerance": 0.0}
    assert found == {
        "lowest-error": Retraining(lowest, long),
        "lowest-error-150-epochs": Retraining(lowest, brief),
        "lowest-error-1-step": Retraining(lowest, step),
        "knee": Retraining(lowest | {"knee": True}, long),
        "knee-150-epochs": Retraining(lowest | {"knee": True}, brief),
        "knee-1-step": Retraining(lowest | {"knee": True}, step),
    }


def test_one_budget_adds_nothing(tmp_path: Path) -> None:
    read_one = read(tmp_path, "{training: {epochs: 7}}")
    assert [*read_one.retrainings("gpbo")] == [*read_one.choices("gpbo")] == ["lowest-error"]
    assert read_one.final_budgets == [{"epochs": 7, "max_training_flops": 1e9}]


@pytest.mark.parametrize(
    ("final", "length"),
    [
        ("{further_training: [{epochs: 150}]}", "150 epochs"),
        ("{further_training: [{epochs: 7}, {epochs: 7, max_seconds: 3}]}", "7 epochs"),
        ("{training: {steps: 1}, further_training: [{steps: 1}]}", "1 step"),
    ],
)
def test_budgets_of_one_length_are_refused(tmp_path: Path, final: str, length: str) -> None:
    message = rf"final\.further_training: a second budget of {length}; allowed: budgets that differ"
    with pytest.raises(InputError, match=message):
        read(tmp_path, final)
