"""Advisory locks of the database, held until the transaction ends.

They stand in front of exclusion constraints: with 40 writers on one technician the constraint alone ends in
deadlocks and waits of 20 s; with the lock first, the slowest waits 86 ms (docs/adr/0004).
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection


def lock_all(kind: str, ids: Iterable[UUID]) -> None:
    """Wait for the lock of each (kind, id), in one order for everybody, so that two transactions cannot block
    each other. Must run inside a transaction."""
    keys = sorted(f"{kind}:{one}" for one in ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 0))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given (key, position) ORDER BY position",
            [keys],
        )
