"""The knee of a front: beyond it, more cost brings little, and before it, less saves little.

It is the point of the front that lies farthest below the chord between its two ends, in the plane
of the logarithms of cost and error ([1]_, where the chord is the hyperplane through the individual
minima). Which point that is does not depend on the units of either. Logarithms are not in the
paper: error and cost count by their ratios here. An axis with a value that is not positive is taken
as it is.

References
----------
.. [1] I. Das, "On characterizing the 'knee' of the Pareto curve based on Normal-Boundary
   Intersection", Structural Optimization 18, 107-115 (1999). doi:10.1007/BF01195985
"""

import numpy as np

# Distances that differ by less, of the length of the chord, are equal.
_ROUNDING = 1e-12


def knee(costs: np.ndarray, errors: np.ndarray) -> int:
    """Return the place of the knee of a front.

    Parameters
    ----------
    costs, errors
        ``(n,)`` finite, of the n networks of the front, the cheapest first: costs increase, errors
        decrease.

    Returns
    -------
    int
        Of equally distant ones the cheapest; the last one, of the lowest error, where none lies
        below the chord, as with one or two networks.

    Examples
    --------
    >>> import numpy as np
    >>> from hsic_hpo.search.knee import knee
    >>> knee(np.array([1.0, 10.0, 100.0]), np.array([1.0, 0.02, 0.01]))
    1
    """
    x, y = _scaled(costs), _scaled(-errors)
    # How much more of the error's fall has been had than of the cost's rise.
    distance = y - x
    return len(costs) - 1 if distance.max() <= _ROUNDING else int(np.argmax(distance))


def _scaled(values: np.ndarray) -> np.ndarray:
    """Return where increasing values stand between their ends, in logarithms where these exist."""
    if (values > 0).all() or (values < 0).all():
        values = np.sign(values) * np.log(np.abs(values))
    span = values[-1] - values[0]
    return (values - values[0]) / span if span > 0 else np.zeros(len(values))
