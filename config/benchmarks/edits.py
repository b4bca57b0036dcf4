"""Changing a plan by hand through the API, on a day of many visits: trials, edits, undoing them."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.access import Caller, caller_of
from communities.models import Community, Organisation, Region, Site, User
from communities.services.organisations import organisation_create
from communities.services.people import user_create
from communities.services.tokens import token_issue
from dispatch.models import (
    PlanVersion,
    ServiceRequest,
    ServiceType,
    Technician,
    Visit,
    WorkingHours,
    WorkOrder,
)
from dispatch.services.day import day_load
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.problem import problem_of
from dispatch.services.shifts import shifts_ensure
from dispatch.services.solving import version_solve
from dispatch.states import PlanState, RequestState

VISITS, TECHNICIANS, COMMUNITIES = 1_000, 100, 60
TRIALS, EDITS = 200, 20
SEARCH = 20  # moves: any sound plan will do


@dataclass(frozen=True)
class Timed:
    """Milliseconds of its answers, and what the last of them asked of the database."""

    name: str
    times: list[float]
    queries: int

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times)

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]


def measure(progress: Callable[[str], None]) -> list[Timed]:
    """Plan the day, publish it, and change it. The first row is what a trial need not do: reading the whole day."""
    progress(f"planning {VISITS} visits")
    caller, day = _company()
    version = _published(caller, day)
    progress("changing the plan")
    bench = _Bench(version, _client(caller.account))
    reading = [bench.timed(lambda: _whole_day(version)) for _ in range(5)]
    bench.client.get(
        f"/api/v1/plans/{version.pk}"
    )  # the first answer of a process takes longer, whatever it is
    first = bench.trial()
    trials = [bench.trial() for _ in range(TRIALS)]
    edits = [step for _ in range(EDITS) for step in bench.edit_and_undo()]
    return [
        Timed("the whole day read, and made a problem", [ms for ms, _ in reading], reading[-1][1]),
        Timed("trial, the first in its process", [first[0]], first[1]),
        Timed("trial", [ms for ms, _ in trials], trials[-1][1]),
        Timed("edit of the published plan", [ms for ms, _ in edits[::2]], edits[-2][1]),
        Timed("undo", [ms for ms, _ in edits[1::2]], edits[-1][1]),
    ]


class _Bench:
    """A client at the published plan, and visits and technicians by chance."""

    def __init__(self, version: PlanVersion, client: Client) -> None:
        self.version, self.client = str(version.pk), client
        self.revision = version.plan.revision
        self.random = Random(1)  # noqa: S311 - moves, not secrets
        self.visits = sorted(str(one) for one in version.stops.values_list("visit", flat=True))
        self.technicians = sorted(str(one) for one in version.routes.values_list("technician", flat=True))

    def trial(self) -> tuple[float, int]:
        """A visit goes to somebody, wherever it costs least there."""
        body = {"visit": self.random.choice(self.visits), "technician": self.random.choice(self.technicians)}
        return self.timed(lambda: self._post("trials", body, 200))

    def edit_and_undo(self) -> Iterator[tuple[float, int]]:
        """The first move by chance that is allowed, and back."""
        body = next(body for body in self._wishes() if self._post("trials", body, 200)["allowed"])
        yield self.timed(lambda: self._follow(self._post("edits", body, 201)))
        yield self.timed(lambda: self._follow(self._post("undo", None, 201)))

    def timed(self, does: Callable[[], Any]) -> tuple[float, int]:
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            does()
            return 1000 * (time.perf_counter() - began), len(asked)

    def _wishes(self) -> Iterator[dict[str, str]]:
        while True:
            yield {
                "visit": self.random.choice(self.visits),
                "technician": self.random.choice(self.technicians),
            }

    def _post(self, what: str, body: dict[str, str] | None, status: int) -> Any:
        answer = self.client.post(
            f"/api/v1/plans/{self.version}/{what}",
            body,
            content_type="application/json",
            headers={"If-Match": f'"r{self.revision}"'},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    def _follow(self, version: Any) -> None:
        self.version, self.revision = version["id"], version["plan_revision"]


def _whole_day(version: PlanVersion) -> None:
    plan = version.plan
    problem_of(day_load(region=plan.region, on=plan.on, now=timezone.now(), signal_set=None))


def _published(caller: Caller, day: date) -> PlanVersion:
    region = Region.objects.get(organisation=caller.organisation)
    version = plan_request(caller=caller, region_id=region.pk, on=day, iterations=SEARCH)
    version_solve(version_id=version.pk)
    plan_publish(caller=caller, version_id=version.pk, plan_revision=1, now=timezone.now())
    version = PlanVersion.objects.select_related("plan__region__organisation").get(pk=version.pk)
    assert version.state == PlanState.PUBLISHED, version.error
    return version


def _client(user: User | None) -> Client:
    assert user is not None
    expires_at = timezone.now() + timedelta(hours=1)
    _, secret = token_issue(user=user, name="bench", scopes=["read", "write"], expires_at=expires_at)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def _company() -> tuple[Caller, date]:
    """A dispatcher of a company with technicians who work tomorrow, and visits that can be done then."""
    organisation = organisation_create(slug="bench", name="Bench")
    user = user_create(organisation=organisation, username="bench", password="", role=User.Role.DISPATCHER)
    region = Region.objects.create(organisation=organisation, code="r", name="Region")
    on = timezone.now().astimezone(organisation.zone).date() + timedelta(days=1)
    draw = Random(1)  # noqa: S311 - a town, not a secret
    _technicians(region, on, draw)
    _visits(region, draw)
    shifts_ensure(region=region, on=on)
    caller = caller_of(user)
    assert caller is not None
    return caller, on


def _technicians(region: Region, on: date, draw: Random) -> None:
    organisation = region.organisation
    people = [
        Technician(
            organisation=organisation,
            region=region,
            code=f"T{n:03}",
            name=f"Technician {n}",
            home=_point(draw),
        )
        for n in range(TECHNICIANS)
    ]
    Technician.objects.bulk_create(people)
    hours = {"starts": "08:00", "ends": "18:00", "break_minutes": 0}
    WorkingHours.objects.bulk_create(
        WorkingHours(organisation=organisation, technician=one, weekday=on.isoweekday(), **hours)
        for one in people
    )


def _visits(region: Region, draw: Random) -> None:
    organisation, now = region.organisation, timezone.now()
    kind = ServiceType.objects.create(
        organisation=organisation, code="filter", name="濾心", duration_minutes=35
    )
    communities = [
        Community(
            organisation=organisation, region=region, code=f"c{n}", name=f"社區{n}", centre=_point(draw)
        )
        for n in range(COMMUNITIES)
    ]
    Community.objects.bulk_create(communities)
    sites = [_site(organisation, draw.choice(communities), n) for n in range(VISITS)]
    Site.objects.bulk_create(sites)
    requests = [_request(site, kind, n, now) for n, site in enumerate(sites)]
    ServiceRequest.objects.bulk_create(requests)
    orders = [
        WorkOrder(organisation=organisation, request=one, number=f"{one.reference}-1") for one in requests
    ]
    WorkOrder.objects.bulk_create(orders)
    Visit.objects.bulk_create(
        Visit(
            organisation=organisation,
            work_order=order,
            site=order.request.site,
            service_type=kind,
            duration_minutes=35,
        )
        for order in orders
    )


def _site(organisation: Organisation, community: Community, number: int) -> Site:
    return Site(
        organisation=organisation,
        key=f"s{number}",
        address=f"{number}",
        point=community.centre,
        community=community,
        placement=Site.Placement.NAMED,
    )


def _request(site: Site, kind: ServiceType, number: int, now: datetime) -> ServiceRequest:
    return ServiceRequest(
        organisation=site.organisation,
        source="bench",
        reference=f"R{number}",
        site=site,
        service_type=kind,
        state=RequestState.ACCEPTED,
        requested_at=now - timedelta(days=1),
        respond_by=now + timedelta(days=1),
        resolve_by=now + timedelta(days=2),
    )


def _point(draw: Random) -> Point:
    return Point(round(121.5 + draw.random() / 10, 5), round(25.0 + draw.random() / 10, 5), srid=4326)
