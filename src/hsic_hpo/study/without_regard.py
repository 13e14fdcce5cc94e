"""Which of the trials that have finished by now were not chosen by their length.

While a study runs, short trainings are over and long ones of the same start are not: the finished
trials hold too many short ones, and where long trainings are the good ones they tell a wrong story.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def without_regard_to_length(
    begun: FloatArray, seconds: FloatArray, now: float
) -> NDArray[np.bool_]:
    """Select the finished trials that had finished by now however long they had taken.

    A trial counts if it began longer ago than the longest of all took, those that are under way
    included with what they have taken so far. All trials that began so long ago have finished, so
    that none of them is missing for its length (not in the paper). A trial that begins when those
    before it have ended does so at a time that tells nothing about its own length.

    Parameters
    ----------
    begun
        ``(n,)`` when each trial began, in seconds; NaN where it has not begun.
    seconds
        ``(n,)`` how long each took; NaN where it has not finished.
    now
        The time up to which it is known what had finished.

    Returns
    -------
    numpy.ndarray
        ``(n,)`` of bool.
    """
    finished = np.isfinite(seconds)
    if finished.all():
        return finished
    ago = now - begun
    under_way = np.isfinite(begun) & ~finished
    longest = np.max(seconds, where=finished, initial=0.0)
    so_far = np.max(ago, where=under_way, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        return finished & (ago >= longest) & (ago > so_far)
