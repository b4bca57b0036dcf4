"""What it costs to be made good: nothing, unless dispatch says so."""

from datetime import datetime, timedelta

from django.utils import timezone

from billing.models import Checkout, IncludedVisit, Invoice, Membership, PaymentLink, SandboxPayment
from communities.access import Caller
from communities.models import ServiceEvent, SurveyInvitation
from console.sandbox_provider.checkouts import dispute_open
from dispatch.models import Recovery, Technician, Visit
from dispatch.services.execution import visit_complete
from dispatch.services.recoveries import recovery_charge
from dispatch.states import VisitState
from tests.billing.test_member_terms import lines
from tests.billing.test_payments import PAID, press
from tests.dispatch.recoveries import new_visit, recovered
from tests.outbox import deliver_all

LATER = timedelta(days=1)


def made_good(recovery: Recovery, technician: Technician, caller: Caller, at: datetime) -> Invoice:
    """The recovery's visit is done, and what follows has happened."""
    visit = new_visit(recovery)
    Visit.objects.filter(pk=visit.pk).update(
        state=VisitState.STARTED, technician=technician, starts_at=at, ends_at=at + timedelta(minutes=30)
    )
    visit_complete(caller=caller, visit_id=visit.pk, happened_at=at, now=at)
    deliver_all()
    return Invoice.objects.get(visit=visit)


def test_it_costs_nothing_and_the_customer_is_asked_again(
    done: Visit, tina: Technician, as_dora: Caller, now: datetime
) -> None:
    invoice = made_good(recovered(done, now), tina, as_dora, now + LATER)

    assert lines(invoice) == [(800, 800, "免費補救", 0)]
    assert (invoice.state, PaymentLink.objects.filter(invoice=invoice).count()) == ("paid", 0)
    asked = SurveyInvitation.objects.get(visit_id=invoice.visit_id)
    assert asked.technician_id == tina.pk


def test_it_costs_what_any_visit_costs_when_dispatch_says_so(
    done: Visit, tina: Technician, as_dora: Caller, now: datetime
) -> None:
    recovery = recovered(done, now)
    recovery_charge(caller=as_dora, recovery_id=recovery.pk)
    invoice = made_good(recovery, tina, as_dora, now + LATER)
    assert (lines(invoice), invoice.state) == ([(800, 0, "", 800)], "issued")


def test_that_it_is_paid_is_no_coming_back(
    done: Visit, tina: Technician, as_dora: Caller, now: datetime
) -> None:
    """What costs nothing is paid at once."""
    invoice = made_good(recovered(done, now), tina, as_dora, now + LATER)
    paid = ServiceEvent.objects.filter(kind="invoice.paid")
    assert [(fact.visit_id, fact.data) for fact in paid] == [(invoice.visit_id, {"makes_good": True})]


def test_it_uses_up_no_visit_of_a_membership(
    member: Membership, done: Visit, tina: Technician, as_dora: Caller, now: datetime
) -> None:
    unused = IncludedVisit.objects.filter(period__membership=member, visit=None).count()
    invoice = made_good(recovered(done, now), tina, as_dora, now + LATER)
    assert lines(invoice) == [(800, 800, "免費補救", 0)]
    assert IncludedVisit.objects.filter(period__membership=member, visit=None).count() == unused


def test_a_contested_payment_opens_one(done: Visit, checkout: Checkout) -> None:
    press(checkout, PAID)
    deliver_all()
    dispute_open(SandboxPayment.objects.get(), now=timezone.now())
    deliver_all()

    recovery = Recovery.objects.get()
    assert (recovery.cause, recovery.visit, recovery.technician) == ("disputed", done, done.technician)
    assert recovery.due_at == recovery.opened_at + timedelta(hours=72)
