"""What the main process makes of a job that failed: try it again, or not, or end the study."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hsic_hpo.study.logs import ends_alike
from hsic_hpo.study.retry import TRAININGS
from hsic_hpo.training.giving_up import GIVEN_UP


class FailedJobs(logging.Filter):
    """Hears of failed jobs by what Snakemake logs, before it decides whether to try again.

    Parameters
    ----------
    no_more_tries
        Called with the number of a job that would fail again in the same way.
    give_up
        Called with the reason once a job has given up the study.
    """

    def __init__(
        self, no_more_tries: Callable[[int], None], give_up: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._no_more_tries = no_more_tries
        self._give_up = give_up
        self._reason_file = Path(TRAININGS, GIVEN_UP)
        self._over = False
        # What the run before said.
        self._reason_file.unlink(missing_ok=True)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a message pass unless the study is being given up."""
        if record.levelno < logging.ERROR:
            return True
        if not self._over and self._reason_file.exists():
            self._over = True
            self._give_up(self._reason_file.read_text(encoding="utf-8"))
        job, logs = getattr(record, "jobid", None), getattr(record, "log", None)
        if job is not None and logs and ends_alike(Path(str(logs[0]))):
            with suppress(StopIteration):
                self._no_more_tries(job)
        return not self._over
