"""How trials were drawn stands in their Dataset, from the design to what is put together."""

import pytest

from hsic_hpo.search.hsic_gpbo import HsicGpbo
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.drawn import (
    ADAPTIVE,
    RANDOM,
    RANDOM_SEARCH,
    UNKNOWN,
    drawn_attributes,
    drawn_by,
    how_drawn,
    joined_drawn,
)
from small_search import search

SPACE = {"x": {"type": "float", "range": [-1, 1]}}


def test_trials_that_do_not_say_how_they_were_drawn_are_unknown():
    trials = search(30)
    assert how_drawn(trials) == UNKNOWN
    assert drawn_by(trials) == ""
    assert how_drawn(trials.assign_attrs(drawn="by hand")) == UNKNOWN


def test_a_searchs_random_trials_are_random_and_all_of_them_adaptive(tmp_path):
    found = HsicGpbo(SPACE, n_random=3, rounds=1, batch_size=2)
    found.tell(batch := found.ask()[:2], [c["x"] ** 2 for c in batch])
    assert (how_drawn(found.trials), drawn_by(found.trials)) == (RANDOM, RANDOM_SEARCH)
    while batch := found.ask():
        found.tell(batch, [c["x"] ** 2 for c in batch])
    assert (how_drawn(found.trials), drawn_by(found.trials)) == (ADAPTIVE, "this study's hsic-gpbo")
    trials_data.write_trials(found.trials, tmp_path / "trials.nc")
    assert how_drawn(trials_data.read_trials(tmp_path / "trials.nc")) == ADAPTIVE
    again = HsicGpbo(SPACE, n_random=3, rounds=1, batch_size=2, trials=found.trials)
    assert again.trials.attrs == found.trials.attrs


@pytest.mark.parametrize(
    ("ways", "together"),
    [
        ([RANDOM, RANDOM], RANDOM),
        ([RANDOM, UNKNOWN], UNKNOWN),
        ([RANDOM, ADAPTIVE], ADAPTIVE),
        ([UNKNOWN, ADAPTIVE], ADAPTIVE),
    ],
)
def test_trials_put_together_are_as_random_as_the_least_random_of_them(ways, together):
    parts = [search(10, seed=i).assign_attrs(drawn_attributes(w)) for i, w in enumerate(ways)]
    assert joined_drawn(parts)["drawn"] == together


def test_a_part_without_trials_does_not_count():
    random = search(10).assign_attrs(drawn_attributes(RANDOM, RANDOM_SEARCH))
    none = random.isel(trial=[]).assign_attrs(drawn_attributes(ADAPTIVE, "x"))
    assert joined_drawn([none, random]) == drawn_attributes(RANDOM, RANDOM_SEARCH)
