from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from billing.errors import (
    AlreadyOffered,
    BadOffer,
    BadQuantity,
    BadSignature,
    ItemUnknown,
    NotOnSite,
    OfferDecided,
    OfferUnknown,
    OptionUnknown,
)
from billing.models import (
    Approval,
    InvoiceLine,
    Offer,
    OptionSet,
    PriceItem,
    PriceList,
    PriceListEntry,
    SetOption,
    SetOptionLine,
)
from billing.selectors.offers import offer_list
from billing.services.invoices import invoice_issue
from billing.services.offers import (
    Decision,
    LineGiven,
    OfferGiven,
    OptionGiven,
    offer_decide,
    offer_decide_by_customer,
    offer_make,
    offers_expire,
)
from billing.services.option_sets import OptionSetGiven, option_set_offer, option_set_save
from communities.access import Caller
from communities.models import Organisation, Region, ServiceEvent, User
from core.errors import DomainError
from dispatch.errors import NotForYourRole, TimeImpossible, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.conftest import as_caller

DAY = timedelta(days=1)


@pytest.fixture
def on_site(done: Visit, now: datetime) -> Visit:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.ARRIVED, arrived_at=now, finished_at=None)
    return done


def codes(made: Offer) -> list[str]:
    return [line.item.code for option in made.options.all() for line in option.lines.all()]


def simple(item: str = "spare", quantity: int = 1) -> OfferGiven:
    """One option of one line."""
    return OfferGiven(options=[OptionGiven(lines=[LineGiven(item_code=item, quantity=quantity)])])


def offer(
    caller: Caller,
    visit: Visit,
    now: datetime,
    *,
    item: str = "spare",
    quantity: int = 1,
    at: datetime | None = None,
    given: OfferGiven | None = None,
) -> Offer:
    return offer_make(
        caller=caller,
        visit_id=visit.pk,
        given=given or simple(item, quantity),
        happened_at=at or now,
        now=now,
    )


def decide(
    caller: Caller, made: Offer, now: datetime, *, accepted: bool = True, at: datetime | None = None
) -> Offer:
    """The first option, or none."""
    option = made.options.order_by("position").first() if accepted else None
    decision = Decision(option_id=option.pk if option else None)
    return offer_decide(caller=caller, offer_id=made.pk, decision=decision, happened_at=at or now, now=now)


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

    assert [codes(one) for one in offer_list(as_tom, on_site.pk)] == [["spare"], ["sensor"]]


@pytest.mark.parametrize(
    ("item", "quantity", "refusal"),
    [
        ("spare", 0, BadQuantity),
        ("spare", 1000, BadQuantity),
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
        decide(as_tom, made, now, accepted=True)


def test_an_item_is_offered_once_and_decided_once(
    on_site: Visit, as_tom: Caller, as_stranger: Caller, now: datetime
) -> None:
    made = offer(as_tom, on_site, now)
    with pytest.raises(AlreadyOffered):
        offer(as_tom, on_site, now)
    with pytest.raises(OfferUnknown):
        decide(as_stranger, made, now, accepted=True)

    decide(as_tom, made, now, accepted=True)
    again = decide(as_tom, made, now, accepted=True)
    with pytest.raises(OfferDecided):
        decide(as_tom, made, now, accepted=False)

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
            decide(as_tom, made, now, accepted=True, at=impossible)
    made.refresh_from_db()
    assert made.state == Offer.State.OFFERED


@pytest.fixture
def three(on_site: Visit) -> OfferGiven:
    """Good, better (recommended), best: 750, 1650, 2400."""

    def option(name: str, spares: int, *, sensor: bool, recommended: bool = False) -> OptionGiven:
        lines = [LineGiven(item_code="spare", quantity=spares)]
        more = [LineGiven(item_code="sensor")] if sensor else []
        return OptionGiven(name=name, lines=[*lines, *more], recommended=recommended)

    return OfferGiven(
        name="Clean water",
        options=[
            option("Good", 1, sensor=False),
            option("Better", 1, sensor=True, recommended=True),
            option("Best", 2, sensor=True),
        ],
    )


def test_one_of_several_options_is_accepted_and_counts_once(
    on_site: Visit, as_tom: Caller, three: OfferGiven, now: datetime
) -> None:
    made = offer(as_tom, on_site, now, given=three)
    best = made.options.get(name="Best")

    decision = Decision(
        option_id=best.pk, way=Approval.Way.SIGNED, name="王小明", signature="M 10 10 L 20 30"
    )
    offer_decide(caller=as_tom, offer_id=made.pk, decision=decision, happened_at=now, now=now)

    assert [one.total_minor for one in made.options.order_by("position")] == [750, 1650, 2400]
    facts = ServiceEvent.objects.filter(visit_id=on_site.pk).order_by("id")
    assert [(fact.kind, fact.amount_minor) for fact in facts] == [
        ("offer.made", 2400),  # the dearest
        ("offer.accepted", 2400),
    ]
    approval = Approval.objects.get()
    assert (approval.name, approval.noted_by) == ("王小明", as_tom.user)
    with pytest.raises(OfferDecided):
        decide(as_tom, made, now)  # another option


@pytest.mark.parametrize("signature", ["", "M 1 1", "M 1 1 L 2 2<script>", "M 1 1 L 2222 2"])
def test_a_signature_is_strokes(on_site: Visit, as_tom: Caller, now: datetime, signature: str) -> None:
    made = offer(as_tom, on_site, now)
    signed = Decision(
        option_id=made.options.get().pk, way=Approval.Way.SIGNED, name="Wang", signature=signature
    )

    with pytest.raises(BadSignature):
        offer_decide(caller=as_tom, offer_id=made.pk, decision=signed, happened_at=now, now=now)


def test_the_customer_decides_at_home_until_the_offer_expires(
    on_site: Visit, as_tom: Caller, now: datetime
) -> None:
    made, late = offer(as_tom, on_site, now), offer(as_tom, on_site, now, item="sensor")
    Visit.objects.filter(pk=on_site.pk).update(state=VisitState.COMPLETED)
    month = timedelta(days=30)

    decided = offer_decide_by_customer(
        offer=made, option_id=made.options.get().pk, name="Wang", now=now + month - timedelta(seconds=1)
    )
    with pytest.raises(OfferDecided, match="time is over"):
        offer_decide_by_customer(offer=late, option_id=None, name="", now=now + month)

    assert (decided.state, decided.approval.way) == ("accepted", "page")
    assert offers_expire(now=now + month) == 1


def test_what_is_accepted_after_the_bill_is_asked_for_anew(
    on_site: Visit, as_tom: Caller, now: datetime
) -> None:
    made = offer(as_tom, on_site, now)
    Visit.objects.filter(pk=on_site.pk).update(state=VisitState.COMPLETED)
    invoice_issue(visit_id=on_site.pk, now=now)

    offer_decide_by_customer(offer=made, option_id=made.options.get().pk, name="Wang", now=now)

    made.refresh_from_db()
    first, follow_up = on_site.work_order.request, made.fulfilled_by
    assert follow_up is not None
    assert follow_up.pk != first.pk
    assert (follow_up.site_id, follow_up.customer_id, follow_up.reference) == (
        first.site_id,
        first.customer_id,
        f"offer:{made.pk}",
    )


@pytest.mark.django_db(transaction=True)
def test_what_is_accepted_while_the_bill_is_written_is_asked_for_anew(
    on_site: Visit, as_tom: Caller, now: datetime
) -> None:
    made = offer(as_tom, on_site, now)
    option_id = made.options.get().pk
    Visit.objects.filter(pk=on_site.pk).update(state=VisitState.COMPLETED)

    def accept() -> None:
        offer_decide_by_customer(offer=made, option_id=option_id, name="Wang", now=now)
        connection.close()

    with ThreadPoolExecutor(1) as customer:
        with transaction.atomic():
            invoice_issue(visit_id=on_site.pk, now=now)
            accepted = customer.submit(accept)
            while not somebody_waits() and not accepted.done():
                pass
        accepted.result()

    made.refresh_from_db()
    assert made.fulfilled_by_id not in (None, on_site.work_order.request_id)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_another_service_becomes_another_request(on_site: Visit, as_tom: Caller, now: datetime) -> None:
    repair = factories.service_type(on_site.organisation, "repair")
    PriceItem.objects.create(
        organisation=on_site.organisation,
        code="repair",
        name="漏水維修",
        kind=PriceItem.Kind.BASE,
        service_type=repair,
        price_minor=1800,
    )
    made = offer(as_tom, on_site, now, item="repair")

    decide(as_tom, made, now)

    made.refresh_from_db()
    assert made.fulfilled_by is not None
    assert (made.fulfilled_by.service_type, made.fulfilled_by.state) == (repair, "received")
    assert [line.amount_minor for line in bill(on_site, now)] == [800]  # not on this visit's invoice


def bill(visit: Visit, now: datetime) -> list[InvoiceLine]:
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.COMPLETED)
    return list(invoice_issue(visit_id=visit.pk, now=now).lines.order_by("position"))


@pytest.mark.parametrize(
    "options",
    [
        [],
        [OptionGiven(lines=[])],
        [OptionGiven(lines=[LineGiven(item_code="spare"), LineGiven(item_code="spare")])],
        [OptionGiven(lines=[LineGiven(item_code=code)], recommended=True) for code in ("spare", "sensor")],
        [OptionGiven(lines=[LineGiven(item_code="spare")])] * 6,
    ],
)
def test_an_offer_without_sense_is_refused(
    on_site: Visit, as_tom: Caller, now: datetime, options: list[OptionGiven]
) -> None:
    with pytest.raises(BadOffer):
        offer(as_tom, on_site, now, given=OfferGiven(options=options))


def test_an_option_of_another_offer_is_unknown(on_site: Visit, as_tom: Caller, now: datetime) -> None:
    made, other = offer(as_tom, on_site, now), offer(as_tom, on_site, now, item="sensor")
    wrong = Decision(option_id=other.options.get().pk)

    with pytest.raises(OptionUnknown):
        offer_decide(caller=as_tom, offer_id=made.pk, decision=wrong, happened_at=now, now=now)


def test_a_set_of_the_price_book_is_offered_as_it_stands_on_visits_of_its_kind(
    on_site: Visit, as_tom: Caller, acme: Organisation, now: datetime
) -> None:
    water = OptionSet.objects.create(organisation=acme, code="water", name="Clean water")
    for position, (name, code) in enumerate([("Good", "spare"), ("Better", "sensor")], start=1):
        option = SetOption.objects.create(
            organisation=acme, option_set=water, position=position, name=name, recommended=position == 2
        )
        SetOptionLine.objects.create(
            organisation=acme, option=option, item=PriceItem.objects.get(code=code), quantity=position
        )

    def given(code: str) -> OfferGiven:
        return option_set_offer(caller=as_tom, visit_id=on_site.pk, code=code)

    made = offer(as_tom, on_site, now, given=given("water"))

    options = made.options.order_by("position").values_list("name", "recommended", "total_minor")
    assert list(options) == [("Good", False, 750), ("Better", True, 1800)]
    with pytest.raises(ItemUnknown):
        given("fire")
    OptionSet.objects.update(service_type=factories.service_type(acme, "leak"))
    with pytest.raises(ItemUnknown):
        given("water")


def test_a_company_that_speaks_english_offers_in_english(
    on_site: Visit, as_tom: Caller, as_ada: Caller, acme: Organisation, now: datetime
) -> None:
    acme.language = "en"
    acme.save()
    good = OptionGiven(name="好", name_en="Good", lines=[LineGiven(item_code="spare")])
    given = OptionSetGiven(name="淨水", name_en="Clean water", options=[good])
    option_set_save(caller=as_ada, code="water", given=given)

    water = option_set_offer(caller=as_tom, visit_id=on_site.pk, code="water")
    made = offer(as_tom, on_site, now, given=water)

    assert (made.name, made.options.get().name) == ("Clean water", "Good")


def test_the_regions_list_comes_before_everybodys_and_both_before_the_book(
    on_site: Visit, as_tom: Caller, acme: Organisation, north: Region, south: Region, now: datetime
) -> None:
    today = now.date()

    def price_list(code: str, region: Region | None, price: int, item: str, **days: date) -> None:
        made = PriceList.objects.create(
            organisation=acme, code=code, name=code, region=region, **({"valid_from": today} | days)
        )
        PriceListEntry.objects.create(
            organisation=acme, price_list=made, item=PriceItem.objects.get(code=item), price_minor=price
        )

    price_list("all", None, 700, "spare")
    price_list("north", north, 600, "spare")
    price_list("south", south, 1, "spare")
    price_list("over", north, 2, "sensor", valid_from=today - DAY, valid_until=today)

    totals = [
        offer(as_tom, on_site, now, item=code).options.get().total_minor for code in ("spare", "sensor")
    ]

    assert totals == [600, 900]
    with pytest.raises(IntegrityError, match="price_list_one_at_a_time"), transaction.atomic():
        price_list("again", north, 3, "sensor", valid_from=today + 9 * DAY)
