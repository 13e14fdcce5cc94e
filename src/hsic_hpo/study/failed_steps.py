"""Why a job failed: its rule, what it was about, the reason in one line, and where to read more."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hsic_hpo.errors import printable
from hsic_hpo.study.finished_trainings import FinishedTrainings, Training
from hsic_hpo.study.journal import JobState
from hsic_hpo.study.logs import ends_alike
from hsic_hpo.study.plan import Plan, PlannedJob

_SILENT = "its log gives no reason: it was killed, or ran out of time or memory"
_TAIL = 10_000


@dataclass(frozen=True)
class Failure:
    """A job that failed.

    Attributes
    ----------
    rule
        Its rule.
    makes
        The first of its files.
    configuration
        What it was training, as JSON; empty where it trains nothing, or that is unknown.
    reason
        Why, in one line.
    log
        Where to read more, by a path from the folder of results.
    """

    rule: str
    makes: str
    configuration: str
    reason: str
    log: str

    @property
    def in_one_line(self) -> str:
        """Its rule, what it makes and the reason."""
        return f"rule {self.rule} ({self.makes}): {self.reason}"


def failure(
    folder: Path,
    plan: Plan,
    job: PlannedJob,
    state: JobState,
    trainings: FinishedTrainings,
) -> Failure:
    """Return why a job failed.

    Parameters
    ----------
    folder
        Results of the study.
    plan, job, state
        Of the run.
    trainings
        The finished trainings of the study.
    """
    logs = state.logs or (job.log,)
    reason, log = next(_reasons(folder, logs), (_SILENT, logs[0]))
    under_way = _configuration(plan, job, trainings) if job.slice is not None else ""
    return Failure(job.rule, job.outputs[0], printable(under_way), printable(reason), log)


def _reasons(folder: Path, logs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for log in logs:
        with suppress(OSError):
            text = (folder / log).read_text(encoding="utf-8", errors="replace")[-_TAIL:]
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if ends_alike(folder / log):
                # The remark for the main process.
                lines.pop()
            if lines:
                yield lines[-1], log


def _configuration(plan: Plan, job: PlannedJob, trainings: FinishedTrainings) -> str:
    """Return the first configuration of a job that has no result, in the order of its training."""
    part = job.slice
    assert part is not None
    design = trainings.design(plan, part)
    if design is None:
        return ""
    done: list[Training] = trainings.of(plan, job, is_done=False)
    finished = {(one.trial, one.repeat) for one in done}
    rows = design.isel(trial=slice(part.first, part.stop))
    if "flops" in rows:
        # As its script does: what needs much memory or time comes first.
        rows = rows.sortby("flops", ascending=False)
    for trial, row in zip(rows["trial"].values, rows["configuration"].values, strict=True):
        if any((str(trial), repeat) not in finished for repeat in range(plan.repeats(part))):
            return json.dumps(json.loads(row))
    return ""
