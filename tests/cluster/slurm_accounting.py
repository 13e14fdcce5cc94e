"""An accounting database for the test cluster: MariaDB behind slurmdbd, on this machine alone."""

import socket
import subprocess
from pathlib import Path

from slurm_cluster import Cluster, free_ports, wait_until
from slurm_configuration import LOOPBACK

ACCOUNT = "science"
CONFIGURATION = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CommunicationParameters=NoInAddrAny
DbdHost={host}
DbdAddr={loopback}
DbdPort={port}
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm_acct_db
LogFile={folder}/slurmdbd.log
PidFile={folder}/slurmdbd.pid
"""


class AccountedCluster(Cluster):
    """A cluster that keeps accounts, as most real ones do."""

    @property
    def environment(self) -> dict[str, str]:
        # Where slurmdbd looks for the database on the same machine.
        return super().environment | {"MYSQL_UNIX_PORT": str(self.folder / "mariadb.sock")}

    def configure(self) -> None:
        (port,) = free_ports(1)
        super().configure()
        path = self.folder / "slurm.conf"
        text = path.read_text().replace(
            "AccountingStorageType=accounting_storage/none",
            "AccountingStorageType=accounting_storage/slurmdbd\n"
            f"AccountingStorageHost={LOOPBACK}\nAccountingStoragePort={port}\n"
            # The name of a password stands for where munge listens.
            f"AccountingStoragePass={self.folder}/munge.sock",
        )
        path.write_text(text)
        path = self.folder / "slurmdbd.conf"
        path.write_text(
            CONFIGURATION.format(
                folder=self.folder, host=socket.gethostname(), loopback=LOOPBACK, port=port
            )
        )
        path.chmod(0o600)

    def start_services(self) -> None:
        super().start_services()
        self._start_database()
        self._launch("slurmdbd", "slurmdbd", "-D")
        wait_until(lambda: self.ask("sacctmgr", "list", "cluster").returncode == 0, "slurmdbd")
        for words in (
            ("cluster", "test"),
            ("account", ACCOUNT),
            ("user", "root", f"account={ACCOUNT}"),
        ):
            self.command("sacctmgr", "--immediate", "add", *words)

    def _start_database(self) -> None:
        data = self.folder / "mariadb"
        data.mkdir()
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}"],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        self._launch(
            *("mariadbd", "mariadbd", "--no-defaults", "--user=root", "--skip-networking"),
            *(f"--datadir={data}", f"--socket={self.environment['MYSQL_UNIX_PORT']}"),
            f"--log-error={self.folder / 'mariadb.log'}",
        )
        wait_until(Path(self.environment["MYSQL_UNIX_PORT"]).exists, "mariadbd answers")
