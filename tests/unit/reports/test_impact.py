import numpy as np
import pytest
import xarray as xr

from hsic_hpo.reports.impact import impact_remark, impact_table
from hsic_hpo.sensitivity.beside_tests import BESIDE
from studies_to_draw import study


def _both() -> xr.Dataset:
    tested = study("usual").sensitivity
    found = tested["hsic"].sel(target="error", drop=True) * 0 + 1
    return tested.assign(
        {name: found.transpose("group", "subset", "hyperparameter") for name in BESIDE}
    )


def test_a_star_is_an_exact_test_and_found_is_the_surrogate() -> None:
    both = _both()
    rows = impact_table(both).set_index(["group", "hyperparameter"])
    best = both.sel(group="all", target="error", subset="best")
    for name in best["hyperparameter"].values[best["hsic"].notnull().values]:
        row = rows.loc[("all trials", name)]
        significant = float(best["significant"].sel(hyperparameter=name)) == 1
        assert row["adjusted p"].endswith("*") == significant
        assert (row["surrogate"], row["HSIC, surrogate"]) == ("found", "1000")
    assert "*" in "".join(rows["adjusted p"])
    assert "no test" in impact_remark(both)


@pytest.mark.parametrize("way", ["direct", "surrogate"])
def test_where_one_way_was_taken_only_that_is_shown(way: str) -> None:
    sensitivity = study("usual").sensitivity.assign_attrs(way=way)
    if way == "surrogate":
        sensitivity = sensitivity.assign(significant=sensitivity["significant"] * np.nan)
    columns = set(impact_table(sensitivity))
    shared = {"group", "hyperparameter", "HSIC", "95 % interval"}
    assert columns == shared | {{"direct": "adjusted p", "surrogate": "surrogate"}[way]}
    assert ("significant" in impact_remark(sensitivity)) == (way == "direct")


@pytest.mark.parametrize("name", ["five trials", "all failed", "constant error"])
def test_without_any_index_the_table_has_its_columns_and_no_row(name: str) -> None:
    sensitivity = study(name).sensitivity
    assert not sensitivity["hsic"].sel(target="error", subset="best").notnull().any()
    table = impact_table(sensitivity)
    assert table.empty
    assert list(table) == list(impact_table(study("usual").sensitivity))
