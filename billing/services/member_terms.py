"""What memberships take off a visit's invoice: the visit itself where it is included, and a discount on the rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q

from billing.models import IncludedVisit, Invoice, MaintenancePlan, Membership, PriceItem
from billing.services.issuing import Line
from billing.taxes import FULL_BP, half_up
from core.languages import name_in
from dispatch.models import Visit
from dispatch.states import RequestState


def lines_for_member(visit: Visit, lines: Sequence[Line], *, now: datetime) -> list[Line]:
    """The lines as the site's members pay them, and the included visit used. Others' lines stay as they are.

    In force is a membership that is active on the day of the visit. A visit that fell due by a membership is included
    whatever became of that since: it was promised. The discount is the greatest there is, and knows no offer: what
    was accepted for a price costs a member less.
    """
    on = (visit.finished_at or now).astimezone(visit.organisation.zone).date()
    plans = _plans_in_force(visit, on)
    best = max(plans.values(), key=lambda plan: plan.discount_bp, default=None)
    reduced = [_reduced(line, best, visit) for line in lines]
    position = next((place for place, line in enumerate(lines) if _is_service(line, visit)), None)
    if position is not None and (used := _included_use(visit, list(plans), on)):
        reduced[position] = _covered(lines[position], used.period.membership.plan, best, visit)
    return reduced


def included_give_back(invoice: Invoice) -> None:
    """The visit of an invoice that is credited in full counts no more: it is included another time."""
    if invoice.visit_id is not None:
        IncludedVisit.objects.filter(visit=invoice.visit_id).update(visit=None)


def _plans_in_force(visit: Visit, on: date) -> dict[Membership, MaintenancePlan]:
    """Locked, so that two visits do not use the same one of those that are included."""
    customer = visit.work_order.request.customer_id
    members = Membership.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(customer=customer) if customer else Q(),
        organisation=visit.organisation_id,
        site=visit.site_id,
        state=Membership.State.ACTIVE,
        starts_on__lte=on,
        ends_on__gt=on,
    )
    return {member: member.plan for member in members.select_related("plan").order_by("pk")}


def _included_use(visit: Visit, members: Sequence[Membership], on: date) -> IncludedVisit | None:
    """The one that fell due as this visit's request, or else the first that is left on that day and not asked for."""
    unused = IncludedVisit.objects.filter(organisation=visit.organisation_id, visit=None).select_related(
        "period__membership__plan"
    )
    left = unused.filter(
        Q(request=None) | Q(request__state__in=[RequestState.CLOSED, RequestState.CANCELLED]),
        period__membership__in=members,
        period__starts_on__lte=on,
        period__ends_on__gt=on,
        service_type=visit.service_type_id,
    )
    due = unused.filter(request=visit.work_order.request_id).first()
    used = due or left.order_by("due_on", "pk").first()
    if used is None or unused.filter(pk=used.pk).update(visit=visit) != 1:
        return None
    return used


def _is_service(line: Line, visit: Visit) -> bool:
    item = line.item
    return (
        item is not None
        and not line.discount  # what costs nothing already uses up no included visit
        and item.kind == PriceItem.Kind.BASE
        and item.service_type_id == visit.service_type_id
    )


def _reduced(line: Line, plan: MaintenancePlan | None, visit: Visit) -> Line:
    off = _share(line.amount, plan)
    return _less(line, off, plan, visit) if plan and off and not line.discount else line


def _covered(line: Line, plan: MaintenancePlan, best: MaintenancePlan | None, visit: Visit) -> Line:
    """One piece of the line costs nothing, the others what they cost a member."""
    one = line.unit_price.minor
    off = one + _share(line.amount - one, best)
    return _less(line, off, plan, visit)


def _less(line: Line, off: int, plan: MaintenancePlan, visit: Visit) -> Line:
    return replace(line, discount=off, discount_by=name_in(visit.organisation.language, plan))


def _share(amount: int, plan: MaintenancePlan | None) -> int:
    return half_up(amount * plan.discount_bp, FULL_BP) if plan else 0
