"""What is kept of a finished study reads as it was, and takes less space."""

import tarfile
from pathlib import Path

import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.trials import dataset as trials_data
from published_studies import ARCHIVE, REFERENCE, unpack
from scripts_of_docs import load

PUBLISHED = REFERENCE / "bateman"


publish = load("publish").publish


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study as its run writes it."""
    folder = tmp_path_factory.mktemp("study")
    searched = unpack("bateman", tmp_path_factory.mktemp("searched"))
    for root in (PUBLISHED, searched):
        for path in root.rglob("*.nc"):
            write_netcdf(read_netcdf(path), folder / path.relative_to(root))
    # Published retrainings have no learning curves any more.
    with_curves = read_netcdf(searched / "search" / "gpbo" / "0" / "trials.nc")
    write_netcdf(with_curves, folder / "final" / "gpbo" / "lowest-error" / "trials.nc")
    return folder


def test_datasets_are_the_same_and_smaller(study: Path, tmp_path: Path) -> None:
    written = publish(study, tmp_path / "kept")
    kept = {path.relative_to(tmp_path / "kept") for path in written}
    with tarfile.open(tmp_path / "kept" / ARCHIVE) as archive:
        archive.extractall(tmp_path / "kept", filter="data")
    searched = {path for path in study.rglob("*.nc") if path.parts[-4] in ("search", "final")}
    alone = {path.relative_to(study) for path in set(study.rglob("*.nc")) - searched}
    # What other measures say is made from the published trials.
    assert kept == alone - {Path("peers.nc")} | {Path(ARCHIVE)}
    for path in sorted(kept - {Path(ARCHIVE)} | {path.relative_to(study) for path in searched}):
        found, was = read_netcdf(tmp_path / "kept" / path), read_netcdf(study / path)
        if path.match("final/*/*/trials.nc"):
            was = was.isel(epoch=slice(0))
        xr.testing.assert_identical(found, was)
    final = Path("final", "gpbo", "lowest-error", "trials.nc")
    assert trials_data.read_trials(study / final).sizes["epoch"] > 0
    assert trials_data.read_trials(tmp_path / "kept" / final).sizes["epoch"] == 0
    takes, took = (
        (tmp_path / "kept" / ARCHIVE).stat().st_size,
        sum(f.stat().st_size for f in searched),
    )
    assert takes < 0.3 * took
    takes, took = (
        sum((folder / path).stat().st_size for path in kept - {Path(ARCHIVE)})
        for folder in (tmp_path / "kept", study)
    )
    assert takes < 0.85 * took


def test_the_archive_depends_on_the_datasets_alone(study: Path, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        publish(study, tmp_path / folder)
    first, second = (tmp_path / folder / ARCHIVE for folder in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_of_a_study_that_has_begun_what_is_there_is_kept(study: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    write_netcdf(read_netcdf(study / "random" / "trials.nc"), begun / "random" / "trials.nc")
    written = publish(begun, tmp_path / "reference")
    assert written == [tmp_path / "reference" / "random" / "trials.nc"]
    assert publish(tmp_path / "nothing", tmp_path / "reference") == []
