"""What is measured of a full ledger: loading it, counting it, counting a day of it, and reading what was counted."""

import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.speed import Figure
from communities.models import (
    DayChanged,
    FactKey,
    MetricClock,
    MetricDay,
    MetricWindow,
    ServiceEvent,
    User,
)
from communities.services.ledger import months_ensure
from communities.services.metrics import metrics_rebuild, metrics_refresh
from communities.services.people import user_create
from communities.services.tokens import token_issue
from communities.services.windows import windows_turn
from config.benchmarks.insight.company import (
    COLUMNS,
    DAYS,
    FACTS_OF_A_VISIT,
    KEY_COLUMNS,
    Company,
    Row,
    company_make,
    facts_of_days,
    key_of,
)
from config.settle import settle

CHUNK = 100_000  # facts in a transaction
ROUNDS = 40
READ_P95_MS = 50
SHORTEST = "/api/v1/me"
REFRESH_SHARE = 1  # per cent of counting everything
BY = (
    "",
    "region",
    "community",
    "technician",
    "service_type",
    "region,community",
    "region,technician",
    "region,service_type",
    "community,technician",
    "community,service_type",
    "technician,service_type",
)

Progress = Callable[[str], None]


def measured(facts: int, progress: Progress) -> Iterator[Figure]:
    """The figures of a ledger of about so many facts."""
    company = company_make()
    visits = max(1, round(facts / DAYS / FACTS_OF_A_VISIT))
    today = timezone.now().astimezone(company.organisation.zone).date()
    yield from _loaded(company, today - timedelta(days=DAYS - 1), visits, progress)
    windows_turn(now=timezone.now())
    yield from _counted(company, today, visits, progress)
    yield from _read(company, progress)
    yield from _held()


def _loaded(company: Company, first: date, visits: int, progress: Progress) -> Iterator[Figure]:
    progress("loading")
    months_ensure(days=[first + timedelta(days=number) for number in range(DAYS)])
    with _timed() as load:
        rows = load_rows(facts_of_days(company, first, DAYS, visits, seed=1))
    with _timed() as tidy, connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yield Figure("facts", rows, "")
    yield Figure("written by COPY, with the names that count once, every reference checked", load.seconds)
    yield Figure("VACUUM ANALYZE", tidy.seconds)


def load_rows(rows: Iterator[Row]) -> int:
    """Write facts, a chunk in a transaction; how many."""
    written = 0
    while chunk := list(islice(rows, CHUNK)):
        with transaction.atomic():
            _copied(FactKey, KEY_COLUMNS, map(key_of, chunk))
            _copied(ServiceEvent, COLUMNS, chunk)
        written += len(chunk)
    return written


def _copied(model: type[Model], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    into = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _counted(company: Company, today: date, visits: int, progress: Progress) -> Iterator[Figure]:
    organisation = company.organisation
    months: list[date] = []
    with _timed() as rebuild:
        metrics_rebuild(
            organisation=organisation,
            progress=lambda month: months.append(month) or progress(f"counting {month:%Y-%m}"),  # type: ignore[func-returns-value]
        )
    yield Figure(f"counting everything, {len(months)} months and the windows", rebuild.seconds)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

    late = today - timedelta(days=40)
    new = load_rows(facts_of_days(company, late, 1, visits, seed=2))
    DayChanged.objects.bulk_create(
        DayChanged(organisation=organisation, community=community, on=late)
        for communities, _ in company.regions
        for community in communities
    )
    progress("counting a day")
    with _timed() as refresh:
        days = metrics_refresh()
    yield Figure(
        f"counting a day of {new:,} new facts, with {days:,} community-days that it touches", refresh.seconds
    )
    yield Figure("of counting everything", 100 * refresh.seconds / rebuild.seconds, "%", goal=REFRESH_SHARE)

    MetricClock.objects.update(through_on=today - timedelta(days=1))
    with _timed() as turn:
        windows_turn(now=timezone.now())
    yield Figure("making the windows of a new day", turn.seconds)


def _read(company: Company, progress: Progress) -> Iterator[Figure]:
    """Each way to ask, over the API, in this process: with its JSON, without the network."""
    user = user_create(
        organisation=company.organisation, username="bench", password="", role=User.Role.ADMINISTRATOR
    )
    expires_at = timezone.now() + timedelta(days=1)
    _, secret = token_issue(user=user, name="bench", scopes=["read"], expires_at=expires_at)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    settle()  # as a web process does
    for window in (28, 365):
        for by in BY:
            purpose = "&purpose=scheduling" if "technician" in by else ""
            name = f"figures of {window} days by {by or 'nothing'}".replace(",", " and ").replace("_", " ")
            progress(name)
            yield from _asked(client, name, f"/api/v1/figures?window={window}&by={by}{purpose}")
    community = company.regions[0][0][0].pk
    last = timezone.now().date()
    trend = f"/api/v1/communities/{community}/figures?from={last - timedelta(days=364)}&to={last}"
    yield from _asked(client, "a community's year by weeks", trend)
    facts = f"/api/v1/figures/on_time/facts?window=365&community={community}"
    yield from _asked(client, "the first facts behind a community's figure of a year", facts)
    yield from _asked(client, "those behind the company's", "/api/v1/figures/on_time/facts?window=365")
    client.force_login(user)
    yield from _asked(client, "the communities page", "/communities")


def _asked(client: Client, name: str, path: str) -> Iterator[Figure]:
    """How long it takes, and how many times as long as the API's shortest answer, asked in turn: both are slow while
    the machine is."""
    client.get(path)  # what a first request notes, it notes now
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    queries = len(asked)
    assert answer.status_code == 200, answer.content
    turns = [[_milliseconds(partial(client.get, one)) for one in (path, SHORTEST)] for _ in range(ROUNDS)]
    times, beside = zip(*turns, strict=True)
    median = statistics.median(times)
    over = median / statistics.median(beside)
    yield Figure(
        f"{name}: median, with {queries} queries, {over:.1f} × the API's shortest answer", median, "ms"
    )
    yield Figure(f"{name}: 95th percentile", statistics.quantiles(times, n=20)[-1], "ms", goal=READ_P95_MS)


def _milliseconds(deed: Callable[[], object]) -> float:
    with _timed() as clock:
        deed()
    return 1000 * clock.seconds


def _held() -> Iterator[Figure]:
    """Rows and room on disk, and the most memory that anybody had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('communities_serviceevent')"
        )
        [ledger] = cursor.fetchone()
        yield Figure("the ledger with its indexes", float(ledger) / 2**20, "MiB")
        for model, what in ((MetricDay, "cells"), (MetricWindow, "rows of windows")):
            cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
            [size] = cursor.fetchone()
            yield Figure(what, model.objects.count(), "")
            yield Figure(f"{what}, with indexes", size / 2**20, "MiB")
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    yield Figure(
        "the database's process at most, its share of common buffers included", _peak_mib(pid), "MiB"
    )
    yield Figure("this process at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10, "MiB")


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 2**10


class _Clock:
    seconds = 0.0


@contextmanager
def _timed() -> Iterator[_Clock]:
    clock, began = _Clock(), time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - began
