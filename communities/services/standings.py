"""Customers' standings, made from the ledger: of those with new facts every minute, and of all once a day.

What is read is the ledger by the time at which facts were learned (a BRIN index, which costs writers next to
nothing), so that the write path knows nothing of standings. Clocks and long transactions may hide a fact behind
younger ones: each refresh looks back OVERLAP further than the one before ended, and the daily pass finds the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from communities.insight import health
from communities.insight.lifetime import Margin, Silent, Worth, worths
from communities.insight.retention import ReturnModel
from communities.insight.rfm import FEWEST, GRID, SCORES
from communities.models import CustomerStanding, Organisation, RetentionFit, ServiceEvent, StandingRefresh
from communities.selectors.places import unshown
from communities.services.retention import retention_compute
from communities.services.standing_queries import RANK, READ, VALUE

BATCH = 2000  # customers in one transaction
OVERLAP = timedelta(minutes=10)
PASS_FROM = 2  # o'clock, local: facts of the evening before have come in
USUAL_DAYS = 365
LEASE = timedelta(minutes=15)  # a pass may take minutes; after this its worker is given up

WRITTEN = [
    "through_on", "community", "usual_technician_id", "first_on", "last_on", "orders", "spend_minor",
    "margin_minor", "rhythm_days", "csat", "health", "health_before", "reasons",
]  # fmt: skip


class Read(NamedTuple):
    """A row of READ: what the ledger says of a customer at the end of a day."""

    customer_id: UUID
    community_id: UUID | None
    technician_id: UUID | None
    first_on: date | None
    last_on: date | None
    orders: int
    spend: int
    margin: int
    rhythm: int | None
    last_csat: int | None
    answer: int | None
    complaints: int
    disputes: int
    invoices: int
    late: int
    reopened: int
    is_member: bool

    def condition(self, on: date) -> health.Condition:
        return health.Condition(
            orders=self.orders,
            silent_days=(on - self.last_on).days if self.last_on else None,
            rhythm_days=self.rhythm,
            csat=self.answer,
            complaints_open=self.complaints,
            disputes=self.disputes,
            invoices=self.invoices,
            invoices_late=self.late,
            reopened=self.reopened,
            is_member=self.is_member,
        )


class Fit(NamedTuple):
    """What a region's newest retention fit expects."""

    model: ReturnModel
    margin: Margin


def standings_refresh_due(*, now: datetime) -> None:
    """Every organisation's standings, as of its own day."""
    for organisation in Organisation.objects.order_by("id"):
        standings_refresh(organisation=organisation, now=now)


def standings_refresh(*, organisation: Organisation, now: datetime) -> int:
    """Bring the standings up to `now`; of how many customers they were made anew.

    Once a day, from PASS_FROM o'clock, that is all of them, and the retention of the day is read: silence says
    something too. Otherwise those with facts learned since the last time. None while another worker is at it.
    """
    mark = _taken(organisation, now)
    if mark is None:
        return 0
    local = now.astimezone(organisation.zone)
    if mark.read_until_at is None or _pass_due(mark, local):
        mark.passed_on, customers = local.date(), _everybody(organisation)
        standings_compute(organisation=organisation, customers=customers, on=local.date())
        retention_compute(organisation=organisation, through_on=local.date())
    else:
        customers = _changed(organisation, mark.read_until_at - OVERLAP)
        standings_compute(organisation=organisation, customers=customers, on=local.date())
    standings_value(organisation=organisation, customers=customers)
    mark.read_until_at, mark.lease_until_at = now, None
    mark.save()
    return len(customers)


def _taken(organisation: Organisation, now: datetime) -> StandingRefresh | None:
    """The organisation's mark, for one worker alone until the lease is over; None while another has it."""
    StandingRefresh.objects.bulk_create([StandingRefresh(organisation=organisation)], ignore_conflicts=True)
    marks = StandingRefresh.objects.filter(organisation=organisation)
    free = marks.filter(Q(lease_until_at=None) | Q(lease_until_at__lt=now))
    return marks.get() if free.update(lease_until_at=now + LEASE) else None


def _pass_due(mark: StandingRefresh, local: datetime) -> bool:
    return local.hour >= PASS_FROM and (mark.passed_on is None or mark.passed_on < local.date())


@transaction.atomic
def standings_rebuild(*, organisation: Organisation, on: date) -> int:
    """Make every standing anew as of the end of `on`, from nothing; how many. Retention fits stay as they are."""
    customers = _everybody(organisation)
    CustomerStanding.objects.filter(organisation=organisation).delete()
    standings_compute(organisation=organisation, customers=customers, on=on)
    standings_value(organisation=organisation, customers=customers)
    return len(customers)


def standings_compute(*, organisation: Organisation, customers: Sequence[UUID], on: date) -> None:
    """Read these customers' standings as of the end of `on` from the ledger, then score all of the organisation."""
    if not customers:
        return
    for some in _batches(customers):
        _batch(organisation, some, on)
    with transaction.atomic(), connection.cursor() as cursor:
        _turn(cursor, organisation)
        grid = [str(name) for row in GRID for name in row]
        values: dict[str, Any] = {
            "organisation": organisation.pk,
            "scores": SCORES,
            "grid": grid,
            "fewest": FEWEST,
        }
        cursor.execute(RANK, values)


def standings_value(*, organisation: Organisation, customers: Sequence[UUID]) -> None:
    """What these customers are expected to be worth, by the newest fit of their region, else of the organisation."""
    fits = _fits(organisation)
    for some in _batches(customers):
        with transaction.atomic(), connection.cursor() as cursor:
            _turn(cursor, organisation)
            rows = CustomerStanding.objects.filter(organisation=organisation, customer__in=some)
            _worth_keep(cursor, list(rows.select_related("community").defer(*unshown("community__"))), fits)


def _batches(customers: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    ordered = sorted(customers)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


@transaction.atomic
def _batch(organisation: Organisation, customers: Sequence[UUID], on: date) -> None:
    with connection.cursor() as cursor:
        _turn(cursor, organisation)
        now = _read(cursor, organisation, customers, on)
        earlier = _read(cursor, organisation, customers, on - timedelta(days=health.TREND_DAYS))
    before = {one.customer_id: one.condition(on - timedelta(days=health.TREND_DAYS)) for one in earlier}
    rows = [_standing(organisation, one, before.get(one.customer_id), on) for one in now]
    CustomerStanding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["customer"], update_fields=WRITTEN
    )


def _turn(cursor: Any, organisation: Organisation) -> None:
    """One after the other: of two batches with the same customer, the one with the older view must not write last."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"standings:{organisation.pk}"])


def _read(cursor: Any, organisation: Organisation, customers: Sequence[UUID], on: date) -> list[Read]:
    values: dict[str, Any] = {
        "organisation": organisation.pk,
        "currency": organisation.currency,
        "customers": list(customers),
        "on": on,
        "payment_days": health.PAYMENT_DAYS,
        "invoice_days": health.INVOICE_DAYS,
        "answer_days": health.ANSWER_DAYS,
        "complaint_days": health.COMPLAINT_DAYS,
        "dispute_days": health.DISPUTE_DAYS,
        "reopen_days": health.REOPEN_DAYS,
        "member_days": health.MEMBER_DAYS,
        "rhythm_orders": health.RHYTHM_ORDERS,
        "usual_days": USUAL_DAYS,
    }
    cursor.execute(READ, values)
    return [Read(*row) for row in cursor.fetchall()]


def _standing(
    organisation: Organisation, one: Read, earlier: health.Condition | None, on: date
) -> CustomerStanding:
    points = health.points(one.condition(on))
    before = health.points(earlier) if earlier else {}
    return CustomerStanding(
        organisation=organisation,
        customer_id=one.customer_id,
        through_on=on,
        community_id=one.community_id,
        usual_technician_id=one.technician_id,
        first_on=one.first_on,
        last_on=one.last_on,
        orders=one.orders,
        spend_minor=one.spend,
        margin_minor=one.margin,
        rhythm_days=one.rhythm,
        csat=one.last_csat,
        health=health.health(points),
        health_before=health.health(before),
        reasons=[asdict(reason) for reason in health.reasons(points, before)],
    )


def _worth_keep(cursor: Any, rows: Iterable[CustomerStanding], fits: dict[UUID | None, Fit]) -> None:
    by_fit: dict[Fit | None, list[CustomerStanding]] = {}
    for row in rows:
        fit = fits.get(row.community.region_id if row.community else None) or fits.get(None)
        by_fit.setdefault(fit if row.orders else None, []).append(row)
    told: list[tuple[UUID, Worth | None]] = []
    for fit, some in by_fit.items():
        found = worths(fit.model, fit.margin, [_silent(row) for row in some]) if fit else [None] * len(some)
        told += [(row.pk, worth) for row, worth in zip(some, found, strict=True)]
    columns = {
        name: [getattr(worth, name, None) for _, worth in told] for name in ("churn", "value", "low", "high")
    }
    cursor.execute(VALUE, {"ids": [pk for pk, _ in told], **columns})


def _silent(row: CustomerStanding) -> Silent:
    assert row.last_on is not None  # whoever has orders has a last one
    return Silent(
        days=(row.through_on - row.last_on).days,
        repeat=row.orders > 1,
        csat=row.csat,
        orders=row.orders,
        margin=row.margin_minor,
    )


def _fits(organisation: Organisation) -> dict[UUID | None, Fit]:
    """The newest fit of each region and of the organisation (None) that says something. One query."""
    newest = (
        RetentionFit.objects.filter(organisation=organisation, segment="")
        .order_by("region", "-through_on")
        .distinct("region")
    )
    return {
        fit.region_id: Fit(ReturnModel.from_json(fit.model), Margin(**fit.margin))
        for fit in newest
        if fit.model and fit.margin
    }


def _everybody(organisation: Organisation) -> list[UUID]:
    """Every customer that the ledger knows: one look at the index for each customer, however many facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM communities_customer AS customer WHERE organisation_id = %s AND EXISTS"
            " (SELECT FROM communities_serviceevent AS fact WHERE fact.customer_id = customer.id)",
            [organisation.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def _changed(organisation: Organisation, since: datetime) -> list[UUID]:
    """The customers with facts learned since then."""
    learned = ServiceEvent.objects.filter(
        organisation=organisation, created_at__gte=since, customer__isnull=False
    )
    return list(learned.order_by().values_list("customer_id", flat=True).distinct())
