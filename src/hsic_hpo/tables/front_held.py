"""The table of how much of the front each search holds, and what is said of it."""

import numpy as np
import pandas as pd
import xarray as xr

from hsic_hpo.digits import share
from hsic_hpo.trials.held_at_end import held_at_end
from hsic_hpo.wording import number

RANDOM = "random"


def front_held_table(found: xr.Dataset) -> pd.DataFrame:
    """Tabulate what the searches hold of the front, the random search first.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.search.front_held.front_held`.

    Returns
    -------
    pandas.DataFrame
        One row per method, and one for the random trials alone: ``repeats``; medians over them of
        ``trainings`` and ``training_flops``, those of the search; ``front_held``, its median,
        ``front_held_lowest`` and ``front_held_highest`` over the repeats after their last trial;
        ``at_equal_flops``, the median after as many operations as the repeat of all searches that
        took the fewest. Columns of which nothing is known are left out.
    """
    at_start = found["front_held"].isel(evaluation=0).values
    known = at_start[np.isfinite(at_start)]
    equal, ends = equal_operations(found), held_at_end(found)
    rows = [
        {"method": RANDOM, "front_held": known[0] if known.size else np.nan},
        *(
            _row(found.sel(search=method), ends[method], equal)
            if method in ends
            else {"method": method}
            for method in found["search"].values.tolist()
        ),
    ]
    table = pd.DataFrame(rows)
    for name in ("repeats", "trainings"):
        if name in table:
            table[name] = table[name].round().astype("Int64")
    columns = ["method", "repeats", "trainings", "training_flops", "front_held"]
    columns += ["front_held_lowest", "front_held_highest", "at_equal_flops"]
    return table.reindex(columns=columns).dropna(axis="columns", how="all")


def equal_operations(found: xr.Dataset) -> float:
    """Return the operations of the repeat of all searches that took the fewest; NaN if unknown."""
    spent = found["training_flops"].max("evaluation").values
    known = spent[np.isfinite(spent)]
    return float(known.min()) if known.size else np.nan


def _row(mine: xr.Dataset, at_end: np.ndarray, equal: float) -> dict[str, object]:
    held = mine["front_held"].values
    operations = mine["training_flops"].values
    n_trials = np.isfinite(held).sum(axis=1) - 1
    ran = n_trials >= 0
    spent = np.array([row[n] for row, n in zip(operations[ran], n_trials[ran], strict=True)])
    # What had ended by then; no trial where the first one took more.
    counts = [int((row <= equal).sum()) - 1 for row in operations[ran]]
    then = [row[n] if n >= 0 else np.nan for row, n in zip(held[ran], counts, strict=True)]
    return {
        "method": str(mine["search"].item()),
        "repeats": int(ran.sum()),
        "trainings": float(np.median(n_trials[ran])),
        "training_flops": float(np.median(spent)),
        "front_held": float(np.median(at_end)),
        "front_held_lowest": float(at_end.min()),
        "front_held_highest": float(at_end.max()),
        "at_equal_flops": float(np.median(then)),
    }


def front_held_sentence(found: xr.Dataset) -> str:
    """Say in one sentence what each search holds of the front in the end."""
    table = front_held_table(found)
    if "front_held" not in table or len(table) == 1:
        return ""
    shares = table.set_index("method")["front_held"].dropna()
    told = {method: share(held, 1) for method, held in shares.items()}
    of_random = told.pop(RANDOM)
    by_search = ", ".join(f"{method} {held}" for method, held in told.items())
    return (
        f"Of the front of all trials the random ones hold {of_random} by "
        f"hypervolume; with those of one repeat of a search, in the median: {by_search}."
    )


def front_held_remark(found: xr.Dataset) -> str:
    """State what the columns are."""
    equal = equal_operations(found)
    then = ""
    if np.isfinite(equal):
        then = (
            f" training flops: {found['training_flops'].attrs['long_name']}; at equal flops: what "
            f"is held when these have come to {number(equal)}, as many as the repeat that took the "
            f"fewest."
        )
    return (
        f"Front held: part of the hypervolume of the front of all trials (validation error and "
        f"{found.attrs['cost_name']}, on logarithmic scales where they are positive, up to a tenth "
        f"of its range beyond its ends) that the random trials and one repeat of the search hold; "
        f"median, lowest and highest over the repeats.{then}"
    )
