"""What the spread between trainings of one configuration says of the noise in its error."""

import numpy as np
from scipy.stats import chi2

from hsic_hpo.trials.history import History


def known_noise(finished: History) -> np.ndarray:
    """Return the variance of each trial's modelled error that its trainings show.

    All trials share one relative variance of a single training, the median over those that were
    trained several times: few trainings each say little of their own. A mean of r trainings has an
    r-th of it. Errors are modelled as :func:`hsic_hpo.surrogate.process.modelled_errors` says: of
    a logarithm the variance is the relative one.

    Returns
    -------
    numpy.ndarray
        ``(n,)``; zeros where no trial was trained more than once.
    """
    nothing = np.zeros(len(finished))
    if finished.spreads is None:
        return nothing
    spreads, n = finished.spreads.T
    several = np.isfinite(spreads) & np.isfinite(finished.errors)
    if not several.any():
        return nothing
    freedom = n[several] - 1
    variances = spreads[several] ** 2
    known = finished.errors[np.isfinite(finished.errors)]
    if (known > 0).all():
        variances = variances / finished.errors[several] ** 2
    # The median of a variance that is estimated with few degrees of freedom lies below its mean.
    of_one = float(np.median(variances * freedom / chi2.median(freedom)))
    return of_one / np.maximum(n, 1)
