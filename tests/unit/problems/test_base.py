"""Problems are chosen by name, their options and their spaces checked in one line each."""

import re
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.problems.base import load_problem
from hsic_hpo.problems.bateman import Bateman


def test_name_and_options_make_the_problem() -> None:
    assert load_problem({"name": "bateman"}) == Bateman()
    given = {"name": "bateman", "options": {"n_species": 2, "t_end": 1}}
    assert load_problem(given) == Bateman(n_species=2, t_end=1)


def test_source_is_the_file_of_the_problem() -> None:
    source = Bateman().source
    assert source.name == "bateman.py"
    assert "class Bateman" in source.read_text()


OPTIONS = "n_species, n_trajectories, n_times, t_end, v_low, v_high"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            {"name": "batman"},
            "c.yaml: problem.name: 'batman' is not a problem; known: bateman; "
            "did you mean 'bateman'?",
        ),
        (
            {"name": "bateman", "options": {"n_specie": 2}},
            "c.yaml: problem.options.n_specie: not an option of bateman; "
            f"known: {OPTIONS}; did you mean 'n_species'?",
        ),
        (
            {"name": "bateman", "options": {"n_species": 2.5}},
            "c.yaml: problem.options.n_species: 2.5 is not an integer",
        ),
        (
            {"name": "bateman", "options": {"n_species": True}},
            "c.yaml: problem.options.n_species: True is not an integer",
        ),
        (
            {"name": "bateman", "options": {"t_end": "long"}},
            "c.yaml: problem.options.t_end: 'long' is not a number",
        ),
        (
            {"name": "bateman", "options": {"n_species": 1}},
            "c.yaml: problem.options.n_species: 1 is outside [2, 100]",
        ),
        (
            {"name": "bateman", "options": {"t_end": float("nan")}},
            "c.yaml: problem.options.t_end: nan is outside [0.001, 1000]",
        ),
    ],
)
def test_bad_problems_are_refused_in_one_line(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        load_problem(spec, "c.yaml: problem")
