"""What other systems tell the ledger, also from files. Over HTTP: tests/api/test_facts.py."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from communities.access import Caller
from communities.models import Community, DayChanged, Organisation, Region, ServiceEvent
from communities.services.fact_data import DATA
from core.tabular import Rejects
from dispatch.errors import NotForYourRole, SourceReserved, SourceUnclear
from dispatch.models import Technician
from dispatch.services.imports.facts import facts_import
from dispatch.services.outside_facts import FactGiven, Told, facts_tell
from dispatch.states import VisitState
from tests import factories


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "jade")


def given(source_id: str = "1", kind: str = "complaint.made", **more: Any) -> FactGiven:
    happened = {"occurred_at": datetime(2026, 3, 1, 20, 0, tzinfo=UTC)}  # the second of March in Taipei
    return FactGiven(kind=kind, source_id=source_id, **{**happened, **more})


def states(told: list[Told]) -> list[object]:
    """True for new, False for known, else the field that is refused."""
    return [one.bad.field if one.bad else one.is_new for one in told]


def test_things_are_named_by_our_id_or_by_what_they_go_by_here(
    as_ada: Caller, village: Community, tom: Technician, now: datetime
) -> None:
    site, customer = factories.site(village), factories.customer(village.organisation)
    kind = factories.service_type(village.organisation)
    by_code = given(
        "1",
        site=site.key,
        customer=customer.key,
        technician=tom.code,
        service_type=kind.code,
        community="jade",
    )
    by_id = given(
        "2", site=str(site.pk), customer=str(customer.pk), technician=str(tom.pk), service_type=str(kind.pk)
    )
    assert states(facts_tell(caller=as_ada, source="crm", given=[by_code, by_id], now=now)) == [True, True]
    for fact in ServiceEvent.objects.all():
        assert (fact.community, fact.site, fact.customer) == (village, site, customer)
        assert (fact.technician_id, fact.service_type_id) == (tom.pk, kind.pk)
        assert (fact.occurred_on, fact.created_at) == (date(2026, 3, 2), now)


def test_what_is_not_named_is_taken_from_the_visit(
    as_ada: Caller, village: Community, tom: Technician, now: datetime
) -> None:
    visit = factories.visit(
        factories.site(village), now, technician=tom, starts_at=now, state=VisitState.COMPLETED,
        customer=factories.customer(village.organisation),
    )  # fmt: skip
    facts_tell(caller=as_ada, source="crm", given=[given(visit=str(visit.pk))], now=now)
    fact = ServiceEvent.objects.get()
    assert (fact.community, fact.site, fact.customer) == (
        village,
        visit.site,
        visit.work_order.request.customer,
    )
    assert (fact.technician_id, fact.work_order_id) == (tom.pk, visit.work_order_id)


def test_fact_told_again_is_known_and_a_late_one_changes_its_own_day(
    as_ada: Caller, village: Community, now: datetime
) -> None:
    first = [given("1", community="jade"), given("1", community="jade"), given("2", community="jade")]
    assert states(facts_tell(caller=as_ada, source="crm", given=first, now=now)) == [True, False, True]
    DayChanged.objects.all().delete()
    late = given("3", community="jade", occurred_at=now - timedelta(days=40))
    again = [given("2", community="jade"), late]
    assert states(facts_tell(caller=as_ada, source="crm", given=again, now=now)) == [False, True]
    assert list(DayChanged.objects.values_list("on", flat=True)) == [date(2026, 1, 21)]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "party.held"}, "kind"),
        ({"occurred_at": datetime(1999, 1, 1, tzinfo=UTC)}, "occurred_at"),
        ({"occurred_at": datetime(2026, 3, 4, tzinfo=UTC)}, "occurred_at"),
        ({"community": "nowhere"}, "community"),
        ({"technician": "00000000-0000-0000-0000-000000000000"}, "technician"),
        ({"visit": "1"}, "visit"),
        ({"kind": "purchase.made"}, "amount"),
        ({"kind": "purchase.made", "amount_minor": 800, "currency": "XXX"}, "currency"),
        ({"kind": "purchase.made", "amount_minor": -1, "currency": "TWD"}, "amount"),
        ({"amount_minor": 800, "currency": "TWD"}, "amount"),
        ({"data": {"note": "Ms Wang shouted."}}, "data.note"),
        ({"kind": "survey.answered", "data": {"nps": 9}}, "data.csat"),
        ({"kind": "survey.answered", "data": {"csat": 6}}, "data.csat"),
        ({"kind": "survey.answered", "data": {"csat": True}}, "data.csat"),
        ({"kind": "device.read", "data": {"reading": "Ms Wang", "value": 1}}, "data.reading"),
        ({"kind": "device.read", "data": {"reading": "hours", "value": float("nan")}}, "data.value"),
        ({"kind": "visit.planned", "data": {"start_at": "tomorrow"}}, "data.start_at"),
    ],
)
def test_bad_fact_is_refused_with_its_field_and_good_ones_are_taken(
    as_ada: Caller, now: datetime, more: dict[str, Any], field: str
) -> None:
    told = facts_tell(caller=as_ada, source="crm", given=[given("1", **more), given("2")], now=now)
    assert states(told) == [field, True]
    assert ServiceEvent.objects.get().source_id == "2"


def test_another_company_s_things_are_unknown(
    as_ada: Caller, other: Organisation, village: Community, now: datetime
) -> None:
    theirs = factories.community(factories.region(other, "east"), "theirs")
    named = [given("1", community=theirs.code), given("2", community=str(theirs.pk))]
    assert states(facts_tell(caller=as_ada, source="crm", given=named, now=now)) == ["community", "community"]


def test_facts_are_told_by_administrators_of_systems_that_are_not_ours(
    as_ada: Caller, as_dora: Caller, now: datetime
) -> None:
    with pytest.raises(NotForYourRole):
        facts_tell(caller=as_dora, source="crm", given=[given()], now=now)
    for ours in ("dispatch", "billing", "communities"):
        with pytest.raises(SourceReserved):
            facts_tell(caller=as_ada, source=ours, given=[given()], now=now)
    with pytest.raises(SourceUnclear):
        facts_tell(caller=as_ada, source="The Till", given=[given()], now=now)


def test_number_of_queries_does_not_follow_the_number_of_facts(
    as_ada: Caller, village: Community, tom: Technician, now: datetime, django_assert_num_queries: Any
) -> None:
    sites = [factories.site(village) for _ in range(3)]
    for first, many in ((0, 1), (10, 300)):
        facts = [
            given(str(number), technician="T1", site=sites[number % 3].key)
            for number in range(first, first + many)
        ]
        with django_assert_num_queries(8):  # sites, technicians, and the six of telling
            facts_tell(caller=as_ada, source="crm", given=facts, now=now)


def test_every_kind_says_what_its_data_may_be() -> None:
    assert set(DATA) == set(ServiceEvent.Kind)


FILE = """\
kind,source_id,occurred_at,community,customer,amount,csat,nps,on_time
purchase.made,1,2026-03-01T20:30,jade,,"1,800",,,
survey.answered,2,2026-03-02T09:00+08:00,jade,,,5,9,
visit.arrived,3,2026-03-02T09:00,jade,,,,,yes
visit.arrived,4,2026-03-02T09:00,jade,,,,,perhaps
purchase.made,5,2026-03-02T09:00,jade,nobody,18,,,
purchase.made,6,yesterday,jade,,18,,,
"""


def test_file_is_told_row_by_row_and_its_bad_rows_are_explained(
    acme: Organisation, village: Community, tmp_path: Path
) -> None:
    path = tmp_path / "till.csv"
    path.write_text(FILE, encoding="utf-8")
    for imported, unchanged in ((3, 0), (0, 3)):
        with Rejects(tmp_path / "rejects.csv") as rejects:
            done = facts_import(organisation=acme, source=str(path), system="till", rejects=rejects)
        assert (done.imported, done.unchanged) == (imported, unchanged)
        assert done.rejected == {"not possible": 1, "unknown customer": 1, "not a time": 1}
    told = ServiceEvent.objects.order_by("source_id").values_list(
        "source", "kind", "occurred_on", "amount_minor", "data"
    )
    assert list(told) == [
        ("till", "purchase.made", date(2026, 3, 1), 1800, {}),
        ("till", "survey.answered", date(2026, 3, 2), None, {"csat": 5, "nps": 9}),
        ("till", "visit.arrived", date(2026, 3, 2), None, {"on_time": True}),
    ]
    lines = (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["line", "field"],
        ["7", "occurred_at"],
        ["5", "data.on_time"],
        ["6", "customer"],
    ]
