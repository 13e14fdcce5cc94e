"""What searches are judged on: tables of trained networks, and a forest over published trainings.

The forest stands for a space of 21 hyperparameters, eight of them conditional, that no table
holds. Extremely randomised trees are fitted to the logarithm of the validation error of 1,450
trainings on Bateman: those of the published random search, and of GPBO and HSIC-GPBO in an earlier
design (``earlier_searches.tar.xz``), so that tables stay comparable. Their prediction is the error
of a configuration, without noise. Parameters and operations are not predicted: they follow from
the configuration in closed form.
"""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
from published_searches import REFERENCE, published_searches
from sklearn.ensemble import ExtraTreesRegressor

from hsic_hpo.problems.bateman import Bateman
from hsic_hpo.problems.hpolib import Hpolib
from hsic_hpo.search.hypervolume import Staircase
from hsic_hpo.spaces.sampling import sample
from hsic_hpo.spaces.space import Space
from hsic_hpo.surrogate.process import features, modelled_errors
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.history import History

FOREST = "bateman_forest"
PUBLISHED = REFERENCE / "bateman"
TREES = 200
# Random configurations whose front the one that a search finds is measured by.
MEASURED_BY = 20_000


class Forest:
    """The forest as a problem."""

    name = FOREST
    error_name = "validation error, predicted by a forest"

    def default_space(self) -> dict[str, Any]:
        """Return the space of the published study."""
        return self._space.to_dict()

    def evaluate(
        self, configuration: Mapping[str, Any], budget: Mapping[str, Any], seed: int
    ) -> Mapping[str, Any]:
        """Predict the error of a configuration; budget and seed have no effect."""
        error = float(self.errors([configuration])[0])
        costs = self.costs(configuration)
        return {"validation_error": error, "test_error": error, **costs, "train_seconds": 1.0} | {
            "epochs": 1
        }

    def costs(self, configuration: Mapping[str, Any]) -> Mapping[str, float]:
        """Return parameters and operations in closed form."""
        return self._bateman.costs(configuration)

    def errors(self, configurations: Sequence[Mapping[str, Any]]) -> np.ndarray:
        """Return the predicted errors of several configurations."""
        return np.exp(self._trees.predict(features(self._space, configurations)))

    @cached_property
    def measured_by(self) -> tuple[np.ndarray, np.ndarray]:
        """Parameters and errors of random configurations."""
        drawn = list(self._space.configurations(sample(self._space, MEASURED_BY, 0)))
        n_params = [self.costs(configuration)["n_params"] for configuration in drawn]
        return np.array(n_params, dtype=float), self.errors(drawn)

    @cached_property
    def _bateman(self) -> Bateman:
        return Bateman()

    @cached_property
    def _space(self) -> Space:
        return Space.from_json(
            trials_data.read_trials(PUBLISHED / "random/trials.nc").attrs["space"]
        )

    @cached_property
    def _trees(self) -> ExtraTreesRegressor:
        random = trials_data.read_trials(PUBLISHED / "random/trials.nc")
        searches = published_searches(PUBLISHED.name, "earlier_searches.tar.xz")
        found = History.of([random, *(trials for _, trials in searches)], None)
        trees = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=0)
        return trees.fit(features(self._space, found.configurations), modelled_errors(found.errors))


@cache
def problem(dataset: str) -> Any:
    """Return the problem, which is read or fitted once per process."""
    return Forest() if dataset == FOREST else Hpolib(dataset)


def truth(dataset: str, configurations: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """Return ``(n, 2)`` parameters and mean losses of configurations."""
    if dataset == FOREST:
        sizes = [problem(dataset).costs(one)["n_params"] for one in configurations]
        return np.column_stack([sizes, problem(dataset).errors(configurations)])
    losses, n_params, _ = problem(dataset).table
    places = [problem(dataset).place(one) for one in configurations]
    return np.array([(n_params[place], losses[place].mean()) for place in places])


@cache
def everything(dataset: str) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and mean losses of the whole table, or of what stands for it."""
    if dataset == FOREST:
        return problem(dataset).measured_by
    losses, n_params, _ = problem(dataset).table
    return n_params.ravel(), losses.mean(axis=-1).ravel()


def staircase(dataset: str, sizes: np.ndarray, losses: np.ndarray) -> Staircase:
    """Return the front in logarithms of both, below the worst loss and the largest network."""
    n_params, mean = everything(dataset)
    # Of the forest's random configurations a tenth fails to learn.
    top = np.quantile(mean, 0.9) if dataset == FOREST else mean.max()
    low, high = np.log(n_params.min()), np.log(n_params.max())
    return Staircase.of(np.log(sizes), np.log(losses), low=low, high=high, top=np.log(top))


@cache
def whole(dataset: str) -> float:
    """Return the hypervolume that counts as one."""
    return staircase(dataset, *everything(dataset)).hypervolume


def best_within(dataset: str, largest: float) -> float:
    """Return the lowest mean loss of all networks of at most so many parameters."""
    n_params, mean = everything(dataset)
    inside = n_params <= largest
    return float(mean[inside].min()) if inside.any() else np.nan
