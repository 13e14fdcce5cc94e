"""The script that proposes a round asks the problem what networks cost."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.problems.runge import Runge
from small_search import search

SCRIPT = Path(__file__).parents[2] / "workflow" / "scripts" / "propose.py"
SPACE = {name: Runge().default_space()[name] for name in ("n_layers", "n_units", "batch_size")}


def propose(folder: Path, **settings: Any) -> list[dict[str, Any]]:
    spec = importlib.util.spec_from_file_location("propose_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    trials = search(30, spec=SPACE, error=lambda c: 1.0 / (c["n_layers"] * c["n_units"]))
    write_netcdf(trials, folder / "trials.nc")
    script.main(
        random=str(folder / "trials.nc"),
        rounds=[],
        selection=None,
        repeat=0,
        cost="flops",
        seed=0,
        budget={"epochs": 1},
        n=3,
        output=str(folder / "design.nc"),
        **settings,
    )
    return [json.loads(c) for c in read_netcdf(folder / "design.nc")["configuration"].values]


@pytest.mark.parametrize("method", ["cgpbo", "ctpe"])
def test_no_network_above_the_limit_is_proposed(method: str, tmp_path: Path) -> None:
    """Larger networks are better, and the costs that the trials tell are wrong: all are cheap."""
    problem = {"name": "runge", "options": {}}
    proposed = propose(tmp_path, method=method, problem=problem, ceiling=5000.0)
    assert len(proposed) == 3
    assert all(Runge().costs(configuration)["flops"] <= 5000.0 for configuration in proposed)


def test_methods_without_a_limit_need_no_problem(tmp_path: Path) -> None:
    assert len(propose(tmp_path, method="gpbo", problem=None)) == 3


def test_a_limit_below_all_networks_ends_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^search\.cgpbo\.max_cost: no configuration found"):
        propose(tmp_path, method="cgpbo", problem={"name": "runge"}, ceiling=3.0)
