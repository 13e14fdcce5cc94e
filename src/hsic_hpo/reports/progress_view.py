"""The progress of a study in words and bars: a screen of a terminal, or one line."""

import math
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hsic_hpo.errors import printable
from hsic_hpo.study.failed_steps import Failure
from hsic_hpo.study.plan import FINAL, RANDOM, STEPS, passed_rungs
from hsic_hpo.study.progress import BROKEN, ENDED, RUNNING, STOPPED, Progress, Stage
from hsic_hpo.trials.failures import commonest
from hsic_hpo.wording import counted, number

_NAMES = {
    RANDOM: "Random search",
    FINAL: "Retraining the best",
    STEPS: "Analysis, figures, report",
}
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_MOST_FAILURES = 3
_SMALLEST_BAR = 10


def screen(progress: Progress, folder: Path, width: int) -> RenderableType:
    """Return the screen that shows how far a study is.

    Parameters
    ----------
    progress
        Of the study.
    folder
        Its results, as a reader calls them.
    width
        Columns of the terminal.
    """
    parts: list[RenderableType] = [
        Text(headline(progress), style="bold", overflow="ellipsis", no_wrap=True),
        Text(),
        _bars(progress, width),
        Text(),
        _facts(progress, folder),
    ]
    for shown in causes(progress, folder):
        parts += [Text(), shown]
    return Group(*parts)


def headline(progress: Progress) -> str:
    """Say which study it is, what it is about, and whether it runs."""
    study = progress.history.plan.study
    said = {
        RUNNING: "running for",
        ENDED: "finished after",
        BROKEN: "failed after",
        STOPPED: "stopped after",
    }[progress.state]
    return printable(
        f"Study {study['name']}, networks for {study['problem']}: "
        f"{said} {duration(progress.elapsed)}"
    )


def _bars(progress: Progress, width: int) -> Table:
    names = [stage_name(stage.key) for stage in progress.stages]
    counts = [_count(stage) for stage in progress.stages]
    whole = _time_left(progress)
    taken = 2 + max(map(len, [*names, "Whole study"])) + 2 + 2 + max(map(len, [*counts, whole]))
    bar = max(_SMALLEST_BAR, min(40, width - taken - 1))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(width=bar, no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    share = 1.0 if progress.state == ENDED else progress.share
    table.add_row(
        Text("Whole study", style="bold"),
        ProgressBar(1.0, share, width=bar),
        Text(whole, style="bold"),
    )
    for stage, name, count in zip(progress.stages, names, counts, strict=True):
        is_on = stage.running > 0
        style = "bold" if is_on else "dim" if not stage.done else ""
        table.add_row(
            Text(f"{'>' if is_on else ' '} {name}", style=style),
            ProgressBar(max(stage.total, 1), stage.done if stage.total else 1, width=bar),
            Text(count, style=style),
        )
    return table


def stage_name(key: str) -> str:
    """Return what a reader calls a stage."""
    if rung := passed_rungs(key):
        return f"Random, past rung {rung}"
    return _NAMES.get(key, f"Search {key}")


def _count(stage: Stage) -> str:
    unit = "steps" if stage.key == STEPS else "trainings"
    return f"{stage.done} of {counted(stage.total, unit)}"


def _time_left(progress: Progress) -> str:
    """Say how much of the whole is done, and when the rest will be."""
    if progress.state == ENDED:
        return "100 %, all done"
    percent = f"{math.floor(100 * progress.share)} %"
    if progress.state != RUNNING:
        left = "" if progress.left is None else f", {duration(progress.left)} to go"
        return f"{percent}{left}"
    if progress.left is None:
        return f"{percent}, end not yet known"
    return f"{percent}, {duration(progress.left)} left, ends at {clock(progress.left)}"


def _facts(progress: Progress, folder: Path) -> Table:
    plan = progress.history.plan
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    facts = {"Trainings": trainings_in_words(progress), "Best error": _best(progress)}
    if progress.state == RUNNING:
        facts["Jobs"] = _jobs(progress)
    if progress.state == STOPPED:
        facts["Stopped"] = progress.given_up or _stop(progress)
    if progress.state in (STOPPED, BROKEN) and plan.command:
        facts["To go on"] = plan.command
    facts["Results"] = str(folder)
    facts["Log"] = log_of(progress)
    for name, text in facts.items():
        table.add_row(Text(f"  {name}"), Text(printable(text)))
    return table


def _stop(progress: Progress) -> str:
    history = progress.history
    when = history.ended_at if history.is_stopped else history.heard
    words = "at" if history.is_stopped else "no sign of life since"
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
    return f"{words} {at}; every training that had finished is kept"


def log_of(progress: Progress) -> str:
    """Return the path of Snakemake's log, from the current folder where it lies below."""
    log, here = progress.history.plan.log, Path.cwd()
    # A run works in its folder of results, two below the one in which it was started.
    started = here.parents[1] if here.parent.name == "results" else here
    for place in (here, started):
        with suppress(ValueError):
            return str(Path(log).relative_to(place)) if log else "none"
    return log


def trainings_in_words(progress: Progress) -> str:
    """Say how many trainings are done, how many did not end well, and the commonest reason."""
    done, total = progress.trainings
    parts = [f"{done} of {total} done"]
    if progress.diverged:
        parts.append(f"{progress.diverged} diverged")
    if progress.failed:
        reasons = Counter(progress.failed)
        (reason, _), *others = reasons.most_common()
        most = "mostly " if others else ""
        parts.append(
            f"{len(progress.failed)} failed, {most}{commonest([reason]).rpartition(' ')[0]}"
        )
    else:
        parts.append("none failed")
    return ", ".join(parts)


def _best(progress: Progress) -> str:
    if progress.best is None:
        return "none yet"
    training = progress.best.training
    study = progress.history.plan.study
    cost = []
    if not math.isnan(training.flops):
        cost.append(f"{number(training.flops)} FLOPs per sample")
    cost.append(f"{number(training.seconds)} s to train")
    where = stage_name(progress.best.stage).lower()
    return (
        f"{number(training.error)} (validation {study['error_name']}), {', '.join(cost)}, {where}"
    )


def _jobs(progress: Progress) -> str:
    rules = Counter(progress.running)
    named = ", ".join(f"{rule} x {n}" if n > 1 else rule for rule, n in rules.most_common(3))
    running = f"{len(progress.running)} running" + (f" ({named})" if named else "")
    queued = f", {progress.queued} queued" if progress.history.plan.workers[1] else ""
    return f"{running}{queued}, {progress.waiting} to come"


def causes(progress: Progress, folder: Path) -> list[RenderableType]:
    """Say why jobs failed, each reason once: rule, configuration, reason, log.

    Parameters
    ----------
    progress
        Of the study.
    folder
        Its results, as a reader calls them.
    """
    alike: dict[tuple[str, str], list[Failure]] = {}
    for failure in progress.failures:
        alike.setdefault((failure.rule, failure.reason), []).append(failure)
    again = ", perhaps to be tried again" if progress.state == RUNNING else ""
    groups = list(alike.values())
    shown = [_cause(group, folder, again) for group in groups[:_MOST_FAILURES]]
    if len(groups) > len(shown):
        shown.append(Text(f"and {counted(len(groups) - len(shown), 'other reasons')}, in the log"))
    return shown


def _cause(group: list[Failure], folder: Path, again: str) -> RenderableType:
    first = group[0]
    alike = f", and {counted(len(group) - 1, 'jobs')} alike" if group[1:] else ""
    title = f"Failed: rule {first.rule} ({first.makes}){alike}{again}"
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    said = {
        "Reason": first.reason,
        "Configuration": first.configuration,
        "Log": str(folder / first.log),
    }
    for name, text in said.items():
        if text:
            table.add_row(Text(name), Text(text))
    return Group(Text(title, style="bold red"), Padding(table, (0, 0, 0, 2)))


def line(progress: Progress) -> str:
    """Return in one line how far a study is, for outputs that are no terminal."""
    now = [stage for stage in progress.stages if stage.running]
    parts = [f"{stage_name(stage.key)}: {_count(stage)}" for stage in now[:2]]
    parts.append(f"whole: {trainings_in_words(progress)}")
    if progress.best is not None:
        parts.append(f"best error {number(progress.best.training.error)}")
    parts.append(_time_left(progress))
    return printable("; ".join(parts))


def clock(seconds: float) -> str:
    """Return the time of day, in so many seconds, with the date where it is not today."""
    then = time.localtime(time.time() + seconds)
    same_day = then[:3] == time.localtime()[:3]
    return time.strftime("%H:%M" if same_day else "%d %b %H:%M", then)


def duration(seconds: float) -> str:
    """Return a length of time to two digits or so: ``"45 s"``, ``"12 min"``, ``"3 h 20 min"``."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        hours, minutes = divmod(round(seconds / _MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / _HOUR), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
