"""Figures are found and drawn by their names."""

import subprocess
import sys

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.figures.by_name import draw, drawing_source
from hsic_hpo.figures.convergence import convergence
from hsic_hpo.figures.style import save
from studies_to_draw import study


def test_the_name_of_a_figure_is_that_of_its_module_and_function(tmp_path) -> None:
    converged = study("usual").convergence
    save(draw("convergence", converged), tmp_path / "named.svg")
    save(convergence(converged), tmp_path / "called.svg")
    assert (tmp_path / "named.svg").read_bytes() == (tmp_path / "called.svg").read_bytes()
    assert drawing_source("convergence").name == "convergence.py"


@pytest.mark.parametrize("find", [draw, drawing_source])
def test_an_unknown_figure_is_named(find) -> None:
    with pytest.raises(InputError, match="'pie' is not a figure"):
        find("pie")


def test_finding_a_source_draws_nothing() -> None:
    code = (
        "import sys; from hsic_hpo.figures.by_name import drawing_source as source; "
        "source('worst'); sys.exit(not {'matplotlib', 'xarray'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
