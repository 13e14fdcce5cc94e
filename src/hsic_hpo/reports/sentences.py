"""What a study found, in sentences that state stored figures; no index is computed here."""

import numpy as np
import xarray as xr

from hsic_hpo.digits import share
from hsic_hpo.trials.goals import has_both, interacts, is_found, is_tested
from hsic_hpo.trials.stopped import first_rung
from hsic_hpo.trials.sweep_ends import where_it_stops_to_matter
from hsic_hpo.trials.values_of_pairs import how_they_interact, interacting_pairs
from hsic_hpo.wording import (
    MAIN_GROUP,
    adjusted_p,
    goal,
    group_name,
    listed,
    number,
    p_value,
    percent,
    target_name,
)

_DECISIONS = {
    "search": "searches {}",
    "prefer": "prefers some values of {}, though it searches all",
    "fix": "fixes {}",
}
_STATED = 5
# As many as have a picture.
_PICTURED = 3


def worst(sensitivity: xr.Dataset) -> str:
    """Say which hyperparameters decide who is among the worst, and whether others than the best.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.
    """
    aim = f"the {goal(sensitivity, subset='worst')} by {target_name(sensitivity, 'error')}"
    notes = sensitivity["note"].sel(target="error", subset="worst")
    if (notes != "").all():
        # The main group comes first and is the largest: its reason holds for the others too.
        return f"No hyperparameter has an index for {aim}: {notes.values[0]}."
    bad = _significant(sensitivity, "worst")
    if end := first_rung(sensitivity):
        aim += f", as of epoch {end}, up to which all trials were trained"
    if not bad:
        return f"No hyperparameter is found to decide which trials are among {aim}."
    good = _significant(sensitivity, "best")
    named = ", ".join(f"{name} ({adjusted_p(p)})" for name, p in bad.items())
    text = f"What decides whether a trial is among {aim}: {named}."
    new = [name for name in bad if name not in good]
    if new and good:
        verb = "matters" if len(new) == 1 else "matter"
        none = "not significantly" if is_tested(sensitivity) else "not, as far as is found,"
        text += f" {listed(new)} {verb} there but {none} for the best."
    return text


def _significant(sensitivity: xr.Dataset, subset: str) -> dict[str, float]:
    """Return the smallest adjusted p-value of each that matters, NaN through a surrogate."""
    error = sensitivity.sel(target="error", subset=subset)
    found = is_found(error)
    p = error["p_value_adjusted"].where(found).min("group")
    names = [str(name) for name in error["hyperparameter"].values[found.any("group").values]]
    order = p if is_tested(sensitivity) else -error["hsic_unbiased"].where(found).max("group")
    names.sort(key=lambda name: float(order.sel(hyperparameter=name)))
    return {name: float(p.sel(hyperparameter=name)) for name in names}


def intervals(sensitivity: xr.Dataset) -> str:
    """State the intervals of the indices that are significant for the best; empty without any."""
    best = sensitivity.sel(target="error", subset="best")
    parts = []
    for name in _significant(sensitivity, "best"):
        one = best.sel(hyperparameter=name)
        # The largest group in which it matters.
        label = one["group"].values[int(np.argmax(np.where(is_found(one), one["n"], 0)))]
        low, high = (
            number(float(one[f"interval_{end}"].sel(group=label))) for end in ("low", "high")
        )
        where = "" if label == MAIN_GROUP else f" where {group_name(str(label))}"
        parts.append(f"{name} {low} to {high}{where}")
    if not parts:
        return ""
    confidence = percent(float(sensitivity.attrs["confidence"]))
    return f"How large their indices are, {confidence} intervals: {'; '.join(parts)}."


def both_ways(sensitivity: xr.Dataset) -> str:
    """Say where exact tests of random trials and a surrogate differ, and why they may.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset.

    Returns
    -------
    str
        Empty where only one of the two ways was taken.
    """
    if not has_both(sensitivity):
        return ""
    best = sensitivity.sel(target="error", subset="best")
    check = str(sensitivity.attrs.get("surrogate_check", ""))
    if best["surrogate_found"].isnull().all():
        return f"Through a surrogate nothing can be said beside the tests. {check}".rstrip()
    # Each in any of the groups, as where what matters is named.
    tested, found = (
        (best[name] == 1).any("group").values for name in ("significant", "surrogate_found")
    )
    said = best["surrogate_found"].notnull().any("group").values
    names = best["hyperparameter"].values
    more, fewer = names[found & ~tested].tolist(), names[tested & ~found & said].tolist()
    if not more and not fewer:
        return f"The exact tests and the surrogate agree on what matters. {check}"
    parts = []
    if more:
        parts.append(f"the surrogate finds {listed(more)}, which the tests do not")
    if fewer:
        parts.append(f"the tests find {listed(fewer)}, which the surrogate does not")
    return (
        f"The exact tests and the surrogate differ: {'; '.join(parts)}. A test needs more trials; "
        f"a surrogate assumes that the error is smooth, and is no test. {check}"
    )


def all_trials(sensitivity: xr.Dataset, sensitivity_all: xr.Dataset) -> str:
    """Say where all trials, those of the searches included, show other than the random ones alone.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of the random trials.
    sensitivity_all
        Sensitivity Dataset of all trials.
    """
    every = f"All {int(sensitivity_all['n_trials'])} trials, those of the searches included"
    notes = sensitivity_all["note"].sel(target="error", subset="best")
    if (notes != "").all():
        return f"{every}, say no more: {notes.values[0]}."
    alone, together = (_significant(one, "best") for one in (sensitivity, sensitivity_all))
    more = [name for name in together if name not in alone]
    fewer = [name for name in alone if name not in together]
    if not more and not fewer:
        return f"{every}, show the same through a surrogate."
    parts = []
    if more:
        parts.append(f"{listed(more)} {'matters' if len(more) == 1 else 'matter'} as well")
    if fewer:
        parts.append(f"{listed(fewer)} {'is' if len(fewer) == 1 else 'are'} not found to matter")
    return f"{every}, differ through a surrogate: {', but '.join(parts)}."


def interaction_sentence(sensitivity: xr.Dataset) -> str:
    """Say which pairs matter for the best beyond what each of the two does alone."""
    best = sensitivity.sel(group=MAIN_GROUP, target="error", subset="best")
    names = best["hyperparameter"].values.tolist()
    if not is_tested(sensitivity):
        return _found_interactions(best, names)
    p = best["pure_p_value_adjusted"].values
    pairs = sorted(
        (float(p[i, j]), f"{names[i]} with {names[j]}")
        for i in range(len(names))
        for j in range(i)
        if np.isfinite(p[i, j])
    )
    if not pairs:
        return "No pair of hyperparameters has an index of interaction."
    level = float(sensitivity.attrs["significance"])
    found = [(value, pair) for value, pair in pairs if value <= level]
    if not found:
        value, pair = pairs[0]
        none = f"None of the {len(pairs)} pairs interacts"
        if len(pairs) == 1:
            none = "The only pair does not interact"
        return (
            f"{none} significantly for the {goal(sensitivity)}; "
            f"nearest: {pair} (adjusted p = {p_value(value)})."
        )
    named = "; ".join(f"{pair} (adjusted p = {p_value(value)})" for value, pair in found[:_STATED])
    more = f"; and {len(found) - _STATED} more" if len(found) > _STATED else ""
    return f"Pairs that matter together for the {goal(sensitivity)}: {named}{more}."


def _found_interactions(best: xr.Dataset, names: list[str]) -> str:
    strength, found = best["pure_interaction"].values, interacts(best).values
    pairs = [(i, j) for i in range(len(names)) for j in range(i) if found[i, j]]
    if not pairs:
        return f"No pair of hyperparameters is found to interact for the {goal(best)}."
    pairs.sort(key=lambda pair: -strength[pair])
    named = "; ".join(f"{names[i]} with {names[j]}" for i, j in pairs[:_STATED])
    more = f"; and {len(pairs) - _STATED} more" if len(pairs) > _STATED else ""
    return f"Pairs that matter together for the {goal(best)}, through the surrogate: {named}{more}."


def how_pairs_interact(sensitivity: xr.Dataset, trials: xr.Dataset) -> list[str]:
    """Say of the strongest pairs which values of one the best have, given those of the other.

    Empty through a surrogate: how often a search tried a value says nothing of the value.
    """
    if not is_tested(sensitivity):
        return []
    shown = interacting_pairs(sensitivity)[:_PICTURED]
    told = (how_they_interact(sensitivity, trials, *pair) for pair in shown)
    return [text for text in told if text]


def convergence_sentence(convergence: xr.Dataset) -> str:
    """Say how far a part of the trainings would have led to the same ranking.

    Parameters
    ----------
    convergence
        Convergence Dataset.
    """
    sizes = convergence["size"].values.tolist()
    correlations = convergence["rank_correlation"].values
    overlaps = convergence["significant_overlap"].values
    if convergence["note"].values[-1]:
        return f"There is no ranking of {sizes[-1]} trials: {convergence['note'].values[-1]}."
    if np.isfinite(convergence["hsic"].values[-1]).sum() < 2:
        return "A single hyperparameter has no ranking."
    if not np.isfinite(correlations[:-1]).any():
        return "There are too few trials to tell whether more would change the ranking."
    found = convergence["significant"].values == 1
    parts = [
        f"{size} of them {number(correlation)}{_overlap(overlap) if known else ''}"
        for size, correlation, overlap, known in zip(
            sizes[:-1],
            correlations[:-1],
            overlaps[:-1],
            # Two empty sets agree without saying anything.
            found[:-1].any(axis=1) | found[-1].any(),
            strict=True,
        )
        if np.isfinite(correlation)
    ]
    return (
        f"Rank correlation of the indices with those of all {sizes[-1]} trials: {'; '.join(parts)}."
    )


def _overlap(overlap: float) -> str:
    if not np.isfinite(overlap):
        return ""
    return f" ({share(float(overlap))} of the significant hyperparameters alike)"


def sweeps(sensitivity: xr.Dataset) -> str:
    """Say from which value on a hyperparameter that matters makes no difference; empty without any.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset with its range sweeps.
    """
    parts = where_it_stops_to_matter(sensitivity, _significant(sensitivity, "best"))
    if not parts:
        return ""
    return f"Larger values make no difference any more (range sweeps): {'; '.join(parts)}."


def decisions(selection: xr.Dataset) -> list[str]:
    """Say what HSIC-GPBO does with the hyperparameters, what that could cost, and its ceiling.

    Parameters
    ----------
    selection
        Selection Dataset.
    """
    made = selection["decision"].values
    names = selection["hyperparameter"].values
    parts = [
        said.format(listed(names[made == decision].tolist()))
        for decision, said in _DECISIONS.items()
        if (made == decision).any()
    ]
    sentences = [f"HSIC-GPBO {'; '.join(parts)}."]
    if text := _what_fixing_costs(selection):
        sentences.append(text)
    changed = names[selection["overridden"].values.astype(bool)].tolist()
    if changed:
        sentences.append(f"The study's config decided on {listed(changed)}.")
    extra = [str(selection.attrs.get(key, "")) for key in ("ceiling_reason", "remark")]
    return sentences + [text for text in extra if text]


def _what_fixing_costs(selection: xr.Dataset) -> str:
    worst = float(selection.attrs["fixed_worst_loss"])
    if np.isfinite(worst):
        sure = percent(float(selection.attrs["confidence"]))
        return (
            "What is fixed without an order could cost at most "
            f"{percent_of_loss(worst)} of the error ({sure})."
        )
    if (selection["overridden"].values == 0).any() and "prefer" in selection["decision"].values:
        margin = percent(float(selection.attrs["margin"]))
        return f"Nothing is proven to cost at most {margin} of the error, so nothing is fixed."
    return ""


def percent_of_loss(worst: float) -> str:
    """Return a possible loss, a fraction of the error, with two digits."""
    return percent(float(f"{worst:.2g}"))


def groups_without_index(sensitivity: xr.Dataset) -> str:
    """Say which groups have no index for the best, and why; empty where all have."""
    notes = sensitivity["note"].sel(target="error", subset="best")
    parts = [
        f"{group_name(str(label))}: {note}"
        for label, note in zip(notes["group"].values, notes.values.tolist(), strict=True)
        if note
    ]
    return f"Without an index: {'; '.join(parts)}." if parts else ""
