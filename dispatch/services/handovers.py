"""Customers change hands: a technician leaves, a salesperson takes over a region. All of them at once, or none.

What a customer has asked for, and was promised, stays as it is: requests are the customer's own, visits keep their
time and technician until a new plan is published. Days with a promised visit are planned anew, where the planner
prefers the new owner (dispatch/services/continuity.py); drafts made before can no longer be published, because the
visits have another revision. What was sold keeps its seller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from communities.access import Caller
from communities.models import Customer, CustomerOwner, HandedCustomer, HandOver, Region, User
from communities.selectors.places import unshown
from dispatch.errors import (
    CustomersNotTheirs,
    NobodyToHandOver,
    NotForYourRole,
    OwnerUnknown,
    PlanRunning,
    SameOwner,
)
from dispatch.models import Plan, PlanVersion, ServiceRequest, Technician, Visit
from dispatch.selectors.owners import Owner, customers_of
from dispatch.services.planning import plan_request
from dispatch.states import RequestState, VisitState

OPEN = (RequestState.RECEIVED, RequestState.ACCEPTED)
NOT_BEGUN = (VisitState.UNSCHEDULED, VisitState.SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverGiven:
    """From whom to whom; the named customers, or all the owner answers for where none is named."""

    from_owner: Owner
    to_owner: Owner
    reason: str
    customers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Moving:
    """What a hand-over moves. `promised` are visits that a customer was told of; `days` those to be planned anew."""

    customers: list[Customer]
    open_requests: int
    promised: list[Visit]
    days: list[tuple[Region, date]]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The row, and each day that has to be planned anew with the run that does it; None where one was going on
    already, whose draft will be stale."""

    hand_over: HandOver
    days: list[tuple[Region, date, PlanVersion | None]]


def hand_over_preview(*, caller: Caller, given: HandOverGiven, now: datetime) -> Moving:
    """What would move. Changes nothing. Raises what customers_hand_over raises."""
    _check(caller, given)
    return _moving(caller, given, _customers(caller, given), now)


@transaction.atomic
def customers_hand_over(*, caller: Caller, given: HandOverGiven, now: datetime) -> HandedOver:
    """Give customers another owner, and have the days planned anew on which they were promised a visit.

    Raises NotForYourRole, OwnerUnknown, SameOwner, NobodyToHandOver and CustomersNotTheirs.
    """
    _check(caller, given)
    # Whoever hands over some of the same customers waits here, and then finds that they have gone.
    found = _customers(caller, given)
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk").values("pk"))
    moving = _moving(caller, given, _customers(caller, given), now)
    hand_over = _write(caller, given, moving, now)
    _drafts_outdate(moving.customers, now)
    return HandedOver(
        hand_over, [(region, on, _plan_again(caller, region, on)) for region, on in moving.days]
    )


def _check(caller: Caller, given: HandOverGiven) -> None:
    if not caller.runs_dispatch:
        raise NotForYourRole("Customers are handed over by dispatchers and administrators.")
    if given.from_owner == given.to_owner:
        raise SameOwner
    technicians = Technician.objects.filter(organisation=caller.organisation)
    users = User.objects.filter(organisation=caller.organisation)
    if given.to_owner == Owner() or not (
        _is_among(given.from_owner, technicians, users)
        and _is_among(given.to_owner, technicians.filter(active=True), users.filter(is_active=True))
    ):
        raise OwnerUnknown


def _is_among(owner: Owner, technicians: QuerySet[Technician], users: QuerySet[User]) -> bool:
    """Nobody is always known."""
    if owner.technician_id:
        return technicians.filter(pk=owner.technician_id).exists()
    return not owner.user_id or users.filter(pk=owner.user_id).exists()


def _customers(caller: Caller, given: HandOverGiven) -> QuerySet[Customer]:
    theirs = customers_of(caller.organisation, given.from_owner)
    return theirs.filter(pk__in=given.customers) if given.customers else theirs


def _moving(caller: Caller, given: HandOverGiven, found: QuerySet[Customer], now: datetime) -> Moving:
    customers = list(found.order_by("name", "pk"))
    if missing := len(set(given.customers)) - len(customers) if given.customers else 0:
        raise CustomersNotTheirs(f"{missing} of the customers named are not theirs.")
    if not customers:
        raise NobodyToHandOver
    promised = list(
        Visit.objects.filter(
            work_order__request__customer__in=customers,
            role=0,
            state=VisitState.SCHEDULED,
            starts_at__gte=now,
        )
        .select_related("site__community__region", "work_order__request")
        .defer(*unshown("site__community__"))
        .order_by("starts_at", "pk")
    )
    requests = ServiceRequest.objects.filter(customer__in=customers, state__in=OPEN)
    return Moving(customers, requests.count(), promised, _days(caller, given, promised))


def _days(caller: Caller, given: HandOverGiven, promised: Sequence[Visit]) -> list[tuple[Region, date]]:
    """The days on which somebody else than the new owner is to come; an account goes nowhere: then those on which
    the old owner is."""
    new, old = given.to_owner.technician_id, given.from_owner.technician_id
    found: dict[tuple[UUID, date], Region] = {}
    for visit in promised:
        if (visit.technician_id != new if new else visit.technician_id == old) and visit.site.community:
            assert visit.starts_at is not None  # the database refuses a scheduled visit without a time
            region = visit.site.community.region
            found[region.pk, visit.starts_at.astimezone(caller.organisation.zone).date()] = region
    return [(region, on) for (_, on), region in sorted(found.items(), key=lambda one: one[0][::-1])]


def _write(caller: Caller, given: HandOverGiven, moving: Moving, now: datetime) -> HandOver:
    start, end = given.from_owner, given.to_owner
    hand_over = HandOver.objects.create(
        organisation=caller.organisation,
        from_technician_id=start.technician_id,
        from_user_id=start.user_id,
        to_technician_id=end.technician_id,
        to_user_id=end.user_id,
        reason=given.reason,
        handed_by=caller.account,
        happened_at=now,
        customers=len(moving.customers),
        open_requests=moving.open_requests,
        promised_visits=len(moving.promised),
    )
    HandedCustomer.objects.bulk_create(
        HandedCustomer(organisation=caller.organisation, hand_over=hand_over, customer=customer)
        for customer in moving.customers
    )
    CustomerOwner.objects.bulk_create(
        [
            CustomerOwner(
                organisation=caller.organisation,
                customer=customer,
                technician_id=end.technician_id,
                user_id=end.user_id,
                since=now,
            )
            for customer in moving.customers
        ],
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["technician_id", "user", "since"],
    )
    return hand_over


def _drafts_outdate(customers: Sequence[Customer], now: datetime) -> None:
    """Another revision of every visit that is still to be planned: plans made before are stale."""
    visits = Visit.objects.filter(
        work_order__request__customer__in=customers, state__in=[str(one) for one in NOT_BEGUN]
    )
    locked = list(
        visits.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True)
    )
    Visit.objects.filter(pk__in=locked).update(revision=F("revision") + 1, updated_at=now)


def _plan_again(caller: Caller, region: Region, on: date) -> PlanVersion | None:
    plan = Plan.objects.filter(region=region, on=on).select_related("published").first()
    try:
        return plan_request(
            caller=caller, region_id=region.pk, on=on, starts_from=plan.published if plan else None
        )
    except PlanRunning:
        return None
