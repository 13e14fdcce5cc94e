"""The page of trials and their analysis alone: imported trials, with and without costs."""

import re
from html import unescape
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
import xarray as xr

import hsic_hpo as hh
from hsic_hpo.interop.optuna_study import trials_from_optuna
from hsic_hpo.interop.table import trials_from_table
from hsic_hpo.reports.writing import write_report
from hsic_hpo.selection.decisions import Decision, label_decisions
from hsic_hpo.selection.evidence import collect_evidence
from hsic_hpo.sensitivity.analysis import analyse
from hsic_hpo.sensitivity.goals import explain_goal
from hsic_hpo.spaces.space import Space
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.summary import summary
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.wording import number
from small_search import SETTINGS

# Names of results, and what a variable of a file or a field of a chart could be mistaken for.
SPACE = Space.from_dict(
    {
        "optim/lr": {"type": "float", "range": [1e-4, 1e-1], "scale": "log"},
        "status": {"type": "categorical", "levels": ["sgd", "adam"]},
        "round": {"type": "integer", "range": [1, 256]},
        "validation error": {"type": "float", "range": [0, 1], "when": {"status": "sgd"}},
    }
)
FIRST = [
    *("Explore the trials", "How the trainings went", "What matters for the best"),
    *("What spoils a trial", "What matters together"),
]
LAST = ["What was asked", "Where this comes from"]
WITH_COST, WITHOUT_COST = "What only costs", "Which part of a range matters"
FRONT = "The best network for every cost"


def imported(folder: Path, cost: str | None) -> xr.Dataset:
    rng = np.random.default_rng(0)
    n = 120
    optimizer = rng.choice(["sgd", "adam"], n)
    rate, size = 10 ** rng.uniform(-4, -1, n), rng.integers(1, 257, n)
    loss = (np.log10(rate) + 2.5) ** 2 + 0.2 * rng.random(n)
    loss[:3] = np.nan
    frame = pd.DataFrame({"optim/lr": rate, "status": optimizer, "round": size, "loss": loss})
    frame["validation error"] = np.where(optimizer == "sgd", rng.random(n), np.nan)
    frame["paper"] = frame["price €"] = size * 2.0
    frame.to_csv(folder / "x.csv", index=False)
    return trials_from_table(folder / "x.csv", SPACE, error="loss", cost=cost)


def markup(text: str) -> str:
    """Return a page without its scripts and styles."""
    return re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)


def sections(text: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"<h2>(.*?)</h2>", markup(text))]


def images(text: str) -> list[str]:
    return re.findall(r'<img [^>]*alt="([^"]*)"', markup(text))


@pytest.mark.parametrize("cost", [None, "price €", "paper"])
def test_imported_trials_have_a_page(cost: str | None, tmp_path: Path) -> None:
    trials = imported(tmp_path, cost)
    sensitivity = analyse(trials, SETTINGS)
    write_report(trials, sensitivity, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert sections(text) == [
        *FIRST,
        *([WITHOUT_COST] if cost is None else [WITH_COST, FRONT]),
        *LAST,
    ]
    # Without a cost there is nothing to weigh the error against.
    assert len(images(text)) == (6 if cost is None else 7)
    assert ("No cost was recorded." in markup(text)) == (cost is None)
    for name in SPACE.names:
        assert f">{name}<" in markup(text).replace("&nbsp;", "").replace(">  ", ">")
    assert "make study" not in markup(text)
    assert "unknown" not in markup(text)


def test_decisions_are_shown_when_given(tmp_path: Path) -> None:
    trials = imported(tmp_path, None)
    sensitivity = analyse(trials, SETTINGS)
    evidence = collect_evidence(sensitivity, "flops")
    assert not any(found.costs for found in evidence)
    decisions = {
        found.name: Decision("optimise", {"range": [0, 1]}, 0.5, f"because of {found.name}")
        for found in evidence
    }
    attrs = {"cost": "", "ceiling": np.inf, "ceiling_reason": "", "remark": ""}
    attrs |= {"fixed_worst_loss": 0.02, "confidence": 0.95}
    write_report(
        trials, sensitivity, tmp_path / "x.html", label_decisions(decisions, evidence, attrs)
    )
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert sections(text) == [*FIRST, WITHOUT_COST, "What was decided", *LAST]
    assert markup(text).count("Because of ") == len(SPACE)


def test_an_optuna_study_has_a_page(tmp_path: Path) -> None:
    def objective(trial: optuna.Trial) -> float:
        x = trial.suggest_float("x", -1, 1)
        if trial.suggest_categorical("kind", ["a", "b"]) == "a":
            return x**2 + 0.1 * trial.suggest_float("y", 0, 1)
        return x**2

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=100)
    trials = trials_from_optuna(study)
    write_report(trials, analyse(trials, SETTINGS), tmp_path / "x.html")
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert sections(text) == [*FIRST, WITH_COST, FRONT, *LAST]
    assert "training time" in markup(text)


def test_tables_and_sentences_follow_the_costs_of_the_trials(tmp_path: Path) -> None:
    for cost, names in (
        (None, set()),
        ("price €", {"price €_index", "price €_significant"}),
        # Beside the paper's own index, which has this name too.
        ("paper", {"cost_paper_index", "paper_significant"}),
    ):
        trials = imported(tmp_path, cost)
        sensitivity = analyse(trials, SETTINGS)
        plain = importance_table(sensitivity)
        if cost is None:
            without = set(plain.columns)
            assert summary(trials, sensitivity)[2] == "No cost was recorded."
        else:
            assert summary(trials, sensitivity)[2] == f"What only costs: round ({cost})."
        assert set(plain.columns) - without == names
        assert without <= set(plain.columns)


def test_a_page_about_the_front_shows_the_errors_that_were_measured(tmp_path: Path) -> None:
    trials = imported(tmp_path, "price €")
    result = explain_goal(trials, SETTINGS, goal="front")
    report = hh.report(trials, result, tmp_path / "report.html")
    text = unescape(markup(report.read_text()))
    assert "of the trials nearest to the front of error and price €" in text
    assert "lowest validation error" not in text
    front = hh.front(trials).sel(search="all")
    lowest = float(front["error"].min())
    assert f"{number(lowest)}" in text
    measured = {f"{one:.4g}" for one in np.sort(trials_data.error(trials))[:5]}
    cells = set(re.findall(r"<td[^>]*>([^<]*)</td>", text))
    assert measured <= cells
