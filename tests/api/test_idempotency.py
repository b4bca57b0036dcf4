"""A POST that is sent again answers again, and does not act again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from api.models import IdempotencyRecord
from api.tasks import idempotency_expire
from communities.models import Organisation, User
from dispatch.models import ServiceRequest
from tests import factories
from tests.api.conftest import Api

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def filter_service(acme: Organisation) -> None:
    factories.service_type(acme, "filter")


def wish(reference: str = "A1") -> dict[str, Any]:
    return {"reference": reference, "service_type": "filter", "site": {"lon": 121.55, "lat": 25.03}}


@pytest.mark.usefixtures("filter_service")
def test_sent_again_it_answers_again(dora_api: Api) -> None:
    first = dora_api.post("/requests", wish(), Idempotency_Key=KEY)
    again = dora_api.post("/requests", wish(), Idempotency_Key=f'"{KEY}"')  # the draft's quoted form
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert again["Idempotency-Replayed"] == "true"
    assert ServiceRequest.objects.count() == 1


@pytest.mark.usefixtures("filter_service")
def test_another_body_under_the_same_key_is_refused(dora_api: Api) -> None:
    dora_api.post("/requests", wish("A1"), Idempotency_Key=KEY)
    other = dora_api.post("/requests", wish("A2"), Idempotency_Key=KEY)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert ServiceRequest.objects.count() == 1


@pytest.mark.usefixtures("filter_service")
def test_keys_of_two_people_do_not_meet(dora: User, ada: User) -> None:
    Api(dora).post("/requests", wish("A1"), Idempotency_Key=KEY)
    answer = Api(ada).post("/requests", wish("A2"), Idempotency_Key=KEY)
    assert answer.status_code == 201
    assert ServiceRequest.objects.count() == 2


def test_without_a_key(dora_api: Api) -> None:
    answer = dora_api.post("/requests", wish(), Idempotency_Key="")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-missing")


@pytest.mark.parametrize("key", ['"', '""', '"half', "x" * 256, "two words"])
def test_malformed_key(dora_api: Api, key: str) -> None:
    answer = dora_api.post("/requests", wish(), Idempotency_Key=key)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-request")


def test_a_refusal_keeps_nothing_and_may_be_tried_again(dora_api: Api, acme: Organisation) -> None:
    refused = dora_api.post("/requests", wish(), Idempotency_Key=KEY)  # no such service type yet
    assert refused.status_code == 422
    assert IdempotencyRecord.objects.count() == 0

    factories.service_type(acme, "filter")
    assert dora_api.post("/requests", wish(), Idempotency_Key=KEY).status_code == 201


@pytest.mark.usefixtures("filter_service")
def test_kept_for_a_day(dora_api: Api) -> None:
    dora_api.post("/requests", wish("A1"), Idempotency_Key="yesterday's")
    dora_api.post("/requests", wish("A2"), Idempotency_Key="today's")
    yesterday = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotencyRecord.objects.filter(key="yesterday's").update(created_at=yesterday)
    idempotency_expire()
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["today's"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("filter_service")
def test_two_at_the_same_moment_act_once(dora: User) -> None:
    """Whoever is second is told so at once (409), or, when the first has ended, gets its answer."""
    together = threading.Barrier(2)
    clients = [Api(dora), Api(dora)]

    def send(api: Api) -> int:
        together.wait()
        try:
            return api.post("/requests", wish(), Idempotency_Key=KEY).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, clients))
    assert answers in ([201, 201], [201, 409])
    assert ServiceRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("filter_service")
def test_while_the_first_is_running_the_second_is_told_at_once(dora: User) -> None:
    """Another connection holds what the first call would hold until its commit."""
    from api.idempotency import claim_number

    api, held, ended = Api(dora), threading.Event(), threading.Event()

    def first_call() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [claim_number(dora.pk, KEY)])
            held.set()
            ended.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first_call)
        assert held.wait(10)
        answer = api.post("/requests", wish(), Idempotency_Key=KEY)
        ended.set()
        running.result()
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/idempotency-key-in-flight")
    assert answer["Retry-After"] == "1"
    assert ServiceRequest.objects.count() == 0
