"""A training of a step shows in seconds whether errors come out."""

import math
import re
from pathlib import Path

import pytest

from hsic_hpo.cli import main

CONFIG = """\
study: tried
problem: {{import: "tried_line:{problem}"}}
training: {{epochs: 50, max_seconds: 100}}
final: {{seeds: 1{final}}}
"""
PROBLEMS = """\
from lightning_line import Line, LineProblem
from hsic_hpo.problems.base import FunctionProblem


class Untested(Line):
    test_step = None


class NoTestStep(LineProblem):
    def module(self, configuration):
        return Untested(configuration["rate"], 0.0)


class Works(LineProblem):
    pass


class Reads(FunctionProblem):
    name, error_name, error_units = "reads", "loss", "m"

    def default_space(self):
        return {"x": {"type": "float", "range": [0, 1]}}

    def evaluate(self, configuration, budget, seed):
        return {"validation_error": 7.0, "test_error": float(budget["epochs"])}


class FailsAtFirst(Reads):
    calls = []

    def evaluate(self, configuration, budget, seed):
        self.calls.append(1)
        if len(self.calls) < 3:
            raise ValueError("an unlucky configuration")
        return super().evaluate(configuration, budget, seed)
"""


def check(folder: Path, problem: str, final: str = "") -> None:
    (folder / "tried_line.py").write_text(PROBLEMS)
    (folder / "tried.yaml").write_text(CONFIG.format(problem=problem, final=final))
    main(["check", "--train", str(folder / "tried.yaml")])


def test_a_missing_test_step_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        check(tmp_path, "NoTestStep")
    assert isinstance(stop.value.code, str)
    assert "\n" not in stop.value.code
    assert "tried.yaml: trainings of the searches" in stop.value.code
    assert "`test_step()`" in stop.value.code


def test_errors_that_come_out_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(tmp_path, "Works")
    (line,) = capsys.readouterr().out.splitlines()[1:]
    found = re.search(r"validation error ([0-9.]+), test error ([0-9.]+)", line)
    assert found is not None
    # What the module logs as its test error is thrice that of the same points.
    assert math.isclose(3 * float(found[1]), float(found[2]), rel_tol=0.01)


def test_retrainings_of_another_budget_are_tried_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, "Reads", ", training: {max_seconds: 5}")
    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines == [
        f"A training of one step ({purpose}): validation error 7, test error 1, loss (m)"
        for purpose in ("searches", "retrainings")
    ]


def test_retrainings_of_each_further_budget_are_tried_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, "Reads", ", training: {epochs: 9}, further_training: [{epochs: 5}]")
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [
        "A training of one step (searches)",
        "A training of one step (retrainings, 9 epochs)",
        "A training of one step (retrainings, 5 epochs)",
    ]


def test_an_unlucky_configuration_is_not_the_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, "FailsAtFirst")
    assert "validation error 7" in capsys.readouterr().out
