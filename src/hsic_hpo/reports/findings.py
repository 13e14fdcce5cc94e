"""The findings of a study in the order in which the page tells them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from hsic_hpo.reports import sentences
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.study.gaps import reason_of, sentence
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables import importance_by_budget as by_budget
from hsic_hpo.tables.front import front_sentence
from hsic_hpo.tables.front_held import front_held_sentence
from hsic_hpo.tables.halving import halving_sentence
from hsic_hpo.tables.importance_by_epoch import importance_by_epoch_sentence
from hsic_hpo.tables.summary import summary
from hsic_hpo.tables.writing import markdown_text
from hsic_hpo.trials.goals import cost_names, has_both
from hsic_hpo.trials.values_of_pairs import interacting_pairs
from hsic_hpo.wording import reached_in_words


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
    failure
        Why its sentences could not be made; None where they were.
    """

    key: str
    title: str
    sentences: Sequence[str]
    figures: Sequence[str]
    failure: str | None = None


def findings(parts: StudyParts) -> list[Finding]:
    """Say what a study found.

    Parameters
    ----------
    parts
        What it has found, as Datasets.

    Returns
    -------
    list of Finding
        From how the trainings ended to what the search methods reached; without those on a
        Dataset that does not exist.
    """
    sensitivity, selection, front = parts.sensitivity, parts.selection, parts.front
    sensitivity_all, convergence = parts.sensitivity_all, parts.convergence
    comparison, importance_by_budget = parts.comparison, parts.importance_by_budget
    held = parts.front_held
    by_epoch = parts.importance_by_epoch
    told = cache(partial(summary, parts.trials, sensitivity))
    ways = [sensitivity.attrs.get("way_reason", "")]
    if not has_both(sensitivity):
        # Beside tests, the check stands where the two ways are compared.
        ways.append(sensitivity.attrs.get("surrogate_check", ""))
    found = [
        _finding(
            "trainings",
            "How the trainings went",
            lambda: [
                told()[0],
                halving_sentence(parts.trials, float(sensitivity.attrs["goal_fraction"])),
                *ways,
            ],
            ["errors", "trainings"],
        ),
        _finding(
            "impact",
            "What matters for the best",
            lambda: [
                told()[1],
                reached_in_words(sensitivity),
                sentences.both_ways(sensitivity),
                sentences.intervals(sensitivity),
                sentences.groups_without_index(sensitivity),
                ""
                if sensitivity_all is None
                else sentences.all_trials(sensitivity, sensitivity_all),
            ],
            ["importance", "distributions"],
        ),
        _finding("worst", "What spoils a trial", lambda: [sentences.worst(sensitivity)], ["worst"]),
        _finding(
            "interactions",
            "What matters together",
            lambda: [
                sentences.interaction_sentence(sensitivity),
                *sentences.how_pairs_interact(sensitivity, parts.trials),
            ],
            ["interactions", "pairs"] if interacting_pairs(sensitivity) else ["interactions"],
        ),
    ]
    if convergence is not None:
        found.append(
            _finding(
                "convergence",
                "Were there enough trials?",
                lambda: [sentences.convergence_sentence(convergence)],
                ["convergence"],
            )
        )
    if by_epoch is not None:
        found.append(
            _finding(
                "importance_by_epoch",
                "From which epoch on this holds",
                lambda: [importance_by_epoch_sentence(by_epoch)],
                ["importance_by_epoch"] if by_epoch.sizes["epoch"] > 1 else [],
            )
        )
    if importance_by_budget is not None:
        found.append(
            _finding(
                "importance_by_budget",
                "What matters at your budget",
                lambda: [by_budget.importance_by_budget_sentence(importance_by_budget)],
                ["importance_by_budget"],
            )
        )
    title = "What only costs" if cost_names(sensitivity) else "Which part of a range matters"
    found.append(
        _finding(
            "cost",
            title,
            lambda: [told()[2], sentences.sweeps(sensitivity)],
            ["quadrant", "sweeps"],
        )
    )
    if selection is not None:
        found.append(
            _finding("selection", "What was decided", lambda: sentences.decisions(selection), [])
        )
    if front is not None:
        found.append(
            _finding(
                "front",
                "The best network for every cost",
                lambda: [front_sentence(front)],
                ["front"],
            )
        )
    if comparison is not None:
        found.append(
            _finding(
                "comparison",
                "What the searches reached",
                lambda: [
                    comparison_table.comparison_sentence(comparison),
                    "" if held is None else front_held_sentence(held),
                ],
                ["comparison"] if held is None else ["comparison", "front_held"],
            )
        )
    return found


def _finding(
    key: str, title: str, told: Callable[[], Sequence[str]], figures: Sequence[str]
) -> Finding:
    try:
        return Finding(key, title, [text for text in told() if text], figures)
    except Exception as error:
        reason = reason_of(error)
        return Finding(key, title, [sentence("sentence on this", reason)], figures, reason)


def markdown(found: Sequence[Finding]) -> str:
    """Return findings as a Markdown list, one item per section."""
    return "".join(f"- **{one.title}** {markdown_text(' '.join(one.sentences))}\n" for one in found)
