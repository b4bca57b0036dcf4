import os
import socket

from django.apps import AppConfig
from prometheus_client import values

HOST = socket.gethostname()


class WiringConfig(AppConfig):
    """Whoever sets Django up can send tasks: without the Celery application they would go to a default broker."""

    name = "config"
    label = "wiring"

    def ready(self) -> None:
        import config.celery  # noqa: F401

        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            values.ValueClass = values.MultiProcessValue(process_name)  # type: ignore[no-untyped-call]


def process_name() -> str:
    """Names the file of a process's metrics. Containers that share the folder count process ids each from 1."""
    return f"{HOST}-{os.getpid()}"
