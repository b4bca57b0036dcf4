"""Who did a visit together, and in what parts they share what it earns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from billing.errors import BadShares, SharesCounted
from billing.models import CommissionLine, VisitShare
from billing.selectors.commissions import visit_share_list
from billing.services.commissions.open_months import months_lock
from communities.access import Caller
from dispatch.errors import NotForYourRole
from dispatch.models import Technician
from dispatch.selectors.visits import visit_get
from dispatch.services.execution import check_leads

CREW = 20
"""Who did a visit together, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGiven:
    """Somebody of the crew, by code. Parts are relative: with one each they share equally."""

    technician_code: str
    parts: int = 1


@transaction.atomic
def visit_shares_save(*, caller: Caller, visit_id: UUID, given: Sequence[ShareGiven]) -> list[VisitShare]:
    """Say who did a visit together, the whole crew at once; nobody means its technician alone.

    For dispatch (NotForYourRole). Raises VisitUnknown, NotLeading, BadShares, and SharesCounted once the visit
    counts in a closed month.
    """
    visit = visit_get(caller, visit_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Who did a visit is said by dispatch.")
    check_leads(visit)
    technicians = _technicians(caller, given)
    months_lock(caller.organisation)
    if CommissionLine.objects.filter(visit=visit, statement__month__state="closed").exists():
        raise SharesCounted
    VisitShare.objects.filter(visit=visit).delete()
    VisitShare.objects.bulk_create(
        VisitShare(
            organisation=caller.organisation,
            visit=visit,
            technician_id=technicians[share.technician_code],
            parts=share.parts,
        )
        for share in given
    )
    return list(visit_share_list(caller, visit_id))


def _technicians(caller: Caller, given: Sequence[ShareGiven]) -> dict[str, UUID]:
    codes = [share.technician_code for share in given]
    if len(set(codes)) < len(codes) or len(codes) > CREW:
        raise BadShares(f"A crew has up to {CREW}, each named once.")
    if not all(1 <= share.parts <= 1000 for share in given):
        raise BadShares("Parts are whole numbers from 1 to 1,000.")
    found = Technician.objects.filter(organisation=caller.organisation, code__in=codes)
    technicians = dict(found.values_list("code", "id"))
    for code in codes:
        if code not in technicians:
            raise BadShares(f"There is no technician {code!r}.")
    return technicians
