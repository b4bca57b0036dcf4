"""The ledger's door for other systems, and the ledger as it stands. For administrators and the systems they trust."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.auth import Request
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.facts import FactsIn, FactsOut, FactsQuery, LedgerFactOut
from communities.selectors.facts import fact_list
from dispatch.errors import NotForYourRole
from dispatch.services.outside_facts import facts_tell

router = Router(tags=["Facts"])


@router.post("/facts", response=FactsOut)
def fact_post(request: Request, body: FactsIn) -> FactsOut:
    """Tell what happened elsewhere, up to a thousand facts at once: good ones are taken, bad ones come back with the
    reason. Sent again, they are known and do no harm; late ones count on their own day."""
    given = [fact.given() for fact in body.facts]
    told = facts_tell(caller=request.auth, source=body.source, given=given, now=timezone.now())
    return FactsOut.of(body, told)


@router.get("/facts", response=Page[LedgerFactOut])
def fact_index(request: Request, page: Query[PageQuery], query: Query[FactsQuery]) -> HttpResponse:
    """What happened on some days, newest first."""
    if not request.auth.administers:
        raise NotForYourRole("The ledger is read by administrators.")
    facts = fact_list(request.auth, query.first, query.last).filter(**query.chosen())
    return paged(request, facts, page, by="-occurred_at", show=LedgerFactOut.of)
