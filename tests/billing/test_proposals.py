"""What could be offered on a visit, what the customer says at once, and the letter for who wants to think."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from billing.errors import NobodyToWriteTo, OfferDecided, OptionUnknown, PriceChanged
from billing.models import Offer, PriceItem, PriceList, PriceListEntry
from billing.selectors.offers import offers_of
from billing.services.offers import (
    AnswerGiven,
    LineGiven,
    OfferGiven,
    OptionGiven,
    offer_decide_at_once,
    offer_make,
    offer_send,
)
from billing.services.option_sets import OptionSetGiven, option_set_save
from billing.services.proposals import proposals_of
from communities.access import Caller
from communities.models import Contact, User
from dispatch.errors import NotForYourRole
from dispatch.models import Visit
from dispatch.selectors.visits import visit_get
from dispatch.states import VisitState
from tests.conftest import as_caller
from tests.outbox import deliver_all

SPARE = OfferGiven(options=[OptionGiven(lines=[LineGiven(item_code="spare")])])
WATER = OptionSetGiven(
    name="好水",
    name_en="Good water",
    options=[
        OptionGiven(name="單一", name_en="One", lines=[LineGiven(item_code="spare")]),
        OptionGiven(
            name="全套",
            name_en="All",
            recommended=True,
            lines=[LineGiven(item_code="spare", quantity=2), LineGiven(item_code="sensor")],
        ),
    ],
)


@pytest.fixture
def on_site(done: Visit, now: datetime) -> Visit:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.ARRIVED, arrived_at=now, finished_at=None)
    return done


def proposed(caller: Caller, visit: Visit, now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    visits = [visit_get(caller, visit.pk)]
    found = proposals_of(caller=caller, visits=visits, offers=offers_of(visits), on=now.date(), language="en")
    return [(one.name, [(way.name, str(way.total)) for way in one.ways]) for one in found[visit.pk]]


def made(caller: Caller, visit: Visit, now: datetime) -> Offer:
    return offer_make(caller=caller, visit_id=visit.pk, given=SPARE, happened_at=now, now=now)


def test_what_fits_is_proposed_at_the_prices_of_the_day_and_once(
    on_site: Visit, as_tom: Caller, as_ada: Caller, now: datetime
) -> None:
    option_set_save(caller=as_ada, code="water", given=WATER)
    spare, sensor = ("Spare filter", "TWD 750"), ("Leak sensor", "TWD 900")
    # 2 × 750 + 900 = 2,400. What is for filters alone comes before what is for any service.
    water = ("Good water", [("One", "TWD 750"), ("All", "TWD 2,400")])
    assert proposed(as_tom, on_site, now) == [("Spare filter", [spare]), water, ("Leak sensor", [sensor])]

    spring = PriceList.objects.create(
        organisation=on_site.organisation, code="spring", name="Spring", valid_from=now.date()
    )
    PriceListEntry.objects.create(
        organisation=on_site.organisation,
        price_list=spring,
        item=PriceItem.objects.get(code="sensor"),
        price_minor=800,
    )
    made(as_tom, on_site, now)  # the spare filter, and so the set that has it
    assert proposed(as_tom, on_site, now) == [("Leak sensor", [("Leak sensor", "TWD 800")])]


def test_the_customer_says_so_while_it_is_offered(on_site: Visit, as_tom: Caller, now: datetime) -> None:
    offer = made(as_tom, on_site, now)

    def say(option: int | None, told_minor: int | None = None) -> str:
        answer = AnswerGiven(option=option, told_minor=told_minor)
        return offer_decide_at_once(caller=as_tom, offer=offer, answer=answer, happened_at=now, now=now).state

    with pytest.raises(PriceChanged):
        say(1, told_minor=700)
    with pytest.raises(OptionUnknown):
        say(2)
    assert say(1, told_minor=750) == Offer.State.ACCEPTED
    with pytest.raises(OfferDecided):
        say(None)


def test_none_of_it_is_an_answer_too(on_site: Visit, as_tom: Caller, now: datetime) -> None:
    offer = made(as_tom, on_site, now)
    answer = AnswerGiven(option=None)
    decided = offer_decide_at_once(caller=as_tom, offer=offer, answer=answer, happened_at=now, now=now)
    assert decided.state == Offer.State.REFUSED


def test_who_wants_to_think_gets_one_letter(
    on_site: Visit, as_tom: Caller, as_dora: Caller, mina: User, now: datetime
) -> None:
    offer = made(as_tom, on_site, now)
    with pytest.raises(NotForYourRole):
        offer_send(caller=as_caller(mina), offer_id=offer.pk, now=now)
    offer_send(caller=as_tom, offer_id=offer.pk, now=now)
    offer_send(caller=as_dora, offer_id=offer.pk, now=now)
    deliver_all()
    [letter] = mail.outbox
    assert f"/offer/{offer.pk}/" in letter.body
    assert "備用濾心: TWD 750" in letter.body


def test_nobody_is_written_to_who_does_not_want_it_or_cannot_decide_any_more(
    on_site: Visit, as_tom: Caller, now: datetime
) -> None:
    offer = made(as_tom, on_site, now)
    with pytest.raises(OfferDecided):
        offer_send(caller=as_tom, offer_id=offer.pk, now=now + timedelta(days=30))
    Contact.objects.update(may_message=False)
    with pytest.raises(NobodyToWriteTo):
        offer_send(caller=as_tom, offer_id=offer.pk, now=now)
    deliver_all()
    assert mail.outbox == []
