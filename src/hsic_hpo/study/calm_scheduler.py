"""Snakemake's scheduler, kept from looking at a study's jobs ever more often.

While jobs wait, each look of Snakemake's scheduler asks for another one a second later, and so does
each look that a finished job brings: after some hundred jobs it looks all the time, and takes a
processor from the trainings (as of Snakemake 9.27).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_METHOD = "_schedule_reevalutation"


def calm_scheduler() -> None:
    """Let Snakemake's scheduler wait for one look at a time; another version stays as it is."""
    with suppress(ImportError, AttributeError):
        from snakemake.scheduling.job_scheduler import JobScheduler

        setattr(JobScheduler, _METHOD, one_at_a_time(getattr(JobScheduler, _METHOD)))


def one_at_a_time(ask: Callable[[Any, float], None]) -> Callable[[Any, float], None]:
    """Return a method that asks for a look only where none is due by then.

    Parameters
    ----------
    ask
        Asks a scheduler for a look after some seconds.
    """
    due: dict[int, float] = {}

    def ask_once(scheduler: Any, delay: float) -> None:
        now = time.monotonic()
        if now < due.get(id(scheduler), now) <= now + delay:
            return
        due[id(scheduler)] = now + delay
        ask(scheduler, delay)

    return ask_once
