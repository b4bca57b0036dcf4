"""Monday's letter, as it arrives."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlsplit

import pytest
from django.test import Client

from communities.models import Community, Goal, Organisation, Region, ServiceEvent, User
from communities.services.ledger import Fact, facts_record
from communities.services.metrics import metrics_refresh
from dispatch.explanations import decided_by_answers
from dispatch.models import Technician, WeeklyReport
from dispatch.services.weekly_reports import weekly_report_url, weekly_reports_sweep
from tests import factories
from tests.core.test_mail import MailServer, mail_server
from tests.dispatch.recoveries import recovered, visit_done
from tests.outbox import deliver_all

__all__ = ["mail_server"]

SEVEN = datetime.fromisoformat("2026-03-02T07:00:00+08:00")  # Monday morning in Taipei
WEEK = timedelta(days=7)


@pytest.fixture
def readers(mina: User, sol: User) -> None:
    """Mina of the north reads English, Sol of the south what the company speaks."""
    for user, language in ((mina, "en"), (sol, "")):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@acme.test", language=language)


@pytest.fixture
def busy(north: Region) -> Community:
    """60 requests in the week that is over, 40, 44, 36 and 40 in those before."""
    place = factories.community(north, "A")
    for back, number in enumerate((60, 40, 44, 36, 40), start=1):
        facts = [
            Fact(
                kind=ServiceEvent.Kind.REQUEST_RECEIVED,
                source="test",
                source_id=f"{back}-{one}",
                occurred_at=SEVEN - back * WEEK,
                community_id=place.pk,
            )
            for one in range(number)
        ]
        facts_record(organisation=north.organisation, facts=facts)
    metrics_refresh()
    return place


def letters(server: MailServer) -> dict[str, EmailMessage]:
    """What has arrived, by its reader."""
    read = [message_from_bytes(raw, policy=default) for raw in server.taken]
    return {str(letter["To"]): letter for letter in read if isinstance(letter, EmailMessage)}


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_manager_reads_what_exceeds_its_noise_and_what_waits(
    readers: None, busy: Community, tom: Technician, mail_server: MailServer
) -> None:
    recovered(visit_done(tom, busy, SEVEN - timedelta(days=2)), SEVEN - timedelta(hours=50))
    mail_server.taken.clear()

    weekly_reports_sweep(now=SEVEN)
    deliver_all()

    (letter,) = letters(mail_server).values()
    assert (letter["To"], letter["Subject"], letter["Content-Language"]) == (
        "mina@acme.test",
        "Acme: the week from Feb. 23, 2026",
        "en",
    )
    plain, html = part(letter, "plain"), part(letter, "html")
    assert [line for line in plain.splitlines() if line.startswith(("North", "- "))] == [
        "North",
        "- Requests 60 ↑ (the four weeks before: 40)",
        "- Recoveries: 1 open, 1 of them past the deadline; 0 done in the week",
    ]
    for words in ("<strong>60</strong>", "Recoveries: 1 open", "/recoveries"):
        assert words in html
    assert list(WeeklyReport.objects.order_by("user__username").values_list("user__username", "state")) == [
        ("mina", "sent"),
        ("sol", "quiet"),
    ]


def test_a_goal_that_is_too_late_is_worth_a_letter(
    readers: None, north: Region, mina: User, mail_server: MailServer
) -> None:
    Goal.objects.create(
        organisation=north.organisation,
        region=north,
        measure=Goal.Measure.ON_TIME,
        target=Decimal("0.95"),
        by_on=date(2026, 6, 30),
        owner=mina,
        progress={"state": "late", "current": 0.884},
    )
    weekly_reports_sweep(now=SEVEN)
    deliver_all()
    plain = part(letters(mail_server)["mina@acme.test"], "plain")
    assert "- Goal: On time 95 % by June 30, 2026, now 88 %: too late, as it goes" in plain.splitlines()


def test_without_a_language_of_ones_own_it_is_the_companys(
    readers: None, busy: Community, mina: User, mail_server: MailServer
) -> None:
    User.objects.filter(pk=mina.pk).update(language="")
    weekly_reports_sweep(now=SEVEN)
    deliver_all()
    letter = letters(mail_server)["mina@acme.test"]
    assert letter["Subject"] == "Acme：2026年2月23日 起一週摘要"
    assert "- 案件 60 ↑ （前四週：40）" in part(letter, "plain").splitlines()


def test_each_manager_has_one_a_week_from_seven_on_monday(readers: None, now: datetime) -> None:
    moments = [
        SEVEN - timedelta(minutes=1),
        SEVEN,
        SEVEN,
        SEVEN + timedelta(hours=47),
        SEVEN + timedelta(days=2),
    ]
    assert [weekly_reports_sweep(now=moment) for moment in moments] == [0, 2, 0, 0, 0]
    assert weekly_reports_sweep(now=SEVEN + WEEK) == 2
    assert set(WeeklyReport.objects.values_list("week_on", flat=True)) == {
        date(2026, 2, 23),
        date(2026, 3, 2),
    }


def test_who_ends_it_by_its_link_has_none_any_more(
    readers: None, busy: Community, mina: User, mail_server: MailServer
) -> None:
    weekly_reports_sweep(now=SEVEN)
    deliver_all()
    link = str(letters(mail_server)["mina@acme.test"]["List-Unsubscribe"]).strip(" <>")
    browser = Client(enforce_csrf_checks=True)

    assert link == weekly_report_url(mina.pk)
    assert browser.get(urlsplit(link).path[:-1]).status_code == 404
    assert browser.get(urlsplit(link).path).status_code == 200
    assert User.objects.get(pk=mina.pk).weekly_report
    assert browser.post(urlsplit(link).path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert not User.objects.get(pk=mina.pk).weekly_report
    assert weekly_reports_sweep(now=SEVEN + WEEK) == 1  # Sol's


def test_nobody_without_an_address_or_a_region_is_written_to(acme: Organisation, mina: User) -> None:
    lone = factories.user(acme, "lone", User.Role.REGIONAL_MANAGER)
    User.objects.filter(pk=lone.pk).update(email="lone@acme.test")
    assert weekly_reports_sweep(now=SEVEN) == 0


@pytest.mark.parametrize(
    ("chosen", "other", "decided"),
    [
        ({"travel": 10, "affinity": -6}, {"travel": 7}, True),  # 4 against 7; without answers 10 against 7
        ({"travel": 10, "affinity": -6}, {"travel": 12}, False),  # nearer in any case
        ({"travel": 10}, {"travel": 7, "affinity": 5}, True),  # the other one is kept away
        ({"travel": 10}, {"travel": 12}, False),
    ],
)
def test_answers_decide_where_without_them_another_would_go(
    chosen: dict[str, float], other: dict[str, float], decided: bool
) -> None:
    assert decided_by_answers({"chosen": {"minutes": chosen}, "runner_up": {"minutes": other}}) is decided
    assert not decided_by_answers({"chosen": {"minutes": chosen}, "runner_up": None})
