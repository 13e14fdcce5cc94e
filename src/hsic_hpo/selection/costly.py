"""What is done with a hyperparameter that drives the cost: kept to cheap values, or fixed at one.

The choices and their order are those of the paper's Section 5: what drives the cost alone is fixed
at a cheap value, unless an interaction forbids it; what drives error and cost is kept to the cheap
range that its range sweep leaves.
"""

from dataclasses import replace

import xarray as xr

from hsic_hpo.selection.cheap_ranges import cheap_range
from hsic_hpo.selection.cheap_values import CheapValue
from hsic_hpo.selection.decisions import Decision
from hsic_hpo.selection.evidence import Evidence, interaction_p_values
from hsic_hpo.selection.reasons import Reasons
from hsic_hpo.spaces.hyperparameter import Hyperparameter
from hsic_hpo.trials.goals import is_tested

# A value that is cheap only beside half of the others is no cheap value.
_CHEAP_HALF = 0.5


def decide_costly(
    parameter: Hyperparameter,
    found: Evidence,
    cheap: CheapValue,
    sensitivity: xr.Dataset,
    undecided: Decision,
    reasons: Reasons,
) -> Decision:
    """Decide what is done with a hyperparameter that drives the cost.

    Parameters
    ----------
    parameter
        The hyperparameter.
    found
        Its indices.
    cheap
        Its cheap values.
    sensitivity
        Sensitivity Dataset.
    undecided
        Default, all values, and the indices in words.
    reasons
        Says why.

    Returns
    -------
    Decision
        Of the role ``"fix"``, or ``"restrict"``: optimised among cheap values, or, where no
        cheap ones are found, among all.
    """
    undecided = replace(undecided, role="restrict")
    if not is_tested(sensitivity):
        # Success rates of trials that crowd around good values say nothing of other trials.
        return replace(undecided, reason=reasons.not_random(undecided.reason))
    if found.matters:
        return _restricted(parameter, cheap, sensitivity, undecided, reasons)
    tested = interaction_p_values(sensitivity, found)
    level = float(sensitivity.attrs["significance"])
    forbidding = {name: p for name, p in tested.items() if p <= level}
    if forbidding:
        return replace(undecided, reason=reasons.forbidden(undecided.reason, forbidding))
    if cheap.fraction > _CHEAP_HALF:
        return replace(undecided, reason=reasons.no_cheap_value(undecided.reason, len(tested)))
    reason = reasons.cheap_value(undecided.reason, len(tested), cheap)
    return Decision("fix", cheap.value, cheap.value, reason)


def _restricted(
    parameter: Hyperparameter,
    cheap: CheapValue,
    sensitivity: xr.Dataset,
    undecided: Decision,
    reasons: Reasons,
) -> Decision:
    left = cheap_range(parameter, sensitivity, cheap)
    if left is None:
        return replace(undecided, reason=reasons.no_cheap_range(undecided.reason))
    end, definition = left
    reason = reasons.cheap_range(undecided.reason, end)
    return replace(undecided, choice=definition, reason=reason)
