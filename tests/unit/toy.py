"""The three examples of the slides, scaled to [0, 1], with their exact indices.

P(Z = 1) = 1/4 in all. With sigma = 1 - 1/sqrt(2) and ``H = 0.0156462401`` the index of a variable
that halves the goal (U <= 1/2), the population values are in `INDEX` and `JOINT`.
"""

from collections.abc import Callable

import numpy as np

H = 0.0156462401
F3_THIRD = {0.2: 0.0126734545, 0.75: 0.0061118125, 1.0: 0.0039115600, 1.25: 0.0022002525}
F3_THIRD[1.8] = 0.0001564624


def f1(u: np.ndarray) -> np.ndarray:
    """Z = 1 iff U1 <= 1/2 and U2 <= 1/2.

    S_1 = S_2 = H; S_(1,2) = 0.0215231785; at the maximising sigma = 0.2222558475,
    S_1 = 0.0165578398.
    """
    return (u[:, 0] <= 0.5) & (u[:, 1] <= 0.5)


def f2(u: np.ndarray) -> np.ndarray:
    """Z = 1 iff U1 <= 1/2 and exactly one of U2, U3 is above 1/2.

    S_1 = H; S_2 = S_3 = 0; S_(2,3) = 0.0039168773; S_(1,2) = 0.0088031506.
    """
    return (u[:, 0] <= 0.5) & ((u[:, 1] > 0.5) != (u[:, 2] > 0.5))


def f3(t: float) -> Callable[[np.ndarray], np.ndarray]:
    """Z = B if U1 <= 1/2 and U2 <= t/2; 1 if U1 <= 1/2, U2 > t/2 and U3 <= 1/2. B = {U4 <= 1/2}.

    S_1 = H and S_2 = 0 for all t; S_3 = F3_THIRD[t].
    """

    def goal(u: np.ndarray) -> np.ndarray:
        return (u[:, 0] <= 0.5) & np.where(u[:, 1] <= t / 2, u[:, 3] <= 0.5, u[:, 2] <= 0.5)

    return goal
