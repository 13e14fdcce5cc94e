"""One importance per hyperparameter over the whole space, conditional ones among them.

An index belongs to a conditional group and may be compared within it only. Other measures rank all
hyperparameters of a space in one list; what stands here answers them (not in the paper). It is the
part of an index over the whole space that the values of a hyperparameter make where it exists: with
P the law of its values in a group of which a share b of all trials is part, and P' their law among
those that reach the goal, a share a of which is in the group, condPED-ANOVA ([1]_, Theorem 4.2)
weighs the distance of P' from P by a²/b. For HSIC, the squared distance of the two means in the
space of the kernel times the squared probability of the goal, the same step weighs the index of
the group by b². Random trials tell b themselves. A search puts most of its trials where the best
are, so that theirs is no share of the space: an index through a surrogate, which is about the
space's own law, is weighed by that law's share.

References
----------
.. [1] K. Baba, Y. Ozaki, S. Watanabe, "Conditional PED-ANOVA: hyperparameter importance in
   hierarchical and dynamic search spaces", KDD 2026.
"""

import xarray as xr

from hsic_hpo.sensitivity.space_shares import share_of_space
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.wording import MAIN_GROUP


def largest_groups(sensitivity: xr.Dataset, target: str, subset: str) -> dict[str, str]:
    """Return the largest conditional group in which each hyperparameter has an index.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    target, subset
        Which index.

    Returns
    -------
    dict
        From hyperparameters to labels of groups, without those that have no index.
    """
    index = sensitivity["hsic"].sel(target=target, subset=subset)
    sizes = _shares(sensitivity).where(index.notnull(), -1)
    largest = sizes.idxmax("group")
    return {
        name: str(largest.sel(hyperparameter=name).item())
        for name in sensitivity["hyperparameter"].values.tolist()
        if sizes.sel(hyperparameter=name).max() >= 0
    }


def whole_space_importance(
    sensitivity: xr.Dataset, target: str = "error", subset: str = "best"
) -> dict[str, float]:
    """Return one importance per hyperparameter, comparable over the whole space.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    target, subset
        What is to be reached.

    Returns
    -------
    dict
        The debiased index in the largest group in which each hyperparameter has one, not below 0,
        times the squared share of the group, in random trials or in the space, where indices are
        through a surrogate; without hyperparameters that have no index.
    """
    found, shares = sensitivity.sel(target=target, subset=subset), _shares(sensitivity)
    importance = {}
    for name, label in largest_groups(sensitivity, target, subset).items():
        of_group = found.sel(group=label)
        index = float(of_group["hsic_unbiased"].sel(hyperparameter=name))
        importance[name] = max(index, 0.0) * float(shares.sel(group=label)) ** 2
    return importance


def _shares(sensitivity: xr.Dataset) -> xr.DataArray:
    """Return which part of all each group is: of what its indices stand for."""
    n = sensitivity["n"]
    # Which part of the space is within a cost, the trials alone tell.
    if is_tested(sensitivity) or "max_cost" in sensitivity.attrs:
        return n / float(n.sel(group=MAIN_GROUP))
    space = Space.from_json(sensitivity.attrs["space"])
    shares = {group.label: share_of_space(space, group) for group in space.groups()}
    return n.copy(data=[shares[label] for label in n["group"].values.tolist()])
