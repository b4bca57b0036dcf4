from datetime import datetime, timedelta

import pytest

from billing.errors import AlreadyOffered, BadQuantity, ItemUnknown, NotOnSite, OfferDecided, OfferUnknown
from billing.models import Offer
from billing.selectors import offer_list
from billing.services.offers import offer_decide, offer_make
from communities.access import Caller
from communities.models import ServiceEvent, User
from core.errors import DomainError
from dispatch.errors import NotForYourRole, TimeImpossible, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests.conftest import as_caller


@pytest.fixture
def on_site(done: Visit, now: datetime) -> Visit:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.ARRIVED, arrived_at=now, finished_at=None)
    return done


def offer(
    caller: Caller,
    visit: Visit,
    now: datetime,
    *,
    item: str = "spare",
    quantity: int = 1,
    at: datetime | None = None,
) -> Offer:
    return offer_make(
        caller=caller,
        visit_id=visit.pk,
        item_code=item,
        quantity=quantity,
        happened_at=at or now,
        now=now,
    )


def test_only_the_visits_technician_and_dispatch_may_offer(
    on_site: Visit,
    as_tom: Caller,
    as_dora: Caller,
    tina: Technician,
    mina: User,
    as_stranger: Caller,
    now: datetime,
) -> None:
    assert tina.user is not None
    for caller, refusal in [
        (as_stranger, VisitUnknown),
        (as_caller(tina.user), VisitUnknown),
        (as_caller(mina), NotForYourRole),
    ]:
        with pytest.raises(refusal):
            offer(caller, on_site, now)

    offer(as_tom, on_site, now, item="spare")
    offer(as_dora, on_site, now, item="sensor")

    assert [one.item.code for one in offer_list(as_tom, on_site.pk)] == ["spare", "sensor"]


@pytest.mark.parametrize(
    ("item", "quantity", "refusal"),
    [
        ("spare", 0, BadQuantity),
        ("spare", 1000, BadQuantity),
        ("base", 1, ItemUnknown),
        ("no", 1, ItemUnknown),
    ],
)
def test_what_cannot_be_offered_is_refused(
    on_site: Visit, as_tom: Caller, now: datetime, item: str, quantity: int, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        offer(as_tom, on_site, now, item=item, quantity=quantity)


def test_nothing_is_offered_or_decided_once_the_visit_is_over(
    on_site: Visit, as_tom: Caller, now: datetime
) -> None:
    made = offer(as_tom, on_site, now)
    Visit.objects.filter(pk=on_site.pk).update(state=VisitState.COMPLETED)

    with pytest.raises(NotOnSite):
        offer(as_tom, on_site, now, item="sensor")
    with pytest.raises(NotOnSite):
        offer_decide(caller=as_tom, offer_id=made.pk, accepted=True, happened_at=now, now=now)


def test_an_item_is_offered_once_and_decided_once(
    on_site: Visit, as_tom: Caller, as_stranger: Caller, now: datetime
) -> None:
    made = offer(as_tom, on_site, now)
    with pytest.raises(AlreadyOffered):
        offer(as_tom, on_site, now)
    with pytest.raises(OfferUnknown):
        offer_decide(caller=as_stranger, offer_id=made.pk, accepted=True, happened_at=now, now=now)

    offer_decide(caller=as_tom, offer_id=made.pk, accepted=True, happened_at=now, now=now)
    again = offer_decide(caller=as_tom, offer_id=made.pk, accepted=True, happened_at=now, now=now)
    with pytest.raises(OfferDecided):
        offer_decide(caller=as_tom, offer_id=made.pk, accepted=False, happened_at=now, now=now)

    assert (again.state, again.decided_at) == (Offer.State.ACCEPTED, now)
    facts = ServiceEvent.objects.filter(visit_id=on_site.pk).order_by("id")
    assert [(fact.kind, fact.technician_id) for fact in facts] == [
        ("offer.made", on_site.technician_id),
        ("offer.accepted", on_site.technician_id),
    ]


def test_an_offer_has_a_time_that_can_be(on_site: Visit, as_tom: Caller, now: datetime) -> None:
    minute = timedelta(minutes=1)
    for impossible in (now - minute, now + 6 * minute):  # before the arrival at `now`; ahead of every clock
        with pytest.raises(TimeImpossible):
            offer(as_tom, on_site, now, at=impossible)

    made = offer(as_tom, on_site, now, at=now + 2 * minute)
    for impossible in (now + minute, now + 6 * minute):  # before it was offered; ahead of every clock
        with pytest.raises(TimeImpossible):
            offer_decide(caller=as_tom, offer_id=made.pk, accepted=True, happened_at=impossible, now=now)
    made.refresh_from_db()
    assert made.state == Offer.State.OFFERED
