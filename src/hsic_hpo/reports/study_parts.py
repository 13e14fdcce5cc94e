"""What a study has found, read from its files for the sentences and the page that tell it."""

from collections.abc import Mapping

import xarray as xr

from hsic_hpo.files import read_netcdf
from hsic_hpo.sensitivity.labels import beside

# As `findings` and `page` take them; some are missing where there are no searches.
PARTS = (
    "sensitivity",
    "convergence",
    "selection",
    "front",
    "comparison",
    "sensitivity_all",
    "importance_by_budget",
)


def read_parts(paths: Mapping[str, str], surrogate: str) -> dict[str, xr.Dataset]:
    """Read the Datasets of a study.

    Parameters
    ----------
    paths
        Their files, by names of ``PARTS``; that of ``sensitivity`` is needed.
    surrogate
        File of what a surrogate finds in the random trials, which stands beside their tests.

    Raises
    ------
    InputError
        When a file is missing or cannot be read.
    """
    read = {name: read_netcdf(path) for name, path in paths.items()}
    return read | {"sensitivity": beside(read["sensitivity"], read_netcdf(surrogate))}
