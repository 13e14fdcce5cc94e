"""The progress of a study where the output is no terminal: a line for each change."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hsic_hpo.reports.progress_view import cause, headline, line
from hsic_hpo.study.failed_steps import Failure
from hsic_hpo.study.plan import STEPS
from hsic_hpo.study.progress import RUNNING, Progress

# So many lines at most tell of trainings alone.
_LINES = 20


class Lines:
    """Prints a line when something has changed.

    Parameters
    ----------
    console
        Where to print.
    folder
        Results of the study, as a reader calls them.
    """

    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._folder = folder
        self._said: object = None
        self._told: set[tuple[Failure, bool]] = set()

    def update(self, progress: Progress) -> None:
        """Print a line if a stage began or ended, something failed, or a part of it is done."""
        if self._said is None:
            log = progress.history.plan.log
            self._print(headline(progress))
            self._print(
                f"Results: {self._folder}; log: {Path(log).name or 'none'} in .snakemake/log"
            )
        done, total = progress.trainings
        (steps, n_steps) = next(
            ((stage.done, stage.total) for stage in progress.stages if stage.key == STEPS), (0, 1)
        )
        now = (
            _LINES * done // max(total, 1),
            _LINES // 4 * steps // n_steps,
            [stage.key for stage in progress.stages if stage.done > 0],
            [stage.key for stage in progress.stages if stage.done == stage.total],
            progress.state,
        )
        if now != self._said:
            self._said = now
            self._print(line(progress))
        is_over = progress.state != RUNNING
        for failure in progress.failures:
            if (failure, is_over) not in self._told:
                self._told.add((failure, is_over))
                self._console.print(cause(failure, self._folder, is_over=is_over), soft_wrap=True)

    def end(self, progress: Progress | None) -> None:
        """Print the last state; why something failed stands last."""
        if progress is not None:
            self.update(progress)

    def _print(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)
