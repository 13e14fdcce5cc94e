"""What is kept of a finished study reads as it was, and takes less space."""

from pathlib import Path

import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.trials import dataset as trials_data
from scripts_of_docs import load

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "results" / "reference" / "bateman"


publish = load("publish").publish


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study as its run writes it."""
    folder = tmp_path_factory.mktemp("study")
    for path in PUBLISHED.rglob("*.nc"):
        write_netcdf(read_netcdf(path), folder / path.relative_to(PUBLISHED))
    # Published retrainings have no learning curves any more.
    with_curves = read_netcdf(PUBLISHED / "search" / "gpbo" / "0" / "trials.nc")
    write_netcdf(with_curves, folder / "final" / "gpbo" / "lowest-error" / "trials.nc")
    return folder


def test_datasets_are_the_same_and_smaller(study: Path, tmp_path: Path) -> None:
    written = publish(study, tmp_path)
    names = {path.relative_to(tmp_path) for path in written}
    # What other measures say is made from the published trials.
    assert names == {path.relative_to(study) for path in study.rglob("*.nc")} - {Path("peers.nc")}
    for name in sorted(names):
        kept, was = read_netcdf(tmp_path / name), read_netcdf(study / name)
        if name.match("final/*/*/trials.nc"):
            was = was.isel(epoch=slice(0))
        xr.testing.assert_identical(kept, was)
    final = Path("final", "gpbo", "lowest-error", "trials.nc")
    assert trials_data.read_trials(study / final).sizes["epoch"] > 0
    assert trials_data.read_trials(tmp_path / final).sizes["epoch"] == 0
    sizes = [sum((folder / name).stat().st_size for name in names) for folder in (tmp_path, study)]
    assert sizes[0] < 0.85 * sizes[1]


def test_of_a_study_that_has_begun_what_is_there_is_kept(study: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    write_netcdf(read_netcdf(study / "random" / "trials.nc"), begun / "random" / "trials.nc")
    written = publish(begun, tmp_path / "reference")
    assert written == [tmp_path / "reference" / "random" / "trials.nc"]
    assert publish(tmp_path / "nothing", tmp_path / "reference") == []
