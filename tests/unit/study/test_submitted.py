"""A job runs what was submitted: every edit before, during and after its imports is seen."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hsic_hpo.errors import InputError
from hsic_hpo.study import submitted
from hsic_hpo.study.submitted import VARIABLE, EditedMeanwhileError, Submission, as_submitted

RATE = "def rate():\n    return 1\n"
PROBLEM = "from rates import rate\n\n\nclass Mine:\n    value = rate()\n"
OTHER_PROBLEM = PROBLEM.replace("rate()", "2 * rate()")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script, a problem of a user's own, and a module beside it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "train.py").write_text("import json\n")
    (tmp_path / "mine.py").write_text(PROBLEM)
    (tmp_path / "rates.py").write_text(RATE)
    # This process began long before, and imports nothing of it.
    monkeypatch.setattr(submitted, "_start_of_this_process", lambda: time.time() + 1000)
    return tmp_path


def submit(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Submit the project; return the parameters of its job."""
    submission = Submission(project / "scripts", project / "mine.py")
    code = submission.code(project / "scripts" / "train.py", project / "mine.py")
    params = submission.job("train", {"budget": {"epochs": 3}, "code": code})
    environment: dict[str, str] = {}
    submission.announce(environment)
    monkeypatch.setenv(VARIABLE, environment[VARIABLE])
    return params


def edit(path: Path) -> None:
    path.write_text(
        path.read_text().replace("return 1", "return 2").replace("= rate", "= 2 * rate")
    )


EDITS: dict[str, Callable[[Path], object]] = {
    "problem": lambda project: edit(project / "mine.py"),
    "module beside it": lambda project: edit(project / "rates.py"),
    "script": lambda project: (project / "scripts" / "train.py").write_text("import math\n"),
    "deleted": lambda project: (project / "mine.py").unlink(),
    "half written": lambda project: (project / "mine.py").write_text(PROBLEM[:-9] + "(\n"),
}


def test_an_untouched_job_runs(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = submit(project, monkeypatch)
    with as_submitted(params, "train") as unedited:
        assert unedited() == unedited()


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_before_a_job_refuses_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    params = submit(project, monkeypatch)
    EDITS[name](project)
    with (
        pytest.raises(InputError, match=r"\.py: edited while the study ran: .* same command"),
        as_submitted(params, "train"),
    ):
        pytest.fail("it began")


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_during_a_job_is_seen_at_once_and_at_its_end(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    params = submit(project, monkeypatch)
    seen = []

    def job() -> None:
        with as_submitted(params) as unedited:
            EDITS[name](project)
            with pytest.raises(InputError):
                unedited()
            seen.append(True)

    with pytest.raises(InputError, match="edited while the study ran"):
        job()
    assert seen


def test_an_edit_taken_back_leaves_another_state_and_is_no_edit(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = submit(project, monkeypatch)
    with as_submitted(params) as unedited:
        before = unedited()
        status = (project / "mine.py").stat()
        edit(project / "mine.py")
        (project / "mine.py").write_text(PROBLEM)
        # Not even an editor that puts the time back hides it.
        os.utime(project / "mine.py", ns=(status.st_atime_ns, status.st_mtime_ns))
        assert unedited() != before


def test_a_comment_is_no_edit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = submit(project, monkeypatch)
    (project / "mine.py").write_text(f"# Mine.\n{PROBLEM}")
    with as_submitted(params, "train"):
        pass


def test_what_was_put_back_while_the_job_began_may_have_been_imported(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = submit(project, monkeypatch)
    monkeypatch.setattr(submitted, "_start_of_this_process", lambda: time.time() - 1)
    (project / "mine.py").write_text(OTHER_PROBLEM)
    (project / "mine.py").write_text(PROBLEM)
    with pytest.raises(EditedMeanwhileError, match=r"mine\.py was edited"), as_submitted(params):
        pytest.fail("it began")


def test_a_job_that_read_another_config_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = submit(project, monkeypatch)
    other = {**params, "budget": {"epochs": 4}}
    with (
        pytest.raises(InputError, match="config or code was edited"),
        as_submitted(other, "train"),
    ):
        pytest.fail("it began")


def test_a_job_that_read_edited_code_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = submit(project, monkeypatch)
    edit(project / "rates.py")
    again = Submission(project / "scripts", project / "mine.py")
    code = again.code(project / "scripts" / "train.py", project / "mine.py")
    assert code != params["code"]
    with pytest.raises(InputError, match="edited"), as_submitted({**params, "code": code}):
        pytest.fail("it began")


def test_a_job_that_inherited_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with as_submitted({"code": "0" * 16}) as unedited:
        assert unedited() == ""


def test_this_process_began_when_the_machine_says() -> None:
    began = psutil.Process().create_time()
    assert submitted._start_of_this_process() == pytest.approx(began, abs=1.5)


def test_two_studies_of_one_run_are_both_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another workflow uses one under names of its own, and of the other a single rule."""
    (project / "other.py").write_text(OTHER_PROBLEM)
    train = project / "scripts" / "train.py"
    first = Submission(project / "scripts", project / "mine.py", named=lambda rule: f"a_{rule}")
    second = Submission(
        project / "scripts",
        project / "other.py",
        named={"train": "b"}.get,
    )
    params = {}
    environment: dict[str, str] = {}
    for name, submission, source in (("a", first, "mine.py"), ("b", second, "other.py")):
        code = submission.code(train, project / source)
        params[name] = submission.job("train", {"epochs": name, "code": code})
        submission.job("train_round", {"code": code})
        submission.announce(environment)
    monkeypatch.setenv(VARIABLE, environment[VARIABLE])
    for name, rule in (("a", "a_train"), ("b", "b")):
        with as_submitted(params[name], rule):
            pass
        edited = params[name] | {"epochs": "another"}
        with pytest.raises(InputError, match="edited"), as_submitted(edited, rule):
            pytest.fail("it began")
    # What an outer run told is not of this one.
    told = {**submitted._unpacked(environment[VARIABLE]), "process": -1}
    environment[VARIABLE] = json.dumps(told)
    second.announce(environment)
    assert set(submitted._unpacked(environment[VARIABLE])["jobs"]) == {"b"}


def test_a_problem_may_stand_among_a_thousand_modules(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = [f"modeling_of_a_long_name_{number}" for number in range(1000)]
    (project / "layers").mkdir()
    for name in ("__init__", *modules):
        (project / "layers" / f"{name}.py").write_text("")
    imports = "".join(f"import layers.{name}\n" for name in modules)
    (project / "mine.py").write_text(f"{imports}{PROBLEM}")
    params = submit(project, monkeypatch)
    # Linux gives no process a longer variable than 128 KiB.
    subprocess.run([sys.executable, "-c", ""], check=True)
    with as_submitted(params, "train"):
        pass
    (project / "layers" / f"{modules[-1]}.py").write_text("x = 1\n")
    with pytest.raises(InputError, match=f"{modules[-1]}.py: edited"), as_submitted(params):
        pytest.fail("it began")


def test_every_script_of_the_workflow_asks() -> None:
    scripts = sorted((Path(__file__).parents[3] / "workflow" / "scripts").glob("*.py"))
    assert len(scripts) > 30
    assert not [path.name for path in scripts if "as_submitted(" not in path.read_text()]
