"""How trials were drawn: at random from their space, or by a search that looked at their errors.

An index compares the trials that reach a goal with all trials, which stand for the space only when
they were drawn from it. A trials Dataset says so in two attributes; without them it is unknown.
"""

from collections.abc import Sequence

import xarray as xr

RANDOM, ADAPTIVE, UNKNOWN = "random", "adaptive", "unknown"
WAYS = (RANDOM, ADAPTIVE, UNKNOWN)

RANDOM_SEARCH = "this study's random search"

_DRAWN, _DRAWN_BY = "drawn", "drawn_by"


def drawn_attributes(drawn: str, drawn_by: str = "") -> dict[str, str]:
    """Return the attributes that tell how trials were drawn.

    Parameters
    ----------
    drawn
        One of :data:`WAYS`.
    drawn_by
        By what, in words for readers, such as ``"Optuna's TPESampler"``; empty where unknown.
    """
    return {_DRAWN: drawn, _DRAWN_BY: drawn_by}


def how_drawn(trials: xr.Dataset) -> str:
    """Return how trials were drawn, one of :data:`WAYS`; of a design likewise."""
    drawn = str(trials.attrs.get(_DRAWN, UNKNOWN))
    return drawn if drawn in WAYS else UNKNOWN


def drawn_by(trials: xr.Dataset) -> str:
    """Return what drew trials, in words; empty where it is unknown."""
    return str(trials.attrs.get(_DRAWN_BY, ""))


def carried_drawn(dataset: xr.Dataset) -> dict[str, str]:
    """Return these attributes as a Dataset has them, none where it has none."""
    return {name: dataset.attrs[name] for name in (_DRAWN, _DRAWN_BY) if name in dataset.attrs}


def joined_drawn(datasets: Sequence[xr.Dataset]) -> dict[str, str]:
    """Return these attributes for trials put together.

    They are random only if all of them are, and adaptive if some of them are; of adaptive ones
    stands by what the adaptive part was drawn.
    """
    parts = [part for part in datasets if part.sizes["trial"]] or list(datasets[:1])
    if not any(carried_drawn(part) for part in parts):
        return {}
    ways = {how_drawn(part) for part in parts}
    together = next((way for way in (ADAPTIVE, UNKNOWN) if way in ways), RANDOM)
    names = dict.fromkeys(drawn_by(part) for part in parts if how_drawn(part) == together)
    return drawn_attributes(together, " and ".join(filter(None, names)))
