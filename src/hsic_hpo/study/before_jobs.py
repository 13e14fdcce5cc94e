"""What a run does before its jobs, and what reads the same rules but runs none does not."""

from collections.abc import Callable
from typing import Any


def before_jobs(workflow: Any, prepare: Callable[[], None]) -> None:
    """Have something done once it is certain that jobs run, before Snakemake looks at any file.

    A dry run, and options such as ``--summary``, ``--report``, ``--touch`` or ``--list-rules``,
    read the rules, too.

    Parameters
    ----------
    workflow
        Snakemake's workflow, while it reads its rules.
    prepare
        What is to be done.
    """
    execute = workflow.execute

    def prepare_and_execute(*given: Any, executor_plugin: Any, **named: Any) -> Any:
        settings = executor_plugin.common_settings
        if not (settings.dryrun_exec or settings.touch_exec):
            prepare()
        return execute(*given, executor_plugin=executor_plugin, **named)

    workflow.execute = prepare_and_execute
