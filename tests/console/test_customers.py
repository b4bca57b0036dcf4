"""The office's pages about customers."""

from datetime import date, datetime

import pytest
from django.test import Client

from communities.insight.rfm import Segment
from communities.models import Customer, CustomerStanding, Region, ServiceEvent, User
from console.office.words import FACTS, SEGMENTS
from dispatch.models import Technician
from tests import factories
from tests.console.test_customer_pages import Page

PAGE = "/customers?lang=en"


@pytest.fixture
def wang(north: Region, tom: Technician, now: datetime) -> Customer:
    """A champion of the north, whom Tom served once, and who has been less happy since."""
    wang = factories.customer(north.organisation)
    place = factories.community(north, "xicun")
    CustomerStanding.objects.create(
        organisation=wang.organisation,
        customer=wang,
        community=place,
        through_on=date(2026, 3, 2),
        usual_technician_id=tom.pk,
        first_on=date(2026, 3, 2),
        last_on=date(2026, 3, 2),
        orders=1,
        spend_minor=1200,
        recency=5,
        frequency=5,
        monetary=5,
        segment="champions",
        health=80.0,
        health_before=92.5,
        reasons=[{"measure": "satisfaction", "points": 12.5, "before": 25.0}],
        churn=0.254,
        lifetime_minor=4000,
        lifetime_low_minor=3000,
        lifetime_high_minor=5000,
    )
    about = {"customer_id": wang.pk, "technician_id": tom.pk, "community_id": place.pk}
    factories.fact(wang.organisation, "visit.completed", now, **about)
    return wang


def test_every_kind_of_fact_and_every_segment_has_its_words() -> None:
    assert set(FACTS) == set(ServiceEvent.Kind.values)
    assert set(SEGMENTS) == {*Segment, ""}


def text_of(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    return " ".join(word for word in Page(client.get(path).content).words if word)


def test_segments_and_customers(mina: User, wang: Customer) -> None:
    text = text_of(mina, PAGE)
    assert "Champions 1 TWD 1,200 TWD 0 TWD 4,000" in text
    assert "Ms Wang xicun里 Champions March 2, 2026 1 TWD 1,200 80 ↓ 25 % TWD 4,000" in text


def test_a_customer_s_story_in_both_languages(dora: User, wang: Customer) -> None:
    text = text_of(dora, f"/customers/{wang.pk}?lang=en")
    assert "Last answer about satisfaction: 12.5 points less" in text
    assert "Nobody is named; T1 Technician T1 usually comes." in text
    assert "Work completed Technician T1" in text
    text = text_of(dora, f"/customers/{wang.pk}?lang=zh-hant")
    assert "最近一次滿意度：減 12.5 分" in text
    assert "服務完成 Technician T1" in text
    assert "Health" not in text


def test_strangers_and_other_regions_find_nobody(
    sol: User, stranger: User, tom: Technician, wang: Customer
) -> None:
    for user in (sol, stranger):
        client = Client()
        client.force_login(user)
        assert client.get(f"/customers/{wang.pk}").status_code == 404
        assert "Ms Wang" not in client.get(PAGE).content.decode()
    client = Client()
    assert tom.user is not None
    client.force_login(tom.user)
    assert client.get(PAGE).headers["Location"] == "/"


def test_who_left_without_handing_over_is_named(dora: User, wang: Customer, tom: Technician) -> None:
    assert "has left" not in text_of(dora, PAGE)
    Technician.objects.filter(pk=tom.pk).update(active=False)
    assert "Technician T1 has left, and 1 customer is still theirs: hand them over." in text_of(dora, PAGE)
