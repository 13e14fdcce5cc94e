"""A random search that is looked at ends once all is decided; later jobs train nothing."""

import json
from pathlib import Path

from checkout import fresh_checkout
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.outcomes import looks_in_words

STUDY = """\
study: tiny
problem: {import: "line:Line"}
random_search: {n_trials: 200, stop: {looks: 2}}
sensitivity: {n_permutations: 99}
search: {}
final: {seeds: 1}
"""
LINE = """\
from dataclasses import dataclass

from hsic_hpo.problems.base import FunctionProblem


@dataclass(frozen=True)
class Line(FunctionProblem):
    name = "line"
    error_name = "error"
    error_units = "1"

    def default_space(self):
        return {"x": {"type": "float", "range": [0, 1]}}

    def evaluate(self, configuration, budget, seed):
        return {"validation_error": configuration["x"], "test_error": configuration["x"]}
"""


def test_a_settled_search_trains_no_further_block(tmp_path: Path) -> None:
    checkout = fresh_checkout(tmp_path / "project", STUDY)
    (checkout.root / "config" / "line.py").write_text(LINE)
    checkout.run("random/trials.nc", trials_per_job=100)
    looks = checkout.results / "random" / "looks"
    first, last = (json.loads((looks / f"{look}.json").read_text()) for look in (1, 2))
    assert (first["settled_at"], first["undecided"]) == (1, [])
    assert last == {**first, "look": 2}
    trials = read_trials(checkout.results / "random" / "trials.nc")
    assert len(checkout.finished_trainings) == trials.sizes["trial"] == 100
    assert (checkout.results / "random/records/100-200.jsonl").read_text() == ""
    assert looks_in_words(trials) == (
        "Settled at look 1 of 2, after 100 of 200 trials: 100 trainings saved."
    )
    assert checkout.planned("random/trials.nc", trials_per_job=100) == {}
