"""The tables behind the page hold what the Datasets hold."""

import numpy as np
import pytest

from hsic_hpo.reports import frames
from hsic_hpo.trials import dataset as trials
from small_search import SPACE, rule, search
from told_studies import searched

DRAWN = search(60, error=lambda one: None if one["n_units"] > 200 else rule(one))
SEARCHES = [searched(SPACE, rule, "gpbo")]


def test_rows_are_the_trials_in_order() -> None:
    frame = frames.trials_frame(DRAWN, SEARCHES)
    assert frame["search"].tolist() == ["random"] * 60 + ["gpbo"] * 16
    assert frame["round"].tolist() == [0] * 60 + [1] * 8 + [2] * 8
    names = [*DRAWN["trial"].values, *SEARCHES[0]["trial"].values]
    assert frame["trial"].tolist() == [name[:8] for name in names]
    np.testing.assert_array_equal(frame["flops"][:60], DRAWN["flops"].values)
    ok = (DRAWN["status"].values == "ok")[:, 0]
    assert frame["status"][:60].tolist() == np.where(ok, "ok", "failed").tolist()
    np.testing.assert_array_equal(
        frame["validation_error"][:60], DRAWN["validation_error"].values[:, 0]
    )


def test_shares_are_ranks_within_a_search_and_failures_come_last() -> None:
    frame = frames.trials_frame(DRAWN, SEARCHES)
    for _, rows in frame.groupby("search"):
        n = len(rows)
        np.testing.assert_allclose(np.sort(rows["share"]), np.arange(1, n + 1) / n)
        np.testing.assert_allclose(rows["share"] + rows["share_from_worst"], 1 + 1 / n)
        ordered = rows.sort_values("share")["validation_error"].to_numpy()
        finite = ordered[np.isfinite(ordered)]
        assert (np.diff(finite) >= 0).all()
        assert np.isnan(ordered[finite.size :]).all()


def test_values_and_positions_belong_together() -> None:
    values = frames.values_frame(DRAWN, SEARCHES)
    positions = frames.positions(DRAWN, SEARCHES)
    space = trials.space(DRAWN)
    assert list(values.columns) == space.names
    for column, parameter in enumerate(space.hyperparameters):
        for value, position in zip(values[parameter.name], positions[:, column], strict=True):
            if np.isnan(position):
                assert value is None or value != value
            else:
                assert parameter.value(position) == pytest.approx(value)


def test_memberships_are_the_conditions() -> None:
    values = frames.values_frame(DRAWN, SEARCHES)
    found = frames.memberships(DRAWN, SEARCHES)
    assert found["all"].all()
    np.testing.assert_array_equal(found["optimizer = sgd"], values["optimizer"] == "sgd")
