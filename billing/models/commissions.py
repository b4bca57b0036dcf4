"""Technicians' share: by what rules, whose visit it was, and what each has earned in a month."""

from uuid import UUID

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from billing.models.books import Posting
from billing.models.invoices import InvoiceLine
from billing.models.prices import DateRange, PriceItem
from communities.models import Owned, SurveyInvitation, User
from core.money import Money
from dispatch.models import ServiceType, Technician, Visit

CLOSED_IS_CLOSED = """
IF EXISTS (SELECT FROM billing_commissionmonth WHERE state = 'closed' AND id IN ({months})) THEN
    RAISE EXCEPTION 'a closed month''s commissions are not changed' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""
IN_ORDER = """
IF EXISTS (
    SELECT FROM billing_commissionmonth
    WHERE organisation_id = NEW.organisation_id AND month < NEW.month AND state = 'open'
) THEN
    RAISE EXCEPTION 'an earlier month is open' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
COUNTED = """
IF EXISTS (
    SELECT FROM billing_commissionline AS line
    JOIN billing_commissionstatement AS statement ON statement.id = line.statement_id
    JOIN billing_commissionmonth AS month ON month.id = statement.month_id
    WHERE line.visit_id IN (OLD.visit_id, NEW.visit_id) AND month.state = 'closed'
) THEN
    RAISE EXCEPTION 'the visit counts in a closed month' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""
WRITING = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
FIXED = ["kind", "item", "service_type", "rate_bp", "amount_minor", "least_csat", "valid_from"]
"""What a rule says. It is never changed; it ends, and another follows."""


def while_the_month_is_open(months: str) -> pgtrigger.Trigger:
    """Refuse every change of a row that belongs to a closed month. `months`: SQL for the ids of its months."""
    return pgtrigger.Trigger(
        name="closed_is_closed",
        when=pgtrigger.Before,
        operation=WRITING,
        func=CLOSED_IS_CLOSED.format(months=months),
    )


class CommissionRule(Owned):
    """What technicians earn, from `valid_from` up to the day before `valid_until`.

    A share in basis points (500 is 5 %) of what is kept of an invoice's line, without tax; or an amount: for each
    piece of the line, or for an answer of `least_csat` or better. A rule for an item comes before one for the visit's
    service type, and that before one for everything. There are never two for the same thing on the same day.
    """

    class Kind(models.TextChoices):
        SHARE = "share", "Of what was done, for those who did it"
        UPSELL = "upsell", "Of what was sold on site, for who offered it"
        SATISFACTION = "satisfaction", "For a good answer, for those who did the work"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+", null=True)
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+", null=True)
    rate_bp = models.PositiveIntegerField(null=True)
    amount_minor = models.PositiveBigIntegerField(null=True)
    least_csat = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rate_bp__isnull=False, amount_minor=None)
                | Q(rate_bp=None, amount_minor__isnull=False),
                name="commission_rule_rate_or_amount",
            ),
            models.CheckConstraint(
                condition=Q(rate_bp=None) | Q(rate_bp__lte=10_000), name="commission_rule_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(item=None) | Q(service_type=None), name="commission_rule_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="satisfaction",
                    item=None,
                    amount_minor__isnull=False,
                    least_csat__isnull=False,
                    least_csat__range=(1, 5),
                )
                | (~Q(kind="satisfaction") & Q(least_csat=None)),
                name="commission_rule_of_answers_has_a_score",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="commission_rule_days_in_order",
            ),
            ExclusionConstraint(
                name="commission_rule_one_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("item", "service_type", "organisation"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="said_is_said", fields=FIXED),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"


class VisitShare(Owned):
    """One of those who did a visit together, and in what part. Without any, the visit's technician did it alone."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="shares")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    parts = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "technician"], name="visit_share_once"),
            models.CheckConstraint(condition=Q(parts__gte=1), name="visit_share_of_something"),
        ]
        triggers = [pgtrigger.Trigger(name="counted", when=pgtrigger.Before, operation=WRITING, func=COUNTED)]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.technician_id} {self.parts}"


class CommissionMonth(Owned):
    """A month of a company's commissions, in its time zone: computed at will while it is open, then closed for good.

    `computed_at` is when its books were last read, by the machine's clock: what was booked later is not in it.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    month = models.DateField(help_text="Its first day.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    computed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="commission_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="commission_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False, computed_at__isnull=False),
                name="commission_month_closed_has_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="closed_is_closed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="closed"),
            ),
            pgtrigger.Trigger(
                name="closed_in_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state="closed"),
                func=IN_ORDER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.state}"


class CommissionStatement(Owned):
    """What a technician has earned in a month: the sum of its lines."""

    month = models.ForeignKey(CommissionMonth, on_delete=models.PROTECT, related_name="statements")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="statements")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "technician"], name="commission_statement_once")
        ]
        triggers = [while_the_month_is_open("OLD.month_id, NEW.month_id")]

    def __str__(self) -> str:
        return f"{self.technician_id} {self.month_id}"

    @property
    def total_minor(self) -> int:
        """The sum of its lines, as billing.selectors.commissions has read it with the statement."""
        total: int = self.summed_minor  # type: ignore[attr-defined]
        return total

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class CommissionLine(Owned):
    """What one cause was worth to one technician: money of an invoice's line that came or went, or a good answer.

    `base_minor` is what was kept of the line by that, without tax; of what the rule makes of it the technician has
    `parts` of `of_parts`. `technician` is the statement's: here, so that the database counts a cause once for each.
    """

    statement = models.ForeignKey(CommissionStatement, on_delete=models.PROTECT, related_name="lines")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=CommissionRule.Kind.choices)
    rule = models.ForeignKey(CommissionRule, on_delete=models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="+", null=True)
    invoice_line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+", null=True)
    survey = models.ForeignKey(SurveyInvitation, on_delete=models.PROTECT, related_name="+", null=True)
    happened_at = models.DateTimeField()
    base_minor = models.BigIntegerField(default=0)
    parts = models.PositiveSmallIntegerField()
    of_parts = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField(help_text="Below zero where money went back.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="satisfaction", survey__isnull=False, posting=None, invoice_line=None)
                | Q(
                    kind__in=["share", "upsell"],
                    survey=None,
                    posting__isnull=False,
                    invoice_line__isnull=False,
                ),
                name="commission_line_has_a_cause",
            ),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="commission_line_of_something"),
            models.UniqueConstraint(
                fields=["posting", "invoice_line", "kind", "technician"],
                condition=Q(posting__isnull=False),
                name="commission_line_money_counts_once",
            ),
            models.UniqueConstraint(
                fields=["visit", "technician"],
                condition=Q(kind="satisfaction"),
                name="commission_line_one_answer_a_visit",
            ),
        ]
        indexes = [models.Index(fields=["statement", "happened_at"], name="commission_line_in_order")]
        triggers = [
            while_the_month_is_open(
                "SELECT month_id FROM billing_commissionstatement"
                " WHERE id IN (OLD.statement_id, NEW.statement_id)"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"

    @property
    def cause(self) -> tuple[str, UUID | None]:
        """What it was, and the id of that: an "answer"; else a posting's own word, like "capture" or "dispute:lost"."""
        if self.posting is None:
            return "answer", self.survey_id
        word, subject, *more = self.posting.key.split(":")
        return ":".join([word, *more]), UUID(subject)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.statement.currency)

    @property
    def base(self) -> Money:
        return Money(self.base_minor, self.statement.currency)
