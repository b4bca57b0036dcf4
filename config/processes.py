"""The application's processes under one parent: web, the workers and beat, started and stopped together."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from config import embedded

CELERY = (sys.executable, "-m", "celery", "-A", "config.celery", "--quiet")
GRACE_S = 15.0  # for a running task to end; one that needs longer is delivered again at the next start
READY_S = 120.0

# Queue, how many tasks at once, and as what. A plan takes a core for seconds to minutes, and an event waits for another
# company's server: letters and invoices wait behind neither. Waiting needs no processor, so there threads will do.
WORKERS = {
    "worker": ("default", 2, "prefork"),
    "planner": ("solve", 1, "prefork"),
    "messenger": ("events", 8, "threads"),
}

NAMES = ("web", *WORKERS, "beat")

# What Celery says to root in every worker, and whitenoise where nobody ran collectstatic, is no news here.
QUIET = "ignore:You're running the worker with superuser privileges,ignore:No directory at"


class ProcessError(Exception):
    """A process ended by itself, or the application did not become ready; the text says which."""


class Supervisor:
    """Named child processes that live and end with the `with` block.

    Each leads its own session, so that Ctrl-C reaches only the parent, which stops the children in order;
    what a child leaves behind in its session is killed. Should the parent itself be killed, the kernel
    sends the children SIGTERM. Use it from the main thread: that signal follows the thread that started them.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        environment: Mapping[str, str],
        logs: Path | None = None,
    ) -> None:
        """`logs` takes one NAME.log per process; without it they write where the parent does."""
        self.commands = commands
        self.environment = environment
        self.logs = logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            for name, command in self.commands.items():
                self.children[name] = self._spawn(name, command)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Raise ProcessError if a process has ended."""
        for name, child in self.children.items():
            code = child.poll()
            if code is not None:
                ending = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                raise ProcessError(f"{name} ended ({ending}){self._last_words(name)}")

    def watch(self) -> None:
        """Wait until a process ends, then raise ProcessError. Signals interrupt it."""
        while True:
            self.check()
            time.sleep(0.2)

    def crash(self, name: str) -> None:
        """Kill a process outright, with its children, and start another in its place."""
        child = self.children[name]
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self.children[name] = self._spawn(name, self.commands[name])

    def stop(self) -> None:
        """Ask every process to end, wait, and kill what is left. A second Ctrl-C shortens the wait."""
        for child in self.children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE_S
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                child.wait(timeout=max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.children.clear()

    def _spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "TERM", "--", *command]
        log = (self.logs / f"{name}.log").open("wb") if self.logs else None
        try:
            return subprocess.Popen(
                command,
                cwd=embedded.CHECKOUT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if log else None,
                start_new_session=True,
            )
        finally:
            if log:
                log.close()

    def _last_words(self, name: str) -> str:
        if self.logs is None:
            return "; its last words are above"
        return f". The end of its log:\n{embedded.tail(self.logs / f'{name}.log')}"


@dataclass(frozen=True, slots=True)
class Processes:
    """The running application: its address and the processes behind it."""

    url: str
    supervisor: Supervisor

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        environment: Mapping[str, str] | None = None,
        logs: Path | None = None,
        names: Collection[str] = NAMES,
    ) -> Iterator[Self]:
        """Run web, the workers and beat for the `with` block; it begins when /readyz answers 200.

        `names` are those that are wanted, web among them. Port 0 takes a free one. `environment` is laid over
        ours, which must already name the services. PUBLIC_URL is the address served unless it is set. Two
        applications at once need a BROKER_URL each (another `virtual_host`), or their workers take each other's
        tasks. Raises ProcessError.
        """
        port = port or free_port(host)
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - all listen, we ask locally
        url = f"http://{f'[{near}]' if ':' in near else near}:{port}"
        schedule = (logs or embedded.home().state) / f"beat-schedule-{port}"
        with tempfile.TemporaryDirectory(
            prefix="linli-metrics-"
        ) as metrics:  # where the processes add theirs up
            # On a loaded machine OpenBLAS's threads wait for each other, and our matrices are small.
            shared = {"PUBLIC_URL": url, "PROMETHEUS_MULTIPROC_DIR": metrics, "OPENBLAS_NUM_THREADS": "1"}
            variables = {**shared, **child_environment(), **(environment or {})}
            wanted = {name: one for name, one in commands(host, port, schedule).items() if name in names}
            with Supervisor(wanted, environment=variables, logs=logs) as supervisor:
                wait_ready(supervisor, near, port)
                yield cls(url, supervisor)


def commands(host: str, port: int, schedule: Path) -> dict[str, list[str]]:
    """What runs, by name. Beat keeps its last runs in `schedule`, a file of its own."""
    beat = ["--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile", ""]
    return {
        "web": web_command(host, port),
        **{name: worker_command(name) for name in WORKERS},
        "beat": [*CELERY, "beat", *beat],
    }


def web_command(host: str, port: int, application: str = "config.wsgi:application") -> list[str]:
    """Granian on an address.

    WSGI: the application is synchronous Django, and ASGI would put every request through a thread anyway.
    Eight threads, each with a database connection: two cores feed no more than four, and as many may wait for a
    payment provider or for a solve.
    """
    address = ["--host", host, "--port", str(port)]
    manner = ["--interface", "wsgi", "--blocking-threads", "8", "--no-ws", "--log-level", "warning"]
    return [sys.executable, "-m", "granian", *address, *manner, application]


def worker_command(name: str) -> list[str]:
    """The Celery worker called `name` in WORKERS. Two on one machine need names of their own."""
    queue, at_once, pool = WORKERS[name]
    address = ["--hostname", f"{name}@%h"]
    return [
        *CELERY,
        "worker",
        "--loglevel",
        "WARNING",
        *address,
        "--pool",
        pool,
        "--concurrency",
        str(at_once),
        "-Q",
        queue,
    ]


def child_environment() -> dict[str, str]:
    """Our environment, for a child of ours: less the warnings that are no news."""
    return {**os.environ, "PYTHONWARNINGS": QUIET}


def free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_ready(supervisor: Supervisor, host: str, port: int) -> None:
    answer = "no answer"
    began = time.monotonic()
    while (waited := time.monotonic() - began) < READY_S:
        supervisor.check()
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            answer = f"{response.status} {response.read(2000).decode(errors='replace')}"
            if response.status == http.HTTPStatus.OK:
                return
        except OSError as error:
            answer = str(error)
        finally:
            connection.close()
        time.sleep(pause_after(waited))
    raise ProcessError(f"the application was not ready after {READY_S:.0f} s; /readyz: {answer}")


def pause_after(waited: float) -> float:
    """How long to wait before asking again, in seconds: who is slow to start needs the processor himself."""
    return 0.05 if waited < 1 else 0.5
