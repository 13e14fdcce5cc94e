"""Indices against the budget: closed forms, levels of the test, and what is said of them."""

from typing import Any

import numpy as np
import pytest

import hsic_hpo as hh
from hsic_hpo.errors import InputError
from hsic_hpo.figures.importance_by_budget import importance_by_budget
from hsic_hpo.sensitivity.by_budget import N_BUDGETS, indices_by_budget
from hsic_hpo.sensitivity.goals import explain_goal
from hsic_hpo.sensitivity.settings import AnalysisSettings
from hsic_hpo.tables.importance_by_budget import (
    importance_by_budget_remark,
    importance_by_budget_sentence,
    importance_by_budget_table,
)
from hsic_hpo.trials.drawn import ADAPTIVE, drawn_attributes
from hsic_hpo.trials.goals import target_values
from priced_search import priced
from small_search import search

SETTINGS = AnalysisSettings(goal_fraction=0.25, n_permutations=199)


def two_regimes(configuration: dict[str, float]) -> float:
    """Up to a width of a half the rate decides, beyond it the depth."""
    wide = configuration["width"] > 0.5
    return 1 + (configuration["depth"] - 2 if wide else configuration["rate"])


TRIALS = priced(800, two_regimes, lambda c: 1 + c["width"])
FOUND = indices_by_budget(TRIALS, SETTINGS, budgets=[1.5, 2.0], way="random")


def test_the_index_at_a_budget_is_the_closed_form() -> None:
    """Z = 1 where the rate is below 1/4: HSIC = z² E|phi(U|Z) - phi(U)|², by quadrature."""
    s = 1 - 1 / np.sqrt(2)
    u = (np.arange(4000) + 0.5) / 4000
    coarse = u[::4]
    kernel = np.exp(-((coarse[:, None] - coarse) ** 2) / (2 * s**2))
    z = (coarse < 0.25) - 0.25
    truth = float(z @ kernel @ z) / len(coarse) ** 2
    row = FOUND.sel(budget=1.5, hyperparameter="rate")
    assert row["interval_low"] <= truth <= row["interval_high"]
    assert float(row["hsic_unbiased"]) == pytest.approx(truth, rel=0.15)


def test_what_matters_changes_with_the_budget() -> None:
    names = FOUND["hyperparameter"].values
    cheap, dear = (names[FOUND["significant"].sel(budget=c) == 1].tolist() for c in (1.5, 2.0))
    assert cheap == ["rate"]
    assert {"width", "depth"} <= set(dear)


def test_counts_and_indices_are_those_of_the_trials_within() -> None:
    limited = explain_goal(TRIALS, SETTINGS, "random", max_cost=1.5)
    best = limited.sel(group="all", target="error", subset="best")
    row = FOUND.sel(budget=1.5)
    np.testing.assert_array_equal(row["hsic"], best["hsic"])
    np.testing.assert_array_equal(row["noise_floor"], best["noise_floor"])
    np.testing.assert_allclose(
        row["p_value_adjusted"], np.minimum(1, 2 * best["p_value_adjusted"]), rtol=1e-12
    )
    assert int(row["n"][0]) == int(best["n"])
    assert int(row["m"][0]) == int(best["m"])


def test_what_decides_is_found_at_many_budgets_and_with_few_permutations() -> None:
    settings = AnalysisSettings(n_permutations=19)
    found = indices_by_budget(
        TRIALS, settings, budgets=np.linspace(1.2, 1.5, 30).tolist(), way="random"
    )
    assert (found["significant"].sel(hyperparameter="rate") == 1).all()
    assert found.attrs["n_permutations"] == 600


def test_by_default_budgets_spread_over_the_costs() -> None:
    settings = AnalysisSettings(n_permutations=19)
    found = indices_by_budget(search(200), settings, cost="flops", way="random")
    counts = found["n"].max("hyperparameter").values
    assert len(counts) <= N_BUDGETS
    assert counts[0] >= 50
    assert counts[-1] == 200
    assert np.isfinite(found["hsic"].sel(hyperparameter="decay")).any()
    assert "adam" in found["group"].sel(hyperparameter="decay").item()


def test_a_budget_with_too_few_trials_says_so() -> None:
    found = indices_by_budget(search(40), SETTINGS, budgets=[1e-3, 1e9], way="random")
    assert found["note"].isel(budget=0, hyperparameter=0).item().startswith("no trials")
    assert not np.isfinite(found["hsic"].isel(budget=0)).any()


@pytest.mark.parametrize("costs", ["[]", '["flops"]'])
def test_without_a_known_cost_there_is_no_budget(costs: str) -> None:
    trials = search(40).assign_attrs(costs=costs)
    trials["flops"] = trials["flops"] * np.nan
    found = indices_by_budget(trials, SETTINGS, cost="flops", way="random")
    assert found.sizes["budget"] == 0
    assert importance_by_budget_sentence(found) == "No budget has an index: no cost is known."
    assert importance_by_budget_table(found).empty
    shown = importance_by_budget(found).axes[0]
    assert "no budget has an index" in [text.get_text() for text in shown.texts]


@pytest.mark.parametrize("budget", [0, -1.0, np.inf, np.nan, "much"])
def test_a_budget_that_is_none_is_refused(budget: object) -> None:
    with pytest.raises(InputError, match=r"budgets: .* is not a number above 0"):
        indices_by_budget(search(40), SETTINGS, budgets=[budget], way="random")  # type: ignore[list-item]


def test_the_sentence_says_what_leads_up_to_where() -> None:
    sentence = importance_by_budget_sentence(FOUND)
    assert sentence.startswith("What matters most among trials of at most c size: up to 1.5 rate; ")
    assert "from 2 on " in sentence
    nothing = FOUND.assign(significant=FOUND["significant"] * 0)
    assert "at every budget no hyperparameter is found to matter" in importance_by_budget_sentence(
        nothing
    )
    few = indices_by_budget(search(20), SETTINGS, cost="flops", way="random")
    assert importance_by_budget_sentence(few) == (
        "No budget has an index: 20 trials; at least 30 are needed."
    )


def test_the_table_has_a_row_for_every_index() -> None:
    table = importance_by_budget_table(FOUND)
    assert len(table) == int(np.isfinite(FOUND["hsic"]).sum())
    assert table["hyperparameter"].iloc[0] == "rate"
    assert table["budget"].is_monotonic_increasing
    assert table["significant"].sum() == (FOUND["significant"] == 1).sum()
    assert "in size" in importance_by_budget_remark(FOUND)


def test_of_a_search_what_matters_within_a_budget_is_found_and_never_tested() -> None:
    """The rate decides; the depth too, but not where networks are narrow."""
    drawn = priced(
        250,
        lambda c: 1 + c["rate"] * (1 - c["width"]) + 6 * (1 - c["depth"]) * c["width"] ** 2,
        lambda c: 1 + c["width"],
    )
    errors = target_values(drawn, "error")
    kept = np.unique([*np.argsort(errors)[:80], *range(40)])
    trials = drawn.isel(trial=kept).assign_attrs(drawn_attributes(ADAPTIVE))
    found = indices_by_budget(trials, SETTINGS, budgets=[1.2, 2.0])
    assert found.attrs["way"] == "surrogate"
    assert not np.isfinite(found["significant"]).any()
    cheap, dear = (found["hsic"].sel(budget=c).to_series() for c in (1.2, 2.0))
    assert cheap.idxmax() == "rate"
    assert found["found"].sel(budget=1.2).to_series().to_dict()["depth"] == 0
    assert dear["depth"] > 5 * cheap["depth"]
    table = importance_by_budget_table(found)
    assert "significant" not in table
    assert table.loc[table["found"], "hyperparameter"].iloc[0] == "rate"
    sentence = importance_by_budget_sentence(found)
    assert sentence.endswith("configurations of at most c size: at every budget rate.")
    assert "No p-values" in importance_by_budget_remark(found)
    legend = importance_by_budget(found).legends[0]
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels[-1] == "hollow: not found through the surrogate"
    assert "noise floor" not in labels


@pytest.mark.parametrize("drawn", ["random", "adaptive"])
def test_each_group_may_have_a_threshold_of_its_own(drawn: str) -> None:
    space = hh.Space(
        {
            "opt": hh.Categorical(["a", "b"]),
            "ma": hh.Float(0, 1, when={"opt": "a"}),
            "mb": hh.Float(0, 1, when={"opt": "b"}),
        }
    )
    rows = space.configurations(np.random.default_rng(1).random((200, 3)))
    for row in rows:
        worse = row["opt"] == "b"
        place = row["mb" if worse else "ma"]
        row["loss"], row["secs"] = worse + (place - 0.3) ** 2, 1.0 + place
    trials = hh.trials_from(rows, space=space, error="loss", cost="secs")
    asked: dict[str, Any] = {"drawn": drawn, "n_permutations": 19}
    own = hh.explain_by_budget(trials, group_threshold="group", budgets=[2.0], **asked)
    one = hh.explain_by_budget(trials, budgets=[2.0], **asked)
    assert own["hsic"].sel(hyperparameter="mb").notnull().all()
    assert one["hsic"].sel(hyperparameter="mb").isnull().all()
    whole = hh.explain(trials, group_threshold="group", **asked).sel(
        group="opt = b", target="error", subset="best", hyperparameter="mb"
    )
    np.testing.assert_allclose(own["hsic"].sel(hyperparameter="mb")[-1], whole["hsic"], rtol=1e-6)
