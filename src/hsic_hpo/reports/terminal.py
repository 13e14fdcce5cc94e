"""The explanation of finished trials from anywhere, as a person reads it in a terminal."""

import numpy as np
import xarray as xr
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hsic_hpo.digits import share
from hsic_hpo.reports.sentences import both_ways
from hsic_hpo.reports.terminal_tables import by_index, fitting_table, scaled
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.trials.goals import cost_names, has_both, is_tested
from hsic_hpo.trials.outcomes import stops_in_words
from hsic_hpo.wording import goal, group_name, p_value, pruned, target_name

N_INTERACTIONS = 5
_INDENT = 2


def show_head(trials: xr.Dataset, sensitivity: xr.Dataset, console: Console) -> None:
    """Print what was explained and in which way, what a reader must know, and an assumed space.

    Parameters
    ----------
    trials
        Trials Dataset.
    sensitivity
        Sensitivity Dataset of these trials.
    console
        Where to print.
    """
    n, n_diverged, n_failed = (
        int(sensitivity[name]) for name in ("n_trials", "n_diverged", "n_failed")
    )
    n_pruned = pruned(trials)
    more = f", {n_pruned} pruned" if n_pruned else ""
    stopped = stops_in_words(trials)
    more += f", {stopped}" if stopped else ""
    console.print(Text(f"{n} trials, {n_diverged} diverged, {n_failed - n_pruned} failed{more}"))
    # Beside tests, the check stands where the two ways are compared.
    for key in ("way_reason",) if has_both(sensitivity) else ("way_reason", "surrogate_check"):
        if sensitivity.attrs.get(key):
            console.print(Text(str(sensitivity.attrs[key])))
    for note in str(trials.attrs.get("notes", "")).splitlines():
        console.print(Text(f"Note: {note}"))
    if trials.attrs.get("space_origin") == "inferred":
        console.print(
            Text(
                "Space, inferred from the values of the trials; --write-space FILE keeps it and "
                "--space FILE gives another:"
            )
        )
        lines = Text(str(trials.attrs["space_yaml"]).rstrip(), style="dim")
        console.print(Padding(lines, (0, 0, 0, _INDENT), expand=False))


def show(sensitivity: xr.Dataset, subset: str, console: Console) -> None:
    """Print per group a table of indices, the values that stand out and the strongest interactions.

    Parameters
    ----------
    sensitivity
        Sensitivity Dataset of :func:`hsic_hpo.sensitivity.explanation.explain_trials`.
    subset
        ``"best"`` or ``"worst"``.
    console
        Where to print; columns that do not fit are left out, names are never cut.
    """
    attrs = sensitivity.attrs
    directly = is_tested(sensitivity)
    both = has_both(sensitivity)
    if directly:
        marked = (
            "* significant: adjusted p (over the hyperparameters of the group) at most "
            f"{attrs['significance']:g}{'; found: by the surrogate' if both else ''}"
        )
    else:
        marked = "found: above 0 in the surrogate, and the trials are unlikely without it"
    console.print(Text(f"HSIC in thousandths; {marked}; compare within one table only"))
    whole = "" if directly else " of the space"
    aim = f"the {goal(sensitivity, subset=subset)}{whole} by {target_name(sensitivity, 'error')}"
    costs = cost_names(sensitivity)
    if both and subset == "best":
        console.print(Text(both_ways(sensitivity)))
    for label in sensitivity["group"].values:
        group = sensitivity.sel(group=label, subset=subset)
        error = group.sel(target="error")
        title = f"{group_name(str(label))}: what matters to reach {aim}"
        note = str(error["note"].item())
        console.print()
        if note:
            console.print(Text(title, style="bold"))
            console.print(Padding(Text(f"no index: {note}"), (0, 0, 0, _INDENT), expand=False))
            continue
        console.print(Text(f"{title} ({int(error['m'])} of {int(group['n'])} trials)", "bold"))
        console.print(fitting_table(group, costs, console))
        for lines in (_values(group, subset, directly=directly), _interactions(error, directly)):
            if lines is not None:
                console.print(Padding(lines, (0, 0, 0, _INDENT), expand=False))


def show_decisions(selection: xr.Dataset, console: Console) -> None:
    """Print what a search should do with each hyperparameter, and why.

    Parameters
    ----------
    selection
        Selection Dataset.
    console
        Where to print.
    """
    console.print()
    console.print(Text("What a search should do with each hyperparameter", style="bold"))
    table = Table(box=None, padding=(0, _INDENT, 0, 0), show_header=True, header_style="bold")
    for heading in ("hyperparameter", "decision", "choice"):
        table.add_column(heading, overflow="fold")
    table.add_column("why", overflow="fold", ratio=1)
    for row in decisions_table(selection).itertuples(index=False):
        table.add_row(
            *(Text(str(t)) for t in (row.hyperparameter, row.decision, row.choice, row.reason))
        )
    console.print(table)
    for key in ("remark", "ceiling_reason"):
        if selection.attrs.get(key):
            console.print(Text(str(selection.attrs[key])))


def _values(group: xr.Dataset, subset: str, *, directly: bool) -> Group | None:
    """Say which values stand out, of each hyperparameter that was found to matter."""
    error = group.sel(target="error")
    texts = []
    matters = error["found"] == 1
    if has_both(group):
        matters |= error["surrogate_found"] == 1
    found = [name for name in by_index(error) if matters.sel(hyperparameter=name)]
    for name in found:
        one = group.sel(hyperparameter=name)
        if text := str(one["values_at_goal"].item()):
            at_goal, of_all = (share(float(one[f"share_{k}"])) for k in ("at_goal", "of_all"))
            whole = "all" if directly else "the space"
            texts.append(f"{name}: {text} ({at_goal} of the {subset}, {of_all} of {whole})")
    if not texts:
        return None
    return Group(Text(f"Values that stand out among the {subset}:"), *map(_entry, texts))


def _interactions(error: xr.Dataset, directly: bool) -> Group | None:
    names = [str(name) for name in error["hyperparameter"].values]
    pure = error["pure_interaction"].values
    rows, columns = np.triu_indices(len(names), 1)
    known = np.isfinite(pure[rows, columns])
    rows, columns = rows[known], columns[known]
    strongest = np.argsort(-pure[rows, columns], kind="stable")[:N_INTERACTIONS]
    texts = []
    for i, j in zip(rows[strongest], columns[strongest], strict=True):
        is_found = error["pure_found"].values[i, j] == 1
        adjusted = error["pure_p_value_adjusted"].values[i, j]
        said = f"adjusted p {p_value(adjusted)}{'*' if is_found else ''}"
        if not directly:
            said = "found" if is_found else "not found"
        texts.append(f"{names[i]} and {names[j]}: {scaled(pure[i, j])}, {said}")
    if not texts:
        return None
    return Group(Text("Strongest pure interactions (HSIC in thousandths):"), *map(_entry, texts))


def _entry(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, _INDENT), expand=False)
