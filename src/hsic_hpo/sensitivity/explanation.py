"""The explanation of finished trials of anyone: by the way that suits how they were drawn."""

from typing import Literal

import xarray as xr

from hsic_hpo.checks import check_choice
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.beside_tests import found_beside_tests
from hsic_hpo.sensitivity.labels import SURROGATE, beside
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.sensitivity.through_surrogate import analyse_through_surrogate
from hsic_hpo.sensitivity.values_of_best import values_of_trials
from hsic_hpo.trials.drawn import ADAPTIVE, RANDOM, UNKNOWN, drawn_by, how_drawn
from hsic_hpo.trials.randomness import departure_from_random

AUTO = "auto"
Way = Literal["auto", "random", "adaptive"]
WAYS = (AUTO, RANDOM, ADAPTIVE)


def explain_trials(
    trials: xr.Dataset, settings: AnalysisSettings, way: Way = "auto", only: str | None = None
) -> xr.Dataset:
    """Explain trials: random ones by exact tests and a surrogate beside them, others by it alone.

    Parameters
    ----------
    trials, settings, way, only
        As for :func:`explain_one_way`.

    Returns
    -------
    xarray.Dataset
        That of :func:`explain_one_way`; for random trials, with what the surrogate found as well
        (:data:`hsic_hpo.sensitivity.beside_tests.BESIDE`).

    Raises
    ------
    InputError
        For an unknown way.
    """
    found = explain_one_way(trials, settings, way, only)
    if found.attrs["way"] == SURROGATE:
        return found
    return beside(found, found_beside_tests(trials, settings, only))


def explain_one_way(
    trials: xr.Dataset, settings: AnalysisSettings, way: Way = "auto", only: str | None = None
) -> xr.Dataset:
    """Explain trials by one way: random ones directly, by exact tests, others by a surrogate.

    Parameters
    ----------
    trials
        Trials Dataset.
    settings
        Of the analysis.
    way
        ``"random"`` or ``"adaptive"``: how the trials were drawn, by the user's word. ``"auto"``:
        as the Dataset says (:mod:`hsic_hpo.trials.drawn`), else as a test finds
        (:func:`hsic_hpo.trials.randomness.departure_from_random`).
    only
        The subset that is asked for, ``"best"`` or ``"worst"``: exact tests of very many trials
        are quicker where nothing else is computed. None: both.

    Returns
    -------
    xarray.Dataset
        Sensitivity Dataset of :func:`hsic_hpo.sensitivity.analysis.analyse` or
        :func:`hsic_hpo.sensitivity.through_surrogate.analyse_through_surrogate`, with the values
        that stand out (:func:`hsic_hpo.sensitivity.values_of_best.values_of_best`). Attributes:
        ``way``, ``"direct"`` or ``"surrogate"``, and ``way_reason``, a sentence on why.

    Raises
    ------
    InputError
        For an unknown way.
    """
    check_choice("way", way, WAYS)
    drawn, why = _drawn(trials, way)
    if drawn == RANDOM:
        found = analyse(trials, settings, only).merge(values_of_trials(trials, settings))
        return found.assign_attrs(way_reason=f"Random trials, {why}: tested directly.")
    found = analyse_through_surrogate(trials, settings)
    return found.assign_attrs(
        way_reason=f"Trials not drawn at random, {why}: explained through a surrogate, "
        "which states what was found and no p-values."
    )


def _drawn(trials: xr.Dataset, way: str) -> tuple[str, str]:
    """Return whether trials count as random or adaptive, and why in words."""
    if way != AUTO:
        return way, "as you say"
    drawn = how_drawn(trials)
    if drawn != UNKNOWN:
        by = drawn_by(trials)
        return drawn, f"drawn by {by}" if by else "as the trials say"
    departure = departure_from_random(trials)
    if departure:
        return ADAPTIVE, f"as {departure}"
    return RANDOM, "as far as a test can tell"
