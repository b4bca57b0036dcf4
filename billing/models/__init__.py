"""Prices, offers, memberships, invoices, how they are paid, the books, what providers have settled, and what
technicians earn."""

from billing.models.books import Entry, Posting
from billing.models.commissions import (
    CommissionLine,
    CommissionMonth,
    CommissionRule,
    CommissionStatement,
    VisitShare,
)
from billing.models.inbox import WebhookEvent
from billing.models.invoices import CreditLine, CreditNote, Invoice, InvoiceLine, Series, TaxLine
from billing.models.memberships import (
    IncludedVisit,
    MaintenancePlan,
    Membership,
    MembershipPeriod,
    PlanInclusion,
)
from billing.models.offers import Approval, Offer, OfferLine, OfferOption
from billing.models.paying import Checkout, Dispute, Inquiry, Payment, PaymentLink, PaymentReminder, Refund
from billing.models.prices import (
    OptionSet,
    PriceItem,
    PriceItemPart,
    PriceList,
    PriceListEntry,
    SetOption,
    SetOptionLine,
    Tax,
)
from billing.models.profile import BillingProfile
from billing.models.sandbox import (
    SandboxCheckout,
    SandboxDispute,
    SandboxNotice,
    SandboxPayment,
    SandboxRefund,
)
from billing.models.settlements import SettlementFile, SettlementLine

__all__ = [
    "Approval",
    "BillingProfile",
    "Checkout",
    "CommissionLine",
    "CommissionMonth",
    "CommissionRule",
    "CommissionStatement",
    "CreditLine",
    "CreditNote",
    "Dispute",
    "Entry",
    "IncludedVisit",
    "Inquiry",
    "Invoice",
    "InvoiceLine",
    "MaintenancePlan",
    "Membership",
    "MembershipPeriod",
    "Offer",
    "OfferLine",
    "OfferOption",
    "OptionSet",
    "Payment",
    "PaymentLink",
    "PaymentReminder",
    "PlanInclusion",
    "Posting",
    "PriceItem",
    "PriceItemPart",
    "PriceList",
    "PriceListEntry",
    "Refund",
    "SandboxCheckout",
    "SandboxDispute",
    "SandboxNotice",
    "SandboxPayment",
    "SandboxRefund",
    "Series",
    "SetOption",
    "SetOptionLine",
    "SettlementFile",
    "SettlementLine",
    "Tax",
    "TaxLine",
    "VisitShare",
    "WebhookEvent",
]
