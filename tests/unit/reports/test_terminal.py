"""What a person reads in the terminal, from Datasets whose figures are known."""

import re
from io import StringIO

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from example_studies import sensitivity
from hsic_hpo.reports.terminal import N_INTERACTIONS, show, show_head
from hsic_hpo.sensitivity.labels import SINGLES

GROUPS = {"all": ["n_layers", "rate", "kind"], "kind = [a]": ["n_layers", "rate", "[bold]extra"]}
NAMES = ["n_layers", "rate", "kind", "[bold]extra"]
_ADJUSTED = "pure_p_value_adjusted"
_OF_PAIRS = ("pure_interaction", _ADJUSTED, "pure_found")


def study(**changes: dict[str, str]) -> xr.Dataset:
    found = sensitivity(GROUPS, indices={"rate": 6e-3, "[bold]extra": 4e-3}, **changes)
    dims = ("group", "target", "subset", "hyperparameter", "partner")
    shape = (*(found.sizes[dim] for dim in dims[:-1]), len(NAMES))
    counts = {"n_trials": 200, "n_diverged": 3, "n_failed": 2}
    unused = {name: np.nan * found["hsic"] for name in SINGLES if name not in found}
    unused["found"] = found["significant"]
    values = found["hsic"].sel(target="error", drop=True)
    return found.assign(
        unused
        | {"values_at_goal": xr.full_like(values, "", dtype=object)}
        | {name: xr.full_like(values, np.nan) for name in ("share_at_goal", "share_of_all")}
        | {name: ((), value) for name, value in counts.items()}
        | {name: (dims, np.full(shape, np.nan)) for name in _OF_PAIRS}
    )


def with_pair(data: xr.Dataset, one: str, other: str, value: float, p: float) -> xr.Dataset:
    for first, second in ((one, other), (other, one)):
        place = (0, 0, 0, NAMES.index(first), NAMES.index(second))
        data["pure_interaction"].values[place] = value
        data[_ADJUSTED].values[place] = p
        data["pure_found"].values[place] = float(p <= data.attrs["significance"])
    return data


def printed(data: xr.Dataset, subset: str = "best") -> str:
    console = Console(width=160, file=StringIO())
    show(data, subset, console)
    return console.file.getvalue()


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_the_counts_stand_first() -> None:
    trials = xr.Dataset({"reason": (("trial", "repeat"), [["pruned"], [""], ["lost"]])})
    console = Console(width=160, file=StringIO())
    show_head(trials.assign_attrs(notes="One.\nTwo."), study(), console)
    lines = console.file.getvalue().splitlines()
    assert lines == [
        "200 trials, 3 diverged, 1 failed, 1 pruned",
        "Note: One.",
        "Note: Two.",
    ]


@pytest.mark.parametrize("subset", ["best", "worst"])
def test_cells_are_the_figures_of_the_dataset_in_thousandths(subset: str) -> None:
    data = study()
    text = printed(data, subset)
    assert f"what matters to reach the {subset} 10 % by relative L2 error" in text
    found = {(row[0], place) for place, row in enumerate(rows(text))}
    assert len(found) == 6
    group = data.sel(group="all", subset=subset)
    order = group["hsic"].sel(target="error").to_series().dropna()
    main = rows(text)[:3]
    assert [row[0] for row in main] == list(order.sort_values(ascending=False).index)
    for name, index, interval, p, adjusted, flops, seconds in main:
        at = group.sel(hyperparameter=name)
        error = at.sel(target="error")
        ends = [1e3 * float(error[f"interval_{end}"]) for end in ("low", "high")]
        assert index == f"{1e3 * float(error['hsic']):.3g}"
        assert interval == f"{ends[0]:.3g} to {ends[1]:.3g}"
        assert p == f"{float(error['p_value']):.2g}"
        star = "*" if error["significant"] == 1 else ""
        assert adjusted == f"{float(error['p_value_adjusted']):.2g}{star}"
        costs = [float(at["hsic"].sel(target=c)) for c in ("flops", "train_seconds")]
        assert [flops, seconds] == [f"{1e3 * cost:.3g}" for cost in costs]


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    text = printed(with_pair(study(), "rate", "[bold]extra", 1e-3, 0.5))
    assert "[bold]extra" in {row[0] for row in rows(text)}
    assert "kind = [a]: what matters" in text
    assert "rate and [bold]extra: 1" in text
    lost = printed(study(notes={"kind = [a]": "none of [b]"}))
    assert "kind = [a]: what matters" in lost
    assert "no index: none of [b]" in lost


def test_a_cost_that_looks_like_markup_is_a_heading() -> None:
    data = study().assign_coords(target=["error", "[bold]price", "seconds"])
    assert "[bold]price" in printed(data)


def test_a_cost_without_an_index_is_an_empty_cell() -> None:
    data = study()
    data["hsic"].loc[{"target": "flops"}] = np.nan
    assert {row[5] for row in rows(printed(data))} == {""}


def test_a_group_without_an_index_says_why() -> None:
    text = printed(study(notes={"kind = [a]": "12 trials, fewer than the 30 needed"}))
    assert "no index: 12 trials, fewer than the 30 needed" in text
    assert len(rows(text)) == 3


def test_interactions_are_the_strongest_first_each_pair_once() -> None:
    data = with_pair(study(), "n_layers", "rate", 1e-3, 0.2)
    data = with_pair(data, "rate", "kind", 2e-3, 0.001)
    lines = [line.strip() for line in printed(data).splitlines() if " and " in line]
    assert lines == [
        "rate and kind: 2, adjusted p 0.001*",
        "n_layers and rate: 1, adjusted p 0.2",
    ]


def test_only_so_many_interactions_are_shown() -> None:
    data = study()
    pairs = [(a, b) for i, a in enumerate(NAMES) for b in NAMES[i + 1 :]]
    for k, (one, other) in enumerate(pairs):
        data = with_pair(data, one, other, (k + 1) * 1e-3, 0.5)
    assert len(pairs) > N_INTERACTIONS
    values = re.findall(r" and .*?: (\d+), adjusted", printed(data))
    assert values == ["6", "5", "4", "3", "2"]


def test_without_pairs_nothing_is_said_of_interactions() -> None:
    assert "interactions" not in printed(study())


def test_pruned_trials_are_called_pruned() -> None:
    trials = xr.Dataset(
        {"reason": (("trial", "repeat"), [["pruned"], ["failed"], [""], ["pruned"]])}
    )
    data = study().assign(n_trials=((), 4), n_diverged=((), 0), n_failed=((), 3))
    console = Console(width=160, file=StringIO())
    show_head(trials, data, console)
    assert console.file.getvalue().splitlines()[0] == "4 trials, 0 diverged, 1 failed, 2 pruned"


def test_values_that_stand_out_are_told_of_what_matters() -> None:
    data = study()
    place = {"group": "all", "subset": "best", "hyperparameter": "rate"}
    data["values_at_goal"].loc[place] = "0.1 to [red]0.2"
    data["share_at_goal"].loc[place], data["share_of_all"].loc[place] = 0.634, 0.24
    text = printed(data)
    assert "    rate: 0.1 to [red]0.2 (63 % of the best, 24 % of all)" in text
    data["found"].loc[{"hyperparameter": "rate"}] = 0.0
    assert "63 %" not in printed(data)


def through_a_surrogate() -> xr.Dataset:
    data = with_pair(study(), "rate", "kind", 2e-3, 0.001)
    gone = [name for name in data if "p_value" in str(name) or "noise_floor" in str(name)]
    return data.assign({name: np.nan * data[name] for name in gone}).assign_attrs(way="surrogate")


def test_through_a_surrogate_there_are_no_p_values_and_no_stars() -> None:
    text = printed(through_a_surrogate())
    assert "found: above 0 in the surrogate" in text
    assert "adjusted" not in text
    assert "*" not in text
    assert "the best 10 % of the space by" in text
    assert "rate and kind: 2, found" in text
    found = {row[0]: row[3] for row in rows(text)[:3]}
    error = through_a_surrogate().sel(group="all", target="error", subset="best")
    expected = error["found"].to_series().map({1.0: "found", 0.0: ""})
    assert found == {name: expected[name] for name in found}


def test_a_surrogate_s_indices_are_those_without_bias_not_below_zero() -> None:
    data = through_a_surrogate()
    data["hsic_unbiased"].loc[{"hyperparameter": "kind"}] = -1e-3
    shown = {row[0]: row[1] for row in rows(printed(data))[:3]}
    at = data.sel(group="all", target="error", subset="best")["hsic_unbiased"]
    assert shown["rate"] == f"{1e3 * float(at.sel(hyperparameter='rate')):.3g}"
    assert shown["kind"] == "0"


@pytest.mark.parametrize(("width", "n_columns"), [(160, 7), (80, 5), (60, 4), (46, 3)])
def test_columns_are_left_out_before_anything_is_cut(width: int, n_columns: int) -> None:
    console = Console(width=width, file=StringIO())
    show(study(), "best", console)
    text = console.file.getvalue()
    assert {len(row) for row in rows(text)} == {n_columns}
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
