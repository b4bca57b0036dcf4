"""Instants as they come from the database, parsed in C: Django's parsing took a seventh of the board's answer."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import Buffer, Loader


class InstantLoader(Loader):
    """Reads timestamptz as PostgreSQL writes it in ISO style; of a session in UTC, as Django's are here."""

    timezone = UTC  # by which Django knows that the connection needs no other loader

    def load(self, data: Buffer) -> datetime:
        """An aware instant. Raises ValueError for those that Python has not: infinite ones, and before the year 1 or
        after 9999."""
        return datetime.fromisoformat(bytes(data).decode())


def instants_read_quickly(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Receives `connection_created`."""
    connection.connection.adapters.register_loader("timestamptz", InstantLoader)
