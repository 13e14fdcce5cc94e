"""Finished trials from anywhere: one entry for files, folders, storages and objects."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.interop.costs import Costs
from hsic_hpo.interop.foreign import is_optuna, read_source
from hsic_hpo.interop.optuna_study import trials_from_optuna
from hsic_hpo.interop.row_range import row_slice
from hsic_hpo.interop.rows import trials_of_rows
from hsic_hpo.interop.space_files import read_noted_space, space_of, space_yaml
from hsic_hpo.interop.table_space import given_columns, inferred_columns
from hsic_hpo.spaces.space import Space
from hsic_hpo.trials.dataset import space as space_of_trials


def trials_from(
    source: Any,
    *,
    space: Space | Mapping[str, Any] | Path | str | None = None,
    error: str | None = None,
    cost: Costs = None,
    maximise: bool | None = None,
    study: str | None = None,
    objective: int = 0,
    budget: str | None = None,
    rows: str | None = None,
) -> xr.Dataset:
    """Take finished trials from anywhere.

    Parameters
    ----------
    source
        Path of a table (CSV or the like, or JSON), of a folder that Ray Tune, Keras Tuner or NNI
        wrote, or of a storage of Optuna; the URL of such a storage; an Optuna study; a DataFrame;
        or a mapping from columns to values, such as scikit-learn's ``cv_results_``.
    space
        The search space of a table: a `Space`, its definitions, or the path of a file that holds
        it. None: the one that is stored beside the trials, else it is inferred from their values.
    error
        Column of the error of a table; None: the one that is called so.
    cost
        Column of a cost, or several, lower is better, if there are any.
    maximise
        Whether more of the error column is better; None: as the source says, else less is.
    study
        Name of an Optuna study; not needed where the storage holds a single one.
    objective
        Which value of a multi-objective Optuna study is the error.
    budget
        Column of epochs, steps or the like, where a configuration has rows at several of them:
        the highest counts.
    rows
        Part of the trials: ``"A:B"`` from number A up to, but without, B, counted from 0.

    Returns
    -------
    xarray.Dataset
        Trials Dataset. Its attribute ``space_origin`` is ``"given"``, ``"storage"`` or
        ``"inferred"``; ``space_yaml`` is the space as YAML; ``notes`` says, a sentence per line,
        what a reader must know of how the trials were taken.

    Raises
    ------
    InputError
        One line: place, value, what is allowed. A pickle is refused and never opened.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hsic_hpo as hh
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame({"lr": 10 ** rng.uniform(-5, -1, 60)})
    >>> frame["layers"] = rng.integers(1, 5, 60)
    >>> frame["loss"] = (np.log10(frame["lr"]) + 3) ** 2
    >>> print(hh.trials_from(frame).attrs["space_yaml"])
    lr: {type: float, range: [1.0e-05, 0.1], scale: log}
    layers: {type: integer, range: [1, 4]}
    <BLANKLINE>
    """
    if is_optuna(source):
        unfit = {"space": space, "error": error, "cost": cost, "budget": budget}
        for name, value in unfit.items():
            if value is not None:
                raise InputError(f"{name}: {value!r}; an Optuna study has its own")
        trials = trials_from_optuna(
            source, study, objective=objective, maximise=maximise, rows=rows
        )
        return _with_space(trials, "storage")
    for name, given in (("study", study), ("objective", objective or None)):
        if given is not None:
            raise InputError(f"{name}: {given!r}; only an Optuna storage has that")
    table = read_source(source)
    table = replace(table, frame=table.frame.iloc[row_slice(rows)])
    known, said = _given_space(space)
    origin = "given"
    if known is None and table.space is not None:
        known, origin = Space(table.space, f"{table.where}: space"), "storage"
    if known is not None:
        taken = given_columns(table, known, error, cost, budget)
    else:
        (taken, known), origin = inferred_columns(table, error, cost, budget), "inferred"
    trials = trials_of_rows(
        taken.frame.reset_index(drop=True),
        list(taken.frame.index),
        known,
        table.where,
        error=taken.error,
        cost=taken.costs,
        maximise=table.maximise if maximise is None else maximise,
        budget=taken.budget,
        notes=[*table.notes, *said, *taken.notes],
        attrs=table.attrs,
    )
    return _with_space(trials, origin)


def _with_space(trials: xr.Dataset, origin: str) -> xr.Dataset:
    return trials.assign_attrs(space_origin=origin, space_yaml=space_yaml(space_of_trials(trials)))


def _given_space(
    space: Space | Mapping[str, Any] | Path | str | None,
) -> tuple[Space | None, tuple[str, ...]]:
    if space is None or isinstance(space, Space):
        return space, ()
    return space_of(space, "space") if isinstance(space, Mapping) else read_noted_space(space)
