"""What a surrogate finds in random trials, beside the exact tests of them.

The exact tests need many trials: they ask of each hyperparameter alone whether the best trials have
other values of it. A surrogate learns from how all of them go together, and finds more in few
trials; but it assumes that the error is smooth, and it is no test. No decision rests on it.
"""

import numpy as np
import xarray as xr

from hsic_hpo.indices.drawn_goals import drawn_indices
from hsic_hpo.sensitivity.columns import group_columns
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.surrogates import (
    Surrogate,
    check_in_words,
    fitted,
    no_surrogate,
    points_of_space,
)
from hsic_hpo.sensitivity.through_surrogate import obstacle_in_draws, single_indices_of_draws
from hsic_hpo.spaces.space import Group, Space
from hsic_hpo.surrogate.process import features
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import SUBSETS, target_values
from hsic_hpo.trials.groups import in_group

BESIDE = {
    "surrogate_index": ("hsic_unbiased", "HSIC with reaching the goal, through the surrogate"),
    "surrogate_interval_low": (
        "interval_low",
        "lower end of the confidence interval around surrogate_index",
    ),
    "surrogate_interval_high": (
        "interval_high",
        "upper end of the confidence interval around surrogate_index",
    ),
    "surrogate_found": ("found", "1 where the hyperparameter is found to matter, else 0"),
}
"""Variables, and which statistic of the draws each one is."""


def found_beside_tests(
    trials: xr.Dataset, settings: AnalysisSettings, only: str | None = None
) -> xr.Dataset:
    """Find through a surrogate of the error what matters in random trials.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis; permutations are not used.
    only
        The subset that is asked for, ``"best"`` or ``"worst"``; None: both.

    Returns
    -------
    xarray.Dataset
        :data:`BESIDE` over ``(group, subset, hyperparameter)``, for the error: to stand beside
        the variables of :func:`hsic_hpo.sensitivity.analysis.analyse`. NaN where nothing can be
        said. Attribute ``surrogate_check`` says how well the surrogate predicts.
    """
    space = trials_data.space(trials)
    groups, names = space.groups(), space.names
    shape = (len(groups), len(SUBSETS), len(names))
    found = {name: np.full(shape, np.nan) for name in BESIDE}
    check, known = "", np.array([])
    surrogate: Surrogate | None = None
    for s, subset in enumerate(SUBSETS):
        values = target_values(trials, "error", subset)
        if only not in (None, subset) or no_surrogate(values, "error", settings.min_trials):
            continue
        # The best and the worst of a halved search are known by other errors.
        if not np.array_equal(values, known):
            known = values
            points = points_of_space(space, settings.seed)
            places = features(space, trials_data.configurations(points))
            note, surrogate, correlation = fitted(trials, values, places, "error", settings)
            said = check_in_words("error", correlation, len(values), useless=bool(note))
            check = check or said
        if surrogate is not None:
            for g, group in enumerate(groups):
                n = int(in_group(trials, group).sum())
                _fill(found, (g, s), surrogate, points, space, group, n, settings)
    return _label(found, space).assign_attrs(surrogate_check=check)


def _fill(
    found: dict[str, np.ndarray],
    place: tuple[int, int],
    surrogate: Surrogate,
    points: xr.Dataset,
    space: Space,
    group: Group,
    n: int,
    settings: AnalysisSettings,
) -> None:
    here = in_group(points, group)
    if not here.any():
        return
    by_group = settings.group_threshold == "group"
    among = here if by_group else np.ones(len(here), dtype=bool)
    goals = surrogate.goals(SUBSETS[place[1]], settings.goal_fraction, among)[:, here]
    if obstacle_in_draws(n, goals, settings):
        return
    columns = group_columns(points.isel(trial=here), space, group)
    drawn = drawn_indices(columns.order_free, goals, settings.bandwidth, pairs=False)
    singles = single_indices_of_draws(columns, drawn, surrogate, settings)
    rows = [space.names.index(name) for name in columns.names]
    for name, (statistic, _) in BESIDE.items():
        found[name][place][rows] = singles[statistic]


def _label(found: dict[str, np.ndarray], space: Space) -> xr.Dataset:
    variables = {
        name: xr.Variable(
            ("group", "subset", "hyperparameter"),
            found[name],
            {"long_name": text, "units": "1"},
        )
        for name, (_, text) in BESIDE.items()
    }
    coords = {
        "group": np.array([group.label for group in space.groups()], dtype=object),
        "subset": np.array(SUBSETS, dtype=object),
        "hyperparameter": np.array(space.names, dtype=object),
    }
    return xr.Dataset(variables, coords)
