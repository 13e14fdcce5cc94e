"""The findings of a study in the order in which the page tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from hsic_hpo.report import sentences
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables.summary import summary


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
    convergence: xr.Dataset,
    selection: xr.Dataset,
    comparison: xr.Dataset,
) -> list[Finding]:
    """Say what a study found.

    Parameters
    ----------
    trials
        Trials Dataset of the random search.
    sensitivity, convergence, selection, comparison
        The Datasets of the same names.

    Returns
    -------
    list of Finding
        From how the trainings ended to what the search methods reached.
    """
    outcome, impact, cost = summary(trials, sensitivity)
    more = [sentences.intervals(sensitivity), sentences.groups_without_index(sensitivity)]
    return [
        Finding("trainings", "How the trainings went", [outcome], ["errors", "trainings"]),
        Finding(
            "impact",
            "What matters for the best",
            [impact, *filter(None, more)],
            ["importance", "distributions"],
        ),
        Finding("worst", "What spoils a network", [sentences.worst(sensitivity)], ["worst"]),
        Finding(
            "interactions",
            "What matters together",
            [sentences.interactions(sensitivity)],
            ["interactions"],
        ),
        Finding(
            "convergence",
            "Were there enough trials?",
            [sentences.enough(convergence)],
            ["convergence"],
        ),
        Finding(
            "cost",
            "What only costs",
            [cost, *filter(None, [sentences.sweeps(sensitivity)])],
            ["quadrant", "sweeps"],
        ),
        Finding("selection", "What was decided", sentences.decisions(selection), []),
        Finding(
            "comparison",
            "What the searches reached",
            [comparison_table.comparison_sentence(comparison)],
            ["comparison"],
        ),
    ]


def markdown(found: Sequence[Finding]) -> str:
    """Return findings as a Markdown list, one item per section."""
    return "".join(f"- **{one.title}** {' '.join(one.sentences)}\n" for one in found)
