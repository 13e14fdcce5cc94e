"""What a study has found is read as its files hold it, both explanations beside each other."""

from dataclasses import fields
from pathlib import Path

import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf
from hsic_hpo.reports.study_parts import PARTS, StudyParts, read_parts
from hsic_hpo.trials.dataset import read_trials
from hsic_hpo.trials.goals import has_both
from published_studies import REFERENCE, unpack

STUDY = REFERENCE / "bateman"
TRIALS = str(STUDY / "random" / "trials.nc")
SURROGATE = str(STUDY / "sensitivity_surrogate.nc")


def test_parts_are_those_of_the_files_with_the_surrogate_beside_the_tests(tmp_path: Path) -> None:
    unpack("bateman", tmp_path)
    searches = sorted(map(str, tmp_path.glob("search/*/*/trials.nc")))
    assert searches
    paths = {name: str(STUDY / f"{name}.nc") for name in PARTS}
    read = read_parts(TRIALS, paths, SURROGATE, searches)
    for name in PARTS[1:]:
        xr.testing.assert_identical(getattr(read, name), read_netcdf(STUDY / f"{name}.nc"))
    tests = read_netcdf(STUDY / "sensitivity.nc")
    assert not has_both(tests)
    assert has_both(read.sensitivity)
    xr.testing.assert_identical(read.sensitivity["hsic"], tests["hsic"])
    xr.testing.assert_identical(read.trials, read_trials(TRIALS))
    for found, path in zip(read.searches, searches, strict=True):
        xr.testing.assert_identical(found, read_trials(path))


def test_parts_are_all_that_a_study_has_but_its_trials() -> None:
    names = {field.name for field in fields(StudyParts)}
    assert names == {"trials", "measured", "searches", *PARTS}


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.nc: no such file"):
        read_parts(TRIALS, {"sensitivity": str(tmp_path / "a.nc")}, SURROGATE)
