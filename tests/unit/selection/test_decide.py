"""Decisions, where the truth about each hyperparameter is known."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.errors import InputError
from hsic_hpo.files import read_netcdf, write_netcdf
from hsic_hpo.selection.decide import decide
from hsic_hpo.selection.decisions import cost_ceiling, stage_space
from hsic_hpo.selection.settings import SelectionSettings
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.variables import cost_variable, hyperparameter_values
from small_search import SETTINGS, search

UNITS = {"type": "integer", "levels": [8, 16, 32, 64, 128, 256]}
RATE = {"type": "float", "range": [1e-4, 1e-1], "scale": "log"}
KIND = {"type": "categorical", "levels": ["relu", "tanh", "elu"]}
PLAIN = {"n_units": UNITS, "learning_rate": RATE, "kind": KIND}


def decided(
    trials: xr.Dataset, settings: Mapping[str, Any] | None = None, where: str = ""
) -> xr.Dataset:
    chosen = SelectionSettings(**(settings or {}))
    return decide(analyse(trials, SETTINGS), trials, chosen, where)


def roles(selection: xr.Dataset) -> dict[str, str]:
    return dict(zip(selection["hyperparameter"].values, selection["role"].values, strict=True))


def reason(selection: xr.Dataset, name: str) -> str:
    return str(selection["reason"].sel(hyperparameter=name).values)


def choice(selection: xr.Dataset, name: str) -> Any:
    return json.loads(str(selection["definition"].sel(hyperparameter=name).values))


def by_rate(configuration: Mapping[str, Any]) -> float:
    """Only the learning rate decides."""
    return 0.01 + abs(math.log10(configuration["learning_rate"]) + 2)


def test_each_role_where_the_truth_is_known() -> None:
    """The learning rate decides, units only cost, the kind does neither."""
    selection = decided(search(1000, error=by_rate, spec=PLAIN), {"least_optimised": 1})
    assert roles(selection) == {
        "n_units": "fix",
        "learning_rate": "optimise",
        "kind": "fine-tune",
    }
    assert choice(selection, "n_units") == 8
    assert selection["stage"].values.tolist() == [0, 1, 2]
    assert "no significant interaction in 2 pairs" in reason(selection, "n_units")
    assert selection.attrs["remark"] == ""


def test_figures_in_a_reason_are_those_of_the_dataset() -> None:
    selection = decided(search(600, error=by_rate, spec=PLAIN))
    row = selection.sel(hyperparameter="learning_rate")
    for name in ("index", "noise_floor", "cost_index"):
        assert f"{float(row[name]):.3g}" in str(row["reason"].values)
    assert f"adjusted p {float(row['p_adjusted']):.2g}" in str(row["reason"].values)


def test_nothing_significant_optimises_the_nearest_and_says_so() -> None:
    rng = np.random.default_rng(0)
    selection = decided(search(300, error=lambda _: float(rng.random()), spec=PLAIN))
    assert "No hyperparameter matters significantly" in selection.attrs["remark"]
    assert "optimise" in roles(selection).values()
    assert "optimised as one of the nearest" in " ".join(selection["reason"].values)


def test_everything_significant_leaves_nothing_to_fine_tune() -> None:
    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + 0.5 * (configuration["kind"] != "elu")

    spec = {"learning_rate": RATE, "kind": KIND}
    selection = decided(search(1000, error=error, spec=spec))
    assert set(roles(selection).values()) == {"optimise"}
    first, second = (stage_space(selection, stage).free for stage in (1, 2))
    assert first is not None
    assert second is not None
    assert first.to_dict() == second.to_dict()


def test_an_interaction_forbids_fixing() -> None:
    """Small networks need a high learning rate and large ones a low one; neither is better."""

    def error(configuration: Mapping[str, Any]) -> float:
        small, high = configuration["n_units"] <= 32, configuration["learning_rate"] > 3e-3
        noise = math.sin(1e5 * configuration["learning_rate"]) ** 2
        return (0.0 if small == high else 1.0) + 0.1 * noise

    selection = decided(
        search(1000, error=error, spec={"n_units": UNITS, "learning_rate": RATE}),
        {"least_optimised": 2},
    )
    assert roles(selection)["n_units"] == "restrict"
    assert "interaction forbids fixing it: learning_rate" in reason(selection, "n_units")


def test_a_cheapest_value_without_success_is_not_chosen() -> None:
    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + (10.0 if configuration["n_units"] == 8 else 0.0)

    selection = decided(search(1000, error=error, spec=PLAIN), {"keep": 0.4})
    assert choice(selection, "n_units") not in (8, {"levels": [8]})


def test_what_drives_error_and_cost_is_kept_below_the_end_of_its_sweep() -> None:
    """Layers matter up to four, beyond they only cost."""

    def error(configuration: Mapping[str, Any]) -> float:
        layers = configuration["n_layers"]
        return by_rate(configuration) + max(0, 4 - layers)

    spec = {"n_layers": {"type": "integer", "range": [1, 10]}, "learning_rate": RATE}
    selection = decided(search(1000, error=error, spec=spec))
    assert roles(selection)["n_layers"] == "restrict"
    low, high = choice(selection, "n_layers")["range"]
    assert low == 1
    assert 3 <= high <= 5
    assert "(sweep)" in reason(selection, "n_layers")


def test_the_range_of_what_matters_keeps_the_success_rate() -> None:
    """So few of the small networks are good that a sweep finds no difference from early on."""

    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + 3.0 * math.exp(-configuration["n_units"] / 16)

    trials = search(300, error=error, spec=PLAIN)
    selection = decided(trials, {"keep": 0.5})
    assert roles(selection)["n_units"] == "restrict"
    levels = choice(selection, "n_units")["levels"]
    errors = trials_data.error(trials)
    best = errors <= np.sort(errors)[29]
    inside = np.isin(hyperparameter_values(trials, "n_units"), levels)
    assert levels == UNITS["levels"][: len(levels)]
    assert len(levels) < len(UNITS["levels"])
    assert best[inside].mean() >= 0.5 * best.mean()


LAYERS = {"n_layers": {"type": "integer", "range": [1, 10]}, "learning_rate": RATE}


def with_dear_outliers(error: Callable[[Mapping[str, Any]], float], n: int) -> xr.Dataset:
    """Return trials in which layers cost, but ten shallow networks cost a thousand times more."""
    trials = search(n, error=error, spec=LAYERS)
    layers = hyperparameter_values(trials, "n_layers").astype(float)
    trials["flops"][np.flatnonzero(layers == 1)[:10]] = 1e4
    assert np.corrcoef(layers, trials["flops"].values)[0, 1] < 0
    return trials


def test_outliers_in_the_cost_do_not_hide_the_cheap_range() -> None:
    """Layers matter up to four."""

    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + max(0, 4 - configuration["n_layers"])

    selection = decided(with_dear_outliers(error, 1000))
    assert roles(selection)["n_layers"] == "restrict"
    assert choice(selection, "n_layers")["range"][0] == 1
    assert choice(selection, "n_layers")["range"][1] < 10


def test_outliers_in_the_cost_do_not_keep_the_dear_end() -> None:
    """Eight layers are too many: to leave out a single layer would leave out the cheap end."""

    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + 0.3 * (configuration["n_layers"] >= 8)

    selection = decided(with_dear_outliers(error, 300))
    assert roles(selection)["n_layers"] == "restrict"
    assert choice(selection, "n_layers")["range"][0] == 1


def test_a_single_pair_is_counted_as_one() -> None:
    spec = {"n_units": UNITS, "learning_rate": RATE}
    selection = decided(search(1000, error=by_rate, spec=spec))
    assert "no significant interaction in 1 pair;" in reason(selection, "n_units")


def test_children_of_a_fixed_parent_cannot_exist() -> None:
    spec = {
        "learning_rate": RATE,
        "wide": {"type": "boolean"},
        "extra": {"type": "float", "range": [0.0, 1.0], "when": {"wide": True}},
        "other": {"type": "float", "range": [0.0, 1.0], "when": {"wide": False}},
    }
    selection = decided(search(300, error=by_rate, spec=spec), {"override": {"wide": False}})
    assert roles(selection)["extra"] == "fix"
    assert choice(selection, "extra") is None
    assert "cannot exist: it needs wide = true" in reason(selection, "extra")
    for stage in (1, 2):
        free = stage_space(selection, stage).free
        assert free is not None
        assert "extra" not in free.names
    assert "other" in stage_space(selection, 2).free.names


def test_children_of_a_restricted_parent_cannot_exist_either() -> None:
    """Nor their own children; where one was set in the config, the table says both."""
    spec = {
        "learning_rate": RATE,
        "kind": KIND,
        "child": {"type": "boolean", "when": {"kind": "relu"}},
        "grandchild": {"type": "float", "range": [0.0, 1.0], "when": {"child": True}},
        "other": {"type": "float", "range": [0.0, 1.0], "when": {"kind": {"in": ["relu", "elu"]}}},
    }
    override = {"kind": {"levels": ["tanh", "elu"]}, "child": True}
    selection = decided(search(300, error=by_rate, spec=spec), {"override": override})
    assert reason(selection, "child") == (
        "set in the study config, but cannot exist: it needs kind = relu, "
        "which other decisions rule out"
    )
    assert "cannot exist: it needs a hyperparameter that cannot exist" in reason(
        selection, "grandchild"
    )
    for name in ("child", "grandchild"):
        assert (roles(selection)[name], choice(selection, name)) == ("fix", None)
    assert selection["overridden"].values.tolist() == [0, 1, 1, 0, 0]
    assert "cannot exist" not in reason(selection, "other")
    for stage in (1, 2):
        free = stage_space(selection, stage).free
        assert free is not None
        assert not {"child", "grandchild"} & set(free.names)


def test_a_reason_names_the_trials_in_which_a_conditional_one_was_measured() -> None:
    def error(configuration: Mapping[str, Any]) -> float:
        return by_rate(configuration) + 0.5 * (configuration["optimizer"] != "sgd")

    selection = decided(search(600, error=error))
    assert reason(selection, "momentum").startswith("among trials with optimizer = sgd, it ")
    assert not reason(selection, "learning_rate").startswith("among")


def test_without_costs_there_is_no_ceiling() -> None:
    trials = search(300, error=by_rate, spec=PLAIN)
    trials["flops"] = trials["flops"] * np.nan
    selection = decided(trials)
    assert cost_ceiling(selection) == math.inf
    assert "fix" not in roles(selection).values()
    assert selection.attrs["ceiling_reason"].startswith("No ceiling")


def imported(costs: list[str]) -> xr.Dataset:
    """Return trials as an import gives them: with costs of their own, and of no study."""
    trials = search(300, error=by_rate, spec=PLAIN)
    trials = trials.rename(flops=cost_variable("gigaflops")).drop_vars("train_seconds")
    del trials.attrs["problem"]
    return trials.assign_attrs(costs=json.dumps(costs))


def test_imported_trials_are_decided_by_their_own_cost() -> None:
    selection = decided(imported(["gigaflops"]), {"cost": "gigaflops", "least_optimised": 1})
    assert roles(selection)["n_units"] == "fix"
    assert "drives gigaflops" in reason(selection, "n_units")
    assert selection.attrs["cost"] == "gigaflops"


def test_trials_without_any_cost_are_decided_by_their_error() -> None:
    selection = decided(imported([]), {"least_optimised": 1})
    assert roles(selection) == {
        "n_units": "fine-tune",
        "learning_rate": "optimise",
        "kind": "fine-tune",
    }
    assert "has no index for FLOPs per sample" in reason(selection, "n_units")
    assert cost_ceiling(selection) == math.inf


def test_a_cost_that_the_trials_do_not_have_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        decided(imported(["gigaflops"]))
    assert str(caught.value) == (
        "cost: 'flops' is not a cost of these trials; known: gigaflops; did you mean 'gigaflops'?"
    )


def test_when_all_but_ten_failed() -> None:
    kept = iter(range(300))

    def error(configuration: Mapping[str, Any]) -> float | None:
        return by_rate(configuration) if next(kept) % 30 == 0 else None

    selection = decided(search(300, error=error, spec=PLAIN))
    assert set(roles(selection)) == set(PLAIN)


def test_a_single_hyperparameter() -> None:
    selection = decided(search(300, error=by_rate, spec={"learning_rate": RATE}))
    assert roles(selection) == {"learning_rate": "optimise"}


def test_a_group_too_small_is_tuned_last_with_its_note() -> None:
    spec = PLAIN | {
        "rare": {"type": "boolean", "probability": 0.03},
        "child": {"type": "float", "range": [0.0, 1.0], "when": {"rare": True}},
    }
    selection = decided(search(300, error=by_rate, spec=spec))
    assert roles(selection)["child"] == "fine-tune"
    assert "has no index" in reason(selection, "child")
    assert "are needed" in reason(selection, "child")


def test_every_stage_is_a_part_of_the_space_with_defaults_inside() -> None:
    trials = search(400)
    selection = decided(trials)
    rng = np.random.default_rng(0)
    for stage in (1, 2):
        part = stage_space(selection, stage)
        assert part.free is not None
        for configuration in part.configurations(rng.random((50, len(part.free)))):
            part.space.check_configuration(configuration, "stage")


def test_a_selection_survives_its_file(tmp_path: Any) -> None:
    trials = search(300, error=by_rate, spec=PLAIN)
    trials["flops"] = trials["flops"] * np.nan
    for name, selection in (("a", decided(trials)), ("b", decided(search(300)))):
        write_netcdf(selection, tmp_path / f"{name}.nc")
        read = read_netcdf(tmp_path / f"{name}.nc")
        assert cost_ceiling(read) == cost_ceiling(selection)
        assert roles(read) == roles(selection)
        assert read.attrs["remark"] == selection.attrs["remark"]


def test_overrides_are_marked() -> None:
    override = {"n_units": 32, "kind": {"role": "optimise", "levels": ["relu", "elu"]}}
    selection = decided(search(300, error=by_rate, spec=PLAIN), {"override": override})
    assert roles(selection)["n_units"] == "fix"
    assert choice(selection, "n_units") == 32
    assert choice(selection, "kind") == {"levels": ["relu", "elu"]}
    assert selection["overridden"].values.tolist() == [1, 0, 1]
    assert reason(selection, "kind").startswith("set in the study config (the analysis: ")


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            {"n_unit": 8},
            "selection.override.n_unit: not a hyperparameter of the space; known: n_units, "
            "learning_rate, kind; did you mean 'n_units'?",
        ),
        (
            {"n_units": 9},
            "selection.override.n_units: 9 is not a value of it; allowed: 8, 16, 32, 64, 128, 256",
        ),
        (
            {"kind": {"role": "fix"}},
            "selection.override.kind.role: 'fix'; allowed: optimise, restrict, fine-tune; "
            "to fix it, write its value",
        ),
        (
            {"kind": {"rle": "optimise"}},
            "selection.override.kind: unknown key 'rle'; allowed: role, range, scale, step, "
            "levels, weights; did you mean 'role'?",
        ),
        (
            {"learning_rate": {"range": [1e-3, 1.0], "scale": "log"}},
            "selection.override.learning_rate: 1.0 is outside the space; allowed: numbers from "
            "0.0001 to 0.1",
        ),
    ],
)
def test_a_bad_override_is_one_line(override: Mapping[str, Any], line: str) -> None:
    with pytest.raises(InputError) as caught:
        decided(search(100, error=by_rate, spec=PLAIN), {"override": override}, "x.yaml: ")
    assert str(caught.value) == f"x.yaml: {line}"
