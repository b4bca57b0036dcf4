"""Triggers of the database that a transaction may pass."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection


@contextmanager
def trigger_ignored(uri: str) -> Iterator[None]:
    """Within the block the registered trigger `uri` ("app.Model:name") stops nothing that this transaction does.

    As `pgtrigger.ignore`, which puts its setting before each statement into one command: a server that prepares its
    statements takes no two in one. Must run inside a transaction; what fails in the block has to fail that as well.
    Raises KeyError when there is no such trigger.
    """
    names = [trigger.get_pgid(model) for model, trigger in pgtrigger.registered(uri)]
    _ignore(f"{{{','.join(names)}}}")
    yield
    _ignore("{}")


def _ignore(names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [names])
