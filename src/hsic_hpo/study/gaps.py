"""A figure or a table that cannot be made: a sentence stands in its place, and is told at the end.

One of them that fails must not cost a study its report. Its files hold the reason instead, so
that all that comes after goes on; a mark beside them says so, for the report, for the end of the
run, which fails, and for the next run, which makes them again.
"""

import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hsic_hpo.errors import printable
from hsic_hpo.files import write_text
from hsic_hpo.study.logs import note_in_log

_MARK = ".gap"


@dataclass(frozen=True)
class Gap:
    """What could not be made.

    Attributes
    ----------
    what
        Such as ``"figure importance"``.
    reason
        Why, in one line.
    log
        File with all that is known of it.
    outputs
        The files that hold a sentence in its place, by paths from where the job ran.
    """

    what: str
    reason: str
    log: str
    outputs: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What a reader finds in its place."""
        return sentence(self.what, self.reason)


def sentence(what: str, reason: str) -> str:
    """Return what a reader finds in the place of what could not be made."""
    return f"There is no {what}, as making it failed: {reason}"


def reason_of(error: Exception) -> str:
    """Return why something failed, in one printable line."""
    return printable(" ".join(f"{type(error).__name__}: {error}".split()))


@contextmanager
def may_fail(
    what: str, outputs: Sequence[str], log: str, stand_in: Callable[[str, str], None]
) -> Iterator[None]:
    """Put sentences in the place of files that cannot be made.

    Parameters
    ----------
    what
        What they show.
    outputs
        The files, all of which the block writes.
    log
        File that the reason, with its traceback, is written to.
    stand_in
        Called with a sentence and each of the files.

    Raises
    ------
    OSError
        A disk that fails, or is full, has no room for a sentence either.
    """
    mark = Path(f"{outputs[0]}{_MARK}")
    mark.unlink(missing_ok=True)
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        note_in_log(traceback.format_exc())
        gap = Gap(what, reason_of(error), log, tuple(outputs))
        for path in outputs:
            stand_in(gap.sentence, path)
        mark_gap(gap)


def mark_gap(gap: Gap) -> None:
    """Note beside the files of a gap that they hold a sentence alone, or lack a part."""
    write_text(json.dumps(asdict(gap)), f"{gap.outputs[0]}{_MARK}")


def gap_of(output: str) -> Gap | None:
    """Return what is known of a file that holds a sentence in place of what it should show."""
    mark = Path(f"{output}{_MARK}")
    return _read(mark) if mark.is_file() else None


def gaps_in(folder: Path | str) -> list[Gap]:
    """Return all gaps of a folder of results."""
    return [_read(mark) for mark in _marks(Path(folder))]


def clear_gaps(folder: Path | str) -> None:
    """Remove the files that hold sentences alone, so that the next run makes them again."""
    for mark in _marks(Path(folder)):
        for output in _read(mark).outputs:
            # All of them lie in one folder, whatever the paths to it start from.
            mark.with_name(Path(output).name).unlink(missing_ok=True)
        mark.unlink()


def gaps_in_words(gaps: Iterable[Gap]) -> str:
    """Say at the end of a run what could not be made, where to read why, and how to go on."""
    named = "; ".join(f"{gap.what} ({gap.reason}, see {gap.log})" for gap in gaps)
    return f"not made: {named}; all else is complete, and the same command tries these again"


def _marks(folder: Path) -> list[Path]:
    return sorted([*folder.glob(f"*{_MARK}"), *folder.glob(f"*/*{_MARK}")])


def _read(mark: Path) -> Gap:
    known = json.loads(mark.read_text(encoding="utf-8"))
    return Gap(known["what"], known["reason"], known["log"], tuple(known["outputs"]))
