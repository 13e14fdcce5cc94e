"""The configuration of the test cluster."""

import os
import socket
import stat
from pathlib import Path

LOOPBACK = "127.0.0.1"
NODES = ("cpu01", "cpu02", "gpu01")
GPUS = 2
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}({loopback})
SlurmctldPort={controller_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock,cred_expire=30
CryptoType=crypto/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=5
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
SlurmdTimeout=20
MinJobAge=3600
KillWait=2
OverTimeLimit=0
GresTypes=gpu
{nodes}
PartitionName=cpu Nodes=cpu01,cpu02 Default=YES MaxTime=60 DefaultTime=10 State=UP
PartitionName=gpu Nodes=gpu01 MaxTime=60 DefaultTime=10 State=UP
"""


def write_configuration(folder: Path, ports: list[int]) -> None:
    """Write all that the daemons read; ``ports`` are the controller's and those of the nodes."""
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir()
    host = socket.gethostname()
    # More processors than the machine may have: jobs must not wait for each other.
    nodes = "\n".join(
        f"NodeName={node} NodeHostname={host} NodeAddr={LOOPBACK} Port={port} CPUs=4 "
        f"RealMemory=12000 State=UNKNOWN{f' Gres=gpu:{GPUS}' if node == 'gpu01' else ''}"
        for node, port in zip(NODES, ports[1:], strict=True)
    )
    text = CONFIGURATION.format(
        host=host, loopback=LOOPBACK, controller_port=ports[0], folder=folder, nodes=nodes
    )
    (folder / "slurm.conf").write_text(text)
    (folder / "cgroup.conf").write_text("")
    _write_gpus(folder)
    _write_srun(folder)


def _write_gpus(folder: Path) -> None:
    for number in range(GPUS):
        # Any character device serves as a card that is only counted.
        os.mknod(folder / f"gpu{number}", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    devices = f"{folder}/gpu[0-{GPUS - 1}]"
    (folder / "gres.conf").write_text(f"NodeName=gpu01 Name=gpu File={devices}\n")


def _write_srun(folder: Path) -> None:
    # Snakemake's job step takes all variables of SLURM away from srun, SLURM_CONF too, which real
    # clusters do without: their configuration stands in /etc.
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec /usr/bin/srun "$@"\n')
    srun.chmod(0o755)
