"""A company of a city's size, and what happened to it: facts as rows, without the services that would tell them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.contrib.gis.geos import Point
from uuid_utils.compat import uuid7

from communities.models import Community, Customer, Organisation, Region, ServiceEvent, Site
from communities.services.ledger import fact_digest
from communities.services.organisations import organisation_create
from dispatch.models import ServiceType, Technician

REGIONS, COMMUNITIES, TECHNICIANS, KINDS = 8, 25, 15, 12
"""Communities and technicians are of each region."""
HOUSEHOLDS = 400
"""Customers of each community: 80,000 in all."""
DAYS = 3 * 365
FACTS_OF_A_VISIT = 9.3
"""About: the facts that a request leads to, by the chances below."""

Kind = ServiceEvent.Kind
Row = tuple[Any, ...]

COLUMNS = (
    "id",
    "created_at",
    "organisation_id",
    "kind",
    "source",
    "source_id",
    "occurred_at",
    "occurred_on",
    "community_id",
    "customer_id",
    "technician_id",
    "service_type_id",
    "amount_minor",
    "currency",
    "data",
)
KEY_COLUMNS = ("digest", "fact_id", "occurred_on")


@dataclass(frozen=True, slots=True)
class Company:
    """Who serves whom: a customer is of a community, a technician of a region."""

    organisation: Organisation
    regions: tuple[tuple[tuple[Community, ...], tuple[Technician, ...]], ...]
    customers: dict[Any, tuple[Any, ...]]
    kinds: tuple[ServiceType, ...]


def company_make() -> Company:
    """Eight regions with 25 communities and 15 technicians each, 80,000 customers, twelve kinds of service."""
    organisation = organisation_create(slug="insight", name="Insight")
    regions = tuple(_region(organisation, number) for number in range(REGIONS))
    kinds = [
        ServiceType(organisation=organisation, code=f"k{number}", name=f"Kind {number}")
        for number in range(KINDS)
    ]
    customers = {
        community.pk: tuple(_customers(organisation, community))
        for communities, _ in regions
        for community in communities
    }
    return Company(organisation, regions, customers, tuple(ServiceType.objects.bulk_create(kinds)))


def _region(organisation: Organisation, number: int) -> tuple[tuple[Community, ...], tuple[Technician, ...]]:
    region = Region.objects.create(organisation=organisation, code=f"r{number}", name=f"Region {number}")
    communities = [
        Community(
            organisation=organisation,
            region=region,
            code=f"{number}-{one}",
            name="社區",
            households=HOUSEHOLDS,
        )
        for one in range(COMMUNITIES)
    ]
    home = Point(121.54, 25.03, srid=4326)
    technicians = [
        Technician(organisation=organisation, region=region, code=f"T{number}-{one}", name="One", home=home)
        for one in range(TECHNICIANS)
    ]
    return tuple(Community.objects.bulk_create(communities)), tuple(
        Technician.objects.bulk_create(technicians)
    )


def _customers(organisation: Organisation, community: Community) -> Iterator[Any]:
    """A customer in each household, with a site."""
    rows = [
        Customer(organisation=organisation, key=f"{community.code}-{one}", name="")
        for one in range(HOUSEHOLDS)
    ]
    Site.objects.bulk_create(
        Site(organisation=organisation, key=row.key, community=community, placement=Site.Placement.NAMED)
        for row in rows
    )
    return (customer.pk for customer in Customer.objects.bulk_create(rows))


def facts_of_days(company: Company, first: date, days: int, visits: int, seed: int) -> Iterator[Row]:
    """The facts of so many visits a day, in the order of COLUMNS; all facts of a visit have its day."""
    random = Random(seed)  # noqa: S311 - the same every time
    for number in range(days):
        on = first + timedelta(days=number)
        for _ in range(visits):
            yield from _visit(company, on, random)


def key_of(row: Row) -> Row:
    """What makes the fact of a row count once, in the order of KEY_COLUMNS."""
    fact = dict(zip(COLUMNS, row, strict=True))
    digest = fact_digest(fact["organisation_id"], fact["source"], fact["source_id"])
    return digest, fact["id"], fact["occurred_on"]


def _visit(company: Company, on: date, random: Random) -> Iterator[Row]:
    """One visit from the request to the answer."""
    communities, technicians = random.choice(company.regions)
    community = random.choice(communities)
    customer_id = random.choice(company.customers[community.pk])
    technician_id, kind_id = random.choice(technicians).pk, random.choice(company.kinds).pk
    happened_at = datetime.combine(on, datetime.min.time(), company.organisation.zone) + timedelta(
        hours=9, minutes=random.randrange(480)
    )
    for kind, minor, data in _story(random):
        key = uuid7()
        by = None if kind == Kind.REQUEST_RECEIVED else technician_id
        yield (
            key,
            happened_at,
            company.organisation.pk,
            str(kind),
            "bench",
            str(key),
            happened_at,
            on,
            community.pk,
            customer_id,
            by,
            kind_id,
            minor,
            "" if minor is None else company.organisation.currency,
            json.dumps(data),
        )


def _story(random: Random) -> Iterator[tuple[Kind, int | None, dict[str, Any]]]:
    """Kind, amount and data of what happens, one after the other."""
    price = random.randrange(500, 5000)
    yield Kind.REQUEST_RECEIVED, None, {}
    yield Kind.REQUEST_RESPONDED, None, {"on_time": random.random() < 0.9}
    yield Kind.VISIT_PLANNED, None, {}
    yield Kind.VISIT_ARRIVED, None, {"on_time": random.random() < 0.85}
    done = {"sequence": 1 + (random.random() < 0.2), "work_minutes": 40, "travel_minutes": 15}
    yield Kind.VISIT_COMPLETED, None, done | {"labour_minor": 300, "travel_minor": 100}
    if random.random() < 0.5:
        yield Kind.OFFER_MADE, 900, {}
        if random.random() < 0.3:
            yield Kind.OFFER_ACCEPTED, 900, {}
    yield Kind.INVOICE_ISSUED, price, {"parts_minor": price // 5}
    yield Kind.INVOICE_PAID, price, {}
    yield Kind.SURVEY_SENT, None, {}
    if random.random() < 0.4:
        yield Kind.SURVEY_ANSWERED, None, {"csat": random.randint(1, 5), "nps": random.randint(0, 10)}
    if random.random() < 0.03:
        yield random.choice((Kind.COMPLAINT_MADE, Kind.VISIT_REOPENED, Kind.REFERRAL_MADE)), None, {}
