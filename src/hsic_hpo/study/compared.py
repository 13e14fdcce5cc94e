"""What a study compares: the rows of its comparison, and the choices that its front shows."""

from typing import Any

from hsic_hpo.search.comparison import row_name
from hsic_hpo.search.known_trials import RANDOM
from hsic_hpo.study.study import Study

_OF_THE_FRONT = ("tolerance", "knee", "limits")


def comparison_rows(study: Study) -> dict[str, tuple[str, str]]:
    """Return of each row of the comparison its method and its choice.

    Parameters
    ----------
    study
        The study; the random search stands first.

    Returns
    -------
    dict
        By name of the row, see :func:`hsic_hpo.search.comparison.row_name`; the networks are
        retrained in ``final/<method>/<choice>``.

    Examples
    --------
    >>> from hsic_hpo.study.compared import comparison_rows
    >>> from hsic_hpo.study.study import read_study
    >>> comparison_rows(read_study(["config/quick.yaml"]))["gpbo"]
    ('gpbo', 'lowest-error')
    """
    return {
        row_name(method, choice, len(choices)): (method, choice)
        for method in [RANDOM, *study.searches]
        for choices in [study.retrainings(method)]
        for choice in choices
    }


def front_choices(study: Study) -> list[dict[str, Any]]:
    """Return what the methods choose by, each choice once, without what limits one method alone.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of dict
        As :func:`hsic_hpo.search.front.make_front` takes them.
    """
    found = {
        name: {key: told[key] for key in _OF_THE_FRONT if key in told}
        for method in [RANDOM, *study.searches]
        for name, told in study.choices(method).items()
    }
    return list(found.values())
