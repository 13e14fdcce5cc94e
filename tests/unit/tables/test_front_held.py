"""The table of what searches hold of the front, from a Dataset made by hand."""

import numpy as np
import xarray as xr

from hsic_hpo.tables.front_held import (
    front_held_remark,
    front_held_sentence,
    front_held_table,
)

NAN = np.nan


def found(*, operations: bool = True) -> xr.Dataset:
    held = [
        [[0.5, 0.6, 0.7, NAN], [0.5, 0.5, NAN, NAN], [0.5, 0.9, 0.9, 1.0]],
        [[0.5, 0.8, NAN, NAN], [NAN] * 4, [NAN] * 4],
    ]
    spent = [
        [[0, 10, 20, NAN], [0, 30, NAN, NAN], [0, 5, 8, 12]],
        [[0, 7, NAN, NAN], [NAN] * 4, [NAN] * 4],
    ]
    dims = ("search", "search_repeat", "evaluation")
    flops = np.array(spent, dtype=float) if operations else np.full((2, 3, 4), NAN)
    return xr.Dataset(
        {
            "front_held": (dims, np.array(held)),
            "training_flops": (dims, flops, {"long_name": "operations of trainings"}),
        },
        {"search": ["gpbo", "hsic-gpbo"], "search_repeat": range(3), "evaluation": range(4)},
        {"cost": "flops", "cost_name": "FLOPs per sample"},
    )


def test_each_search_has_its_row_below_that_of_the_random_trials() -> None:
    table = front_held_table(found())
    assert table["method"].tolist() == ["random", "gpbo", "hsic-gpbo"]
    random, gpbo, ours = table.to_dict("records")
    assert random["front_held"] == 0.5
    assert np.isnan(random["front_held_lowest"])
    assert (gpbo["repeats"], gpbo["trainings"], gpbo["training_flops"]) == (3, 2, 20)
    held = ("front_held", "front_held_lowest", "front_held_highest")
    assert [gpbo[name] for name in held] == [0.7, 0.5, 1.0]
    assert (ours["repeats"], ours["trainings"], ours["training_flops"]) == (1, 1, 7)
    assert [ours[name] for name in held] == [0.8, 0.8, 0.8]


def test_at_equal_operations_counts_what_had_ended_by_then() -> None:
    # The fewest operations are 7: by then two repeats of gpbo have no trial, one has its first.
    table = front_held_table(found()).set_index("method")
    assert table["at_equal_flops"].loc["gpbo"] == 0.5
    assert table["at_equal_flops"].loc["hsic-gpbo"] == 0.8
    assert "come to 7, as many as the repeat that took the fewest." in front_held_remark(found())


def test_without_known_operations_nothing_is_said_of_them() -> None:
    table = front_held_table(found(operations=False))
    assert "training_flops" not in table
    assert "at_equal_flops" not in table
    assert "flops" not in front_held_remark(found(operations=False))


def test_the_sentence_names_every_search() -> None:
    assert front_held_sentence(found()) == (
        "Of the front of all trials the random ones hold 50 % by hypervolume; with those of one "
        "repeat of a search, in the median: gpbo 70 %, hsic-gpbo 80 %."
    )


def test_nearly_all_is_not_all() -> None:
    nearly = found()
    nearly["front_held"] = nearly["front_held"].where(nearly["front_held"] != 0.8, 0.9997)
    nearly["front_held"] = nearly["front_held"].where(nearly["front_held"] != 0.7, 1.0)
    told = front_held_sentence(nearly)
    assert told.endswith("gpbo 100 %, hsic-gpbo 99.97 %.")


def test_of_a_front_of_one_network_nothing_is_said() -> None:
    single = found()
    single["front_held"][:] = NAN
    assert front_held_sentence(single) == ""
    assert front_held_table(single)["method"].tolist() == ["random", "gpbo", "hsic-gpbo"]
