"""A service that fails for a while: the study says so, and one command trains again what failed."""

import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

from checkout import Checkout, fresh_checkout
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.variables import hyperparameter_values

CONFIG = """\
study: tiny
problem: {import: "service:Service"}
random_search: {n_trials: 20}
search: {}
final: {seeds: 1}
"""
SERVICE = """\
from pathlib import Path

from hsic_hpo.problems.base import FunctionProblem

DOWN = Path(__file__).with_name("down")


class Service(FunctionProblem):
    name, error_name, error_units = "service", "loss", "1"

    def default_space(self):
        return {"x": {"type": "float", "range": [-1, 1]}}

    def evaluate(self, configuration, budget, seed):
        if DOWN.exists() and configuration["x"] > float(DOWN.read_text()):
            raise RuntimeError("the service is down")
        return dict.fromkeys(["validation_error", "test_error"], configuration["x"] ** 2)
"""
EVERYTHING, A_HALF = "-2", "0"


def run(checkout: Checkout, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=checkout.root,
        env=checkout.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def retry(checkout: Checkout, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hsic_hpo.cli", "retry", "results/tiny", *options]
    return run(checkout, command)


def test_after_a_service_heals_what_failed_is_trained_again_and_nothing_else(
    tmp_path: Path,
) -> None:
    checkout = fresh_checkout(tmp_path / "project", CONFIG)
    service, down = (checkout.root / "config" / name for name in ("service.py", "down"))
    study = checkout.command("failed.txt")

    # A mistake in the code: another try of the same job would end in the same way.
    service.write_text(SERVICE.replace(', "test_error"', ""))
    done = run(checkout, study)
    assert done.returncode == 1
    assert 1 <= done.stderr.count("service.evaluate: 'test_error' is missing\n") <= 2
    assert "Trying to restart" not in done.stdout + done.stderr
    service.write_text(SERVICE)

    # Nothing works: no budget is spent on it.
    down.write_text(EVERYTHING)
    done = run(checkout, study)
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if "the first 1" in line)
    assert line.startswith("Stopped: the first 1")
    assert "trainings all failed: RuntimeError: the service is down (1" in line
    assert f"hsic-hpo retry results/tiny && python -m snakemake {study[3]}" in line
    assert done.stderr.splitlines()[-1] == line
    assert "Traceback" not in done.stdout + done.stderr
    assert "Error" not in done.stderr.replace("RuntimeError", "")
    assert 10 <= len(checkout.finished_trainings) < 15

    # One half works: the study comes to its end, and says what failed.
    assert retry(checkout).returncode == 0
    assert not checkout.finished_trainings
    down.write_text(A_HALF)
    done = run(checkout, study)
    assert done.returncode == 0, done.stdout + done.stderr
    dataset = trials.read_trials(checkout.results / "random" / "trials.nc")
    x = hyperparameter_values(dataset, "x")
    n_failed = int((x > 0).sum())
    assert 4 < n_failed < 16
    line, *listed = (checkout.results / "failed.txt").read_text().splitlines()
    assert f"{n_failed} of 21 trainings failed: RuntimeError: the service is down" in line
    assert line in done.stderr
    assert len(listed) == n_failed
    assert checkout.planned("failed.txt") == {}

    # It heals.
    down.unlink()
    unknown = retry(checkout, "--reason", "out of memory")
    assert unknown.returncode == 1
    assert len(unknown.stderr.splitlines()) == 1
    assert "the service is down" in unknown.stderr
    stored = checkout.finished_trainings
    told = retry(checkout, "--reason", "service is")
    assert f"{n_failed} trainings that failed will be trained again" in told.stdout
    before = checkout.finished_trainings
    assert len(before) == len(stored) - n_failed
    assert checkout.planned("failed.txt")["train"] == 2
    command = told.stdout.splitlines()[-1].removeprefix("Next: python ")
    done = run(checkout, [sys.executable, *shlex.split(command)])
    assert done.returncode == 0, done.stdout + done.stderr
    after = checkout.finished_trainings
    assert {path: after[path] for path in before} == before
    assert len(after) == 21
    dataset = trials.read_trials(checkout.results / "random" / "trials.nc")
    np.testing.assert_array_equal(dataset["validation_error"].values[:, 0], x**2)
    assert (checkout.results / "failed.txt").read_text() == ""
    assert checkout.planned("failed.txt") == {}
    assert retry(checkout).stdout == "No training failed in results/tiny.\n"
