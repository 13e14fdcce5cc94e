"""The figures behind a decision are those of the largest group that has them."""

import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from example_studies import sensitivity
from hsic_hpo.selection.evidence import Evidence, collect_evidence, interaction_p_values

GROUPS = {
    "all": ["n_layers", "optimizer"],
    "optimizer = sgd": ["n_layers", "momentum"],
    "optimizer = adam": ["n_layers", "beta1", "momentum"],
}
SPACE = {
    "n_layers": {"type": "integer", "range": [1, 4]},
    "optimizer": {"type": "categorical", "levels": ["sgd", "adam", "rmsprop"]},
    "momentum": {
        "type": "float",
        "range": [0, 1],
        "when": {"optimizer": {"in": ["sgd", "adam"]}},
    },
    "beta1": {"type": "float", "range": [0, 1], "when": {"optimizer": "adam"}},
}
SIZES = [200, 60, 90]
NAMES = ["n_layers", "optimizer", "momentum", "beta1"]


def study(sizes: list[int] = SIZES, **changes: dict[str, str]) -> xr.Dataset:
    found = sensitivity(GROUPS, **changes)
    found["n"] = ("group", sizes)
    found.attrs["space"] = json.dumps(SPACE)
    # The order-free indices are told apart from the others by their values.
    found["noise_floor"] = found["noise_floor"] * 1.5
    found["p_value_adjusted"] = found["p_value_adjusted"] / 2
    return found


def of(found: list[Evidence], name: str) -> Evidence:
    (one,) = (evidence for evidence in found if evidence.name == name)
    return one


def test_every_hyperparameter_has_evidence_in_the_order_of_the_dataset() -> None:
    found = collect_evidence(study(), "flops")
    assert [evidence.name for evidence in found] == NAMES


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("n_layers", "all"),
        ("optimizer", "all"),
        ("momentum", "optimizer = adam"),
        ("beta1", "optimizer = adam"),
    ],
)
@pytest.mark.parametrize("cost", ["flops", "train_seconds"])
def test_figures_are_those_of_the_largest_group_by_the_value_alone(
    name: str, group: str, cost: str
) -> None:
    data = study()
    found = of(collect_evidence(data, cost), name)
    row = data.sel(group=group, subset="best", hyperparameter=name)
    error, by_cost = row.sel(target="error"), row.sel(target=cost)
    assert found == Evidence(
        name,
        group,
        "",
        error["hsic"].item(),
        error["noise_floor"].item(),
        error["p_value_adjusted"].item(),
        by_cost["hsic"].item(),
        by_cost["p_value_adjusted"].item(),
        bool(error["significant"].item()),
        bool(by_cost["significant"].item()),
    )


@given(st.lists(st.integers(30, 999), min_size=3, max_size=3, unique=True))
def test_the_largest_group_with_an_index_counts(sizes: list[int]) -> None:
    found = collect_evidence(study(sizes), "flops")
    size = dict(zip(GROUPS, sizes, strict=True))
    for evidence in found:
        holding = [label for label, names in GROUPS.items() if evidence.name in names]
        assert evidence.group == max(holding, key=lambda label: size[label])


@pytest.mark.parametrize(("target", "field"), [("error", "matters"), ("flops", "costs")])
@pytest.mark.parametrize(("significant", "verdict"), [(1.0, True), (0.0, False), (np.nan, False)])
def test_significance_is_that_of_the_dataset(
    target: str, field: str, significant: float, verdict: bool
) -> None:
    data = study()
    place = {"group": "all", "target": target, "subset": "best", "hyperparameter": "n_layers"}
    data["significant"].loc[place] = significant
    assert getattr(of(collect_evidence(data, "flops"), "n_layers"), field) is verdict


def test_the_worst_fraction_and_other_costs_do_not_count() -> None:
    data = study()
    changed = data.copy(deep=True)
    for variable in ("hsic", "significant", "p_value_adjusted"):
        changed[variable].loc[{"subset": "worst"}] = 0.5
        changed[variable].loc[{"target": "train_seconds"}] = 0.5
    assert collect_evidence(changed, "flops") == collect_evidence(data, "flops")


def test_a_group_without_an_index_gives_way_to_a_smaller_one() -> None:
    found = of(collect_evidence(study(notes={"optimizer = adam": "too few"}), "flops"), "momentum")
    assert (found.group, found.note) == ("optimizer = sgd", "")
    assert np.isfinite(found.index)


def test_without_any_index_the_reason_stands_there() -> None:
    found = of(
        collect_evidence(study(notes={"optimizer = adam": "12 trials, too few"}), "flops"), "beta1"
    )
    assert (found.group, found.note) == ("", "12 trials, too few")
    assert not found.matters
    assert not found.costs
    figures = [found.index, found.noise_floor, found.p_adjusted]
    assert np.isnan([*figures, found.cost_index, found.cost_p_adjusted]).all()


def test_the_reason_is_that_of_its_own_group() -> None:
    groups = {"all": ["n_layers"], "optimizer = adam": ["beta1"], "optimizer = sgd": ["n_layers"]}
    notes = {"optimizer = adam": "12 trials, too few", "optimizer = sgd": "another reason"}
    data = sensitivity(groups, notes=notes).assign_attrs(space=json.dumps(SPACE))
    assert of(collect_evidence(data, "flops"), "beta1").note == "12 trials, too few"


def test_without_any_reason_a_single_value_is_told() -> None:
    data = study()
    data["hsic"].loc[{"hyperparameter": "beta1"}] = np.nan
    assert (
        of(collect_evidence(data, "flops"), "beta1").note
        == "it takes a single value in every group"
    )


def test_an_index_without_one_by_cost_does_not_drive_the_cost() -> None:
    data = study()
    for variable in ("hsic", "significant", "p_value_adjusted"):
        data[variable].loc[{"target": "flops"}] = np.nan
    found = of(collect_evidence(data, "flops"), "n_layers")
    assert np.isfinite(found.index)
    assert np.isnan(found.cost_index)
    assert found.costs is False


def with_pairs() -> xr.Dataset:
    """Return a study whose adjusted p-values of pairs tell place and partner."""
    data = study()
    dims = ("group", "target", "subset", "hyperparameter", "partner")
    shape = tuple(data.sizes[dim] for dim in dims[:-1])
    values = np.arange(np.prod(shape) * len(NAMES)).reshape(*shape, len(NAMES)) / 1000
    return data.assign_coords(partner=NAMES).assign(pure_p_value_adjusted=(dims, values))


def test_interactions_are_those_of_the_group_that_counts() -> None:
    data = with_pairs()
    momentum = of(collect_evidence(data, "flops"), "momentum")
    place = {"group": "optimizer = adam", "target": "error", "subset": "best"}
    pure = data["pure_p_value_adjusted"].sel(place).sel(hyperparameter="momentum")
    assert interaction_p_values(data, momentum) == {
        str(partner): pure.sel(partner=partner).item() for partner in NAMES
    }


def test_partners_without_an_interaction_are_left_out() -> None:
    data = with_pairs()
    data["pure_p_value_adjusted"].loc[{"partner": "optimizer"}] = np.nan
    momentum = of(collect_evidence(data, "flops"), "momentum")
    assert list(interaction_p_values(data, momentum)) == [
        name for name in NAMES if name != "optimizer"
    ]


def test_without_an_index_there_are_no_interactions() -> None:
    data = with_pairs()
    lost = Evidence("beta1", "", "too few", *[np.nan] * 5, matters=False, costs=False)
    assert interaction_p_values(data, lost) == {}


def test_through_a_surrogate_what_was_found_counts_in_place_of_p_values() -> None:
    data = study()
    data = data.assign(
        found=xr.ones_like(data["significant"]), significant=np.nan * data["significant"]
    ).assign_attrs(way="surrogate")
    evidence = of(collect_evidence(data, "flops"), "momentum")
    assert evidence.matters
    assert evidence.costs
