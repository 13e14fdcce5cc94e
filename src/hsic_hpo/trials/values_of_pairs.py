"""Which values of one hyperparameter the best have, given those of another: how a pair interacts.

Not in the paper, whose index of a pair says that two matter together, not which way. The trials are
parted by one of the two, by its levels or where half of the best lie on either side, and in each
part the values of the other stand out as in :mod:`hsic_hpo.trials.standout`.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.digits import share, values_in_words
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import interacts, is_tested, select_goal, target_values
from hsic_hpo.trials.standout import Standout, standout
from hsic_hpo.trials.variables import hyperparameter_values, is_active
from hsic_hpo.wording import MAIN_GROUP

_LEVELS = ("categorical", "boolean")
# With fewer of the best, what stands out is chance.
_LEAST = 10


@dataclass(frozen=True)
class Given:
    """The values of one hyperparameter among the best of a part of the trials.

    Attributes
    ----------
    part
        Values of the other hyperparameter, such as ``"up to 3"``.
    values
        What stands out among the best of this part, beside all of it.
    n_best
        How many of the best are in it.
    """

    part: str
    values: Standout
    n_best: int


def interacting_pairs(sensitivity: xr.Dataset) -> list[tuple[str, str]]:
    """Return the pairs that matter together for the best, the strongest evidence first."""
    best = sensitivity.sel(group=MAIN_GROUP, target="error", subset="best")
    names, found = best["hyperparameter"].values.tolist(), interacts(best).values
    strength = -best["pure_interaction"].values
    order = best["pure_p_value_adjusted"].values if is_tested(sensitivity) else strength
    pairs = [(i, j) for i in range(len(names)) for j in range(i) if found[i, j]]
    pairs.sort(key=lambda pair: (order[pair], strength[pair]))
    return [(names[i], names[j]) for i, j in pairs]


def values_given(
    trials: xr.Dataset, first: str, second: str, goal_fraction: float
) -> tuple[str, str, list[Given]]:
    """Describe the values of one of a pair among the best, part by part of the other.

    Parameters
    ----------
    trials
        Trials Dataset; trials in which either does not exist are left out.
    first, second
        The pair.
    goal_fraction
        Which fraction of all trials is the best, in (0, 1).

    Returns
    -------
    tuple
        The described one of the two, the one that parts the trials (that with levels, or with
        fewer values), and the parts with at least ten of the best.
    """
    space = trials_data.space(trials)
    both = is_active(trials, first) & is_active(trials, second)
    reached = select_goal(target_values(trials, "error"), goal_fraction, "best").reached[both]
    values = {name: hyperparameter_values(trials, name)[both] for name in (first, second)}
    described, parting = sorted(
        (first, second),
        key=lambda name: (space[name].type in _LEVELS, -len(np.unique(values[name]))),
    )
    found = []
    for text, inside in _parts(space[parting], values[parting], reached):
        best = reached[inside]
        if best.sum() >= _LEAST:
            stands_out = standout(space[described], values[described][inside], best.astype(float))
            found.append(Given(text, stands_out, int(best.sum())))
    return described, parting, found


def how_they_interact(sensitivity: xr.Dataset, trials: xr.Dataset, first: str, second: str) -> str:
    """Say which values of one of a pair the best have, given those of the other."""
    fraction = float(sensitivity.attrs["goal_fraction"])
    described, parting, given = values_given(trials, first, second, fraction)
    parts = [
        f"with {parting} {one.part} the best have {described} {one.values.text} "
        f"({share(one.values.at_goal)} of them, {share(one.values.of_all)} of all there)"
        for one in given
        if one.values.text
    ]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if len(parts) > 1 else ""


def _parts(
    parameter: Hyperparameter, values: np.ndarray, reached: np.ndarray
) -> list[tuple[str, np.ndarray]]:
    if parameter.type in _LEVELS:
        kinds = np.unique(values).tolist()
        texts = values_in_words([parameter.from_stored(kind) for kind in kinds])
        return [(text, values == kind) for text, kind in zip(texts, kinds, strict=True)]
    if not reached.any():
        return []
    middle = np.quantile(values[reached], 0.5, method="lower")
    below = values <= middle
    ends = [values[below].max(), *np.unique(values[~below])[:1]]
    texts = values_in_words([parameter.from_stored(end.item()) for end in ends])
    parts = ((f"up to {texts[0]}", below), (f"from {texts[-1]} on", ~below))
    return [(text, inside) for text, inside in parts if inside.any()]
