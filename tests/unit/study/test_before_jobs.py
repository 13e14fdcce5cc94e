"""What is done before the jobs of a run is not done where no job runs."""

from types import SimpleNamespace

import pytest

from hsic_hpo.study.before_jobs import before_jobs


@pytest.mark.parametrize(
    ("dryrun", "touch", "done"),
    [
        (False, False, ["prepared", "executed"]),
        (True, False, ["executed"]),
        (False, True, ["executed"]),
    ],
    ids=["run", "dry run", "touch"],
)
def test_it_is_done_once_jobs_run(dryrun: bool, touch: bool, done: list[str]) -> None:
    told: list[str] = []

    def execute(*, executor_plugin: object, updated_files: list[str]) -> bool:
        told.append("executed")
        return bool(updated_files) and executor_plugin is plugin

    plugin = SimpleNamespace(
        common_settings=SimpleNamespace(dryrun_exec=dryrun, touch_exec=touch),
    )
    workflow = SimpleNamespace(execute=execute)
    before_jobs(workflow, lambda: told.append("prepared"))
    assert told == []
    assert workflow.execute(executor_plugin=plugin, updated_files=["a"])
    assert told == done
