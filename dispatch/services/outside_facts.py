"""Facts from other systems (a CRM, an ERP, a till): each is told once by its own id, or refused with the reason.

They name things by what they know of them: our id, or the code or key that they go by here.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q

from communities.access import Caller
from communities.errors import FactImpossible
from communities.models import Community, Customer, Organisation, ServiceEvent, Site
from communities.services.fact_data import MAYBE_PRICED, PRICED, data_check
from communities.services.ledger import Fact, fact_check_time, facts_append
from core.money import DECIMALS, Money
from core.tabular import BadRow
from dispatch.errors import NotForYourRole, SourceReserved, SourceUnclear
from dispatch.models import ServiceType, Technician, Visit

RowT = TypeVar("RowT", bound=Model)

OURS = frozenset({"billing", "communities", "dispatch"})
SOURCE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
MOST = 1000  # in one call
BIGGEST = 10**15  # minor units


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGiven:
    """A fact as its source tells it. Whatever is left empty is taken from the visit, then from the site."""

    kind: str
    source_id: str
    occurred_at: datetime
    community: str = ""
    site: str = ""
    customer: str = ""
    technician: str = ""
    service_type: str = ""
    visit: str = ""
    amount_minor: int | None = None
    currency: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a given fact: new, known already (`bad` None in both), or refused."""

    is_new: bool = False
    bad: BadRow | None = None


def facts_tell(*, caller: Caller, source: str, given: Sequence[FactGiven], now: datetime) -> list[Told]:
    """Tell the ledger what another system says; what became of each, in the order given.

    Told again by the same (source, source_id), a fact is known already, and stays as it was first told. A late one
    is counted on its own day. Six queries more than facts_record, however many. Raises NotForYourRole,
    SourceUnclear, and SourceReserved for a source that is ours.
    """
    if not caller.administers:
        raise NotForYourRole("Facts from other systems are told by administrators.")
    source_check(source)
    names = _Names(caller.organisation, given)
    read = [_read(names, source, one, now) for one in given]
    facts = [one for one in read if isinstance(one, Fact)]
    new = {source_id for _, source_id in facts_append(organisation=caller.organisation, facts=facts, now=now)}
    told = []
    for one in read:
        if isinstance(one, BadRow):
            told.append(Told(bad=one))
        else:
            told.append(Told(is_new=one.source_id in new))
            new.discard(one.source_id)  # the same once more in one call
    return told


def source_check(source: str) -> None:
    """Raises SourceUnclear for a name that is none, and SourceReserved for ours."""
    if SOURCE.fullmatch(source) is None:
        raise SourceUnclear
    if source in OURS:
        raise SourceReserved


def _read(names: "_Names", source: str, given: FactGiven, now: datetime) -> Fact | BadRow:
    try:
        return _fact(names, source, given, now)
    except BadRow as bad:
        return bad


def _fact(names: "_Names", source: str, given: FactGiven, now: datetime) -> Fact:
    kind = _kind(given.kind)
    data_check(kind, given.data)
    _check_time(given.occurred_at, now)
    visit = names.visit(given.visit)
    site = names.site(given.site) or (visit.site if visit else None)
    community = names.community(given.community)
    customer, technician = names.customer(given.customer), names.technician(given.technician)
    service_type = names.service_type(given.service_type)
    return Fact(
        kind=kind,
        source=source,
        source_id=given.source_id,
        occurred_at=given.occurred_at,
        community_id=community.pk if community else site.community_id if site else None,
        site_id=site.pk if site else None,
        customer_id=customer.pk if customer else visit.work_order.request.customer_id if visit else None,
        technician_id=technician.pk if technician else visit.technician_id if visit else None,
        visit_id=visit.pk if visit else None,
        work_order_id=visit.work_order_id if visit else None,
        service_type_id=service_type.pk if service_type else visit.service_type_id if visit else None,
        amount=_amount(kind, given),
        data=dict(given.data),
    )


def _kind(name: str) -> ServiceEvent.Kind:
    try:
        return ServiceEvent.Kind(name)
    except ValueError:
        expected = ", ".join(ServiceEvent.Kind.values)
        raise BadRow("unknown kind", field="kind", value=name, expected=expected) from None


def _check_time(occurred_at: datetime, now: datetime) -> None:
    try:
        fact_check_time(occurred_at, now)
    except FactImpossible as impossible:
        expected = "not before 2000, and not in the future"
        raise BadRow(
            "not possible", field="occurred_at", value=occurred_at.isoformat(), expected=expected
        ) from impossible


def _amount(kind: ServiceEvent.Kind, given: FactGiven) -> Money | None:
    if given.amount_minor is None:
        if kind in PRICED:
            raise BadRow("missing value", field="amount", expected="an amount and its currency")
        return None
    if kind not in MAYBE_PRICED:
        raise BadRow("not of an amount", field="amount", value=str(given.amount_minor), expected="nothing")
    if given.currency not in DECIMALS:
        expected = f"one of {', '.join(sorted(DECIMALS))}"
        raise BadRow("unknown currency", field="currency", value=given.currency, expected=expected)
    if not 0 <= given.amount_minor < BIGGEST:
        raise BadRow("not possible", field="amount", value=str(given.amount_minor), expected="not negative")
    return Money(given.amount_minor, given.currency)


class _Names:
    """The rows that a batch of facts names, of one organisation: a query for each kind of thing."""

    def __init__(self, organisation: Organisation, given: Sequence[FactGiven]) -> None:
        def rows(model: type[Any], field: str, names: Iterable[str]) -> dict[str, Any]:
            return _rows(model, organisation, field, {name for name in names if name})

        self._communities: dict[str, Community] = rows(Community, "code", (one.community for one in given))
        self._sites: dict[str, Site] = rows(Site, "key", (one.site for one in given))
        self._customers: dict[str, Customer] = rows(Customer, "key", (one.customer for one in given))
        self._technicians: dict[str, Technician] = rows(Technician, "code", (one.technician for one in given))
        self._service_types: dict[str, ServiceType] = rows(
            ServiceType, "code", (one.service_type for one in given)
        )
        self._visits: dict[str, Visit] = rows(Visit, "", (one.visit for one in given))

    def community(self, name: str) -> Community | None:
        return _known(self._communities, "community", name, "its id or code")

    def site(self, name: str) -> Site | None:
        return _known(self._sites, "site", name, "its id or key")

    def customer(self, name: str) -> Customer | None:
        return _known(self._customers, "customer", name, "their id or key")

    def technician(self, name: str) -> Technician | None:
        return _known(self._technicians, "technician", name, "their id or code")

    def service_type(self, name: str) -> ServiceType | None:
        return _known(self._service_types, "service_type", name, "its id or code")

    def visit(self, name: str) -> Visit | None:
        return _known(self._visits, "visit", name, "its id")


def _known(rows: Mapping[str, RowT], field: str, name: str, expected: str) -> RowT | None:
    if not name:
        return None
    if name not in rows:
        raise BadRow(f"unknown {field}", field=field, value=name, expected=expected)
    return rows[name]


def _rows(
    model: type[Model], organisation: Organisation, field: str, names: Collection[str]
) -> dict[str, Model]:
    """The rows by what they were called: an id, or what `field` says. An id goes first."""
    if not names:
        return {}
    ids = {name: given for name in names if (given := _uuid(name))}
    called = Q(**{f"{field}__in": names}) if field else Q(pk__in=[])
    found = model._default_manager.filter(called | Q(pk__in=ids.values()), organisation=organisation)
    if model is Community:
        found = found.defer("boundary", "centre", "attributes")
    if model is Visit:
        found = found.select_related("site", "work_order__request")
    by_id = {row.pk: row for row in found}
    by_name = {getattr(row, field): row for row in by_id.values()} if field else {}
    return by_name | {name: by_id[given] for name, given in ids.items() if given in by_id}


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
