"""Trials of the searches of a published study, which stand in an archive."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import xarray as xr

from hsic_hpo.trials.dataset import read_trials

REFERENCE = Path(__file__).parents[1] / "results" / "reference"


def published_searches(
    study: str, archive: str = "searches.tar.xz"
) -> Iterator[tuple[str, xr.Dataset]]:
    """Yield the method and the trials of each repeat of each search, in the order of their names.

    Parameters
    ----------
    study
        Name of a published study.
    archive
        File of it.
    """
    with TemporaryDirectory() as unpacked:
        with tarfile.open(REFERENCE / study / archive) as members:
            members.extractall(unpacked, filter="data")
        for path in sorted(Path(unpacked).glob("search/*/*/trials.nc")):
            yield path.parts[-3], read_trials(path)
