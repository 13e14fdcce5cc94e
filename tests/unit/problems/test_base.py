"""What all problems share: their source, the data of a function, the check of its space."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.files import write_netcdf
from hsic_hpo.problems.base import FunctionProblem, option
from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.spaces.space import Space


@dataclass(frozen=True)
class Bowl(FunctionProblem):
    """A problem with an option."""

    name: ClassVar[str] = "bowl"
    error_name: ClassVar[str] = "height"
    error_units: ClassVar[str] = "m"

    flat: bool = option(False)

    def default_space(self) -> dict[str, Any]:
        return {"x": {"type": "float", "range": [0, 1]}, "y": {"type": "boolean"}}

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        return {"validation_error": configuration["x"], "test_error": configuration["x"]}


def test_source_is_the_file_of_the_problem() -> None:
    source = Bateman().source
    assert source.name == "bateman.py"
    assert "class Bateman" in source.read_text()


def test_data_of_a_function_are_its_options(tmp_path: Path) -> None:
    def fingerprint(problem: Bowl, seed: int) -> str:
        write_netcdf(problem.generate(seed), tmp_path / "data.nc")
        return problem.load(tmp_path / "data.nc").fingerprint

    assert fingerprint(Bowl(), 0) == fingerprint(Bowl(), 1) != fingerprint(Bowl(flat=True), 0)


def test_altered_data_of_a_function_are_refused(tmp_path: Path) -> None:
    data = Bowl().generate(0)
    write_netcdf(data.assign(options=data["options"] + " "), tmp_path / "data.nc")
    with pytest.raises(InputError, match="it was altered"):
        Bowl().load(tmp_path / "data.nc")


def test_a_hyperparameter_that_a_function_does_not_use_is_refused() -> None:
    Bowl().check_space(Space.from_dict({"y": {"type": "boolean"}}))
    with pytest.raises(InputError, match=r"^space\.z: not a hyperparameter of bowl; known: x, y$"):
        Bowl().check_space(Space.from_dict({"z": {"type": "boolean"}}))
