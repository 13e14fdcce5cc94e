"""When will a run end? Its jobs are put through the machines, each as long as was measured.

What is left is simulated: a job begins when all that it waits for has ended and a machine is free.
"""

import heapq
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from hsic_hpo.study.plan import PlannedJob


@dataclass(frozen=True)
class Remaining:
    """What is left of a run.

    Attributes
    ----------
    seconds
        Until the last job ends.
    work
        Seconds of all jobs together.
    """

    seconds: float
    work: float


@dataclass
class _Machines:
    """Machines of one kind, and when each is free."""

    free: list[float] = field(default_factory=list)

    def run(self, ready: float, seconds: float) -> float:
        """Return when a job ends that may begin at ``ready``."""
        begins = max(ready, heapq.heappop(self.free))
        heapq.heappush(self.free, begins + seconds)
        return begins + seconds


def remaining(
    jobs: Sequence[PlannedJob],
    seconds: Callable[[PlannedJob], float],
    running: Container[int],
    workers: tuple[int, int],
) -> Remaining:
    """Simulate what is left of a run.

    Parameters
    ----------
    jobs
        Those that have not ended.
    seconds
        How much longer a job takes once it has a machine.
    running
        Numbers of those that run already.
    workers
        How many run at once beside Snakemake and on a cluster; 0 on a cluster where there is none.
    """
    local, remote = (max(1, n) for n in workers)
    machines = {True: _Machines([0.0] * local), False: _Machines([0.0] * remote)}
    on_cluster = workers[1] > 0
    left = {job.number: job for job in jobs}
    waits = {job.number: {need for need in job.needs if need in left} for job in jobs}
    after: dict[int, list[int]] = {}
    for number, needs in waits.items():
        for need in needs:
            after.setdefault(need, []).append(number)
    # Those that run have their machines; the others come in Snakemake's order.
    ready = [(0.0, number not in running, number) for number, needs in waits.items() if not needs]
    heapq.heapify(ready)
    end, work = 0.0, 0.0
    while ready:
        begins, _, number = heapq.heappop(ready)
        job = left[number]
        takes = seconds(job)
        work += takes
        ends = machines[job.is_local or not on_cluster].run(begins, takes)
        end = max(end, ends)
        for other in after.get(number, ()):
            waits[other].discard(number)
            if not waits[other]:
                heapq.heappush(ready, (ends, True, other))
    return Remaining(end, work)
