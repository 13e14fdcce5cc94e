"""A study of 60 trials of which six do what no training should do."""

import shutil
from pathlib import Path

from checkout import ROOT, Checkout
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials import dataset as trials
from hsic_hpo.trials.variables import hyperparameter_values

SEED = 3
SPACE = Space.from_dict({"x": {"type": "float", "range": [0, 1]}})
CONFIG = """\
study: tiny
seed: 3
problem: {import: "wild:Wild"}
training: {epochs: 1, max_seconds: {max_seconds}}
random_search: {n_trials: 60}
sensitivity: {n_permutations: 99, min_trials: 5, min_successes: 2}
search: {}
final: {seeds: 1}
"""
# Which trial does what, and how what is said of an act begins.
BAD = {3: "segfault", 11: "os._exit", 24: "hang in C", 33: "eat", 44: "raise", 58: "diverge"}
SAID = {
    "segfault": "ended the interpreter: segmentation fault (signal 11)",
    "os._exit": "ended the interpreter: exit code 3",
    "abort": "ended the interpreter: aborted (signal 6)",
    "hang in C": "still running after max_seconds ",
    "eat": "out of memory: MemoryError",
    "devour": "out of memory: ",
    "raise": "ArithmeticError: no such luck",
    "diverge": "validation error is nan",
}
PROBLEM = """\
from dataclasses import dataclass
from math import nan
from time import sleep

from acting import ACTS, Hostile

DOES = {does}


@dataclass(frozen=True)
class Wild(Hostile):
    name = "wild"

    def default_space(self):
        return {{"x": {{"type": "float", "range": [0, 1]}}}}

    def evaluate(self, configuration, budget, seed):
        x = configuration["x"]
        act = DOES.get(x)
        if act == "diverge":
            return {{"validation_error": nan, "test_error": nan}}
        if act in ACTS:
            ACTS[act]()
        sleep({seconds})
        return {{"validation_error": x**3 / 7, "test_error": x / 3}}
"""


def make_wild(
    checkout: Checkout, bad: dict[int, str] = BAD, *, seconds: float = 0, max_seconds: float = 1
) -> None:
    """Give a checkout the study.

    Parameters
    ----------
    checkout
        Where.
    bad
        Which trials do what.
    seconds
        How long a training takes.
    max_seconds
        How long it may take.
    """
    x = [row["x"] for row in SPACE.configurations(sample(SPACE, 60, SEED))]
    does = {x[trial]: act for trial, act in bad.items()}
    # Tests find a module of the name of the original, which would hide that of the study.
    copied = checkout.config.parent / "acting.py"
    shutil.copy(ROOT / "tests" / "unit" / "hostile.py", copied)
    (checkout.config.parent / "wild.py").write_text(PROBLEM.format(does=does, seconds=seconds))
    checkout.config.write_text(CONFIG.replace("{max_seconds}", str(max_seconds)))


def assert_named(path: Path, bad: dict[int, str] = BAD) -> None:
    """Check that the bad trials have reasons, and that all others are, bit for bit, as without."""
    dataset = trials.read_trials(path)
    status, reason = (dataset[name].values[:, 0] for name in ("status", "reason"))
    x = hyperparameter_values(dataset, "x")
    for trial in set(range(60)) - set(bad):
        assert status[trial] == "ok", reason[trial]
        # Python's own powers: NumPy rounds some of them otherwise.
        value = float(x[trial])
        assert dataset["validation_error"].values[trial, 0] == value**3 / 7
        assert dataset["test_error"].values[trial, 0] == value / 3
    for trial, act in bad.items():
        assert status[trial] == ("diverged" if act == "diverge" else "failed")
        assert reason[trial].startswith(SAID[act]), reason[trial]
