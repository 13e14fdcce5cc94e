"""What a study has found is read as its files hold it, both explanations beside each other."""

from pathlib import Path

import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.reports.study_parts import PARTS, read_parts
from hsic_hpo.trials.goals import has_both

STUDY = Path(__file__).parents[3] / "results" / "reference" / "bateman"
SURROGATE = str(STUDY / "sensitivity_surrogate.nc")


def test_parts_are_those_of_the_files_with_the_surrogate_beside_the_tests() -> None:
    read = read_parts({name: str(STUDY / f"{name}.nc") for name in PARTS}, SURROGATE)
    assert tuple(read) == PARTS
    for name in PARTS[1:]:
        xr.testing.assert_identical(read[name], read_netcdf(STUDY / f"{name}.nc"))
    tests = read_netcdf(STUDY / "sensitivity.nc")
    assert not has_both(tests)
    assert has_both(read["sensitivity"])
    xr.testing.assert_identical(read["sensitivity"]["hsic"], tests["hsic"])


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.nc: no such file"):
        read_parts({"sensitivity": str(tmp_path / "a.nc")}, SURROGATE)
