"""What each repeat of a search holds of the front after its last trial."""

import numpy as np
import xarray as xr


def held_at_end(found: xr.Dataset) -> dict[str, np.ndarray]:
    """Return what the repeats of each search hold of the front in the end.

    Parameters
    ----------
    found
        Dataset of :func:`hsic_hpo.search.front_held.front_held`.

    Returns
    -------
    dict
        By method, in the order of the Dataset: an array of its repeats that ran, in [0, 1]. A
        method of which none did is left out.
    """
    ends = {}
    for method, repeats in zip(
        found["search"].values.tolist(), found["front_held"].values, strict=True
    ):
        known = [row[np.isfinite(row)] for row in repeats]
        if last := [row[-1] for row in known if row.size]:
            ends[str(method)] = np.array(last)
    return ends
