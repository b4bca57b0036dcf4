"""The office looks who waits to be made good."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import Community, Region, User
from dispatch.models import Technician, Visit
from dispatch.states import RecoveryState, VisitState
from tests import factories
from tests.console.test_payments import words
from tests.dispatch.recoveries import new_visit, recovered, visit_done

HOUR = timedelta(hours=1)


@pytest.fixture
def place(north: Region) -> Community:
    return factories.community(north, "A")


def bad_visit(technician: Technician, place: Community) -> Visit:
    """Of three days ago; the page reads the clock, so that it has to be real."""
    return visit_done(technician, place, timezone.now() - timedelta(days=3))


def test_it_shows_deadline_words_who_was_there_and_who_goes(
    place: Community, tom: Technician, tina: Technician, dora: User
) -> None:
    late, soon = (recovered(bad_visit(tom, place), timezone.now() - hours * HOUR) for hours in (50.5, 40.5))
    Visit.objects.filter(pk=new_visit(soon).pk).update(
        state=VisitState.SCHEDULED, technician=tina, starts_at=timezone.now(), ends_at=timezone.now() + HOUR
    )

    shown = " ".join(words(dora, "/recoveries"))

    assert late.due_at < soon.due_at
    for said in (
        "open for 50 h · too late",
        "open for 40 h · 7 h left",
        "A bad answer CSAT 1/5 漏水依舊",
        "T1 Technician T1",
        "T2 Technician T2",
        "Nobody yet: it is in the next plan",
    ):
        assert said in shown, shown


def test_without_any_it_says_what_would_stand_there(dora: User) -> None:
    assert "Nobody waits for us to come again." in " ".join(words(dora, "/recoveries"))


def test_a_manager_sees_their_regions_and_a_technician_has_a_day(
    place: Community, tom: Technician, mina: User, sol: User
) -> None:
    recovered(bad_visit(tom, place), timezone.now())
    assert "漏水依舊" in words(mina, "/recoveries")
    assert "漏水依舊" not in words(sol, "/recoveries")
    assert tom.user is not None
    client = Client()
    client.force_login(tom.user)
    assert client.get("/recoveries")["Location"] == "/"


def test_more_rows_ask_no_more_questions(place: Community, tom: Technician, dora: User) -> None:
    client = Client()
    client.force_login(dora)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            recovered(bad_visit(tom, place), timezone.now())
        with CaptureQueriesContext(connection) as asked:
            client.get("/recoveries")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_dispatch_gives_one_up_with_a_reason(
    place: Community, tom: Technician, dora: User, mina: User, stranger: User
) -> None:
    recovery = recovered(bad_visit(tom, place), timezone.now())
    address = f"/recoveries/{recovery.pk}/drop"

    def drop(user: User, reason: str) -> int:
        client = Client()
        client.force_login(user)
        return client.post(address, {"reason": reason}).status_code

    assert (drop(mina, "no"), drop(stranger, "no"), drop(dora, "  ")) == (404, 404, 302)
    recovery.refresh_from_db()
    assert recovery.state == RecoveryState.OPEN
    assert drop(dora, "The customer moved away") == 302
    recovery.refresh_from_db()
    assert (recovery.state, recovery.reason) == (RecoveryState.DROPPED, "The customer moved away")
    assert "Give it up" not in words(dora, "/recoveries")
