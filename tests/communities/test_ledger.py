"""The ledger: what counts once, what is refused, and the months it lies in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from communities.errors import FactImpossible
from communities.models import Community, Customer, DayChanged, Organisation, Region, ServiceEvent
from communities.services.ledger import (
    Fact,
    fact_check_time,
    fact_digest,
    facts_named,
    facts_record,
    months_ensure,
    months_ensure_ahead,
)
from tests import factories
from tests.conftest import NEVER_EMPTIED

MONDAY = date(2026, 3, 2)


def complaint(source_id: str, at: datetime, community: Community | None = None, source: str = "crm") -> Fact:
    return Fact(
        kind=ServiceEvent.Kind.COMPLAINT_MADE,
        source=source,
        source_id=source_id,
        occurred_at=at,
        community_id=community.pk if community else None,
    )


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


def months() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text FROM pg_partition_tree('communities_serviceevent') WHERE isleaf"
        )
        return [name for (name,) in cursor.fetchall()]


def test_fact_counts_once_also_when_it_is_told_again_of_another_month(
    acme: Organisation, village: Community, now: datetime
) -> None:
    later = now + timedelta(days=40)
    one, two = complaint("1", now, village), complaint("2", now, village)
    assert facts_record(organisation=acme, facts=[one, two, one]) == 2
    DayChanged.objects.all().delete()
    moved, three = complaint("1", later, village), complaint("3", later, village)

    assert facts_record(organisation=acme, facts=[moved, three]) == 1

    told = ServiceEvent.objects.order_by("source_id").values_list("source_id", "occurred_on")
    assert list(told) == [("1", MONDAY), ("2", MONDAY), ("3", date(2026, 4, 11))]
    assert list(DayChanged.objects.values_list("on", flat=True)) == [
        date(2026, 4, 11)
    ]  # known: nothing changes


def test_same_name_of_another_source_or_another_company_is_another_fact(
    acme: Organisation, other: Organisation, now: datetime
) -> None:
    assert (
        facts_record(organisation=acme, facts=[complaint("1", now), complaint("1", now, source="erp")]) == 2
    )
    assert facts_record(organisation=other, facts=[complaint("1", now)]) == 1


def test_database_knows_a_fact_by_the_same_digest(acme: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact_digest(%s, 'crm', '客訴:1')", [acme.pk])
        assert cursor.fetchone() == (fact_digest(acme.pk, "crm", "客訴:1"),)


def test_facts_are_found_by_the_names_their_source_gave_them(acme: Organisation, now: datetime) -> None:
    facts = [complaint("1", now), complaint("2", now + timedelta(days=31)), complaint("3", now)]
    facts_record(organisation=acme, facts=facts)
    found = facts_named(organisation=acme, source="crm", source_ids=["1", "2", "9"])
    assert sorted(fact.source_id for fact in found) == ["1", "2"]
    assert not facts_named(organisation=acme, source="crm", source_ids=["9"]).exists()


def test_clock_ahead_of_ours_is_no_reason_to_lose_what_we_know_ourselves(
    acme: Organisation, now: datetime
) -> None:
    at = now + timedelta(days=1, seconds=1)
    with pytest.raises(FactImpossible):
        fact_check_time(at, now)
    assert facts_record(organisation=acme, facts=[complaint("1", now), complaint("2", at)], now=now) == 2
    assert sorted(ServiceEvent.objects.values_list("occurred_at", flat=True)) == sorted([now, at])


def test_fact_says_when_it_was_learned(acme: Organisation, now: datetime) -> None:
    facts_record(organisation=acme, facts=[complaint("1", now - timedelta(days=30))], now=now)
    assert ServiceEvent.objects.get().created_at == now


def test_telling_a_thousand_facts_takes_as_many_statements_as_telling_one(
    acme: Organisation, village: Community, now: datetime, django_assert_num_queries: object
) -> None:
    for first, many in ((0, 1), (1, 1000)):
        facts = [complaint(str(n), now + timedelta(days=n % 60), village) for n in range(first, first + many)]
        with django_assert_num_queries(6):  # type: ignore[operator]  # four, and the savepoint's two
            facts_record(organisation=acme, facts=facts)


def test_month_is_made_when_it_is_missing(acme: Organisation) -> None:
    assert "communities_serviceevent_2011_07" not in months()
    facts_record(organisation=acme, facts=[complaint("1", datetime(2011, 7, 31, 23, 0, tzinfo=UTC))])
    # 07:00 of the first of August in Taipei.
    assert "communities_serviceevent_2011_08" in months()
    assert "communities_serviceevent_2011_07" not in months()


def test_months_are_made_ahead(db: None) -> None:
    months_ensure_ahead(now=datetime(2031, 12, 31, tzinfo=UTC))
    names = [f"communities_serviceevent_{month}" for month in ("2031_12", "2032_01", "2032_02")]
    assert [name for name in months() if name >= names[0]] == names


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_a_month_once_and_both_tell_their_facts() -> None:
    acme = factories.organisation("acme")
    together = Barrier(2)

    def tell(name: str) -> int:
        try:
            with transaction.atomic():
                together.wait()
                return facts_record(
                    organisation=acme,
                    facts=[complaint(name, datetime(2012, 5, day, tzinfo=UTC)) for day in (2, 3)][:1],
                )
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(tell, ("1", "2"))) == [1, 1]
        assert months().count("communities_serviceevent_2012_05") == 1
        assert ServiceEvent.objects.filter(occurred_on=date(2012, 5, 2)).count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE communities_serviceevent_2012_05")


@pytest.mark.parametrize("table", ["serviceevent", "serviceevent_2026_03", "factkey"])
def test_ledger_cannot_be_emptied(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NEVER_EMPTIED)
        with pytest.raises(DatabaseError, match="facts are only added"):
            cursor.execute(f"TRUNCATE communities_{table}")


@pytest.mark.parametrize("statement", ["UPDATE {} SET occurred_on = '2026-03-09'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["serviceevent", "serviceevent_2026_03", "factkey"])
def test_ledger_cannot_be_rewritten(acme: Organisation, now: datetime, table: str, statement: str) -> None:
    factories.fact(acme, "complaint.made", now)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="Cannot update or delete"):
        cursor.execute(statement.format(f"communities_{table}"))


def test_question_about_days_reads_their_months_only(acme: Organisation, village: Community) -> None:
    facts = ServiceEvent.objects.filter(
        organisation=acme, community=village, occurred_on__range=(MONDAY, MONDAY + timedelta(days=40))
    )
    plan = facts.explain()
    assert "communities_serviceevent_2026_03" in plan
    assert "communities_serviceevent_2026_04" in plan
    assert "communities_serviceevent_2026_02" not in plan
    assert "communities_serviceevent_2026_05" not in plan


def test_facts_of_a_customer_come_from_their_index(acme: Organisation, now: datetime) -> None:
    customer: Customer = factories.customer(acme)
    months_ensure(days=[now.date()])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = ServiceEvent.objects.filter(customer=customer).order_by("occurred_at").explain()
    assert plan.startswith("Merge Append")  # each month in the order of its index
