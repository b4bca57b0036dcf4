from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.postgres import types
from psycopg.pq import Format

from core.timestamps import InstantLoader

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001 - they get one


@pytest.mark.django_db
@given(written=INSTANTS)
def test_an_instant_is_read_as_it_was_written_in_utc(written: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::timestamptz, NULL::timestamptz, ARRAY[%s::timestamptz]", [written, written]
        )
        read, nothing, several = cursor.fetchone()

    assert (read, read.tzinfo, nothing, several) == (written, UTC, None, [written])


@pytest.mark.django_db
def test_every_connection_reads_instants_so() -> None:
    connection.ensure_connection()
    loader = connection.connection.adapters.get_loader(types["timestamptz"].oid, Format.TEXT)
    assert loader is InstantLoader
