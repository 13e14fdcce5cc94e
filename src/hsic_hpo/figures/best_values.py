"""Where the trials that reach a goal lie, in the trials of a conditional group."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from hsic_hpo.figures.values import with_powers
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.spaces.space import Group
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import is_tested, select_goal, target_values
from hsic_hpo.trials.groups import in_group
from hsic_hpo.trials.standout import standout
from hsic_hpo.trials.variables import hyperparameter_values


@dataclass(frozen=True)
class GroupOfTrials:
    """The trials of a group, and which of them reach the goal.

    Attributes
    ----------
    trials
        Trials Dataset of the n trials of the group.
    reached
        ``(n,)`` of bool.
    """

    trials: xr.Dataset
    reached: np.ndarray


class BestValues:
    """Which values those have that reach the goal of a sensitivity Dataset.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    target
        One of its targets.
    subset
        ``"best"`` or ``"worst"``.
    """

    def __init__(
        self,
        trials: xr.Dataset,
        sensitivity: xr.Dataset,
        target: str = "error",
        subset: str = "best",
    ) -> None:
        self._trials, self._sensitivity = trials, sensitivity
        self._target, self._subset = target, subset
        space = trials_data.space(trials)
        self._space = space
        self._groups: dict[str, Group] = {group.label: group for group in space.groups()}
        self._found: dict[str, GroupOfTrials] = {}

    def group(self, label: str) -> GroupOfTrials:
        """Return the trials of the group of this label."""
        if label not in self._found:
            inside = in_group(self._trials, self._groups[label])
            values = target_values(self._trials, self._target, self._subset)
            fraction = float(self._sensitivity.attrs["goal_fraction"])
            if self._sensitivity.attrs.get("group_threshold") == "group" and inside.any():
                reached = select_goal(values[inside], fraction, self._subset).reached
            else:
                reached = select_goal(values, fraction, self._subset).reached[inside]
            self._found[label] = GroupOfTrials(self._trials.isel(trial=inside), reached)
        return self._found[label]

    def hyperparameter(self, name: str) -> Hyperparameter:
        """Return a hyperparameter of the space by its name."""
        return self._space[name]

    def text(self, label: str, name: str) -> str:
        """Return the values that stand out in a group, such as ``"adam"`` or ``"up to 3"``.

        Empty where none do. Of trials that were not drawn at random, the surrogate knows it.
        """
        if self._target == "error" and "values_at_goal" in self._sensitivity:
            known = self._sensitivity["values_at_goal"]
            found = known.sel(group=label, subset=self._subset, hyperparameter=name)
            return with_powers(str(found.item()))
        members = self.group(label)
        if not is_tested(self._sensitivity) or not members.reached.any():
            return ""
        values = hyperparameter_values(members.trials, name)
        reached = members.reached.astype(float)
        return with_powers(standout(self._space[name], values, reached).text)
