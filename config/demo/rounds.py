"""The technicians' day and the customers' evening, over HTTP as their own programs would do it."""

import hashlib
import html
import re
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils import timezone

from communities.models import SurveyInvitation, User
from communities.sample.truth import CustomerResponse, answer
from communities.services.surveys import survey_url
from communities.services.tokens import token_issue
from config.demo.city import Company
from dispatch.models import Technician, Visit

AT_ONCE = 4  # people acting at the same time
NOT_AT_HOME = 25  # one visit in so many finds nobody


@dataclass(frozen=True)
class Told:
    """What the invented customer of a visit feels, and how late the technician is."""

    late_minutes: int
    at_home: bool
    customer: CustomerResponse


def told(company: Company, visit: Visit) -> Told:
    """The ground truth for one visit: the same for the same seed, request and technician."""
    assert visit.technician is not None
    assert visit.site.community is not None
    reference = visit.work_order.request.reference
    dice = hashlib.sha256(f"{company.seed}:{reference}".encode()).digest()
    late = (0, 0, 0, 0, 3, 5, 8, 20)[dice[0] % 8]
    customer = answer(
        seed=company.seed,
        visit=reference,
        technician=visit.technician.code,
        community=visit.site.community.code,
        late_minutes=late,
    )
    return Told(late_minutes=late, at_home=dice[1] % NOT_AT_HOME != 0, customer=customer)


def client_for(user: User, url: str) -> httpx.Client:
    """The API as this user's program calls it."""
    _, secret = token_issue(
        user=user, name="demo", scopes=["read", "write"], expires_at=timezone.now() + timedelta(days=1)
    )
    return httpx.Client(
        base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {secret}"}, trust_env=False, timeout=60
    )


def post(client: httpx.Client, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """POST with an Idempotency-Key; the answer, or an error with the server's own words."""
    response = client.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4()), **headers})
    if response.is_error:
        raise RuntimeError(f"POST {path}: {response.status_code} {response.text}")
    answered: dict[str, Any] = response.json()
    return answered


def visits_do(company: Company, url: str, on: date, progress: Callable[[], None]) -> None:
    """Every technician works through the schedule of the day."""
    technicians = Technician.objects.filter(
        organisation=company.organisation, visits__starts_at__isnull=False
    ).select_related("user")

    def day(technician: Technician) -> None:
        assert technician.user is not None
        with client_for(technician.user, url) as client:
            schedule = client.get("/schedule", params={"from": on.isoformat(), "to": on.isoformat()})
            for item in schedule.raise_for_status().json()["items"]:
                _visit_do(company, client, item)
                progress()

    _at_once(day, technicians.distinct())


def _visit_do(company: Company, client: httpx.Client, item: dict[str, Any]) -> None:
    visit = Visit.objects.select_related("technician", "site__community", "work_order__request").get(
        pk=item["id"]
    )
    truth = told(company, visit)
    path = f"/visits/{visit.pk}"
    arrival = datetime.fromisoformat(item["starts_at"]) + timedelta(minutes=truth.late_minutes)

    def step(name: str, minutes: float, **more: str) -> None:
        happened_at = (arrival + timedelta(minutes=minutes)).isoformat()
        post(client, f"{path}/{name}", {"happened_at": happened_at, **more})

    step("en-route", -12)
    step("arrive", 0)
    if not visit.leads:
        return
    if not truth.at_home:
        step("could-not-complete", 10, reason="Nobody at home")
        return
    step("start", 2)
    _offer(company, client, visit, truth.customer, arrival)
    step("complete", visit.duration_minutes)


def _offer(
    company: Company, client: httpx.Client, visit: Visit, customer: CustomerResponse, arrival: datetime
) -> None:
    """An add-on that fits the service, offered and decided on the spot."""
    fitting = [one for one in company.city.add_ons if visit.service_type.code in one.service_types]
    if not fitting:
        return
    offered = post(
        client,
        f"/visits/{visit.pk}/offers",
        {"item": fitting[0].code, "happened_at": (arrival + timedelta(minutes=10)).isoformat()},
    )
    decision = "accept" if customer.accepts_add_on else "refuse"
    decided_at = (arrival + timedelta(minutes=12)).isoformat()
    post(client, f"/offers/{offered['id']}/{decision}", {"happened_at": decided_at})


def invoices_pay(company: Company, url: str, progress: Callable[[], None]) -> None:
    """Every customer opens the payment link: most pay, some are declined first, a few leave it at that."""
    with client_for(company.account(User.Role.DISPATCHER), url) as client:
        invoices = list(_pages(client, "/invoices"))
    by_visit = {str(visit.pk): told(company, visit) for visit in _done(company)}

    def pay(invoice: dict[str, Any]) -> None:
        customer = by_visit[invoice["visit_id"]].customer
        checkout = _to_provider(invoice["link"]["url"])
        if customer.declines_first:
            _submit(checkout, {"act": "decline"})
        if customer.answers or not customer.declines_first:
            _submit(checkout, {"act": "pay"})
        progress()

    _at_once(pay, invoices, AT_ONCE)


def surveys_answer(company: Company, url: str, progress: Callable[[], None]) -> None:
    """Customers who feel like it open their survey link and answer."""
    by_visit = {visit.pk: told(company, visit) for visit in _done(company)}
    invitations = SurveyInvitation.objects.filter(organisation=company.organisation)

    def rate(invitation: SurveyInvitation) -> None:
        customer = by_visit[invitation.visit_id].customer
        if customer.answers:
            _submit(
                url + urlsplit(survey_url(invitation)).path,
                {"csat": str(customer.csat), "nps": str(customer.nps), "comment": customer.comment},
            )
        progress()

    _at_once(rate, list(invitations))


def _done(company: Company) -> Iterable[Visit]:
    return Visit.objects.filter(organisation=company.organisation, role=0, state="completed").select_related(
        "technician", "site__community", "work_order__request"
    )


def _pages(client: httpx.Client, path: str) -> Iterable[dict[str, Any]]:
    """Every item of a list, page after page."""
    cursor: str | None = None
    while True:
        page = client.get(path, params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        found = page.raise_for_status().json()
        yield from found["items"]
        cursor = found["next"]
        if cursor is None:
            return


def _to_provider(url: str) -> str:
    """Press Pay on the page of an invoice: the address of the provider's page."""
    with httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as browser:
        page = browser.post(url).raise_for_status().text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    if found is None:
        raise RuntimeError(f"{url} leads to no provider")
    return html.unescape(found[1])


def _submit(url: str, form: dict[str, str]) -> None:
    """Open a page as a browser does, and send its form back, with the CSRF token where it has one."""
    with httpx.Client(trust_env=False, timeout=60) as browser:
        page = browser.get(url).raise_for_status().text
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]+)"', page))
        answered = browser.post(url, data={**form, **hidden}, headers={"Referer": url})
    if answered.is_error:
        raise RuntimeError(f"{url}: {answered.status_code} {answered.text[:400]}")


def _at_once(do: Callable[[Any], None], things: Iterable[Any], number: int = AT_ONCE) -> None:
    with ThreadPoolExecutor(number) as pool:
        for _ in pool.map(_with_own_connection(do), things):
            pass


def _with_own_connection(do: Callable[[Any], None]) -> Callable[[Any], None]:
    from django.db import connection

    def run(thing: Any) -> None:
        try:
            do(thing)
        finally:
            connection.close()

    return run
