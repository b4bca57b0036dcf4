"""What was before a request: the customer's visits and what they said of them, what is owed them, what we wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from communities.access import Caller
from communities.models import Contact, SurveyAnswer
from communities.selectors.customers import contact_for_letters
from dispatch.models import Message, Recovery, ServiceRequest, Visit
from dispatch.selectors.recoveries import Said, recovery_list
from dispatch.selectors.requests import request_get
from dispatch.selectors.visits import visit_list
from dispatch.states import RECOVERY_LIVE

MOST_VISITS = 5


@dataclass(frozen=True, slots=True)
class Past:
    """A visit, and what the customer said of it, if they were asked and answered."""

    visit: Visit
    said: Said | None


@dataclass(frozen=True, slots=True)
class History:
    """Of a request: the customer's newest visits, open recoveries, and the messages about it, newest first. `contact`
    is who can be written to, `phone` where somebody can be called."""

    request: ServiceRequest
    contact: Contact | None
    phone: str
    visits: list[Past]
    recoveries: list[Recovery]
    messages: list[Message]


def history_get(caller: Caller, request_id: UUID) -> History:
    """The history of a request, as far as the caller sees it. Seven queries at most. Raises RequestUnknown."""
    request = request_get(caller, request_id)
    return History(
        request=request,
        contact=contact_for_letters(request.customer_id),
        phone=_phone(request),
        visits=list(_past(_visits(caller, request))),
        recoveries=_recoveries(caller, request),
        messages=list(request.messages.select_related("written_by").order_by("-written_at")),
    )


def _phone(request: ServiceRequest) -> str:
    contacts = Contact.objects.filter(customer=request.customer_id).exclude(phone="")
    return contacts.order_by("created_at").values_list("phone", flat=True).first() or ""


def _visits(caller: Caller, request: ServiceRequest) -> QuerySet[Visit]:
    """The customer's newest visits; of a request by nobody we know, those to its site."""
    visits = (
        visit_list(caller)
        .select_related("technician")
        .annotate(said=Subquery(_answers(), output_field=JSONField()))
    )
    known = request.customer_id is not None
    theirs = {"work_order__request__customer": request.customer_id} if known else {"site": request.site_id}
    return visits.filter(**theirs, role=0).order_by("-id")[:MOST_VISITS]


def _answers() -> QuerySet[SurveyAnswer]:
    about = SurveyAnswer.objects.filter(invitation__visit_id=OuterRef("pk"))
    return about.values(told=JSONObject(csat="csat", nps="nps", comment="comment"))  # type: ignore[return-value]


def _past(visits: QuerySet[Visit]) -> Iterator[Past]:
    for visit in visits:
        said = visit.said  # type: ignore[attr-defined]  # annotated above
        yield Past(visit, Said(**said) if said else None)


def _recoveries(caller: Caller, request: ServiceRequest) -> list[Recovery]:
    if request.customer_id is None:
        return []
    theirs = recovery_list(caller).filter(request__customer=request.customer_id, state__in=RECOVERY_LIVE)
    return list(theirs.order_by("due_at"))
