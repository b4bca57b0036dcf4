"""States and roles as people read them."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import CommissionRule, Entry, Invoice
from billing.selectors.story import What
from communities.insight.rfm import Segment
from communities.models import ServiceEvent, User
from dispatch.models import Recovery, Visit
from dispatch.states import PlanState, VisitState

ROLES: dict[str, Promise] = {
    User.Role.ADMINISTRATOR: _("Administrator"),
    User.Role.DISPATCHER: _("Dispatcher"),
    User.Role.REGIONAL_MANAGER: _("Regional manager"),
    User.Role.TECHNICIAN: _("Technician"),
}
VISIT_STATES: dict[str, Promise] = {
    VisitState.UNSCHEDULED: _("Unscheduled"),
    VisitState.SCHEDULED: _("Scheduled"),
    VisitState.EN_ROUTE: _("On the way"),
    VisitState.ARRIVED: _("Arrived"),
    VisitState.STARTED: _("Started"),
    VisitState.COMPLETED: _("Completed"),
    VisitState.NOT_COMPLETED: _("Not completed"),
    VisitState.CANCELLED: _("Cancelled"),
}
RECOVERY_CAUSES: dict[str, Promise] = {
    Recovery.Cause.DETRACTOR: _("A bad answer"),
    Recovery.Cause.REOPENED: _("The fault came back"),
    Recovery.Cause.DISPUTED: _("Contests the payment"),
}
PLAN_STATES: dict[str, Promise] = {
    PlanState.QUEUED: _("waiting for a planner"),
    PlanState.SOLVING: _("being planned"),
    PlanState.DRAFT: _("a draft, to be published"),
    PlanState.CANCELLED: _("cancelled"),
    PlanState.FAILED: _("failed"),
}
INVOICE_STATES: dict[str, Promise] = {
    Invoice.State.ISSUED: _("to be paid"),
    Invoice.State.PARTLY_PAID: _("partly paid"),
    Invoice.State.PAID: _("paid"),
    Invoice.State.OVERPAID: _("paid too much"),
    Invoice.State.REOPENED: _("was paid, money went back"),
    Invoice.State.CREDITED: _("credited in full"),
}
MOMENTS: dict[str, Promise] = {
    What.INVOICE: _("Invoice issued"),
    What.CREDIT_NOTE: _("Credit note"),
    What.LINK: _("Payment link"),
    What.LETTER: _("Letter to the customer"),
    What.CHECKOUT: _("Provider's page opened"),
    What.MESSAGE: _("Provider's message"),
    What.INQUIRY: _("We asked the provider"),
    What.PAYMENT: _("Payment"),
    What.REFUND: _("Refund"),
    What.DISPUTE: _("Dispute"),
    What.POSTING: _("In the books"),
}
MONEY_STATES: dict[str, Promise] = {
    "open": _("open"),
    "paid": _("paid"),
    "replaced": _("replaced: another amount is due"),
    "expired": _("expired"),
    "due": _("to be sent"),
    "sent": _("sent"),
    "stopped": _("not needed any more"),
    "wanted": _("on its way to the provider"),
    "closed": _("closed"),
    "received": _("received"),
    "applied": _("looked up and entered"),
    "ignored": _("nothing to do"),
    "returned": _("the payer came back"),
    "unheard": _("nothing was heard for long"),
    "pending": _("on its way"),
    "authorised": _("agreed, not yet taken"),
    "succeeded": _("succeeded"),
    "declined": _("declined"),
    "failed": _("failed"),
    "won": _("won by us"),
    "lost": _("lost"),
}
ACCOUNTS: dict[str, Promise] = {
    Entry.Account.RECEIVABLE: _("owed by the customer"),
    Entry.Account.REVENUE: _("revenue"),
    Entry.Account.TAX: _("tax"),
    Entry.Account.PROVIDER: _("at the provider"),
    Entry.Account.ON_SITE: _("taken on site"),
    Entry.Account.DISPUTED: _("held back"),
    Entry.Account.BANK: _("at the bank"),
    Entry.Account.FEES: _("provider's fees"),
}
COMMISSIONS: dict[str, Promise] = {
    CommissionRule.Kind.SHARE: _("Share"),
    CommissionRule.Kind.UPSELL: _("Sold on site"),
    CommissionRule.Kind.SATISFACTION: _("Satisfaction"),
}
CAUSES: dict[str, Promise] = {
    "invoice": _("Invoice issued"),
    "capture": _("Payment"),
    "refund": _("Refund"),
    "refund:returned": _("Refund that came back"),
    "credit": _("Credit note"),
    "dispute:lost": _("Dispute lost"),
    "answer": _("Customer's answer"),
}

SEGMENTS: dict[str, Promise] = {
    Segment.CHAMPIONS: _("Champions"),
    Segment.LOYAL: _("Loyal"),
    Segment.POTENTIAL_LOYALISTS: _("Potential loyalists"),
    Segment.NEW: _("New"),
    Segment.PROMISING: _("Promising"),
    Segment.NEEDS_ATTENTION: _("Needing attention"),
    Segment.ABOUT_TO_SLEEP: _("About to sleep"),
    Segment.AT_RISK: _("At risk"),
    Segment.CANNOT_LOSE: _("Not to be lost"),
    Segment.HIBERNATING: _("Hibernating"),
    "": _("Too few orders to say"),
}
_K = ServiceEvent.Kind
FACTS: dict[str, Promise] = {
    _K.REQUEST_RECEIVED: _("Asked for service"),
    _K.REQUEST_RESPONDED: _("Was answered"),
    _K.REQUEST_PAUSED: _("Request paused"),
    _K.REQUEST_RESUMED: _("Request resumed"),
    _K.REQUEST_RESOLVED: _("Request resolved"),
    _K.VISIT_PLANNED: _("Visit planned"),
    _K.VISIT_RESCHEDULED: _("Visit moved"),
    _K.VISIT_EN_ROUTE: _("Technician on the way"),
    _K.VISIT_ARRIVED: _("Technician arrived"),
    _K.VISIT_STARTED: _("Work started"),
    _K.VISIT_COMPLETED: _("Work completed"),
    _K.VISIT_NOT_COMPLETED: _("Work not completed"),
    _K.VISIT_REOPENED: _("Work to be done again"),
    _K.OFFER_MADE: _("Offer made"),
    _K.OFFER_ACCEPTED: _("Offer accepted"),
    _K.OFFER_REFUSED: _("Offer refused"),
    _K.MEMBERSHIP_SOLD: _("Membership sold"),
    _K.INVOICE_ISSUED: _("Invoice issued"),
    _K.INVOICE_PAID: _("Invoice paid"),
    _K.INVOICE_CREDITED: _("Invoice credited"),
    _K.PAYMENT_REFUNDED: _("Money given back"),
    _K.PAYMENT_DISPUTED: _("Payment disputed"),
    _K.SURVEY_SENT: _("Asked how it went"),
    _K.SURVEY_ANSWERED: _("Answered how it went"),
    _K.RECOVERY_OPENED: _("To be made good"),
    _K.RECOVERY_CLOSED: _("Making good is over"),
    _K.COMPLAINT_MADE: _("Complaint"),
    _K.REFERRAL_MADE: _("Recommended us"),
    _K.PURCHASE_MADE: _("Bought elsewhere"),
    _K.DEVICE_READ: _("Device read"),
}


def last_step_at(visit: Visit) -> datetime | None:
    """When the visit's technician last reported something."""
    return visit.finished_at or visit.started_at or visit.arrived_at or visit.en_route_at


def hours(seconds: int) -> str:
    """A length of time as hours and minutes: 4320 is 1:12."""
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
