"""A file that says that a training is under way, and how earlier tries of it ended."""

import json
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_TRIES = 2
# A training whose whole job was killed is seldom to blame: machines crash, people kill. But one
# that always takes its job with it must not stop a study either.
_KILLED_JOBS = 5


@dataclass
class Tries:
    """The tries of one training that did not come to a result.

    The file stands beside the records of finished trainings while there is something to say: a
    job that is killed cannot say it any more. Whoever reads or changes it must have the training
    to itself, see :func:`hsic_hpo.training.exclusive.exclusive`.

    Attributes
    ----------
    path
        The file.
    ends
        Why earlier tries ended for which the training is to blame, last one last.
    killed_jobs
        How many jobs were killed, for whatever reason, while it was under way in them.
    under_way
        Whether a try began and no end of it is known.
    memory
        While a try is under way: what to call its end if the job is killed now, empty unless it
        holds so much memory that it is likely to be why.
    """

    path: Path
    ends: list[str] = field(default_factory=list)
    killed_jobs: int = 0
    under_way: bool = False
    memory: str = ""

    @classmethod
    def of(cls, folder: Path, key: str, state: Path | None = None) -> "Tries":
        """Read what is known of the training ``key``; a try that is under way has ended by now.

        Parameters
        ----------
        folder, key
            Where finished trainings are kept, and the key of this one.
        state
            File of the training's state. A job that was killed after it had been written got
            further than those before it: they count no longer.
        """
        path = folder / key[:2] / f"{key}.tries"
        try:
            found = cls(path, **json.loads(path.read_bytes()))
            if found.under_way:
                found.under_way = False
                found.killed_jobs = 0 if _is_newer(state, path) else found.killed_jobs + 1
                if found.memory:
                    found.ends.append(found.memory)
        except (FileNotFoundError, ValueError, TypeError):
            return cls(path)
        return found

    def begin(self) -> None:
        """Note that a try begins."""
        self.under_way, self.memory = True, ""
        self._write()

    def note_memory(self, reason: str) -> None:
        """Note that the try under way holds so much memory that its job may be killed for it."""
        if not self.memory:
            self.memory = reason
            self._write()

    def failed(self, reason: str) -> None:
        """Note how the try under way ended."""
        self.under_way = False
        self.ends.append(reason)
        self._write()

    def withdraw(self) -> None:
        """Forget the try under way: it did not end by itself."""
        self.under_way = False
        if self.ends or self.killed_jobs:
            self._write()
        else:
            self.forget()

    def forget(self) -> None:
        """Forget all tries, as there is a result."""
        self.path.unlink(missing_ok=True)

    def given_up(self, allowed: int) -> str:
        """Return why the training is not tried again, empty while it may be.

        Parameters
        ----------
        allowed
            Tries whose end may be the training's own fault, at least 1.
        """
        if len(self.ends) >= allowed:
            return self.ends[-1]
        if self.killed_jobs >= _KILLED_JOBS:
            return f"its job was killed {self.killed_jobs} times while it was under way"
        return ""

    def _write(self) -> None:
        # Not flushed to disk: what is lost when a machine crashes is one count.
        said = {
            "ends": self.ends,
            "killed_jobs": self.killed_jobs,
            "under_way": self.under_way,
            "memory": self.memory,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(said))


def _is_newer(state: Path | None, tries: Path) -> bool:
    try:
        return state is not None and state.stat().st_mtime_ns > tries.stat().st_mtime_ns
    except FileNotFoundError:
        return False
