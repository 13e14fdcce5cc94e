"""Rungs as a study config writes them, and as a running study is seen."""

from pathlib import Path

import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study.plan import passed_rungs, rung_stage, slice_of
from hsic_hpo.study.study import Study, read_study
from hsic_hpo.trials.rungs import Rung, auto_rungs

STUDY = """\
study: halved
training: {epochs: 150}
random_search: {n_trials: 1000, rungs: RUNGS}
"""


def read(folder: Path, rungs: str, text: str = STUDY) -> Study:
    path = folder / "study.yaml"
    path.write_text(text.replace("RUNGS", rungs))
    return read_study([path])


def test_rungs_are_read_and_written_again(tmp_path: Path) -> None:
    rungs = [{"epochs": 10, "keep": 0.6}, {"epochs": 30, "keep": 0.35}]
    study = read(tmp_path, str(rungs))
    assert study.rungs == (Rung(10, 0.6), Rung(30, 0.35))
    assert study.config["random_search"] == {"n_trials": 1000, "rungs": rungs}


def test_auto_follows_from_trials_epochs_and_goal(tmp_path: Path) -> None:
    study = read(tmp_path, "auto")
    assert study.rungs == auto_rungs(1000, 150, 0.1)
    assert study.config["random_search"]["rungs"] == "auto"
    assert read(tmp_path, "", STUDY.replace(", rungs: RUNGS", "")).rungs == ()


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        ("always", "random_search.rungs: 'always'; allowed: auto, or a list of {epochs: N"),
        ("[{epochs: 10}]", "allowed: auto, or a list"),
        ("[{epochs: 10, keep: 1.5}]", "allowed: auto, or a list"),
        ("[{epochs: 200, keep: 0.5}]", "rungs[0].epochs: 200 does not lie between 0 and 150"),
        ("[{epochs: 9, keep: 0.5}, {epochs: 9, keep: 0.4}]", "rungs[1].epochs: 9 does not"),
        ("[{epochs: 9, keep: 0.5}, {epochs: 12, keep: 0.5}]", "rungs[1].keep: 0.5 does not"),
        ("[{epochs: 9, keep: 0.05}]", "rungs[0].keep: 0.05 keeps 50 of 1000 trials"),
    ],
)
def test_wrong_rungs_are_refused_in_a_line(rungs: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, rungs)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("rungs", ["auto", "[{epochs: 2, keep: 0.5}]"])
def test_functions_and_steps_have_no_rungs(rungs: str, tmp_path: Path) -> None:
    function = STUDY + "problem: {name: hpolib, options: {dataset: naval_propulsion}}\n"
    with pytest.raises(InputError, match="hpolib is a function, which cannot be left"):
        read(tmp_path, rungs, function)
    with pytest.raises(InputError, match="trainings have 'training\\.steps'"):
        read(tmp_path, rungs, STUDY.replace("epochs: 150", "steps: 150"))


def test_the_jobs_of_rungs_are_parts_of_the_random_search() -> None:
    first = slice_of("random/rungs/0/records/0-20.jsonl")
    later = slice_of("random/rungs/2/records/20-40.jsonl")
    assert first is not None
    assert later is not None
    assert (first.part, first.stage, first.rung) == ("random", "random", 0)
    assert (later.part, later.stage, later.rung) == ("random/rungs/2", "rung-2", 2)
    assert [passed_rungs(rung_stage(n)) for n in range(3)] == [0, 1, 2]
    assert passed_rungs("gpbo") == 0


@pytest.mark.parametrize(
    ("searches", "expected", "methods"),
    [
        ("{rungs: true}", True, ["gpbo", "hsic-gpbo"]),
        ("{rungs: true, gpbo: {}}", True, ["gpbo"]),
        ("{rungs: false, gpbo: {}}", False, ["gpbo"]),
        ("{}", False, []),
    ],
)
def test_searches_have_rungs_where_they_ask_for_them(
    searches: str, expected: bool, methods: list[str], tmp_path: Path
) -> None:
    study = read(tmp_path, "auto", f"{STUDY}search: {searches}\n")
    assert study.search_rungs is expected
    assert list(study.searches) == methods
    # Written and read again it is the same, and who has none needs not say so.
    written = study.config["search"]
    assert written.get("rungs", False) is expected
    again = read(tmp_path, "auto", f"{STUDY}search: {written}\n".replace("True", "true"))
    assert (again.search_rungs, again.searches) == (expected, study.searches)


def test_rungs_of_searches_need_those_of_the_random_search(tmp_path: Path) -> None:
    text = STUDY.replace(", rungs: RUNGS", "") + "search: {rungs: true}\n"
    with pytest.raises(InputError, match=r"search\.rungs: true, but the random search has none"):
        read(tmp_path, "", text)


def test_whether_searches_have_rungs_is_true_or_false(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"search\.rungs: 'often' is not true or false$"):
        read(tmp_path, "auto", STUDY + "search: {rungs: often}\n")
