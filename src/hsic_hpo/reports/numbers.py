"""Numbers as a page shows them: with the digits that they deserve."""

import math

from hsic_hpo.wording import number

_THIN_SPACE = "\u202f"
_MILLION = 1e6
_WORDS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def quantity(value: float) -> str:
    """Return a count or a cost to three significant digits: ``"11 300"``, ``"1.81 million"``."""
    for unit, word in _WORDS:
        # 999 500 and more round to a million.
        if 0.9995 * unit <= abs(value) < math.inf:
            return f"{value / unit:.3g} {word}"
    text = number(value)
    if abs(value) < 1000 or not text.lstrip("-").isdigit():
        return text
    return f"{int(text):,}".replace(",", _THIN_SPACE)


def with_spread(mean: float, deviation: float) -> str:
    """Return a mean with its standard deviation, both cut where the deviation starts.

    Examples
    --------
    >>> with_spread(0.007482, 0.00026)
    '0.0075 ± 0.0003'
    >>> with_spread(1.91, 0.0)
    '1.91'
    """
    if not math.isfinite(deviation) or deviation <= 0:
        return number(mean)
    decimals = -math.floor(math.log10(deviation))
    # A leading 1 would be rounded by up to a third.
    decimals += f"{deviation:e}".startswith("1")
    if decimals < 0 and max(abs(mean), deviation) < _MILLION:
        decimals = 0
    if not 0 <= decimals <= 5:
        return f"{number(mean)} ± {deviation:.1g}"
    return f"{mean:.{decimals}f} ± {deviation:.{decimals}f}"


def factor(value: float) -> str:
    """Return a ratio with two digits: ``"×1.4"``, ``"×160"``."""
    return f"×{quantity(float(f'{value:.2g}'))}"
