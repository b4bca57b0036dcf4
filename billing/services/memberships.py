"""Memberships: sold by dispatch or on a visit, and cancelled."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from billing.errors import AlreadyMember, BadMembership, MembershipOver
from billing.models import Membership
from billing.selectors.memberships import membership_get
from billing.selectors.price_book import maintenance_plan_get
from billing.services import facts
from billing.services.periods import LIVE, period_begin
from communities.access import Caller
from communities.models import ServiceEvent
from core.money import Money
from core.times import months_after
from dispatch.errors import NotForYourRole, StepOutOfOrder
from dispatch.models import ServiceRequest
from dispatch.services.on_site import visit_on_site
from dispatch.services.requests import (
    CustomerGiven,
    SiteGiven,
    customer_given_ensure,
    request_cancel,
    site_given_ensure,
)
from dispatch.states import REQUEST, RequestState, before

AHEAD_MONTHS = 12
"""How far ahead a membership may be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipGiven:
    """What dispatch sells: a plan, to whom, where, and from which day on (none: today)."""

    plan_code: str
    customer: CustomerGiven
    site: SiteGiven
    starts_on: date | None = None
    renews: bool = True


@transaction.atomic
def membership_sell(*, caller: Caller, given: MembershipGiven, now: datetime) -> Membership:
    """Sell a plan, by telephone say. An invoice for the first period follows.

    For dispatch (NotForYourRole). Raises MaintenancePlanUnknown, CommunityUnknown, AlreadyMember, and BadMembership
    for a first day that is past, or more than a year ahead.
    """
    if not caller.runs_dispatch:
        raise NotForYourRole("Memberships are sold by dispatch, and by technicians on their visits.")
    today = now.astimezone(caller.organisation.zone).date()
    starts_on = given.starts_on or today
    if not today <= starts_on <= months_after(today, AHEAD_MONTHS):
        raise BadMembership("A membership begins today, or within a year.")
    membership = Membership(
        plan=maintenance_plan_get(caller, given.plan_code),
        customer=customer_given_ensure(caller=caller, given=given.customer, address=given.site.address),
        site=site_given_ensure(caller=caller, given=given.site),
        starts_on=starts_on,
        renews=given.renews,
    )
    return _begin(membership, caller, now)


@transaction.atomic
def membership_sell_on_visit(
    *, caller: Caller, visit_id: UUID, plan_code: str, renews: bool = True, now: datetime
) -> Membership:
    """Sell a plan to the customer of a visit, from today on: if it includes such a visit, this is the first of them.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown,
    MaintenancePlanUnknown, AlreadyMember, and BadMembership where nobody is known to be the customer.
    """
    visit, technician = visit_on_site(caller, visit_id)
    customer = visit.work_order.request.customer
    if customer is None:
        raise BadMembership("The visit has no customer who could be a member.")
    membership = Membership(
        plan=maintenance_plan_get(caller, plan_code),
        customer=customer,
        site=visit.site,
        visit=visit,
        technician=technician,
        starts_on=now.astimezone(visit.organisation.zone).date(),
        renews=renews,
    )
    return _begin(membership, caller, now)


@transaction.atomic
def membership_cancel(
    *, caller: Caller, membership_id: UUID, reason: str, at_once: bool = False, now: datetime
) -> Membership:
    """Let no further period follow; `at_once`, let the membership be over now, with the visits that fell due by it.

    A visit to which somebody has set off takes place, and is included. What was invoiced is owed all the same: a
    credit note says otherwise. For dispatch. Raises MembershipUnknown, NotForYourRole, MembershipOver.
    """
    membership_get(caller, membership_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Memberships are cancelled by dispatch.")
    live = Membership.objects.filter(pk=membership_id, state__in=LIVE)
    if live.update(renews=False, cancelled_at=now, reason=reason) != 1:
        raise MembershipOver
    if at_once:
        live.update(state=Membership.State.CANCELLED)
        _requests_cancel(caller, membership_id, reason, now)
    return membership_get(caller, membership_id)


def _begin(membership: Membership, caller: Caller, now: datetime) -> Membership:
    plan = membership.plan
    members = Membership.objects.filter(
        site=membership.site, customer=membership.customer, plan__code=plan.code, state__in=LIVE
    )
    if members.exists():
        raise AlreadyMember
    membership.organisation = caller.organisation
    membership.sold_at, membership.sold_by = now, caller.account
    membership.ends_on = months_after(membership.starts_on, plan.period_months)
    membership.save(force_insert=True)
    period_begin(membership, 1)
    facts.membership_fact_record(
        kind=ServiceEvent.Kind.MEMBERSHIP_SOLD,
        source_id=f"membership:{membership.id}:sold",
        membership=membership,
        occurred_at=now,
        amount=Money(plan.price_minor, caller.organisation.currency),
    )
    return membership


def _requests_cancel(caller: Caller, membership_id: UUID, reason: str, now: datetime) -> None:
    asked = ServiceRequest.objects.filter(
        included__period__membership=membership_id, state__in=before(REQUEST, RequestState.CANCELLED)
    )
    for request in asked:
        with suppress(StepOutOfOrder):  # somebody is on the way, or there
            request_cancel(caller=caller, request_id=request.pk, reason=reason, now=now)
