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
training: {epochs: 1, max_seconds: 1}
random_search: {n_trials: 60}
sensitivity: {n_permutations: 99, min_trials: 5, min_successes: 2}
search: {}
final: {seeds: 1}
"""
# Which trial does what, and what is said of it.
BAD = {
    3: ("segfault", "ended the interpreter: segmentation fault (signal 11)"),
    11: ("os._exit", "ended the interpreter: exit code 3"),
    24: ("hang in C", "still running after max_seconds 1 s"),
    33: ("eat", "out of memory: "),
    44: ("raise", "ArithmeticError: no such luck"),
    58: ("diverge", "validation error is nan"),
}
PROBLEM = """\
from dataclasses import dataclass
from math import nan

from hostile import ACTS, Hostile

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
        if act is not None:
            ACTS[act]()
        return {{"validation_error": x**3 / 7, "test_error": x / 3}}
"""


def make_wild(checkout: Checkout, acts: dict[str, str] | None = None) -> None:
    """Give a checkout the study; ``acts`` take the place of others of the same name."""
    x = [row["x"] for row in SPACE.configurations(sample(SPACE, 60, SEED))]
    does = {x[trial]: (acts or {}).get(act, act) for trial, (act, _) in BAD.items()}
    shutil.copy(ROOT / "tests" / "unit" / "hostile.py", checkout.config.parent)
    (checkout.config.parent / "wild.py").write_text(PROBLEM.format(does=does))
    checkout.config.write_text(CONFIG)


def assert_six_are_named(path: Path) -> None:
    """Check that 54 trials are, bit for bit, what they are without the six, which have reasons."""
    dataset = trials.read_trials(path)
    status, reason = (dataset[name].values[:, 0] for name in ("status", "reason"))
    x = hyperparameter_values(dataset, "x")
    for trial in set(range(60)) - set(BAD):
        assert status[trial] == "ok", reason[trial]
        # Python's own powers: NumPy rounds some of them otherwise.
        value = float(x[trial])
        assert dataset["validation_error"].values[trial, 0] == value**3 / 7
        assert dataset["test_error"].values[trial, 0] == value / 3
    for trial, (act, said) in BAD.items():
        assert status[trial] == ("diverged" if act == "diverge" else "failed")
        assert reason[trial].startswith(said), reason[trial]
