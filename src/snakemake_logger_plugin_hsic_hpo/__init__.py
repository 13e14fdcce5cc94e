"""Snakemake's logger plugin ``hsic-hpo``: one live view of a study in place of its messages."""

from logging import LogRecord
from typing import TYPE_CHECKING

from snakemake_interface_logger_plugins.base import LogHandlerBase

if TYPE_CHECKING:
    from hsic_hpo.reports.live_run import LiveRun


class LogHandler(LogHandlerBase):
    """Shows how far the study is; see :class:`hsic_hpo.reports.live_run.LiveRun`."""

    _run: "LiveRun"

    def __post_init__(self) -> None:
        """Take over the terminal."""
        # Snakemake imports this module for each of its jobs, on whichever node.
        from hsic_hpo.reports.live_run import LiveRun

        self._run = LiveRun(dry=self.common_settings.dryrun)

    def emit(self, record: LogRecord) -> None:
        """Show a message of Snakemake, or what it means for the study."""
        try:
            self._run.take(record, self.format)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Give the terminal back."""
        self._run.close()
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """Whether it writes to the terminal."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Whether it writes a file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Whether it chooses messages itself, in place of ``--quiet``."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Whether it words messages itself."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Whether it needs the graph of rules."""
        return False
