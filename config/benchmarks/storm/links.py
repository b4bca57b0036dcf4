"""How soon a completed visit's payment link can be read, with a worker that has nothing else to do."""

import time
import uuid
from datetime import timedelta

import httpx
from django.utils import timezone

from communities.services.tokens import token_issue
from config.benchmarks.storm.company import Company, visit_make
from dispatch.models import Visit
from dispatch.states import VisitState

LONGEST_S = 60.0
ASKED_EVERY_S = 0.01


def links_timed(url: str, company: Company, count: int) -> list[float]:
    """Complete so many visits by the API, one after the other: seconds from each report until the answer to a question
    about invoices has its link. Raises TimeoutError."""
    user = company.technician.user
    assert user is not None
    _, secret = token_issue(
        user=user, name="storm", scopes=["read", "write"], expires_at=timezone.now() + timedelta(hours=1)
    )
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers, trust_env=False, timeout=30) as client:
        visits = [visit_make(company, number, VisitState.STARTED) for number in range(count)]
        return [_timed(client, visit) for visit in visits]


def _timed(client: httpx.Client, visit: Visit) -> float:
    began = time.perf_counter()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    client.post(f"/visits/{visit.pk}/complete", json={}, headers=key).raise_for_status()
    while not _has_link(client, visit):
        if time.perf_counter() - began > LONGEST_S:
            raise TimeoutError(f"no link {LONGEST_S:.0f} s after a visit was completed")
        time.sleep(ASKED_EVERY_S)
    return time.perf_counter() - began


def _has_link(client: httpx.Client, visit: Visit) -> bool:
    """Whether the newest invoice is this visit's, and can be paid."""
    newest = client.get("/invoices", params={"limit": 1}).raise_for_status().json()["items"]
    return any(one["visit_id"] == str(visit.pk) and one["link"] is not None for one in newest)
