"""The trainings: learning curves, time against cost, outcomes (not in the paper)."""

from textwrap import fill

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from hsic_hpo.checks import check_between_0_and_1
from hsic_hpo.figures.layout import page
from hsic_hpo.figures.scales import Scaling, log_where_a_decade
from hsic_hpo.figures.style import BLUE, GREY, LIGHT_GREY, ORANGE, VERMILLION, message, style
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.goals import number_selected, select_goal, target_values
from hsic_hpo.trials.kinds import TRIALS, check_kind
from hsic_hpo.trials.outcomes import outcomes
from hsic_hpo.wording import percent, with_units

_HEIGHT, _LABEL_LETTERS = 2.4, 28
_OUTCOMES = {"ok": BLUE, "diverged": ORANGE, "failed": VERMILLION}
_STOPPED = {trials_data.STOPPED: GREY}


def trainings(trials: xr.Dataset, fraction: float = 0.1) -> Figure:
    """Draw the learning curves, the training times and how the trainings ended.

    Parameters
    ----------
    trials
        Trials Dataset.
    fraction
        In (0, 1): the trials with the lowest errors that are highlighted.

    Returns
    -------
    matplotlib.figure.Figure
        Three panels at page width: the validation error after each epoch, one line per training;
        the wall time of a training against the FLOPs of its network; the number of trainings per
        outcome.

    Raises
    ------
    InputError
        For a Dataset of another kind, or a fraction that is not allowed.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.trainings(hh.example_trials())
    """
    check_kind("trials", trials, TRIALS)
    check_between_0_and_1("fraction", fraction)
    best = select_goal(target_values(trials, "error"), fraction, "best").reached
    with style():
        figure, (curves, time, ends) = page(3, 3, _HEIGHT, title=outcomes(trials), legend_lines=1)
        _curves(curves, trials, best)
        _time(time, trials, best)
        _ends(ends, trials)
        handles = [
            Line2D([], [], color=BLUE, marker=".", label=_highlighted(best, fraction)),
            Line2D([], [], color=LIGHT_GREY, marker=".", label="the others"),
        ]
        figure.legend(handles=handles, loc="outside lower left", ncols=2)
    return figure


def _highlighted(best: np.ndarray, fraction: float) -> str:
    if best.sum() == number_selected(fraction, len(best)):
        return f"best {percent(fraction)} of the trials"
    return f"best {best.sum()} of {len(best)} trials"


def _curves(axes: Axes, trials: xr.Dataset, best: np.ndarray) -> None:
    curve = trials["learning_curve"].values
    if not np.isfinite(curve).any():
        message(axes, "no learning curve\nwas recorded")
        return
    scaling = Scaling.of(curve[np.isfinite(curve)])
    curve = scaling(curve)
    epoch = trials["epoch"].values
    alone = "." if len(epoch) == 1 else "-"
    for picked, colour, width in ((~best, LIGHT_GREY, 0.4), (best, BLUE, 0.6)):
        rows = curve[picked].reshape(-1, len(epoch))
        # As outlines, a thousand curves would weigh megabytes.
        axes.plot(epoch, rows.T, alone, color=colour, linewidth=width, rasterized=True)
    log_where_a_decade(axes, "y", curve[np.isfinite(curve)], scaling)
    axes.set_xlim(0, epoch.max() + (len(epoch) == 1))
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel("epoch")
    name = with_units(trials.attrs["error_name"], trials.attrs["error_units"])
    axes.set_ylabel(fill(scaling.label(f"validation {name}"), _LABEL_LETTERS), parse_math=False)


def _time(axes: Axes, trials: xr.Dataset, best: np.ndarray) -> None:
    seconds = trials["train_seconds"].values
    flops = np.broadcast_to(trials["flops"].values[:, None], seconds.shape)
    known = np.isfinite(seconds) & np.isfinite(flops)
    if not known.any():
        message(axes, "no training time\nwas recorded")
        return
    for picked, colour in ((~best, GREY), (best, BLUE)):
        here = known & picked[:, None]
        axes.scatter(
            flops[here], seconds[here], s=6, color=colour, alpha=0.6, linewidths=0, rasterized=True
        )
    log_where_a_decade(axes, "x", flops[known])
    log_where_a_decade(axes, "y", seconds[known])
    axes.set_xlabel("FLOPs per sample (operations)")
    axes.set_ylabel("wall time of a training (s)")


def _ends(axes: Axes, trials: xr.Dataset) -> None:
    status = trials["status"].values
    shown = _OUTCOMES | (_STOPPED if (status == trials_data.STOPPED).any() else {})
    counts = [int((status == outcome).sum()) for outcome in shown]
    bars = axes.bar(list(shown), counts, 0.7, color=list(shown.values()))
    axes.bar_label(bars, size=7)
    axes.margins(y=0.12)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel("outcome")
    axes.set_ylabel("number of trainings")
