"""The published studies obey the current contracts, and pages state what their datasets hold."""

import json
import re
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
import xarray as xr

from hsic_hpo.files import read_netcdf
from hsic_hpo.reports.findings import findings, markdown
from hsic_hpo.reports.sentences import both_ways
from hsic_hpo.reports.study_parts import StudyParts
from hsic_hpo.search.comparison import compare_methods
from hsic_hpo.search.front import make_front
from hsic_hpo.search.front_held import front_held
from hsic_hpo.search.known_trials import by_method, known_trials
from hsic_hpo.selection import tradeoffs
from hsic_hpo.sensitivity.labels import beside
from hsic_hpo.sensitivity.whole_space import whole_space_importance
from hsic_hpo.study import study
from hsic_hpo.study.compared import comparison_rows, front_choices
from hsic_hpo.study.study import Study
from hsic_hpo.tables import comparison as comparison_table
from hsic_hpo.tables import front as front_table
from hsic_hpo.tables import front_held as held_table
from hsic_hpo.tables import importance_by_budget as budget_table
from hsic_hpo.tables import importance_by_epoch as epoch_table
from hsic_hpo.tables import peers as peers_table
from hsic_hpo.tables.decisions import decisions_table
from hsic_hpo.tables.halving import halving_remark, halving_table
from hsic_hpo.tables.importance import importance_table
from hsic_hpo.tables.writing import write_table
from hsic_hpo.trials import dataset as trials_data
from hsic_hpo.trials.missed import missed_by_halving
from published_studies import unpack
from test_embed import embedded

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "results" / "reference"
STUDIES = ["bateman", "fashion", "mnist-paper"]
# Random trials alone, as the data of benchmarks.
RANDOM_TRIALS = ["mnist"]
PAGES = ["docs/studies.md"]
LARGEST = 12 * 2**20


def config(name: str) -> Study:
    (path,) = [*ROOT.glob(f"config/{name}.yaml"), *ROOT.glob(f"examples/{name}/{name}.yaml")]
    return study.read_study([path])


def dataset(name: str, path: str) -> xr.Dataset:
    return read_netcdf(PUBLISHED / name / path)


@pytest.fixture(scope="module", params=STUDIES)
def searched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published study's searches and retrainings, in a folder of the study's name."""
    return unpack(request.param, tmp_path_factory.mktemp("searched") / request.param)


def test_these_studies_are_published() -> None:
    assert sorted(path.name for path in PUBLISHED.iterdir()) == sorted([*STUDIES, *RANDOM_TRIALS])


def published_files() -> list[Path]:
    """Those of the repository, without what `make reference` draws beside them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", str(PUBLISHED)], cwd=ROOT, capture_output=True, check=True
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_they_are_small() -> None:
    assert 0 < sum(path.stat().st_size for path in published_files()) < LARGEST


OPENED: dict[str, Callable[[Path], Any]] = {
    "trials.nc": trials_data.read_trials,
    ".nc": read_netcdf,
    ".csv": pd.read_csv,
    ".svg": ElementTree.parse,
    ".md": Path.read_text,
    ".tex": Path.read_text,
    ".txt": Path.read_text,
    ".xz": tarfile.open,
}
# Of each kind of Dataset, what its readers ask for.
HELD = {
    "comparison": {"search", "configuration", "test_error", "flops", "n_trainings"},
    "convergence": {"hsic", "rank_correlation"},
    "design": {"configuration", "u"},
    "front": {"configuration", "error", "cost", "chosen_by"},
    "front_held": {"front_held", "training_flops"},
    "halving": {"epochs", "compared", "stopped", "missed"},
    "importance_by_budget": {"hsic_unbiased", "budget"},
    "importance_by_epoch": {"hsic_unbiased", "epoch"},
    "peers": {"importance", "rank", "rank_correlation"},
    "selection": {"decision", "reason", "worst_loss"},
    "sensitivity": {"hsic", "hsic_unbiased", "p_value_adjusted", "pure_interaction"},
    "sensitivity_all": {"hsic_unbiased", "found", "share_at_goal"},
    "sensitivity_surrogate": {"surrogate_found", "surrogate_index"},
    "trials": {"u", "validation_error", "test_error", "status", "learning_curve"},
}


def test_each_of_their_files_opens_and_holds_what_its_kind_does(tmp_path: Path) -> None:
    files = published_files()
    assert len(files) > 100
    for name in STUDIES:
        files += unpack(name, tmp_path / name).rglob("*.nc")
    assert len(files) > 200
    for path in files:
        kind = next(end for end in OPENED if path.name.endswith(end))
        content = OPENED[kind](path)
        assert len(content) if isinstance(content, str | pd.DataFrame) else content is not None
        if isinstance(content, xr.Dataset):
            assert HELD[path.stem] <= set(content.variables), path


@pytest.mark.parametrize("name", [*STUDIES, *RANDOM_TRIALS])
def test_every_dataset_comes_from_a_commit(name: str, tmp_path: Path) -> None:
    datasets = [path for path in published_files() if path.suffix == ".nc"]
    paths = [path for path in datasets if path.is_relative_to(PUBLISHED / name)]
    if name in STUDIES:
        paths += unpack(name, tmp_path).rglob("*.nc")
    of_study = [read_netcdf(path) for path in paths]
    commits = {str(one.attrs["git_commit"]) for one in of_study if "git_commit" in one.attrs}
    assert commits
    assert not [commit for commit in commits if not re.fullmatch("[0-9a-f]{40}", commit)]


@pytest.mark.parametrize("name", [*STUDIES, *RANDOM_TRIALS])
def test_random_trials_are_those_of_the_config(name: str) -> None:
    asked = config(name)
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    assert drawn.sizes["trial"] == asked.settings.random_search.n_trials
    assert drawn.sizes["repeat"] == asked.repeats
    assert json.loads(drawn.attrs["space"]) == json.loads(asked.space.to_json())
    assert json.loads(drawn.attrs["problem"]) == asked.settings.problem
    assert json.loads(drawn.attrs["budget"]) == asked.budget
    assert int(drawn.attrs["seed"]) == asked.seed


def test_searches_are_those_of_the_config(searched: Path) -> None:
    for method, settings in config(searched.name).searches.items():
        for repeat in range(settings.repeats):
            path = searched / "search" / method / str(repeat) / "trials.nc"
            found = trials_data.read_trials(path)
            assert found.sizes["trial"] == settings.n_rounds * settings.batch_size
            assert float(found["flops"].max()) <= settings.max_cost


def test_retrainings_are_those_of_the_config(searched: Path) -> None:
    asked = config(searched.name)
    for method, settings in asked.searches.items():
        for choice, retraining in asked.retrainings(method).items():
            path = searched / "final" / method / choice / "trials.nc"
            final = trials_data.read_trials(path)
            assert final.sizes["trial"] == settings.repeats
            assert final.sizes["repeat"] == asked.settings.final.seeds
            assert json.loads(final.attrs["budget"]) == retraining.budget


@pytest.mark.parametrize("name", RANDOM_TRIALS)
def test_random_trials_alone_come_from_a_config_without_searches(name: str) -> None:
    assert config(name).searches == {}


@pytest.mark.parametrize("name", [*STUDIES, *RANDOM_TRIALS])
def test_they_say_where_they_come_from(name: str) -> None:
    attrs = dataset(name, "random/trials.nc").attrs
    for key in ("versions", "git_commit", "code_fingerprint", "data_fingerprint"):
        assert attrs[key]


def test_the_comparison_is_that_of_the_retrainings(searched: Path) -> None:
    rows = comparison_rows(config(searched.name))
    places = {row: searched / "final" / method / choice for row, (method, choice) in rows.items()}
    designs = {row: read_netcdf(place / "design.nc") for row, place in places.items()}
    finals = {row: read_netcdf(place / "trials.nc") for row, place in places.items()}
    compared = compare_methods(designs, finals, {row: method for row, (method, _) in rows.items()})
    xr.testing.assert_identical(compared, dataset(searched.name, "comparison.nc"))


def test_the_front_is_that_of_the_published_trials(searched: Path, tmp_path: Path) -> None:
    name = searched.name
    paths = sorted(searched.glob("search/*/*/trials.nc"))
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    found = [trials_data.read_trials(path) for path in paths]
    front = dataset(name, "front.nc")
    asked = config(name)
    initial = {m: settings.initial_trials for m, settings in asked.searches.items()}
    known = {"all": known_trials(drawn, found)} | by_method(drawn, found, initial)
    made = make_front(known, "flops", front_choices(asked))
    xr.testing.assert_equal(made.sel(search=front["search"]), front)
    held = dataset(name, "front_held.nc")
    again = front_held(drawn, found, "flops").sel(search=held["search"])
    xr.testing.assert_allclose(again, held, rtol=1e-12)
    write_table(
        held_table.front_held_table(held),
        tmp_path / "held.md",
        remark=held_table.front_held_remark(held),
    )
    published = PUBLISHED / name / "tables" / "front_held.md"
    assert published.read_text() == (tmp_path / "held.md").read_text()


def test_what_is_said_is_what_the_datasets_hold(searched: Path, tmp_path: Path) -> None:
    name = searched.name
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    sensitivity, convergence, selection, comparison, front, held, by_budget, by_epoch = (
        dataset(name, f"{part}.nc")
        for part in (
            "sensitivity",
            "convergence",
            "selection",
            "comparison",
            "front",
            "front_held",
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
            front_held=held,
            importance_by_budget=by_budget,
            importance_by_epoch=by_epoch,
        )
    )
    assert (PUBLISHED / name / "findings.md").read_text(encoding="utf-8") == markdown(found)
    searches = [
        trials_data.read_trials(path) for path in sorted(searched.glob("search/*/*/trials.nc"))
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


@pytest.mark.parametrize("name", ["fashion", "mnist-paper"])
def test_the_halving_is_judged_by_the_published_trials(name: str, tmp_path: Path) -> None:
    drawn = trials_data.read_trials(PUBLISHED / name / "random" / "trials.nc")
    missed = missed_by_halving(drawn, config(name).settings.sensitivity.goal_fraction)
    xr.testing.assert_equal(missed, dataset(name, "halving.nc"))
    write_table(halving_table(missed), tmp_path / "halving.md", remark=halving_remark(missed))
    published = PUBLISHED / name / "tables" / "halving.md"
    assert published.read_text() == (tmp_path / "halving.md").read_text()


@pytest.mark.parametrize("name", STUDIES)
def test_peers_are_compared_with_the_published_indices(name: str) -> None:
    peers, sensitivity = (dataset(name, f"{part}.nc") for part in ("peers", "sensitivity"))
    for subset in ("best", "worst"):
        stated = peers["importance"].sel(measure=f"hsic-{subset}").to_series()
        found = pd.Series(whole_space_importance(sensitivity, subset=subset))[stated.index]
        # Names are texts of another type where they were published in less space.
        pd.testing.assert_series_equal(
            stated, found / found.sum(), check_names=False, check_index_type=False
        )


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_the_published_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- begin results/reference/" in text
    assert embedded(text, ROOT) == text
