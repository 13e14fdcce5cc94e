"""The paper's analytical examples through Snakemake."""

from pathlib import Path

import pandas as pd

from checkout import Checkout
from hsic_hpo.files import read_netcdf


def test_the_toy_study_ends_in_tables_and_figures(fresh: Checkout, tmp_path: Path) -> None:
    checkout = fresh.copy(tmp_path / "project")
    (checkout.root / "config" / "tiny.yaml").write_text("study: tiny\ntoy: {n_draws: 2000}\n")
    checkout.run("toy")
    assert read_netcdf(checkout.results / "toy.nc").attrs["n_draws"] == 2000
    table = pd.read_csv(checkout.results / "tables" / "toy.csv")
    assert set(table["table"]) == {1, 2, 3}
    assert "ratios" in (checkout.results / "tables" / "toy.md").read_text()
    for figure in ("hidden_interaction", "joint_indices", "conditional"):
        for suffix in ("svg", "png"):
            path = checkout.results / "figures" / f"toy_{figure}.{suffix}"
            assert path.stat().st_size > 1000
