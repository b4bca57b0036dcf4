"""What comes with time: a membership's periods with their invoices, what becomes of members who do not pay, and the
visits that fall due."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from billing.models import IncludedVisit, Invoice, Membership, MembershipPeriod
from billing.models.invoices import OWED
from billing.services.issuing import Line, invoice_make
from communities.models import Organisation
from core.languages import name_in
from core.money import Money
from core.outbox import emit
from core.times import months_after
from dispatch.selectors.visits import day_bounds
from dispatch.services.requests import maintenance_request

_State = Membership.State
LIVE = (_State.ACTIVE, _State.LAPSED)
GRACE = timedelta(days=14)
"""How long after its invoice a period may be unpaid."""
AHEAD = timedelta(days=7)
"""How long before it is due an included visit is asked for."""
WINDOW = timedelta(days=30)
"""In which the visit should take place, from the day it is due."""
AT_MOST = 500
"""Rows that one run of a sweeper takes."""


def period_begin(membership: Membership, number: int) -> None:
    """The row of a locked membership's period, with the visits that it includes. Its invoice follows."""
    months = membership.plan.period_months
    period = MembershipPeriod.objects.create(
        organisation_id=membership.organisation_id,
        membership=membership,
        number=number,
        starts_on=months_after(membership.starts_on, (number - 1) * months),
        ends_on=months_after(membership.starts_on, number * months),
    )
    IncludedVisit.objects.bulk_create(
        IncludedVisit(
            organisation_id=membership.organisation_id,
            period=period,
            service_type_id=one.service_type_id,
            ordinal=place + 1,
            due_on=_due_on(period, place, one.visits),
        )
        for one in membership.plan.inclusions.all()
        for place in range(one.visits)
    )
    emit("membership_period.begun", period.id)


def period_invoice(*, subject_id: UUID) -> None:
    """Invoice a period. Once. Follows `membership_period.begun`."""
    period_invoice_issue(period_id=subject_id, now=timezone.now())


@transaction.atomic
def period_invoice_issue(*, period_id: UUID, now: datetime) -> Invoice | None:
    """The period's invoice, made unless it is there already. None for a membership that was cancelled before."""
    period = (
        MembershipPeriod.objects.select_for_update(of=("self", "membership"), no_key=True)
        .select_related("organisation", "membership__plan__tax")
        .get(pk=period_id)
    )
    made = Invoice.objects.filter(period=period).first()
    if made is not None or period.membership.state == _State.CANCELLED:
        return made
    invoice = Invoice(
        organisation=period.organisation, period=period, customer_id=period.membership.customer_id
    )
    return invoice_make(invoice, [_line(period)], now=now)


@transaction.atomic
def memberships_follow_payment(*, now: datetime) -> int:
    """Let memberships lapse that owe for a period longer than GRACE, or whose money went back after that; let them be
    active again once it is paid. How many changed.

    A lapsed membership gives nothing, and no period follows it. What fell due before stays promised.
    """
    late = Exists(
        Invoice.objects.filter(period__membership=OuterRef("pk"), state__in=OWED, issued_at__lte=now - GRACE)
    )
    members = Membership.objects
    revived = members.filter(~late, state=_State.LAPSED).update(state=_State.ACTIVE)
    return revived + members.filter(late, state=_State.ACTIVE).update(state=_State.LAPSED)


@transaction.atomic
def memberships_renew(*, organisation: Organisation, on: date) -> int:
    """Begin every period whose day has come, also those that were missed; how many."""
    due = Membership.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        organisation=organisation, state=_State.ACTIVE, renews=True, ends_on__lte=on
    )
    begun = 0
    for membership in due.select_related("plan").order_by("ends_on")[:AT_MOST]:
        number = membership.periods.count()
        while membership.ends_on <= on:
            number += 1
            period_begin(membership, number)
            membership.ends_on = months_after(membership.starts_on, number * membership.plan.period_months)
            begun += 1
        membership.save(update_fields=["ends_on"])
    return begun


@transaction.atomic
def memberships_end(*, organisation: Organisation, on: date) -> int:
    """Let memberships be over after whose last day no period follows: not wanted, or not paid for. How many."""
    over = Membership.objects.filter(
        Q(state=_State.ACTIVE, renews=False) | Q(state=_State.LAPSED),
        organisation=organisation,
        ends_on__lte=on,
    )
    return over.update(state=_State.ENDED)


@transaction.atomic
def included_visits_ask(*, organisation: Organisation, on: date, now: datetime) -> int:
    """Make a request for every included visit that is soon due, once, in periods that are paid for; how many."""
    due = (
        IncludedVisit.objects.select_for_update(
            of=("self", "period__membership"), no_key=True, skip_locked=True
        )
        .filter(
            organisation=organisation,
            request=None,
            visit=None,
            due_on__lte=on + AHEAD,
            period__ends_on__gt=on,
            period__membership__state=_State.ACTIVE,
            period__invoice__isnull=False,
        )
        .exclude(period__invoice__state__in=OWED)
        .select_related(
            "service_type", "period__membership__customer", "period__membership__site__organisation"
        )
        .order_by("due_on", "pk")[:AT_MOST]
    )
    for included in due:
        _ask(included, max(included.due_on, on), now)
    return len(due)


def _ask(included: IncludedVisit, first: date, now: datetime) -> None:
    membership = included.period.membership
    included.request = maintenance_request(
        site=membership.site,
        customer=membership.customer,
        service_type=included.service_type,
        reference=str(included.pk),
        window=day_bounds(membership.site.organisation, first, first + WINDOW - timedelta(days=1)),
        now=now,
    )
    included.save(update_fields=["request"])


def _due_on(period: MembershipPeriod, place: int, visits: int) -> date:
    """Evenly over the period, the first on its first day."""
    days = (period.ends_on - period.starts_on).days
    return period.starts_on + timedelta(days=days * place // visits)


def _line(period: MembershipPeriod) -> Line:
    plan = period.membership.plan
    last = period.ends_on - timedelta(days=1)
    return Line(
        item=None,
        description=f"{name_in(period.organisation.language, plan)} {period.starts_on} – {last}",
        quantity=1,
        unit_price=Money(plan.price_minor, period.organisation.currency),
        rate_bp=plan.tax.rate_bp if plan.tax else 0,
    )
