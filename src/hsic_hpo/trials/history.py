"""What a search knows: its finished trials, in plain arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import target_values


@dataclass(frozen=True)
class History:
    """Finished trials, in the order in which they were proposed.

    Attributes
    ----------
    configurations
        n of them: values of the active hyperparameters by name.
    errors
        ``(n,)`` validation error, the mean over repeats; infinite where a trial did not end well.
    costs
        ``(n,)`` what is to be kept low beside the error; infinite where unknown.
    """

    configurations: Sequence[Mapping[str, Any]]
    errors: np.ndarray
    costs: np.ndarray

    @classmethod
    def of(cls, datasets: Sequence[xr.Dataset], cost: str = "flops") -> "History":
        """Read them from trials Datasets; ``cost`` names the variable that is the cost."""
        return cls(
            [c for dataset in datasets for c in trials_data.configurations(dataset)],
            np.concatenate([[], *(target_values(dataset, "error") for dataset in datasets)]),
            np.concatenate([[], *(target_values(dataset, cost) for dataset in datasets)]),
        )

    def __len__(self) -> int:
        return len(self.configurations)

    def best(self, ceiling: float = np.inf) -> int:
        """Return the place of the lowest error among trials that cost at most ``ceiling``.

        Raises
        ------
        InputError
            When no such trial ended well.
        """
        errors = np.where(self.costs <= ceiling, self.errors, np.inf)
        if not np.isfinite(errors).any():
            dearer = "" if np.isinf(ceiling) else f", or cost more than {ceiling:g}"
            raise InputError(f"no trial to choose: all diverged or failed{dearer}")
        return int(np.argmin(errors))
