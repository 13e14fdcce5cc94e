"""Who holds a lock: a note beside it that tells others whom they wait for."""

import json
import os
import platform
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """A process that holds a lock.

    Attributes
    ----------
    process
        Its number.
    host
        The machine on which it runs.
    since
        When it took the lock, in seconds since the epoch.
    slurm_job
        Number of its job on a SLURM cluster, empty elsewhere.
    """

    process: int
    host: str
    since: float
    slurm_job: str = ""

    @classmethod
    def this_process(cls) -> "Holder":
        """Return this process, as from now."""
        return cls(os.getpid(), platform.node(), time.time(), os.environ.get("SLURM_JOB_ID", ""))

    @classmethod
    def read(cls, path: Path) -> "Holder | None":
        """Read the note of a holder; None when there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Leave the note, in a folder that is created when missing; on a full disk do nothing."""
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @property
    def lives(self) -> bool | None:
        """Whether a process of this number still runs; None on another machine."""
        if self.host != platform.node():
            return None
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.since))
        place = "" if self.host == platform.node() else f" on {self.host}"
        job = f" (SLURM job {self.slurm_job})" if self.slurm_job else ""
        return f"process {self.process}{place}{job} since {since}"

    @property
    def how_to_stop(self) -> str:
        """The command that ends the process."""
        if self.slurm_job:
            return f"scancel {self.slurm_job}"
        return f"kill {self.process}" + ("" if self.host == platform.node() else f" on {self.host}")
