"""Accepting an estimate at home."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Approval, Offer
from billing.services.offers import LineGiven, OfferGiven, OptionGiven, offer_make, offer_url
from communities.access import Caller
from dispatch.models import Visit
from dispatch.states import VisitState
from tests.console.test_customer_pages import Page


@pytest.fixture
def offered(done: Visit, as_tom: Caller) -> Offer:
    """A spare filter, or a leak sensor (recommended), half an hour ago. The page reads the clock, so it has to be
    real."""
    at: datetime = timezone.now() - timedelta(minutes=30)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    options = [
        OptionGiven(lines=[LineGiven(item_code="spare")]),
        OptionGiven(lines=[LineGiven(item_code="sensor")], recommended=True),
    ]
    given = OfferGiven(name="Protection", options=options)
    offer = offer_make(caller=as_tom, visit_id=done.pk, given=given, happened_at=at, now=timezone.now())
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED)
    return offer


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def address(offer: Offer) -> str:
    return "/offer/" + offer_url(offer.pk).partition("/offer/")[2] + "?lang=en"


def words(content: bytes) -> set[str]:
    return set(Page(content).words)


def test_a_customer_chooses_and_signs_by_name(offered: Offer, browser: Client) -> None:
    seen = browser.get(address(offered))
    assert {"Protection", "備用濾心", "TWD 750", "漏水警報器", "TWD 900", "recommended"} <= words(
        seen.content
    )

    sensor = offered.options.get(position=2)
    answer = browser.post(address(offered), {"option": str(sensor.pk), "name": "王小明"})

    assert "You have accepted. Thank you." in words(answer.content)
    approval = Approval.objects.get()
    assert (approval.offer.accepted_id, approval.way, approval.name) == (sensor.pk, "page", "王小明")


def test_opening_it_accepts_nothing_and_a_name_is_needed(offered: Offer, browser: Client) -> None:
    browser.get(address(offered))
    nameless = browser.post(address(offered), {"option": str(offered.options.get(position=1).pk)})

    assert nameless.status_code == 422
    assert "Please choose one of the options and write your name." in words(nameless.content)
    assert Offer.objects.get().state == "offered"


def test_none_of_it_is_a_decision_too_and_stays_one(offered: Offer, browser: Client) -> None:
    browser.post(address(offered), {"refuse": "on"})
    again = browser.post(
        address(offered), {"option": str(offered.options.get(position=1).pk), "name": "Wang"}
    )

    assert (again.status_code, Offer.objects.get().state) == (409, "refused")
    assert "You have declined. Nothing will be done." in words(again.content)


def test_a_wrong_address_leads_nowhere(offered: Offer, browser: Client) -> None:
    assert browser.get(address(offered).replace("?", "x?")).status_code == 404
