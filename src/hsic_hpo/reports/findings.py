"""The findings of a study in the order in which the page tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from hsic_hpo.reports import sentences
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables.summary import summary
from hsic_hpo.trials.goals import cost_names


@dataclass(frozen=True)
class Finding:
    """One section of the page.

    Attributes
    ----------
    key
        Identifier of the section in the page.
    title
        Its heading.
    sentences
        What was found, one plain sentence each.
    figures
        Names of the figures that stand beside them.
    """

    key: str
    title: str
    sentences: Sequence[str]
    figures: Sequence[str]


def findings(
    trials: xr.Dataset,
    sensitivity: xr.Dataset,
    convergence: xr.Dataset | None = None,
    selection: xr.Dataset | None = None,
    comparison: xr.Dataset | None = None,
    sensitivity_all: xr.Dataset | None = None,
) -> list[Finding]:
    """Say what a study found.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    sensitivity
        Sensitivity Dataset of these trials.
    convergence, selection, comparison
        The Datasets of the same names; None where there is none.
    sensitivity_all
        Sensitivity Dataset of all trials, those of the searches included; None where there is none.

    Returns
    -------
    list of Finding
        From how the trainings ended to what the search methods reached; without those on a
        Dataset that does not exist.
    """
    outcome, impact, cost = summary(trials, sensitivity)
    more = [sentences.intervals(sensitivity), sentences.groups_without_index(sensitivity)]
    if sensitivity_all is not None:
        more.append(sentences.all_trials(sensitivity, sensitivity_all))
    found = [
        Finding("trainings", "How the trainings went", [outcome], ["errors", "trainings"]),
        Finding(
            "impact",
            "What matters for the best",
            [impact, *filter(None, more)],
            ["importance", "distributions"],
        ),
        Finding("worst", "What spoils a trial", [sentences.worst(sensitivity)], ["worst"]),
        Finding(
            "interactions",
            "What matters together",
            [sentences.interaction_sentence(sensitivity)],
            ["interactions"],
        ),
    ]
    if convergence is not None:
        enough = [sentences.convergence_sentence(convergence)]
        found.append(Finding("convergence", "Were there enough trials?", enough, ["convergence"]))
    costly = [cost, *filter(None, [sentences.sweeps(sensitivity)])]
    title = "What only costs" if cost_names(sensitivity) else "Which part of a range matters"
    found.append(Finding("cost", title, costly, ["quadrant", "sweeps"]))
    if selection is not None:
        found.append(Finding("selection", "What was decided", sentences.decisions(selection), []))
    if comparison is not None:
        reached = [comparison_table.comparison_sentence(comparison)]
        found.append(Finding("comparison", "What the searches reached", reached, ["comparison"]))
    return found


def markdown(found: Sequence[Finding]) -> str:
    """Return findings as a Markdown list, one item per section."""
    return "".join(f"- **{one.title}** {' '.join(one.sentences)}\n" for one in found)
