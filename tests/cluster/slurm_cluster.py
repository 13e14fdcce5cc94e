"""A real SLURM on this machine: one controller, several nodes, all on the loopback address."""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from slurm_configuration import LOOPBACK, NODES, write_configuration


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 300) -> None:
    """Poll ``condition``; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


@dataclass
class Cluster:
    """The daemons, all children of this process, and what people type to talk to them."""

    folder: Path
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of SLURM's commands, which may fail and, while a daemon is away, hang."""
        return subprocess.run(
            ["timeout", "20", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def command(self, *arguments: str) -> str:
        """Run one of SLURM's commands, which must not fail; return what it printed."""
        done = self.ask(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        self.configure()
        self.start_services()
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        wait_until(
            lambda: [self.node_state(node) for node in NODES] == ["IDLE"] * len(NODES),
            "all nodes idle",
        )

    def configure(self) -> None:
        write_configuration(self.folder, free_ports(1 + len(NODES)))

    def start_services(self) -> None:
        """Start what SLURM's own daemons need."""
        self._start_munge()

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        options = {
            "key-file": key,
            "socket": self.folder / "munge.sock",
            "pid-file": self.folder / "munged.pid",
            "log-file": self.folder / "munged.log",
            "seed-file": self.folder / "munged.seed",
        }
        arguments = [f"--{name}={path}" for name, path in options.items()]
        self._launch("munged", "munged", "--foreground", "--force", *arguments)
        wait_until((self.folder / "munge.sock").exists, "munged answers")

    def _launch(self, name: str, *command: str) -> None:
        # In the foreground, so that each is a child to be waited for, not an orphan.
        self.daemons[name] = subprocess.Popen(
            command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_controller(self) -> None:
        self._launch("slurmctld", "slurmctld", "-D")
        wait_until(lambda: self.ask("sinfo").returncode == 0, "slurmctld answers")

    def start_node(self, node: str) -> None:
        self._launch(node, "slurmd", "-D", "-N", node)

    def kill(self, daemon: str) -> None:
        process = self.daemons.pop(daemon)
        process.kill()
        process.wait()

    def crash(self, node: str) -> None:
        """End a node as a power cut would: the daemon and all that runs there."""
        self.kill(node)
        kill_all(self._guardians(node) + self.processes(SLURMD_NODENAME=node))

    def _guardians(self, node: str) -> list[psutil.Process]:
        """Return the processes that watch over the jobs of a node: they write to its log."""
        log = str(self.folder / f"slurmd.{node}.log")
        found = []
        for process in self.processes():
            with suppress(psutil.Error):
                if any(file.path == log for file in process.open_files()):
                    found.append(process)
        return found

    def node_state(self, node: str) -> str:
        shown = self.ask("scontrol", "show", "node", node, "--oneliner").stdout
        return dict(word.split("=", 1) for word in shown.split() if "=" in word).get("State", "")

    def clear(self) -> None:
        """Cancel all jobs, and end all that was started to use the cluster."""
        self.ask("scancel", "--user=root")
        parents = [psutil.Process(daemon.pid) for daemon in self.daemons.values()]
        kept = {one.pid for parent in parents for one in (parent, *parent.children())}
        kill_all([one for one in self.processes() if one.pid not in kept])

    def stop(self) -> None:
        self.clear()
        for daemon in reversed(list(self.daemons)):
            self.kill(daemon)
        # What a daemon had forked, such as the guardian of a job.
        kill_all(self.processes())

    def job(self, number: str) -> dict[str, str]:
        """Return what the controller knows of a job, ended ones included."""
        words = self.ask("scontrol", "show", "job", number, "--oneliner").stdout.split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def listening(self) -> dict[str, set[str]]:
        """Return on which addresses the daemons and all of the jobs listen, by program."""
        daemons = [psutil.Process(daemon.pid) for daemon in self.daemons.values()]
        found: dict[str, set[str]] = {}
        for process in {*daemons, *self.processes()}:
            with suppress(psutil.Error):
                addresses = found.setdefault(process.name(), set())
                for connection in process.net_connections(kind="inet"):
                    if connection.status == psutil.CONN_LISTEN:
                        addresses.add(connection.laddr.ip)
        return found

    def processes(self, **environment: str) -> list[psutil.Process]:
        """Return the processes of this cluster and its jobs that have these variables."""
        wanted = {"SLURM_CONF": self.environment["SLURM_CONF"], **environment}
        lines = {f"{name}={value}".encode() for name, value in wanted.items()}
        found = []
        for process in psutil.process_iter():
            # psutil's own environ() stops at the gap that slurmstepd leaves at the start.
            with suppress(psutil.Error, OSError):
                block = Path("/proc", str(process.pid), "environ").read_bytes()
                if lines <= set(block.split(b"\0")):
                    found.append(process)
        return found


def kill_all(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def free_ports(n: int) -> list[int]:
    """Return ports of the loopback address that nobody listens on."""
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def running_cluster(folder: Path, kind: type[Cluster] = Cluster) -> Iterator[Cluster]:
    """Start a cluster in ``folder``; stop all that it started, whatever happens."""
    cluster = kind(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
