"""The refusals of this app."""

from core.errors import Conflict, DomainError, Invalid, NotFound
from dispatch.errors import BadSignature as BadSignature
from dispatch.errors import NotOnSite as NotOnSite


class ItemUnknown(NotFound):
    code = "item-unknown"
    title = "The price book has no such add-on for this service"


class OfferUnknown(NotFound):
    code = "offer-unknown"
    title = "There is no such offer"


class InvoiceUnknown(NotFound):
    code = "invoice-unknown"
    title = "There is no such invoice"


class PaymentLinkUnknown(NotFound):
    code = "payment-link-unknown"
    title = "There is no such payment link"


class PaymentUnknown(NotFound):
    code = "payment-unknown"
    title = "There is no such payment"


class NothingToPay(Conflict):
    code = "nothing-to-pay"
    title = "Nothing is to be paid here"


class CannotPayNow(DomainError):
    status = 503
    code = "cannot-pay-now"
    title = "The payment provider cannot be reached"


class NotRefundable(Conflict):
    code = "not-refundable"
    title = "This payment has brought no money that could be given back"


class RefundTooLarge(Invalid):
    code = "refund-too-large"
    title = "No more can be given back than is left of the payment"


class RefundOnItsWay(Conflict):
    code = "refund-on-its-way"
    title = "Another refund of this payment has not reached the provider yet"


class TooMuch(Invalid):
    code = "too-much"
    title = "No more can be taken than is due"


class GatewayUnknown(NotFound):
    code = "gateway-unknown"
    title = "There is no such payment provider"


class SettlementKindUnknown(Invalid):
    code = "settlement-kind-unknown"
    title = "Settlement files of this kind cannot be read"


class SettlementFileUnknown(NotFound):
    code = "settlement-file-unknown"
    title = "There is no such settlement file"


class BadQuantity(Invalid):
    code = "bad-quantity"
    title = "The quantity must be between 1 and 999"


class PriceMissing(Conflict):
    code = "price-missing"
    title = "There is no price for this service"


class BadPriceBook(Invalid):
    code = "bad-price-book"
    title = "The price book cannot be right"


class BadOffer(Invalid):
    code = "bad-offer"
    title = "This cannot be offered as it stands"


class OptionUnknown(NotFound):
    code = "option-unknown"
    title = "The offer has no such option"


class MaintenancePlanUnknown(NotFound):
    code = "maintenance-plan-unknown"
    title = "There is no such maintenance plan to be sold"


class MembershipUnknown(NotFound):
    code = "membership-unknown"
    title = "There is no such membership"


class AlreadyMember(Conflict):
    code = "already-member"
    title = "The customer has this plan at this site"


class MembershipOver(Conflict):
    code = "membership-over"
    title = "The membership is over"


class BadMembership(Invalid):
    code = "bad-membership"
    title = "This cannot be sold as it stands"


class CreditTooLarge(Invalid):
    code = "credit-too-large"
    title = "No more can be credited than the invoice says"


class PriceListOverlaps(Conflict):
    code = "price-list-overlaps"
    title = "Another price list of this region has some of these days"


class AccountUnknown(Invalid):
    code = "account-unknown"
    title = "There is no such account at a payment provider"


class BadCommissionRule(Invalid):
    code = "bad-commission-rule"
    title = "The commission rule cannot be right"


class CommissionRuleUnknown(NotFound):
    code = "commission-rule-unknown"
    title = "There is no such commission rule"


class CommissionRuleOverlaps(Conflict):
    code = "commission-rule-overlaps"
    title = "Another rule of this kind is for the same on some of these days"


class CommissionRuleEnded(Conflict):
    code = "commission-rule-ended"
    title = "The rule ends on that day already, or earlier"


class CommissionMonthUnknown(NotFound):
    code = "commission-month-unknown"
    title = "There are no commissions of such a month"


class CommissionMonthClosed(Conflict):
    code = "commission-month-closed"
    title = "The month's commissions are closed"


class CommissionMonthNotOver(Conflict):
    code = "commission-month-not-over"
    title = "A month is closed when it is over"


class EarlierMonthOpen(Conflict):
    code = "earlier-month-open"
    title = "Months are closed in order, and an earlier one is open"


class StatementUnknown(NotFound):
    code = "statement-unknown"
    title = "There is no such commission statement"


class BadShares(Invalid):
    code = "bad-shares"
    title = "A visit cannot be shared like this"


class SharesCounted(Conflict):
    code = "shares-counted"
    title = "The visit counts in a closed month's commissions"


class PriceChanged(Conflict):
    """The customer was told another price than it has now."""

    code = "price-changed"
    title = "The price has changed"


class NobodyToWriteTo(Conflict):
    code = "nobody-to-write-to"
    title = "The customer has no e-mail address to write to, or wants no messages"


class AlreadyOffered(Conflict):
    code = "already-offered"
    title = "This add-on has been offered on this visit"


class OfferDecided(Conflict):
    code = "offer-decided"
    title = "The customer has decided on this offer already"


class WebhookForged(DomainError):
    status = 401
    code = "webhook-forged"
    title = "The signature does not fit the message"


class WebhookTooLarge(DomainError):
    status = 413
    code = "webhook-too-large"
    title = "No provider sends messages of this size"
