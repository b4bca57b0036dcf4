"""Telling a worker that something waits for an endpoint."""

import contextlib
from uuid import UUID

ANNOUNCED_S = 60
"""How long a message is worth delivering: the sweeper sends another for whatever is still due."""


def announce(endpoint_id: UUID) -> None:
    """Ask a worker to send what is due. A shortcut: with the broker down it waits for the sweeper."""
    from api.tasks import endpoint_serve

    with contextlib.suppress(endpoint_serve.OperationalError):
        endpoint_serve.apply_async(args=[str(endpoint_id)], retry=False, expires=ANNOUNCED_S)
