"""The published studies obey the current contracts, and pages state what their datasets hold."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf
from hsic_hpo.reports.findings import findings, markdown
from hsic_hpo.reports.sentences import both_ways
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.search.comparison import compare_methods
from hsic_hpo.search.front import make_front
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.selection import tradeoffs
from hsic_hpo.sensitivity.labels import beside
from hsic_hpo.sensitivity.whole_space import whole_space_importance
from hsic_hpo.study import study
from hsic_hpo.study.study import Study
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables import front as front_table
from hsic_hpo.tables import importance_by_budget as budget_table
from hsic_hpo.tables import importance_by_epoch as epoch_table
from hsic_hpo.tables import peers as peers_table
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.writing import write_table
from hsic_hpo.trials import dataset as trials_data
from test_embed import embedded

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "results" / "reference"
STUDIES = ["bateman", "mnist"]
PAGES = ["docs/studies.md"]
LARGEST = 10 * 2**20


def config(name: str) -> Study:
    return study.read_study([ROOT / "config" / f"{name}.yaml"])


def dataset(name: str, path: str) -> xr.Dataset:
    return read_netcdf(PUBLISHED / name / path)


def test_these_studies_are_published() -> None:
    assert sorted(path.name for path in PUBLISHED.iterdir()) == STUDIES


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in PUBLISHED.rglob("*.nc")) < LARGEST


@pytest.mark.parametrize("name", STUDIES)
def test_trials_are_those_of_the_config(name: str) -> None:
    asked = config(name)
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    assert drawn.sizes["trial"] == asked.settings.random_search.n_trials
    assert drawn.sizes["repeat"] == asked.repeats
    assert json.loads(drawn.attrs["space"]) == json.loads(asked.space.to_json())
    assert json.loads(drawn.attrs["problem"]) == asked.settings.problem
    assert json.loads(drawn.attrs["budget"]) == asked.budget
    assert int(drawn.attrs["seed"]) == asked.seed
    for method, settings in asked.searches.items():
        for repeat in range(settings.repeats):
            path = PUBLISHED / name / "search" / method / str(repeat) / "trials.nc"
            assert (
                trials_data.read_trials(path).sizes["trial"]
                == settings.n_rounds * settings.batch_size
            )
        (choice,) = asked.choices(method)
        final = trials_data.read_trials(PUBLISHED / name / "final" / method / choice / "trials.nc")
        assert final.sizes["trial"] == settings.repeats
        assert final.sizes["repeat"] == asked.settings.final.seeds
        assert json.loads(final.attrs["budget"]) == asked.final_budget


@pytest.mark.parametrize("name", STUDIES)
def test_they_say_where_they_come_from(name: str) -> None:
    attrs = dataset(name, "random/trials.nc").attrs
    for key in ("versions", "git_commit", "code_fingerprint", "data_fingerprint"):
        assert attrs[key]


@pytest.mark.parametrize("name", STUDIES)
def test_the_comparison_is_that_of_the_retrainings(name: str) -> None:
    asked = config(name)
    places = {m: f"{m}/{'/'.join(asked.choices(m))}" for m in ["random", *asked.searches]}
    designs = {m: dataset(name, f"final/{place}/design.nc") for m, place in places.items()}
    finals = {m: dataset(name, f"final/{place}/trials.nc") for m, place in places.items()}
    xr.testing.assert_identical(compare_methods(designs, finals), dataset(name, "comparison.nc"))


@pytest.mark.parametrize("name", STUDIES)
def test_the_front_is_that_of_the_published_trials(name: str) -> None:
    paths = sorted((PUBLISHED / name / "search").glob("*/*/trials.nc"))
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    found = [trials_data.read_trials(path) for path in paths]
    front = dataset(name, "front.nc")
    known = {"all": known_trials(drawn, found)} | by_method(drawn, found, {})
    made = make_front(known, "flops", [{"tolerance": 0.0}, {"tolerance": 0.1}])
    xr.testing.assert_equal(made.sel(search=front["search"]), front)


@pytest.mark.parametrize("name", STUDIES)
def test_what_is_said_is_what_the_datasets_hold(name: str, tmp_path: Path) -> None:
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    sensitivity, convergence, selection, comparison, front, by_budget, by_epoch = (
        dataset(name, f"{part}.nc")
        for part in (
            "sensitivity",
            "convergence",
            "selection",
            "comparison",
            "front",
            "importance_by_budget",
            "importance_by_epoch",
        )
    )
    both = beside(sensitivity, dataset(name, "sensitivity_surrogate.nc"))
    every = dataset(name, "sensitivity_all.nc")
    found = findings(
        StudyParts(
            drawn,
            both,
            convergence=convergence,
            selection=selection,
            comparison=comparison,
            sensitivity_all=every,
            front=front,
            importance_by_budget=by_budget,
            importance_by_epoch=by_epoch,
        )
    )
    assert (PUBLISHED / name / "findings.md").read_text(encoding="utf-8") == markdown(found)
    searches = [
        trials_data.read_trials(path)
        for path in sorted((PUBLISHED / name / "search").glob("*/*/trials.nc"))
    ]
    peers = dataset(name, "peers.nc")
    written = {
        "importance": (importance_table(both), both_ways(both)),
        "importance_all": (importance_table(every), ""),
        "importance_by_budget": (
            budget_table.importance_by_budget_table(by_budget),
            budget_table.importance_by_budget_remark(by_budget),
        ),
        "importance_by_epoch": (
            epoch_table.importance_by_epoch_table(by_epoch),
            epoch_table.importance_by_epoch_remark(by_epoch),
        ),
        "selection": (
            decisions_table(selection),
            " ".join(filter(None, (selection.attrs[k] for k in ("remark", "ceiling_reason")))),
        ),
        "comparison": (
            comparison_table.comparison_table(comparison),
            comparison_table.comparison_remark(comparison),
        ),
        "front": (front_table.front_table(front), front_table.front_remark(front)),
        "tradeoffs": (
            tradeoffs.tradeoffs(selection, [drawn, *searches]),
            tradeoffs.tradeoffs_remark(selection),
        ),
        "peers": (peers_table.peers_table(peers), peers_table.peers_remark(peers)),
    }
    for table, (frame, remark) in written.items():
        write_table(frame, tmp_path / f"{table}.md", remark=remark)
        published = PUBLISHED / name / "tables" / f"{table}.md"
        assert published.read_text(encoding="utf-8") == (tmp_path / f"{table}.md").read_text(
            encoding="utf-8"
        )


@pytest.mark.parametrize("name", STUDIES)
def test_peers_are_compared_with_the_published_indices(name: str) -> None:
    peers, sensitivity = (dataset(name, f"{part}.nc") for part in ("peers", "sensitivity"))
    for subset in ("best", "worst"):
        stated = peers["importance"].sel(measure=f"hsic-{subset}").to_series()
        found = pd.Series(whole_space_importance(sensitivity, subset=subset))[stated.index]
        pd.testing.assert_series_equal(stated, found / found.sum(), check_names=False)


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_the_published_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- begin results/reference/" in text
    assert embedded(text, ROOT) == text
