"""Ways to choose one network among finished trials: how a config and a command say them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hsic_hpo.search.methods import choice_settings
from hsic_hpo.search.settings import SearchSettings
from hsic_hpo.wording import costing, percent

BY_METHOD, LOWEST_ERROR, KNEE = "by_method", "lowest_error", "knee"
WITHIN = "cheapest_within"
LIMITS = {"max_flops": "flops", "max_params": "n_params", "max_seconds": "train_seconds"}
"""By the key of a config, the cost that it limits."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One way to choose among finished trials; without arguments, the lowest error.

    Attributes
    ----------
    tolerance
        The cheapest trial whose error is at most this fraction above the lowest; 0 chooses the
        lowest error, and the cheapest of those that have it.
    knee
        The network beyond which more cost brings least, see :func:`hsic_hpo.search.knee.knee`.
    limits
        Largest cost of what is chosen, by the name of the cost.
    """

    tolerance: float = 0.0
    knee: bool = False
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in files and Datasets, such as ``"max-flops-10000"``."""
        keys = {cost: key for key, cost in LIMITS.items()}
        parts = [
            f"{keys.get(cost, f'max_{cost}')}-{_digits(limit)}"
            for cost, limit in self.limits.items()
        ]
        if self.knee:
            parts.append("knee")
        elif self.tolerance:
            parts.append(f"within-{_digits(100 * self.tolerance)}-percent")
        return "-".join(parts).replace("_", "-") or "lowest-error"

    @property
    def words(self) -> str:
        """The same for a reader, such as ``"lowest error, at most 10000 FLOPs per sample"``."""
        rule = "lowest error"
        if self.knee:
            rule = "knee"
        elif self.tolerance:
            rule = f"cheapest within {percent(round(self.tolerance, 12))} of the lowest error"
        limits = [costing(limit, cost) for cost, limit in self.limits.items()]
        return f"{rule}, at most {' and '.join(limits)}" if limits else rule

    def settings(self) -> dict[str, Any]:
        """Return what :func:`hsic_hpo.search.final_choice.chosen_design` is told of it."""
        told: dict[str, Any] = {"tolerance": self.tolerance}
        if self.knee:
            told["knee"] = True
        if self.limits:
            told["limits"] = dict(self.limits)
        return told


def _digits(value: float) -> str:
    return f"{value:.12g}".replace("+", "")


def read_choice(given: str | Mapping[str, float]) -> Choice | None:
    """Read an entry of ``final.choose`` of a validated study config.

    Returns
    -------
    Choice or None
        None for ``by_method``, whose meaning depends on the method.
    """
    if isinstance(given, str):
        return {BY_METHOD: None, LOWEST_ERROR: Choice(), KNEE: Choice(knee=True)}[given]
    ((key, value),) = given.items()
    return Choice(tolerance=value) if key == WITHIN else Choice(limits={LIMITS[key]: value})


def final_choices(
    method: str,
    settings: SearchSettings,
    given: Sequence[str | Mapping[str, float]],
    tolerance: float,
) -> dict[str, dict[str, Any]]:
    """Return what :func:`hsic_hpo.search.final_choice.chosen_design` is told, by name of a choice.

    Parameters
    ----------
    method, settings
        Of the search.
    given
        Entries of ``final.choose``. Two that mean the same for the method are one.
    tolerance
        Of the methods that weigh error and cost, where they choose by themselves.

    Examples
    --------
    >>> from hsic_hpo.search.choices import final_choices
    >>> from hsic_hpo.search.settings import SearchSettings
    >>> list(final_choices("gpbo", SearchSettings(), ["by_method", "knee", "lowest_error"], 0.1))
    ['lowest-error', 'knee']
    >>> list(final_choices("hsic-gpbo", SearchSettings(), ["by_method", {"max_flops": 1e4}], 0.1))
    ['within-10-percent', 'max-flops-10000']
    """
    found: dict[str, dict[str, Any]] = {}
    by_method = choice_settings(method, settings, tolerance)
    for entry in given:
        choice = read_choice(entry)
        if choice is None:
            name = Choice(tolerance=by_method["tolerance"] or 0.0).name
            found.setdefault(name, by_method)
        else:
            found.setdefault(choice.name, by_method | choice.settings())
    return found
