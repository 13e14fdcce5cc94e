"""What the repeats of a search hold of the front in the end."""

import numpy as np
import xarray as xr

from hsic_hpo.trials.held_at_end import held_at_end

NAN = np.nan


def test_of_each_repeat_that_ran_the_last_value_counts() -> None:
    held = [[[0.5, 0.6, 0.7], [0.5, NAN, NAN], [NAN] * 3], [[NAN] * 3] * 3]
    found = xr.Dataset(
        {"front_held": (("search", "search_repeat", "evaluation"), np.array(held))},
        {"search": ["gpbo", "hsic-gpbo"]},
    )
    ends = held_at_end(found)
    assert list(ends) == ["gpbo"]
    assert ends["gpbo"].tolist() == [0.7, 0.5]
