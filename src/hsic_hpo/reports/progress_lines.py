"""The progress of a study where the output is no terminal: a line for each change."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hsic_hpo.reports.progress_view import causes, headline, line
from hsic_hpo.study.failed_steps import Failure
from hsic_hpo.study.plan import STEPS, passed_rungs
from hsic_hpo.study.progress import RUNNING, Progress

# So many lines at most tell of trainings alone; of those that go on after a rung, half of that.
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
        self._told: set[Failure] = set()

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
            [
                _LINES // 2 * stage.done // max(stage.total, 1)
                for stage in progress.stages
                if passed_rungs(stage.key)
            ],
            [stage.key for stage in progress.stages if stage.done > 0],
            [stage.key for stage in progress.stages if stage.done == stage.total],
            progress.state,
        )
        if now != self._said:
            self._said = now
            self._print(line(progress))
        if progress.state != RUNNING:
            for shown in causes(progress, self._folder):
                self._console.print(shown, soft_wrap=True)
            return
        for failure in progress.failures:
            if failure not in self._told:
                self._told.add(failure)
                self._print(f"Failed, perhaps to be tried again: {failure.in_one_line}")

    def end(self, progress: Progress | None) -> None:
        """Print the last state; why something failed stands last."""
        if progress is not None:
            self.update(progress)

    def _print(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)
