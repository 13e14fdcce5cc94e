"""What each method is asked for at the end, and for how long what it chose is trained again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.study.settings import StudySettings
from hsic_hpo.training.budget import Budget
from hsic_hpo.trials.retrained import trained_for


def final_budgets(settings: StudySettings) -> list[Budget]:
    """Return the budgets of a study's retrainings, that of ``final.training`` first."""
    changes = [settings.final.training, *settings.final.further_training]
    return [settings.training.budget.changed(one) for one in changes]


@dataclass(frozen=True)
class Retraining:
    """What becomes one row of the comparison.

    Attributes
    ----------
    choice
        What :func:`hsic_hpo.search.final_choice.chosen_design` is told.
    budget
        Of each training, as a study config writes it.
    """

    choice: Mapping[str, Any]
    budget: Mapping[str, Any]


def retrainings(
    choices: Mapping[str, Mapping[str, Any]], budgets: Sequence[Budget]
) -> dict[str, Retraining]:
    """Return each choice with each budget, by the name that it has in files.

    Parameters
    ----------
    choices
        What :func:`hsic_hpo.search.choices.final_choices` returns.
    budgets
        The first one adds nothing to the name of a choice, each further one its length.

    Examples
    --------
    >>> from hsic_hpo.study.retrainings import retrainings
    >>> from hsic_hpo.training.budget import Budget
    >>> list(retrainings({"knee": {}}, [Budget(epochs=9), Budget(epochs=150)]))
    ['knee', 'knee-150-epochs']
    """
    first, *further = (budget.to_dict() for budget in budgets)
    found = {}
    for name, choice in choices.items():
        found[name] = Retraining(choice, first)
        for budget in further:
            length = trained_for(budget).replace(" ", "-")
            found[f"{name}-{length}"] = Retraining(choice, budget)
    return found


def check_lengths(budgets: Sequence[Budget], where: str) -> None:
    """Check that budgets differ in length, by which rows and folders are told apart.

    Raises
    ------
    InputError
        One line: place, length, what is allowed.
    """
    lengths = [trained_for(budget.to_dict()) for budget in budgets]
    for number, length in enumerate(lengths):
        if length in lengths[:number]:
            raise InputError(
                f"{where}: a second budget of {length}; allowed: budgets that differ in epochs "
                "or steps, from each other and from 'final.training'"
            )
