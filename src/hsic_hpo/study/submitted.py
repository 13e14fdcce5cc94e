"""A run is what was submitted: each job checks that nothing was edited since.

The process that plans a run notes, in an environment variable that all of its jobs inherit, which
code each of them is to run and in which state all files of code were. A job finds these files in
the same state, which takes milliseconds to see, or else fingerprints the code again: comments,
another module, or an edit taken back change nothing.
"""

import base64
import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hsic_hpo.errors import InputError
from hsic_hpo.study.fingerprint import PACKAGE, code_fingerprint, import_closure

VARIABLE = "HSIC_HPO_SUBMITTED"
_AGAIN = "nothing was computed with it; run the same command again"
# Clocks of file servers differ a little, and a process takes a moment to be seen.
_MARGIN = 2.0
# Where the start of this process is unknown.
_LONG_AGO = 60.0

_PLACE = f"{PACKAGE.parent}{os.sep}"

State = dict[str, str]


class EditedMeanwhileError(InputError):
    """Code was edited and put back while a job began, so that nobody knows what it imported."""

    worth_another_try = True


class Submission:
    """What the jobs of a run are to run.

    Parameters
    ----------
    scripts
        Folder of the workflow's scripts.
    *sources
        Files outside this package whose code the jobs run too, such as the file that defines a
        problem of the user's own.
    named
        Returns the name that a rule has in the workflow that runs, which may be another one that
        uses these rules under names of its own, and None for a rule that it does not use.
    """

    def __init__(
        self, scripts: Path, *sources: Path, named: Callable[[str], str | None] = lambda rule: rule
    ) -> None:
        self._named = named
        beside = [path for path in import_closure(sources) if PACKAGE not in path.parents]
        self._places = [str(scripts), *map(str, beside)]
        self._state = _state(self._places)
        self._sources: dict[str, list[str]] = {}
        self._jobs: dict[str, str] = {}

    def code(self, *sources: Path) -> str:
        """Fingerprint code, and let the jobs that are given the fingerprint check it."""
        found = code_fingerprint(*sources)
        self._sources[found] = [str(source) for source in sources]
        return found

    def job(
        self, rule: str, params: Mapping[str, Any], varied: Sequence[Mapping[str, Any]] = ({},)
    ) -> dict[str, Any]:
        """Return the parameters of a rule, and let its jobs check that theirs are the same.

        A job on a cluster reads the config again, which may have been edited since.

        Parameters
        ----------
        rule
            Its name.
        params
            Those that all of its jobs share.
        varied
            What else its jobs are given: one mapping for each kind of them.
        """
        name = self._named(rule)
        if name is not None:
            self._jobs[name] = " ".join(_digest({**params, **one}) for one in varied)
        return dict(params)

    def announce(self, environment: MutableMapping[str, str]) -> None:
        """Tell all jobs that inherit ``environment``.

        What this process told before, of another study of the same run, stays told.
        """
        told = {
            "state": self._state,
            "sources": self._sources,
            "jobs": self._jobs,
        }
        process, places = os.getpid(), self._places
        before = _unpacked(environment.get(VARIABLE, "{}"))
        if before.get("process") == process:
            places = list(dict.fromkeys([*before["places"], *places]))
            told = {name: before[name] | content for name, content in told.items()}
        environment[VARIABLE] = _packed({"process": process, "places": places, **told})


@contextmanager
def as_submitted(params: Any, rule: str = "") -> Iterator[Callable[[], str]]:
    """Run a job with the code and the parameters that were submitted, or not at all.

    Parameters
    ----------
    params
        Snakemake's parameters of the job: fingerprints of code named ``code`` and perhaps
        ``training_code``, all others as :meth:`Submission.job` was given them.
    rule
        Name of the rule whose parameters are checked.

    Yields
    ------
    callable
        Checks again; returns a text that changes whenever a file of code is written.

    Raises
    ------
    InputError
        One line, before the block or after it, when something was edited since.
    """
    said = os.environ.get(VARIABLE)
    if said is None:
        # A job that inherits nothing, as in a container: its code cannot be edited either.
        yield lambda: ""
        return
    submitted = _unpacked(said)
    given = dict(params.items())
    if rule and _digest(given) not in submitted["jobs"].get(rule, "").split():
        raise InputError(f"the study's config or code was edited while it ran: {_AGAIN}")
    codes = [given[name] for name in ("code", "training_code") if name in given]
    check = _Check(submitted, codes)
    check.imports()
    yield check
    check()


def is_as_submitted() -> bool:
    """Tell whether no file of code was written since the run that this process belongs to began."""
    said = os.environ.get(VARIABLE)
    if said is None:
        return False
    submitted = _unpacked(said)
    return bool(_state(submitted["places"]) == submitted["state"])


def _packed(told: Mapping[str, Any]) -> str:
    """Return a text short enough for an environment variable, of 128 KiB, of 1000s of modules."""
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()


def _unpacked(text: str) -> dict[str, Any]:
    # An earlier version told it plainly, perhaps the run that is under way while this one comes.
    is_plain = text.startswith("{")
    return dict(json.loads(text if is_plain else zlib.decompress(base64.b64decode(text))))


class _Check:
    def __init__(self, submitted: Mapping[str, Any], codes: list[str]) -> None:
        self._places: list[str] = submitted["places"]
        self._sources: dict[str, list[str]] = submitted["sources"]
        self._state: State = submitted["state"]
        self._codes = codes

    def __call__(self) -> str:
        state = _state(self._places)
        if state != self._state:
            self._verify(state)
            self._state = state
        return _digest(state)

    def imports(self) -> None:
        """Check what this process has imported already."""
        submitted = self._state
        self()
        if self._state == submitted:
            return
        # Files do again what was submitted, but perhaps they did not when they were imported.
        since = _start_of_this_process() - _MARGIN
        for name in self._changed(submitted):
            if _changed_at(name) > since:
                raise EditedMeanwhileError(
                    f"{name} was edited while a job that runs it began: {_AGAIN}"
                )

    def _verify(self, state: State) -> None:
        for code in self._codes:
            sources = self._sources.get(code, [])
            same = False
            with suppress(FileNotFoundError, SyntaxError):
                same = bool(sources) and code_fingerprint(*sources) == code
            if not same:
                names = self._changed(state)
                raise InputError(f"{', '.join(names[:3])}: edited while the study ran: {_AGAIN}")

    def _changed(self, other: State) -> list[str]:
        return sorted(
            name for name in {*self._state, *other} if self._state.get(name) != other.get(name)
        )


def _state(places: list[str]) -> State:
    """Return of each file of code what changes whenever it is written, moved or put back."""
    found = {}
    # Not pathlib, which takes five times as long: a job asks before each of its trainings.
    for path in _files(places):
        with suppress(FileNotFoundError):
            status = os.stat(path)  # noqa: PTH116
            # Relative to the package a name is short enough for an environment variable.
            name = path.removeprefix(_PLACE)
            found[name] = f"{status.st_mtime_ns:x} {status.st_ctime_ns:x} {status.st_size:x}"
    return found


def _files(places: list[str]) -> Iterator[str]:
    for place in [str(PACKAGE), *places]:
        if not os.path.isdir(place):  # noqa: PTH112
            yield place
        for folder, _, names in os.walk(place):
            if not folder.endswith("__pycache__"):
                yield from (os.path.join(folder, name) for name in names)  # noqa: PTH118


def _changed_at(name: str) -> float:
    with suppress(FileNotFoundError):
        status = Path(PACKAGE.parent, name).stat()
        return max(status.st_mtime, status.st_ctime)
    return 0.0


def _start_of_this_process() -> float:
    with suppress(OSError, ValueError, IndexError, StopIteration):
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        lines = Path("/proc/stat").read_text().splitlines()
        booted = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
        return booted + ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - _LONG_AGO


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
