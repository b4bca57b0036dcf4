"""The private PostgreSQL cluster with PostGIS."""

import os
import shutil
import signal
from pathlib import Path

from config.embedded.home import (
    ACCOUNT_FOR_ROOT,
    Home,
    ServiceError,
    ServiceStatus,
    processes_in,
    server_in,
    tail,
    until,
)

DATABASE = "linli"
TIMEOUT_S = 60
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres:
    """The cluster of one home: made when first started, stopped with `stop`."""

    name = "PostgreSQL"

    def __init__(self, place: Home) -> None:
        self.home = place
        self.data = place.state / "pg"
        self.pid_file = self.data / "postmaster.pid"
        self.socket = place.sockets / ".s.PGSQL.5432"
        self.log = self.data / "server.log"

    def start(self) -> None:
        """Bring the server up with its database. Raises ServiceError."""
        programs = self.programs()
        if not self.data.exists():
            self._create(programs)
        if not self._comes_up(programs):
            self._launch(programs)
        if not self._sql(programs, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608
            self._sql(programs, f"CREATE DATABASE {DATABASE}")

    def stop(self) -> bool:
        """Stop the server, rolling back what is open; whether it was running. Raises ServiceError."""
        pid = self.pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
        if not until(lambda: not processes_in(self.data), seconds=TIMEOUT_S):
            raise ServiceError(f"PostgreSQL (process {pid}) did not stop. See {self.log}")
        return True

    def status(self) -> ServiceStatus:
        """What the server is doing. Changes nothing."""
        pid = self.pid()
        stale = () if pid else tuple(path for path in self._leftovers() if path.exists())
        try:
            programs = self.programs()
            answers = pid is not None and self._is_ready(programs)
            version = self.home.run(programs / "postgres", "--version").stdout.strip()
        except (ServiceError, OSError):
            answers, version = False, ""
        return ServiceStatus(self.name, self.data, self.socket, self.log, pid, answers, version, stale)

    def pid(self) -> int | None:
        """The server's process id, if it runs."""
        return server_in(self.data, self.pid_file)

    def programs(self) -> Path:
        """The folder of initdb and the others, of the version that made the cluster if there is one.

        Found by PostGIS's control file and not by the PATH: PostGIS is built for one server version.
        Raises ServiceError when that version is not installed.
        """
        made_by = self._made_by()
        installed = [
            Path("/usr/lib/postgresql", control.parts[4], "bin")
            for control in Path("/usr/share/postgresql").glob("*/extension/postgis.control")
        ]
        for programs in sorted(installed, key=lambda path: int(path.parts[4]), reverse=True):
            if (programs / "initdb").exists() and made_by in (None, programs.parts[4]):
                return programs
        if made_by is None:
            raise ServiceError("no PostgreSQL with PostGIS here: install the package postgresql-postgis")
        raise ServiceError(
            f"{self.data} was made by PostgreSQL {made_by}, which is not installed with PostGIS: "
            f"install postgresql-{made_by}-postgis-3, or remove that folder to begin anew"
        )

    def _made_by(self) -> str | None:
        try:
            return (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return None

    def _create(self, programs: Path) -> None:
        """Make the cluster beside its place and move it there whole: a killed initdb leaves no half one."""
        if os.geteuid() == 0 and self.home.account is None:
            raise ServiceError(f"PostgreSQL will not run as root, and there is no account {ACCOUNT_FOR_ROOT}")
        partial = self.home.state / "pg.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self.home.make_private(partial)
        options = ("-U", DATABASE, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        done = self.home.run(programs / "initdb", "-D", partial.name, *options)
        if done.returncode:
            raise ServiceError(f"initdb failed: {done.stderr.strip()}")
        with (partial / "postgresql.conf").open("a") as conf:
            conf.write("include 'linli.conf'\n")
        partial.rename(self.data)

    def _comes_up(self, programs: Path) -> bool:
        """Whether the server answers, given time if it runs: after a crash it first recovers."""
        if self.pid() is None or not self.socket.exists():
            return False
        return until(lambda: self._is_ready(programs), seconds=TIMEOUT_S)

    def _launch(self, programs: Path) -> None:
        self.stop()  # it may run with its socket gone: cleaners of /tmp do that
        if not until(lambda: not processes_in(self.data), seconds=TIMEOUT_S):
            raise ServiceError(
                f"processes {processes_in(self.data)} of a killed server still use {self.data}"
            )
        for leftover in self._leftovers():
            leftover.unlink(missing_ok=True)
        self._configure()
        options = ("-D", "pg", "-l", "pg/server.log", "-w", "-t", str(TIMEOUT_S), "-s")
        if self.home.run(programs / "pg_ctl", "start", *options).returncode:
            raise ServiceError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")

    def _leftovers(self) -> list[Path]:
        """What a crash leaves. PostgreSQL takes a recycled process id in them for a living server."""
        return [self.pid_file, self.socket, self.socket.with_name(".s.PGSQL.5432.lock")]

    def _configure(self) -> None:
        folder = str(self.home.sockets).replace('"', '""')
        settings = {**SETTINGS, "unix_socket_directories": f'"{folder}"'}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        (self.data / "linli.conf").write_text("".join(lines))
        (self.data / "linli.conf").chmod(0o644)  # root wrote it, the account reads it

    def _is_ready(self, programs: Path) -> bool:
        """Whether the server takes connections on our socket."""
        return self.home.run(programs / "pg_isready", "-q", "-h", self.home.sockets).returncode == 0

    def _sql(self, programs: Path, statement: str) -> str:
        where = ("-h", self.home.sockets, "-U", DATABASE, "-d", "postgres")
        done = self.home.run(programs / "psql", "-X", "-q", "-t", "-A", *where, "-c", statement)
        if done.returncode:
            raise ServiceError(f"PostgreSQL refused {statement!r}: {done.stderr.strip()}")
        return done.stdout.strip()
