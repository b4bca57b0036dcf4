"""A port to serve on, held against whoever else would take it."""

import errno
import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from config import embedded

LARGEST = 65535


class PortError(Exception):
    """The port cannot be listened on; the text says why."""


@contextmanager
def port_held(host: str, port: int) -> Iterator[int]:
    """Hold `port` for the block against other processes of this checkout, and yield it; 0 takes a free one.

    The web server shares its port among its own processes, so the kernel would let a second server that starts at
    the same moment share it as well: both would answer, in turn. Raises PortError.
    """
    port = port or _bound(host, 0)
    with (embedded.home().state / f"serve-{port}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PortError(_taken(host, port)) from None
        yield _bound(host, port)


def _bound(host: str, port: int) -> int:
    """The port that listening on `port` would take. Raises PortError where that is not possible."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            bound: int = probe.getsockname()[1]
            return bound
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise PortError(_taken(host, port) if taken else f"{host}: {error.strerror}") from error


def _taken(host: str, port: int) -> str:
    return f"port {port} of {host} is taken; choose another with --port"
