"""What a study has found, read from its files for the sentences and the page that tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from hsic_hpo.files import read_netcdf
from hsic_hpo.sensitivity.labels import beside
from hsic_hpo.trials.dataset import read_trials


@dataclass(frozen=True)
class StudyParts:
    """The Datasets of a study; those that it does not have are None.

    Attributes
    ----------
    trials
        Trials Dataset of the random search, or of imported trials.
    sensitivity
        Sensitivity Dataset of these trials.
    measured
        The trials with the errors that were measured, where those of ``trials`` are places towards
        the front, by which they were explained; None where they are the same.
    searches
        Trials Datasets of the searches.
    convergence, selection, front, comparison
        The Datasets of the same names.
    sensitivity_all
        Sensitivity Dataset of all trials, those of the searches included.
    front_held
        What each search holds of the front, see :mod:`hsic_hpo.search.front_held`.
    importance_by_budget
        Indices by budget, see :mod:`hsic_hpo.sensitivity.by_budget`.
    importance_by_epoch
        Indices by epoch, see :mod:`hsic_hpo.sensitivity.by_epoch`.
    """

    trials: xr.Dataset
    sensitivity: xr.Dataset
    measured: xr.Dataset | None = None
    searches: Sequence[xr.Dataset] = ()
    convergence: xr.Dataset | None = None
    selection: xr.Dataset | None = None
    front: xr.Dataset | None = None
    comparison: xr.Dataset | None = None
    sensitivity_all: xr.Dataset | None = None
    front_held: xr.Dataset | None = None
    importance_by_budget: xr.Dataset | None = None
    importance_by_epoch: xr.Dataset | None = None

    @property
    def as_measured(self) -> xr.Dataset:
        """The random or imported trials, with the errors that were measured."""
        return self.trials if self.measured is None else self.measured


# Attributes that a file each holds; some are missing where there are no searches.
PARTS = (
    "sensitivity",
    "convergence",
    "selection",
    "front",
    "comparison",
    "sensitivity_all",
    "front_held",
    "importance_by_budget",
    "importance_by_epoch",
)


def read_parts(
    trials: str, paths: Mapping[str, str], surrogate: str, searches: Sequence[str] = ()
) -> StudyParts:
    """Read the Datasets of a study.

    Parameters
    ----------
    trials
        File of the random search.
    paths
        Files of the other parts, by names of ``PARTS``; that of ``sensitivity`` is needed.
    surrogate
        File of what a surrogate finds in the random trials, which stands beside their tests.
    searches
        Files of the searches' trials.

    Raises
    ------
    InputError
        When a file is missing or cannot be read.
    """
    read = {name: read_netcdf(path) for name, path in paths.items()}
    read["sensitivity"] = beside(read["sensitivity"], read_netcdf(surrogate))
    return StudyParts(
        read_trials(trials), searches=[read_trials(path) for path in searches], **read
    )
