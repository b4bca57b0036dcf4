"""A technician's schedule against a bare Django view that returns the same bytes, asked in turn."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import Community, Customer, Organisation, Region, Site, User
from communities.services.organisations import organisation_create
from communities.services.people import user_create
from communities.services.tokens import token_issue
from config.processes import Supervisor, child_environment, free_port, wait_ready, web_command
from dispatch.models import ServiceRequest, ServiceType, Technician, Visit, WorkOrder
from dispatch.states import RequestState, VisitState

VISITS = 8  # a technician's day
ROUNDS = 300  # requests to each address, after WARM_UP that do not count
WARM_UP = 30


@dataclass(frozen=True)
class Asked:
    """One kind of request; `before` and `after` are done each time, and not timed."""

    name: str
    path: str
    headers: dict[str, str]
    queries: int
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Timed:
    """The median and the 95th percentile of its answers, and what one asks of the database."""

    name: str
    p50_ms: float
    p95_ms: float
    queries: int


def measure(progress: Callable[[], None]) -> list[Timed]:
    """Serve the application, ask the bare view, the schedule and its 304 in turn; each one's figures.

    `progress` is told of every round. The company it makes is taken away again.
    """
    organisation, headers = _company()
    try:
        day = _day(organisation)
        path = f"/api/v1/schedule?from={day}&to={day}"
        body, etag, queries = _asked(path, headers)
        revisions = count(2)
        asked = [
            Asked("bare view", "/bare", {}, queries=0),
            Asked("schedule", path, headers, queries=queries[1]),
            Asked(
                "schedule, known to the client (304)", path, {**headers, "If-None-Match": etag}, queries[2]
            ),
            Asked(
                "schedule, just changed",
                path,
                headers,
                queries[0],
                before=lambda: _revise(organisation, next(revisions)),
                after=lambda: _revise(organisation, 1),
            ),
        ]
        return _served(asked, body, progress)
    finally:
        _forget(organisation)


def _served(asked: list[Asked], body: bytes, progress: Callable[[], None]) -> list[Timed]:
    """Every kind in turn, round after round, against a server of our own."""
    port = free_port("127.0.0.1")
    folder = Path(os.environ["LINLI_STATE_DIR"]) if "LINLI_STATE_DIR" in os.environ else Path("/tmp")  # noqa: S108
    bare = folder / f"bench-body-{os.getpid()}"
    bare.write_bytes(body)
    variables = {**child_environment(), "LINLI_BENCH_BODY": str(bare), "LOG_LEVEL": "WARNING"}
    command = web_command("127.0.0.1", port, "config.benchmarks.bare:application")
    times: dict[str, list[float]] = {one.name: [] for one in asked}
    with Supervisor({"web": command}, environment=variables) as supervisor:
        wait_ready(supervisor, "127.0.0.1", port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for number in range(WARM_UP + ROUNDS):
                for one in asked:
                    one.before()
                    began = time.perf_counter()
                    client.get(one.path, headers=one.headers)
                    if number >= WARM_UP:
                        times[one.name].append(1000 * (time.perf_counter() - began))
                    one.after()
                progress()
    bare.unlink()
    return [_timed(one, times[one.name]) for one in asked]


def _timed(asked: Asked, taken: list[float]) -> Timed:
    return Timed(asked.name, statistics.median(taken), statistics.quantiles(taken, n=20)[-1], asked.queries)


def _revise(organisation: Organisation, revision: int) -> None:
    Visit.objects.filter(organisation=organisation).update(revision=revision)


def _asked(path: str, headers: dict[str, str]) -> tuple[bytes, str, tuple[int, int, int]]:
    """The schedule's bytes and ETag, and the queries of a first answer, of the next one, and of a 304."""
    client = Client(headers=headers)
    client.get("/api/v1/me")  # notes that the token was used
    with CaptureQueriesContext(connection) as first:
        response = client.get(path)
    assert response.status_code == 200, response.content
    with CaptureQueriesContext(connection) as again:
        client.get(path)
    with CaptureQueriesContext(connection) as known:
        unchanged = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert unchanged.status_code == 304
    return response.content, response["ETag"], (len(first), len(again), len(known))


def _day(organisation: Organisation) -> date:
    return timezone.now().astimezone(organisation.zone).date()


def _company() -> tuple[Organisation, dict[str, str]]:
    """An organisation with one technician and a full day, and the technician's credentials."""
    organisation = organisation_create(slug=f"bench-{os.getpid()}", name="Bench")
    user = user_create(
        organisation=organisation, username=f"bench-{os.getpid()}", password="", role=User.Role.TECHNICIAN
    )
    region = Region.objects.create(organisation=organisation, code="r", name="Region")
    home = Point(121.54, 25.03, srid=4326)
    technician = Technician.objects.create(
        organisation=organisation, user=user, region=region, code="T1", name="One", home=home
    )
    for number in range(VISITS):
        _visit(technician, number)
    _, secret = token_issue(
        user=user, name="bench", scopes=["read"], expires_at=timezone.now() + timedelta(hours=1)
    )
    return organisation, {"Authorization": f"Bearer {secret}"}


def _visit(technician: Technician, number: int) -> None:
    organisation = technician.organisation
    zone = organisation.zone
    starts_at = datetime.combine(_day(organisation), datetime.min.time(), zone) + timedelta(hours=9 + number)
    community = Community.objects.create(
        organisation=organisation, region=technician.region, code=f"c{number}", name=f"社區{number}"
    )
    site = Site.objects.create(
        organisation=organisation,
        key=f"s{number}",
        address=f"台北市大安區和平東路{number}號",
        point=technician.home,
        community=community,
        placement=Site.Placement.NAMED,
    )
    kind = ServiceType.objects.create(organisation=organisation, code=f"k{number}", name="冷氣保養")
    request = ServiceRequest.objects.create(
        organisation=organisation,
        source="bench",
        reference=f"R{number}",
        site=site,
        customer=Customer.objects.create(organisation=organisation, key=f"u{number}", name="王小明"),
        service_type=kind,
        state=RequestState.ACCEPTED,
        requested_at=starts_at - timedelta(days=1),
        respond_by=starts_at,
        resolve_by=starts_at,
    )
    order = WorkOrder.objects.create(organisation=organisation, request=request, number=f"R{number}-1")
    Visit.objects.create(
        organisation=organisation,
        work_order=order,
        site=site,
        service_type=kind,
        duration_minutes=45,
        state=VisitState.SCHEDULED,
        technician=technician,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
    )


def _forget(organisation: Organisation) -> None:
    for model in (
        Visit,
        WorkOrder,
        ServiceRequest,
        Site,
        Customer,
        ServiceType,
        Technician,
        Community,
        Region,
    ):
        model.objects.filter(organisation=organisation).delete()
    User.objects.filter(organisation=organisation).delete()
    organisation.delete()
