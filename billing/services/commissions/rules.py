"""Commission rules: they begin, hold, and end; what they say is never changed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from billing.errors import BadCommissionRule, CommissionRuleEnded, CommissionRuleOverlaps
from billing.models import CommissionRule, PriceItem
from billing.selectors.commissions import commission_rule_get
from billing.services.commissions.open_months import day_check, months_lock
from communities.access import Caller
from communities.models import Organisation
from core.errors import DomainError
from dispatch.errors import NotForYourRole
from dispatch.models import ServiceType

WRONG = {
    "commission_rule_rate_or_amount": "A rule has a rate or an amount, and not both.",
    "commission_rule_at_most_all": "A rate is 10,000 basis points at most.",
    "commission_rule_of_one_thing": "A rule is for an item or for a service type, or for everything.",
    "commission_rule_of_answers_has_a_score": (
        "A rule for satisfaction, and no other, has a least score from 1 to 5; and it has an amount, and no item."
    ),
    "commission_rule_days_in_order": "A rule ends on the day it begins, or later.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGiven:
    """A rule: for an item, for a service type, or without either for everything."""

    kind: CommissionRule.Kind
    valid_from: date
    valid_until: date | None = None
    rate_bp: int | None = None
    amount_minor: int | None = None
    least_csat: int | None = None
    item_code: str = ""
    service_type_code: str = ""


class RuleBook:
    """A company's rules. One query, over what administrators have written: tens of rows."""

    def __init__(self, organisation: Organisation) -> None:
        self._rules: dict[tuple[str, UUID | None], list[CommissionRule]] = defaultdict(list)
        for rule in CommissionRule.objects.filter(organisation=organisation):
            self._rules[rule.kind, rule.item_id or rule.service_type_id].append(rule)

    def rule(
        self, kind: str, *, on: date, item_id: UUID | None = None, service_type_id: UUID | None = None
    ) -> CommissionRule | None:
        """The rule of that day: the item's, else the service type's, else the one for everything."""
        things = [thing for thing in (item_id, service_type_id) if thing is not None]
        for thing in (*things, None):
            for rule in self._rules.get((kind, thing), ()):
                if rule.valid_from <= on and (rule.valid_until is None or on < rule.valid_until):
                    return rule
        return None


@transaction.atomic
def commission_rule_add(*, caller: Caller, given: RuleGiven) -> CommissionRule:
    """Let a rule hold from a day on.

    For administrators (NotForYourRole). Raises BadCommissionRule, CommissionRuleOverlaps for days on which another rule
    of that kind is for the same, and CommissionMonthClosed for a first day in a closed month.
    """
    _only_administrators(caller)
    months_lock(caller.organisation)
    day_check(caller.organisation, given.valid_from)
    item, service_type = _item(caller, given.item_code), _service_type(caller, given.service_type_code)
    try:
        with transaction.atomic():
            return CommissionRule.objects.create(
                organisation=caller.organisation,
                kind=given.kind,
                item=item,
                service_type=service_type,
                rate_bp=given.rate_bp,
                amount_minor=given.amount_minor,
                least_csat=given.least_csat,
                valid_from=given.valid_from,
                valid_until=given.valid_until,
            )
    except IntegrityError as error:
        raise _refusal(error) from error


@transaction.atomic
def commission_rule_end(*, caller: Caller, rule_id: UUID, valid_until: date) -> CommissionRule:
    """Let a rule hold no more from `valid_until` on; on its first day, as if it had never been.

    For administrators (NotForYourRole). Raises CommissionRuleUnknown, BadCommissionRule for a day before its first,
    CommissionRuleEnded when it ends earlier already, and CommissionMonthClosed for a day in a closed month.
    """
    rule = commission_rule_get(caller, rule_id)
    _only_administrators(caller)
    months_lock(caller.organisation)
    day_check(caller.organisation, valid_until)
    if valid_until < rule.valid_from:
        raise BadCommissionRule(WRONG["commission_rule_days_in_order"])
    holds_longer = Q(valid_until=None) | Q(valid_until__gt=valid_until)
    ended = CommissionRule.objects.filter(holds_longer, pk=rule.pk).update(valid_until=valid_until)
    if ended != 1:
        raise CommissionRuleEnded
    return commission_rule_get(caller, rule_id)


def _only_administrators(caller: Caller) -> None:
    if not caller.administers:
        raise NotForYourRole("Commissions are kept by administrators.")


def _refusal(error: IntegrityError) -> DomainError:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    return BadCommissionRule(WRONG[name]) if name in WRONG else CommissionRuleOverlaps()


def _item(caller: Caller, code: str) -> PriceItem | None:
    if not code:
        return None
    item = PriceItem.objects.filter(organisation=caller.organisation, code=code).first()
    if item is None:
        raise BadCommissionRule(f"There is no item {code!r} in the price book.")
    return item


def _service_type(caller: Caller, code: str) -> ServiceType | None:
    if not code:
        return None
    kind = ServiceType.objects.filter(organisation=caller.organisation, code=code).first()
    if kind is None:
        raise BadCommissionRule(f"There is no service type {code!r}.")
    return kind
