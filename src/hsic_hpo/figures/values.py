"""Axes in a hyperparameter's own values."""

import math
import re
from itertools import pairwise
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hsic_hpo.digits import told_apart
from hsic_hpo.errors import printable
from hsic_hpo.spaces.hyperparameter import Hyperparameter, Range
from hsic_hpo.wording import costing

_MOST_LEVELS = 12
_SHORT = 100_000
_LEVEL_LETTERS = 14
# Letters that fit below the narrowest panel, and ticks that an axis takes.
_AXIS_LETTERS, _MOST_TICKS, _MOST_LEVEL_TICKS = 36, 5, 6
_EXPONENT = re.compile(r"\b\d+(\.\d+)?e[+-]\d+\b")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_QUANTILES = [0.05, 0.275, 0.5, 0.725, 0.95]


def is_unordered(hyperparameter: Hyperparameter) -> bool:
    """Tell whether the values have no order."""
    return hyperparameter.type in ("categorical", "boolean")


def shown_by_level(hyperparameter: Hyperparameter) -> bool:
    """Tell whether to draw one bar per value: there are few values, or they have no order."""
    return is_unordered(hyperparameter) or 0 < len(hyperparameter.levels) <= _MOST_LEVELS


def value_text(value: object) -> str:
    """Return a value as text, small and large numbers with a power of ten."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _power_of_ten(f"{value:.12g}")
    return printable(str(value))


def rounded_text(value: float, beside: float) -> str:
    """Return a number that stands for a part of a range, told apart from an end of the range.

    Short whole numbers have all of their digits.
    """
    return _rounded_text(value, told_apart([value, beside])[0])


def _rounded_text(value: float, text: str) -> str:
    if value == round(value) and abs(value) < _SHORT:
        return str(round(value))
    return _power_of_ten(text)


def with_powers(text: str) -> str:
    """Return a text with its small and large numbers as powers of ten."""
    return _EXPONENT.sub(lambda found: _power_of_ten(found.group()), text)


def cost_text(value: float, cost: str) -> str:
    """Return a cost with what it counts: ``"1.81 × 10⁶ FLOPs per sample"``."""
    return with_powers(costing(value, cost))


def _power_of_ten(text: str) -> str:
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    power = "10" + raised(int(exponent))
    return power if mantissa == "1" else f"{mantissa} × {power}"


def raised(exponent: int) -> str:
    """Return ``exponent`` raised, in Unicode's own letters."""
    return str(exponent).translate(_RAISED)


def level_texts(hyperparameter: Hyperparameter) -> list[str]:
    """Return the levels of a discrete hyperparameter as texts."""
    return [value_text(level) for level in hyperparameter.levels]


def label_levels(axes: Axes, texts: list[str]) -> None:
    """Write levels below the positions 0, 1, ... of ``axes``, slanted where they would touch."""
    names = [fill(text, _LEVEL_LETTERS) for text in texts]
    axes.set_xticks(range(len(names)), names, parse_math=False)
    axes.tick_params(axis="x", length=0)
    widths = [max(map(len, name.split("\n"))) for name in names]
    room = _AXIS_LETTERS / len(names)
    if any((left + right) / 2 + 1 > room for left, right in pairwise(widths)):
        slant(axes)


def slant(axes: Axes) -> None:
    """Slant what stands below ``axes``, so that it does not touch."""
    for label in axes.get_xticklabels():
        label.set(rotation=40, ha="right", rotation_mode="anchor")


def position(hyperparameter: Hyperparameter, value: object) -> float:
    """Return where a value stands on an axis of u: the middle of a discrete value's bin."""
    return float(np.mean(hyperparameter.interval(value)))


def label_values(axes: Axes, hyperparameter: Hyperparameter) -> None:
    """Write values below an axis of u in [0, 1]."""
    places, texts = zip(*axis_values(hyperparameter), strict=True)
    axes.set_xticks(places, texts)


def axis_values(hyperparameter: Hyperparameter) -> list[tuple[float, str]]:
    """Return positions and texts of the few values for which an axis of u has room."""
    law = hyperparameter.law
    if isinstance(law, Range):
        values = _round_values(law)
    elif hyperparameter.is_discrete:
        levels = hyperparameter.levels
        values = list(levels[:: -(-len(levels) // _MOST_LEVEL_TICKS)])
    else:
        values = hyperparameter.scalars(_QUANTILES)
    if any(isinstance(value, str | bool) for value in values):
        return [(position(hyperparameter, value), value_text(value)) for value in values]
    texts = _number_texts([float(value) for value in values])
    while sum(len(text) + _gap(text) for text in texts) > _AXIS_LETTERS and len(texts) > 2:
        values, texts = values[::2], texts[::2]
    return [
        (position(hyperparameter, value), text) for value, text in zip(values, texts, strict=True)
    ]


def _gap(text: str) -> int:
    # Factors before powers of ten seldom stand at even distances.
    return 4 if "×" in text else 2


def _number_texts(values: list[float]) -> list[str]:
    texts = told_apart(values)
    if any("e" in text for text in texts) and all(_is_power(value) for value in values):
        return [_power_of_ten(f"1e{round(math.log10(value))}") for value in values]
    return [_rounded_text(value, text) for value, text in zip(values, texts, strict=True)]


def _is_power(value: float) -> bool:
    return value > 0 and math.isclose(value, 10.0 ** round(math.log10(value)))


def _round_values(law: Range) -> list[float]:
    if not law.log:
        ticks = MaxNLocator(_MOST_TICKS - 1, integer=law.integer).tick_values(law.low, law.high)
        return [float(value) for value in ticks if law.low <= value <= law.high]
    decades = range(math.floor(math.log10(law.low)), math.ceil(math.log10(law.high)) + 1)
    few = [_inside(law, decades, factors) for factors in ((1, 2, 5), (1, 3), (1,))]
    for values in few:
        if 2 <= len(values) <= _MOST_TICKS:
            return values
    powers = few[-1]
    if len(powers) < 2:
        return [law.low, law.high]
    return powers[:: -(-len(powers) // _MOST_TICKS)]


def _inside(law: Range, decades: range, factors: tuple[int, ...]) -> list[float]:
    values = [float(f"{factor}e{decade}") for decade in decades for factor in factors]
    return [value for value in values if law.low <= value <= law.high]
