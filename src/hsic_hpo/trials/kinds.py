"""Which kind of Dataset something is: what a figure or a table checks before it reads it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.errors import InputError


@dataclass(frozen=True)
class Kind:
    """A kind of Dataset, by what no other kind has.

    Attributes
    ----------
    name
        In words, such as ``"trials Dataset"``.
    maker
        Where it comes from, for a person.
    dims, variables
        What it has.
    """

    name: str
    maker: str
    dims: frozenset[Hashable]
    variables: frozenset[str]

    def fits(self, dataset: xr.Dataset) -> bool:
        """Tell whether a Dataset is of this kind."""
        return self.dims <= set(dataset.dims) and self.variables <= set(map(str, dataset.variables))


def _kind(name: str, maker: str, dims: str, variables: str) -> Kind:
    return Kind(name, maker, frozenset(dims.split()), frozenset(variables.split()))


TRIALS = _kind("trials Dataset", "trials_from and read_trials return one", "trial", "status")
SENSITIVITY = _kind(
    "sensitivity Dataset",
    "explain returns one",
    "group target subset hyperparameter",
    "hsic",
)
SELECTION = _kind(
    "selection Dataset", "decide returns one", "hyperparameter", "decision preferred worst_loss"
)
FRONT = _kind("front Dataset", "front returns one", "search place", "error configuration")
BY_BUDGET = _kind(
    "Dataset of indices by budget",
    "explain_by_budget returns one",
    "budget hyperparameter",
    "hsic noise_floor",
)
BY_EPOCH = _kind(
    "Dataset of indices by epoch",
    "explain_by_epoch returns one",
    "epoch hyperparameter",
    "hsic trained",
)
CONVERGENCE = _kind(
    "convergence Dataset",
    "convergence.nc of a study is one",
    "size hyperparameter",
    "rank_correlation",
)
_KINDS = (TRIALS, SENSITIVITY, SELECTION, FRONT, BY_BUDGET, BY_EPOCH, CONVERGENCE)


def check_kind(where: str, given: Any, needed: Kind) -> None:
    """Check that a person gave a Dataset of the kind that is needed.

    Parameters
    ----------
    where
        Named first in the message: the argument.
    given
        Anything.
    needed
        Which kind.

    Raises
    ------
    InputError
        One line: where, what was given, what is needed and where it comes from.
    """
    if not isinstance(given, xr.Dataset) or not needed.fits(given):
        raise InputError(f"{where}: {_what(given)}; a {needed.name} is needed: {needed.maker}")


def check_no_other_kind(where: str, given: Any, needed: Kind) -> None:
    """Check as :func:`check_kind` does, but let a Dataset pass that is of no known kind.

    Of such a one, as a broken file has, the part that is missing says more.
    """
    if isinstance(given, xr.Dataset) and not any(kind.fits(given) for kind in _KINDS):
        return
    check_kind(where, given, needed)


def check_has_space(where: str, given: Any) -> None:
    """Check that a person gave a Dataset that holds a search space."""
    if not isinstance(given, xr.Dataset) or "space" not in given.attrs:
        raise InputError(
            f"{where}: {_what(given)}; a trials, sensitivity or selection Dataset is needed, which "
            "holds a search space"
        )


def check_goal(sensitivity: xr.Dataset, goal: Mapping[str, Any]) -> None:
    """Check which index of a sensitivity Dataset is asked for, by ``target`` and ``subset``."""
    for name, value in goal.items():
        check_choice(name, value, sensitivity[name].values.tolist())


def _what(given: Any) -> str:
    """Say what was given, in words."""
    if not isinstance(given, xr.Dataset):
        return type(given).__name__
    known = next((f"a {kind.name}" for kind in _KINDS if kind.fits(given)), None)
    return known or "a Dataset of another kind"
