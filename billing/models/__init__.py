"""Prices, what was offered and done, invoices, how they are paid, the books, and what providers have settled."""

from billing.models.books import Entry, Posting
from billing.models.inbox import WebhookEvent
from billing.models.invoices import Invoice, InvoiceLine
from billing.models.offers import Offer
from billing.models.paying import Checkout, Dispute, Inquiry, Payment, PaymentLink, PaymentReminder, Refund
from billing.models.prices import PriceItem
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
    "BillingProfile",
    "Checkout",
    "Dispute",
    "Entry",
    "Inquiry",
    "Invoice",
    "InvoiceLine",
    "Offer",
    "Payment",
    "PaymentLink",
    "PaymentReminder",
    "Posting",
    "PriceItem",
    "Refund",
    "SandboxCheckout",
    "SandboxDispute",
    "SandboxNotice",
    "SandboxPayment",
    "SandboxRefund",
    "SettlementFile",
    "SettlementLine",
    "WebhookEvent",
]
