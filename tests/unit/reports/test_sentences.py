"""The sentences state what stands in the Datasets."""

import numpy as np
import pytest
import xarray as xr

from hsic_hpo.reports import sentences
from studies_to_draw import NAMES, study


def test_the_worst_are_named_with_their_p_values() -> None:
    data = study("usual").sensitivity
    text = sentences.worst(data)
    error = data.sel(target="error", subset="worst", group="all")
    found = error["hyperparameter"].values[error["significant"].values == 1]
    assert {"learning_rate", "optimizer"} <= set(found)
    for name in found:
        assert f"{name} (adjusted p = " in text
    assert text.startswith("What decides whether a trial is among the worst 10 % by error:")


def test_what_only_the_worst_have_is_said() -> None:
    data = study("usual").sensitivity.copy(deep=True)
    data["significant"].loc[{"subset": "best", "hyperparameter": "optimizer"}] = 0
    assert "optimizer matters there but not significantly for the best." in sentences.worst(data)


def test_pairs_are_sorted_by_p_value_and_the_rest_counted() -> None:
    data = study("usual").sensitivity.copy(deep=True)
    names = data["hyperparameter"].values[:5].tolist()
    p = data["pure_p_value_adjusted"]
    place = {"group": "all", "target": "error", "subset": "best"}
    p.loc[place] = 1.0
    wanted = []
    for rank, (one, other) in enumerate((i, j) for i in range(4) for j in range(i)):
        value = 0.001 * (rank + 1)
        p.loc[place | {"hyperparameter": names[one], "partner": names[other]}] = value
        wanted.append(f"{names[one]} with {names[other]} (adjusted p = {value:.2g})")
    text = sentences.interaction_sentence(data)
    assert text == (
        f"Pairs that matter together for the best 10 %: {'; '.join(wanted[:5])}; and 1 more."
    )


def test_without_a_significant_pair_the_nearest_is_named() -> None:
    data = study("nothing significant").sensitivity.copy(deep=True)
    data["pure_p_value_adjusted"][:] = 0.9
    text = sentences.interaction_sentence(data)
    assert "None of the " in text
    assert "adjusted p = 0.9" in text


def test_convergence_is_that_of_the_dataset() -> None:
    data = study("usual").convergence
    text = sentences.convergence_sentence(data)
    sizes = data["size"].values
    assert f"with those of all {sizes[-1]} trials" in text
    for size, correlation in zip(sizes[:-1], data["rank_correlation"].values, strict=False):
        if np.isfinite(correlation):
            assert f"{size} of them {correlation:.3g}" in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("five trials", "There is no ranking of 5 trials: 5 trials; at least 30 are needed."),
        ("all failed", "There is no ranking of 40 trials: no trial has a value of error."),
        ("one hyperparameter", "A single hyperparameter has no ranking."),
    ],
    ids=["five trials", "all failed", "one hyperparameter"],
)
def test_why_convergence_cannot_be_told_is_said(name: str, text: str) -> None:
    assert sentences.convergence_sentence(study(name).convergence) == text


def test_too_few_trials_to_converge_is_said() -> None:
    data = study("usual").convergence.copy(deep=True)
    data["rank_correlation"][:-1] = np.nan
    assert "too few trials" in sentences.convergence_sentence(data)


def test_sets_that_are_both_empty_are_not_called_alike() -> None:
    data = study("usual").convergence.copy(deep=True)
    assert " alike)" in sentences.convergence_sentence(data)
    data["significant"][:] = 0
    data["significant_overlap"][:] = 1
    assert "alike" not in sentences.convergence_sentence(data)


@pytest.mark.parametrize("name", ["five trials", "thirty trials", "all failed", "constant error"])
def test_an_index_that_does_not_exist_is_no_sign_of_no_effect(name: str) -> None:
    data = study(name).sensitivity
    note = str(data["note"].sel(target="error", subset="worst").values[0])
    # Where all tie, all are as bad as the worst.
    tied = {"all failed": "worst 40 of 40", "constant error": "worst 60 of 60"}
    aim = tied.get(name, "worst 10 %")
    assert (
        sentences.worst(data) == f"No hyperparameter has an index for the {aim} by error: {note}."
    )


@pytest.mark.parametrize(
    ("worst", "said"),
    [
        (0.0321, "What is fixed without an order could cost at most 3.2 % of the error (95 %)."),
        (np.nan, "Nothing is proven to cost at most 5 % of the error, so nothing is fixed."),
    ],
)
def test_decisions_name_every_hyperparameter_once(worst: float, said: str) -> None:
    proof = {"fixed_worst_loss": worst, "confidence": 0.95, "margin": 0.05}
    decided = xr.Dataset(
        {
            "decision": ("hyperparameter", ["search", "fix", "prefer", "search"]),
            "overridden": ("hyperparameter", [0, 1, 0, 0]),
        },
        {"hyperparameter": ["a", "b", "c", "d"]},
        {"ceiling_reason": "At most 7 flops.", "remark": ""} | proof,
    )
    assert sentences.decisions(decided) == [
        "HSIC-GPBO searches a and d; prefers some values of c, though it searches all; fixes b.",
        said,
        "The study's config decided on b.",
        "At most 7 flops.",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_degenerate_studies_are_told_in_whole_sentences(name: str) -> None:
    one = study(name)
    told = [
        sentences.worst(one.sensitivity),
        sentences.interaction_sentence(one.sensitivity),
        sentences.convergence_sentence(one.convergence),
    ]
    for text in told:
        assert text.endswith(".")
        assert "nan" not in text.replace("kernan", "")


def test_intervals_are_those_of_the_significant() -> None:
    data = study("usual").sensitivity
    text = sentences.intervals(data)
    main = data.sel(target="error", subset="best", group="all")
    for name in ("learning_rate", "optimizer"):
        one = main.sel(hyperparameter=name)
        low, high = (float(one[f"interval_{end}"]) for end in ("low", "high"))
        assert f"{name} {low:.3g} to {high:.3g}" in text
    assert text.startswith("How large their indices are, 95 % intervals: ")


def test_without_a_significant_index_no_interval_is_stated() -> None:
    data = study("nothing significant").sensitivity.copy(deep=True)
    data["significant"][:] = 0
    assert sentences.intervals(data) == ""


def test_where_choice_stops_to_matter_is_that_of_the_sweep() -> None:
    data = study("usual").sensitivity.copy(deep=True)
    lower = {"sweep": "learning_rate", "end": "lower"}
    data["sweep_choice"][:] = np.nan
    assert sentences.sweeps(data) == ""
    data["sweep_choice"].loc[lower] = data["sweep_value"].loc[lower][0]
    assert sentences.sweeps(data) == ""
    data["sweep_choice"].loc[lower] = 0.0123
    assert sentences.sweeps(data) == (
        "Larger values make no difference any more (range sweeps): learning_rate from 0.0123 on."
    )
    data["significant"][:] = 0
    assert sentences.sweeps(data) == ""


def _beside(found: dict[str, float]) -> xr.Dataset:
    tested = study("usual").sensitivity
    dims = ("group", "subset", "hyperparameter")
    word = xr.full_like(tested["significant"].sel(target="error", drop=True), np.nan)
    word = word.transpose(*dims).copy()
    for name, value in found.items():
        word.loc[{"group": "all", "hyperparameter": name}] = value
    return tested.assign(surrogate_found=word).assign_attrs(surrogate_check="Checked.")


def _tested_alike() -> dict[str, float]:
    found = (
        study("usual").sensitivity["significant"].sel(group="all", target="error", subset="best")
    )
    return found.dropna("hyperparameter").to_series().to_dict()


def test_where_tests_and_surrogate_agree_it_is_said() -> None:
    assert sentences.both_ways(_beside(_tested_alike())) == (
        "The exact tests and the surrogate agree on what matters. Checked."
    )


def test_where_tests_and_surrogate_differ_it_is_said_why() -> None:
    found = _tested_alike()
    tested = next(name for name, value in found.items() if value == 1)
    idle = next(name for name, value in found.items() if value == 0)
    said = sentences.both_ways(_beside({**found, tested: 0.0, idle: 1.0}))
    assert f"the surrogate finds {idle}, which the tests do not" in said
    assert f"the tests find {tested}, which the surrogate does not" in said
    assert said.endswith("assumes that the error is smooth, and is no test. Checked.")


def test_a_surrogate_that_says_nothing_and_none_at_all_are_told_apart() -> None:
    assert "nothing can be said" in sentences.both_ways(_beside({}))
    assert sentences.both_ways(study("usual").sensitivity) == ""
