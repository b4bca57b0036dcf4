"""Figures over HTTP: what is asked, by whom, what for; and what is not told."""

from datetime import datetime
from typing import Any

import pytest

from communities.models import Community, FigureUse, Region, User
from communities.services.metrics import metrics_refresh
from communities.services.windows import windows_turn
from dispatch.models import Technician
from tests import factories
from tests.api.conftest import Api


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


@pytest.fixture
def answers(village: Community, tom: Technician, tina: Technician, now: datetime) -> None:
    """Tom's six customers said 4 each, Tina's four 2."""
    windows_turn(now=now)
    for technician, csat, times in ((tom, 4, 6), (tina, 2, 4)):
        for _ in range(times):
            at = {
                "community_id": village.pk,
                "technician_id": technician.pk,
                "customer_id": factories.customer(village.organisation).pk,
            }
            factories.fact(
                village.organisation, "survey.answered", now, **at, data={"csat": csat, "nps": None}
            )
    metrics_refresh()


def told(answer: Any, name: str) -> list[Any]:
    """A figure's values, of the groups and of all together."""
    page = answer.json()
    return [row["figures"][name]["value"] for row in [*page["items"], {"figures": page["total"]}]]


@pytest.mark.usefixtures("answers")
def test_whoever_reads_figures_of_technicians_says_what_for(
    dora: User, dora_api: Api, ada_api: Api, tom: Technician
) -> None:
    for asked in (
        "/figures?by=technician",
        f"/figures?technician={tom.pk}",
        f"/figures/visits/facts?technician={tom.pk}",
    ):
        assert dora_api.get(asked).json()["type"] == "/problems/purpose-missing"
    assert not FigureUse.objects.exists()

    assert dora_api.get("/figures?by=technician&purpose=people").status_code == 200
    assert dora_api.get("/figures?by=community").status_code == 200

    [use] = ada_api.get("/figure-uses?purpose=people").json()["items"]
    assert (use["username"], use["asked"]) == (
        dora.username,
        {"figure": "", "window": 28, "by": ["technician"]},
    )
    assert ada_api.get("/figure-uses?purpose=scheduling").json()["items"] == []


@pytest.mark.usefixtures("answers")
def test_technician_reads_their_own_and_no_other(tom: Technician, tina: Technician) -> None:
    assert tom.user
    api = Api(tom.user)
    assert told(api.get("/figures?by=technician"), "csat") == [4.0, 4.0]
    assert told(api.get(f"/figures?by=technician&technician={tina.pk}"), "csat") == [None]
    assert api.get("/figures/response_rate/facts").json()["items"] != []
    assert api.get(f"/figures/response_rate/facts?technician={tina.pk}").json()["items"] == []


@pytest.mark.usefixtures("answers")
def test_the_total_does_not_tell_what_four_people_said(dora_api: Api) -> None:
    page = dora_api.get("/figures?by=technician&purpose=scheduling")
    assert told(page, "csat") == [
        None,
        None,
        3.2,
    ]  # (6 · 4 + 4 · 2) / 10; less Tom's 4 it would tell Tina's 2
    assert [row["figures"]["csat"]["hidden"] for row in page.json()["items"]] == [True, True]


@pytest.mark.usefixtures("answers")
def test_facts_of_answers_do_not_tell_who_gave_them(dora_api: Api, village: Community) -> None:
    page = dora_api.get(f"/figures/csat/facts?community={village.pk}").json()
    assert len(page["items"]) == 10
    [shown] = {tuple(row[name] for name in ("id", "customer_id", "technician_id")) for row in page["items"]}
    assert shown == (None, None, None)
    assert sorted(row["data"]["csat"] for row in page["items"]) == [2] * 4 + [4] * 6


@pytest.mark.usefixtures("answers")
def test_what_is_hidden_is_hidden_also_when_it_is_asked_for_alone(
    dora_api: Api, tom: Technician, tina: Technician
) -> None:
    for technician in (tom, tina):  # six people answered about Tom; his figure would tell Tina's
        of = f"technician={technician.pk}&purpose=scheduling"
        assert told(dora_api.get(f"/figures?{of}"), "csat") == [None]
        refused = dora_api.get(f"/figures/csat/facts?{of}")
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/too-few-respondents")


@pytest.mark.usefixtures("answers")
def test_groups_come_in_pages(dora_api: Api) -> None:
    seen, path = [], "/figures?by=community,technician&purpose=scheduling&limit=1"
    for _ in range(2):
        page = dora_api.get(path)
        seen += [row["technician_id"] for row in page.json()["items"]]
        path = f"/figures?by=community,technician&purpose=scheduling&limit=1&cursor={page.json()['next']}"
    assert (len(set(seen)), page.json()["next"]) == (2, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("by=weather", 422),
        ("by=community,community", 422),
        ("by=region,technician,service_type&purpose=people", 422),
        ("window=30", 422),
        ("by=region&cursor=x", 422),
    ],
)
def test_what_cannot_be_asked_is_refused(dora_api: Api, query: str, expected: int) -> None:
    assert dora_api.get(f"/figures?{query}").status_code == expected


def test_an_unknown_figure_is_not_there(dora_api: Api) -> None:
    assert dora_api.get("/figures/weather/facts").json()["type"] == "/problems/figure-unknown"


@pytest.mark.usefixtures("answers")
def test_community_over_time(dora_api: Api, village: Community) -> None:
    days = "from=2026-02-01&to=2026-03-31"
    for step, on in (("day", "2026-03-02"), ("week", "2026-03-02")):  # a Monday
        [one] = dora_api.get(f"/communities/{village.pk}/figures?{days}&step={step}").json()["items"]
        assert (one["on"], one["figures"]["csat"]["value"]) == (on, 3.2)
