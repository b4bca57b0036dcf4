"""The ledger's door for other systems, over HTTP, and the ledger as it is read."""

from datetime import datetime, timedelta

import pytest

from communities.models import Community, Region
from tests import factories
from tests.api.conftest import Api


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "jade")


def test_api_answers_for_each_fact(ada_api: Api, village: Community) -> None:
    good = {"kind": "referral.made", "source_id": "r1", "occurred_at": "2026-03-02T09:00:00+08:00"}
    bad = good | {"source_id": "r2", "data": {"csat": 5}}
    body = {"source": "crm", "facts": [good | {"community": "jade"}, bad, good]}
    answer = ada_api.post("/facts", body)
    assert answer.status_code == 200
    told = answer.json()  # type: ignore[attr-defined]
    assert (told["taken"], told["known"], told["rejected"]) == (1, 1, 1)
    assert [one["state"] for one in told["facts"]] == ["taken", "rejected", "known"]
    assert told["facts"][1] == {
        "source_id": "r2",
        "state": "rejected",
        "field": "data.csat",
        "value": "",
        "problem": "unknown data",
        "expected": "nothing for referral.made",
    }


def test_ledger_is_read_by_day_kind_and_customer(ada_api: Api, village: Community, now: datetime) -> None:
    customer = factories.customer(village.organisation)
    factories.fact(village.organisation, "complaint.made", now, customer_id=customer.pk)
    factories.fact(village.organisation, "referral.made", now + timedelta(hours=1), customer_id=customer.pk)
    factories.fact(village.organisation, "complaint.made", now + timedelta(days=1), community_id=village.pk)

    def kinds(query: str) -> list[str]:
        items = ada_api.get(f"/facts?{query}").json()["items"]  # type: ignore[attr-defined]
        return [item["kind"] for item in items]

    assert kinds("from=2026-03-02&to=2026-03-02") == ["referral.made", "complaint.made"]
    assert kinds("from=2026-03-01&to=2026-03-31&kind=complaint.made") == ["complaint.made"] * 2
    assert kinds(f"from=2026-03-01&to=2026-03-31&customer={customer.pk}") == [
        "referral.made",
        "complaint.made",
    ]
    assert kinds(f"from=2026-03-01&to=2026-03-31&community={village.pk}") == ["complaint.made"]
