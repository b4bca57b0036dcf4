"""What the pictures show: the demonstration's company at its next day, with something on every page.

All is made by the services that people's pages use. The application runs meanwhile: its workers do the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pyotp
from django.urls import reverse

from billing.models import CommissionRule, CommissionStatement, Invoice, Payment, SandboxPayment
from billing.services.commissions.months import commission_month_compute
from billing.services.commissions.rules import RuleGiven, commission_rule_add
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.links import pay_url
from billing.services.offers import LineGiven, OfferGiven, OptionGiven, offer_make, offer_url
from billing.services.reconciliation import SettlementGiven, settlement_import
from communities.access import Caller, caller_of, operator_of
from communities.insight.signals import SignalPolicy
from communities.models import (
    CustomerStanding,
    Goal,
    PasswordReset,
    RegionManager,
    SurveyInvitation,
    User,
)
from communities.sample.records import SAMPLE_PASSWORD
from communities.services.codes import authenticator_add, secret_of
from communities.services.goals import GoalGiven, goal_set
from communities.services.metrics import metrics_refresh
from communities.services.passwords import RESET_LIFE, password_reset_url
from communities.services.standings import standings_refresh
from communities.services.surveys import survey_url
from config.demo.city import Company
from console.sandbox_provider.checkouts import dispute_open, refund_make
from core.tabular import RejectList
from dispatch.models import BookingProfile, Visit
from dispatch.selectors.bookings import book_token, booking_token
from dispatch.selectors.tracking import track_token
from dispatch.selectors.visits import day_bounds
from dispatch.services.bookings import booking_confirm, window_hold
from dispatch.services.execution import visit_arrive, visit_en_route, visit_start
from dispatch.services.previews import preview_request
from dispatch.services.requests import CustomerGiven
from dispatch.services.weekly_reports import weekly_report_url
from dispatch.services.windows import Wanted, windows_find
from tests.billing.settlement_files import stripe_csv

SETTLED = 60
"""So many payments are in the provider's file; the others wait."""
OTHER = 2
"""The line of the file that has other money than our books."""
FEE = Decimal("0.034")
CUSTOMER = CustomerGiven(name="王小姐", phone="02-0000-0000")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the addresses in console/screens.py name, and who signs in."""

    words: Mapping[str, str]
    usernames: Mapping[User.Role, str]


def scene_make(company: Company, on: date, now: datetime) -> Scene:
    """Let the company's day `on` begin, and something happen on every page."""
    operator = operator_of(company.organisation)
    BookingProfile.objects.create(organisation=company.organisation, is_open=True)
    at_work, on_the_way = _set_off(company, on, now)
    manager = _manager(at_work)
    goal = _goals_set(operator, manager, now.date())
    _commissions_count(operator, now)
    contested = _settle(operator, now)
    metrics_refresh()
    standings_refresh(organisation=company.organisation, now=now)
    words = {
        "slug": company.organisation.slug,
        "on": on.isoformat(),
        "region": str(manager.region_id),
        "address": at_work.site.address,
        "offer": _offered(company, at_work, now),
        "track": reverse("track", args=[on_the_way.pk, track_token(on_the_way.pk)]),
        "booking": _booked(operator, at_work, now),
        "invoice": str(contested),
        "goal": str(goal),
        "visit": str(at_work.pk),
        "community": str(at_work.site.community_id),
        "preview": str(_policy_tried(operator, manager, on)),
        **_found(company, at_work, contested),
        "credit": _credited(operator, contested, now),
        **_written_to(company, manager.user, now),
        "with_codes": _codes_given(_technician(on_the_way).user, now),
        "password": SAMPLE_PASSWORD,
    }
    return Scene(words, _usernames(company, at_work, manager))


def _set_off(company: Company, on: date, now: datetime) -> tuple[Visit, Visit]:
    """Two technicians begin their day: one is at work, where something can be offered, the other on the way."""
    at_work, on_the_way = _firsts(company, on, now)
    for visit in (at_work, on_the_way):
        visit_en_route(caller=_technician(visit), visit_id=visit.pk, happened_at=now, now=now)
    for step in (visit_arrive, visit_start):
        step(caller=_technician(at_work), visit_id=at_work.pk, happened_at=now, now=now)
    return at_work, on_the_way


def _firsts(company: Company, on: date, now: datetime) -> tuple[Visit, Visit]:
    """Of two technicians who have worked before, and have a statement, the first visit of the day, the first of them
    with something to offer. What will only have been asked for later today cannot have begun; whoever only goes along
    tells nobody of it."""
    begin, end = day_bounds(company.organisation, on, on)
    worked = Visit.objects.filter(organisation=company.organisation, state="completed").values("technician")
    planned = Visit.objects.filter(
        organisation=company.organisation,
        technician__in=worked,
        starts_at__range=(begin, end),
        work_order__request__requested_at__lt=now,
        site__community__region__managers__isnull=False,
    ).select_related("technician__user", "site__community", "service_type")
    firsts: dict[UUID | None, Visit] = {}
    for visit in planned.order_by("starts_at", "pk"):
        firsts.setdefault(visit.technician_id, visit)
    leading = [visit for visit in firsts.values() if visit.leads]
    at_work = next(visit for visit in leading if _add_ons(company, visit))
    return at_work, next(visit for visit in leading if visit is not at_work)


def _add_ons(company: Company, visit: Visit) -> list[str]:
    return [one.code for one in company.city.add_ons if visit.service_type.code in one.service_types]


def _technician(visit: Visit) -> Caller:
    assert visit.technician is not None
    assert visit.technician.user is not None
    caller = caller_of(visit.technician.user)
    assert caller is not None
    return caller


def _manager(visit: Visit) -> RegionManager:
    assert visit.site.community is not None
    return RegionManager.objects.select_related("user").get(region=visit.site.community.region_id)


def _offered(company: Company, visit: Visit, now: datetime) -> str:
    """Two ways to do it, the better one recommended; where the customer sees them."""
    item = _add_ons(company, visit)[0]
    ways = [
        OptionGiven(name=name, recommended=pieces > 1, lines=[LineGiven(item_code=item, quantity=pieces)])
        for pieces, name in ((1, "基本方案"), (2, "安心方案"))
    ]
    given = OfferGiven(name="", options=ways)
    offer = offer_make(caller=_technician(visit), visit_id=visit.pk, given=given, happened_at=now, now=now)
    return _path(offer_url(offer.pk))


def _booked(operator: Caller, visit: Visit, now: datetime) -> str:
    """The first window that there is for a neighbour; where the customer changes it."""
    wanted = Wanted(service_type_code=visit.service_type.code, site=visit.site_id)
    openings = windows_find(caller=operator, wanted=wanted, now=now).openings
    first = min(openings, key=lambda one: one.from_at)
    booking = window_hold(caller=operator, wanted=wanted, window=first.window, now=now)
    booking_confirm(booking=booking, customer=CUSTOMER, now=now)
    return reverse("booking", args=[booking.pk, booking_token(booking.pk)])


def _goals_set(operator: Caller, manager: RegionManager, today: date) -> UUID:
    """Two of the manager's region; the last of them."""
    for measure, target in ((Goal.Measure.CSAT, "4.2"), (Goal.Measure.FIRST_VISIT_FIX, "0.9")):
        given = GoalGiven(
            target=Decimal(target), by_on=today + timedelta(days=90), owner=manager.user.username
        )
        goal = goal_set(
            caller=operator, region_id=manager.region_id, measure=measure, given=given, today=today
        )
    return goal.pk


def _policy_tried(operator: Caller, manager: RegionManager, on: date) -> UUID:
    """A policy that heeds low satisfaction twice as much, tried on the day."""
    policy = replace(SignalPolicy(), csat_minutes=2 * SignalPolicy().csat_minutes)
    return preview_request(caller=operator, region_id=manager.region_id, on=on, policy=policy).pk


def _commissions_count(operator: Caller, now: datetime) -> None:
    """A share of a tenth for everybody, from the beginning of last month."""
    this_month = now.astimezone(operator.organisation.zone).date().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    rule = RuleGiven(kind=CommissionRule.Kind.SHARE, valid_from=last_month, rate_bp=1000)
    commission_rule_add(caller=operator, given=rule)
    commission_month_compute(caller=operator, month=this_month, now=now)


def _settle(operator: Caller, now: datetime) -> UUID:
    """The provider's file comes, with three lines that do not agree; then one payer contests, and one gets something
    back. The contested invoice."""
    ours = Payment.objects.filter(organisation=operator.organisation, state="succeeded")
    payments = list(ours.order_by("happened_at", "pk")[:SETTLED])
    given = SettlementGiven(
        source=stripe_csv(*_lines(payments)), account="sandbox", kind="stripe", name="payout.csv"
    )
    settlement_import(caller=operator, given=given, rejects=RejectList(), now=now)
    contested, returned = (SandboxPayment.objects.get(pk=one.provider_ref) for one in payments[-2:])
    dispute_open(contested, now=now)
    refund_make(returned, returned.checkout.amount_minor // 2, reference=None, now=now)
    return payments[-2].invoice_id


def _lines(payments: list[Payment]) -> Iterator[dict[str, str]]:
    """As the provider tells it: the first payment twice, the second with other money, and one of somebody else."""
    for number, payment in enumerate([payments[0], *payments]):
        yield _line(number, payment.provider_ref, payment.amount_minor + (20 if number == OTHER else 0))
    yield _line(len(payments) + 1, "elsewhere", 1200)


def _line(number: int, payment_ref: str, amount: int) -> dict[str, str]:
    fee = (amount * FEE).quantize(Decimal("0.01"))
    return {
        "balance_transaction_id": f"txn_{number}",
        "payment_intent_id": payment_ref,
        "gross": f"{amount}.00",
        "fee": str(fee),
        "net": str(amount - fee),
    }


def _credited(operator: Caller, contested: UUID, now: datetime) -> str:
    """Something off the second bill that is paid."""
    paid = Invoice.objects.filter(organisation=operator.organisation, state=Invoice.State.PAID)
    invoice = paid.exclude(pk=contested).order_by("number")[1]
    line = invoice.lines.order_by("position")[0]
    given = CreditGiven(reason="施工後仍有瑕疵", amounts={line.position: line.amount_minor // 4})
    note = credit_note_issue(caller=operator, invoice_id=invoice.pk, given=given, now=now)
    return f"{_path(pay_url(invoice.pk))}/credit/{note.pk}"


def _written_to(company: Company, user: User, now: datetime) -> dict[str, str]:
    """Where letters lead: to a new password, and to the end of the weekly one."""
    reset = PasswordReset.objects.create(
        organisation=company.organisation, user=user, expires_at=now + RESET_LIFE
    )
    return {
        "new_password": _path(password_reset_url(reset.pk)),
        "weekly_report_end": _path(weekly_report_url(user.pk)),
    }


def _codes_given(user: User, now: datetime) -> str:
    """Somebody who signs in with one-time codes besides the password; nobody else's page is theirs."""
    chosen = uuid4()
    code = pyotp.TOTP(secret_of(chosen)).at(now)
    authenticator_add(user=user, authenticator_id=chosen, code=code, now=now)
    return user.username


def _found(company: Company, at_work: Visit, contested: UUID) -> dict[str, str]:
    """What the demonstration has left: an invoice to pay, one that is paid, an answer and one to give …"""
    organisation = company.organisation
    invoices = Invoice.objects.filter(organisation=organisation, visit__isnull=False).order_by("number")
    paid = invoices.filter(state=Invoice.State.PAID).exclude(pk=contested)
    asked = SurveyInvitation.objects.filter(organisation=organisation).order_by("pk")
    statement = CommissionStatement.objects.filter(technician=at_work.technician).latest("month__month")
    best = CustomerStanding.objects.filter(organisation=organisation).order_by("-spend_minor", "pk")[0]
    return {
        "pay": _path(pay_url(invoices.filter(state=Invoice.State.ISSUED, links__state="open")[0].pk)),
        "receipt": _path(pay_url(paid[0].pk)),
        "rate": _path(survey_url(asked.filter(answer=None)[0])),
        "thanks": _path(survey_url(asked.filter(answer__isnull=False)[0])),
        "statement": str(statement.pk),
        "customer": str(best.customer_id),
        "book_again": reverse("book-again", args=[best.customer_id, book_token(best.customer_id)]),
        "person": str(_technician(at_work).user.pk),
    }


def _usernames(company: Company, at_work: Visit, manager: RegionManager) -> dict[User.Role, str]:
    office = (User.Role.ADMINISTRATOR, User.Role.DISPATCHER)
    return {
        **{role: company.account(role).username for role in office},
        User.Role.REGIONAL_MANAGER: manager.user.username,
        User.Role.TECHNICIAN: _technician(at_work).user.username,
    }


def _path(url: str) -> str:
    return urlsplit(url).path
