"""The figures of a study by their names: module ``name`` of this package draws ``name``."""

import pkgutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from hsic_hpo.errors import InputError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


def draw(name: str, *datasets: "xr.Dataset | Sequence[xr.Dataset]") -> "Figure":
    """Draw a figure.

    Parameters
    ----------
    name
        Name of the figure, such as ``"importance"``.
    *datasets
        What the function of that name takes, in its order.

    Returns
    -------
    matplotlib.figure.Figure
        To be shown or saved, see :func:`hsic_hpo.figures.style.save`.

    Raises
    ------
    InputError
        When there is no such figure.
    """
    drawing_source(name)
    figure: Figure = pkgutil.resolve_name(f"{__package__}.{name}:{name}")(*datasets)
    return figure


def drawing_source(name: str) -> Path:
    """Return the file that draws a figure, without importing it.

    Raises
    ------
    InputError
        When there is no such figure.
    """
    found = find_spec(f"{__package__}.{name}")
    if found is None or found.origin is None:
        raise InputError(f"{name!r} is not a figure")
    return Path(found.origin)
