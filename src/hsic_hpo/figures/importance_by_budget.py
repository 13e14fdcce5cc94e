"""What matters at which budget: indices against the most that a trial may cost."""

import xarray as xr
from matplotlib.figure import Figure

from hsic_hpo.figures.index_lines import HEIGHT, index_lines
from hsic_hpo.figures.labels import name_lines
from hsic_hpo.figures.layout import page
from hsic_hpo.figures.style import PAGE_WIDTH, message, style
from hsic_hpo.figures.titles import budget_title
from hsic_hpo.trials.goals import is_tested
from hsic_hpo.trials.kinds import BY_BUDGET, check_kind
from hsic_hpo.wording import cost_name, percent


def importance_by_budget(found: xr.Dataset) -> Figure:
    """Draw the highest indices against the budget, with their intervals and noise floors.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.sensitivity.by_budget.indices_by_budget`.

    Returns
    -------
    matplotlib.figure.Figure
        At page width: the unbiased index of the seven hyperparameters of the main group that are
        found to matter most often, against the budget on a logarithmic axis; filled where they are,
        with their confidence intervals there; in grey the highest of their noise floors, of trials
        that were tested directly.

    Raises
    ------
    InputError
        For a Dataset of another kind.

    Examples
    --------
    >>> import hsic_hpo as hh
    >>> figure = hh.plot.importance_by_budget(hh.explain_by_budget(hh.example_trials()))
    """
    check_kind("found", found, BY_BUDGET)
    main = found.isel(hyperparameter=found["group"].values == found["group"].values[0])
    has_index = main["hsic"].notnull().any("hyperparameter")
    remarks = sorted({str(note) for note in main["note"].values.ravel() if note})[:2]
    with style():
        if not has_index.any():
            figure, (axes,) = page(1, 1, 1.5, remarks=remarks)
            message(axes, "no budget has an index")
            return figure
        main = main.isel(budget=has_index.values)
        share = percent(float(found.attrs["goal_fraction"]))
        cost = cost_name(found.attrs["cost"])
        what = "trials" if is_tested(found) else "configurations"
        remark = f"impact on the best {share} of the {what} that cost at most c"
        title = budget_title(main)
        figure, (axes,) = page(
            1, 1, HEIGHT, width=PAGE_WIDTH, title=title, remarks=[remark], legend_lines=3
        )
        marks = index_lines(axes, main, "budget")
        if main["budget"].values[0] > 0:
            axes.set_xscale("log")
        axes.set_xlabel(f"budget c ({cost})", parse_math=False)
        axes.set_ylabel("unbiased HSIC(U, Z), dimensionless")
        name_lines(figure, marks)
    return figure
