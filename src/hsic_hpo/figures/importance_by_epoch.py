"""From which epoch on an explanation holds: indices against the epochs of training."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from hsic_hpo.figures.index_lines import HEIGHT, index_lines
from hsic_hpo.figures.labels import name_lines
from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import PAGE_WIDTH, message, style
from hsic_hpo.figures.titles import epoch_title
from hsic_hpo.trials.kinds import BY_EPOCH, check_kind
from hsic_hpo.wording import percent

# Labels of epochs nearer to each other than by this factor would touch.
_APART = 1.25


def importance_by_epoch(found: xr.Dataset) -> Figure:
    """Draw the highest indices against the epoch, with their intervals and noise floors.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_epoch.indices_by_epoch`.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the unbiased index, for the best by the error after that epoch, of seven
        hyperparameters, those that are significant at the end first, then those that are at most
        epochs; against the epoch on a logarithmic axis; filled where significant, with their
        confidence intervals there; in grey the highest of their noise floors. A vertical line
        marks the first rung of a halving, up to which all trials trained. A sentence where no
        learning curve is known.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.importance_by_epoch(hh.explain_by_epoch(hh.example_trials()))
    """
    check_kind("found", found, BY_EPOCH)
    with style():
        has_index = found["hsic"].notnull().any("hyperparameter")
        if not has_index.any():
            remarks = sorted({str(note) for note in found["note"].values if note})[:2]
            figure, (axes,) = page(1, 1, 1.5, remarks=remarks or [str(found.attrs["why_none"])])
            message(axes, "no epoch has an index")
            return figure
        shown = found.isel(epoch=has_index.values)
        share = percent(float(found.attrs["goal_fraction"]))
        remark = f"impact on the best {share} of the trials, had they ended after so many epochs"
        figure, (axes,) = page(
            1,
            1,
            HEIGHT,
            width=PAGE_WIDTH,
            title=epoch_title(shown),
            remarks=[remark],
            legend_lines=3,
        )
        at_end = (shown["significant"].isel(epoch=-1) == 1).values.tolist()
        marks = index_lines(axes, shown, "epoch", at_end)
        _epoch_axis(axes, shown["epoch"].values.tolist())
        axes.set_ylabel("unbiased HSIC(U, Z), dimensionless")
        if rung := int(found.attrs["first_rung"]):
            label = f"first rung: all trained to epoch {rung}"
            marks.append(
                axes.axvline(rung, color="black", linewidth=0.8, linestyle=":", label=label)
            )
        name_lines(figure, marks)
    return figure


def _epoch_axis(axes: Axes, epochs: list[int]) -> None:
    labelled: list[int] = []
    for epoch in reversed(epochs):
        if not labelled or epoch * _APART <= labelled[-1]:
            labelled.append(epoch)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(labelled))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("epochs of training")
