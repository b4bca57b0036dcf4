"""What operations see: one id from the call to the last task, health, and numbers."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from celery import signals
from celery.contrib.testing.worker import start_worker
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from api.gauges import _first_id_at
from config.celery import app
from core import logs
from core.models import Outbox
from dispatch.models import Plan, PlanVersion, Technician
from dispatch.states import PlanState, VisitState
from tests import factories
from tests.api.conftest import Api


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, str]]]:
    """The log as a machine reads it, filled when the test reads it."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=logs.SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(default=str),
        ],
    )
    found: list[dict[str, str]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(formatter.format(record)))

    caplog.set_level(logging.INFO)
    handler = Collect()
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def broker() -> Iterator[None]:
    """A broker in this process, so that no worker elsewhere takes our messages."""
    before = app.conf.broker_url
    use_broker("memory://")
    yield
    use_broker(before)


def use_broker(url: str) -> None:
    app.conf.broker_url = url
    app._pool = app.amqp._producer_pool = None  # made again at the next use


@pytest.fixture
def delivered() -> Iterator[threading.Event]:
    """Set when a task of the outbox has ended."""
    event = threading.Event()

    def note(task: Any, **_: Any) -> None:
        if task.name.endswith("outbox_deliver"):
            event.set()

    signals.task_postrun.connect(note)
    yield event
    signals.task_postrun.disconnect(note)


def sample(name: str, **labels: str) -> float | None:
    text = Client().get("/metrics").content.decode()
    for family in text_string_to_metric_families(text):
        for found in family.samples:
            if found.name == name and found.labels == labels:
                return found.value
    return None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker")
def test_the_calls_id_is_on_the_line_of_the_work_it_caused(
    tom: Technician,
    now: datetime,
    lines: list[dict[str, str]],
    delivered: threading.Event,
    settings: LazySettings,
) -> None:
    """POST … complete → outbox row → message → the task's own line, in a worker."""
    assert tom.user is not None
    settings.SANDBOX_URL = "http://127.0.0.1:1"  # what follows the invoice finds nobody
    place = factories.site(factories.community(tom.region, "xicun"))
    visit = factories.visit(place, now, technician=tom, starts_at=now, state=VisitState.STARTED)

    with start_worker(app, perform_ping_check=False, shutdown_timeout=30):
        answer = Api(tom.user).post(f"/visits/{visit.pk}/complete", X_Request_ID="call-42")
        assert (answer.status_code, answer["X-Request-ID"]) == (200, "call-42")
        assert delivered.wait(20)

    assert set(Outbox.objects.values_list("request_id", flat=True)) == {"call-42"}
    ended = [line for line in lines if line["event"] == "task" and line["task"].endswith("outbox_deliver")]
    assert ended
    assert {line["request_id"] for line in ended} == {"call-42"}


def test_a_request_has_one_line_with_its_id_and_route(dora_api: Api, lines: list[dict[str, str]]) -> None:
    answer = dora_api.get("/visits/00000000-0000-7000-8000-000000000000")
    [line] = [line for line in lines if line["event"] == "request"]
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["route"] == "api/v1/visits/<uuidstr:visit_id>"


def test_the_secret_of_a_calendar_is_not_in_the_log(
    db: None, client: Client, lines: list[dict[str, str]]
) -> None:
    client.get("/api/v1/calendar/very-secret.ics")
    assert [line["route"] for line in lines if line["event"] == "request"] == [
        "api/v1/calendar/<str:secret>.ics"
    ]
    assert "very-secret" not in json.dumps(lines)


@pytest.mark.parametrize("given", ["two words", "x" * 65, "a\tb", "é"])
def test_a_request_id_that_is_none_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 32


def test_alive_without_asking_anybody(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.usefixtures("db", "broker")
def test_ready_when_database_broker_and_migrations_are(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "migrations": "ok"}


@pytest.mark.usefixtures("db")
def test_not_ready_names_what_is_missing(client: Client, broker: None) -> None:
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "ok")
    assert answer.json()["broker"] == "OperationalError"


def test_requests_are_counted_by_route(dora_api: Api) -> None:
    labels = {"method": "GET", "route": "api/v1/me", "status": "200"}
    before = sample("linli_requests_total", **labels) or 0
    dora_api.get("/me")
    dora_api.call("BREW", "/me", None)
    assert sample("linli_requests_total", **labels) == before + 1
    assert sample("linli_requests_total", **labels | {"method": "BREW", "status": "405"}) is None


def test_the_queues_age_is_the_oldest_waiting_row(db: None) -> None:
    now = timezone.now()
    ages_s = {"waiting": 90, "newer": 10, "done": 500, "failed": 900}
    for name, age_s in ages_s.items():
        Outbox.objects.create(
            topic=name,
            consumer="x",
            subject_id=factories.organisation(name).pk,
            created_at=now - timedelta(seconds=age_s),
            done_at=now if name == "done" else None,
            failed_at=now if name == "failed" else None,
        )
    assert sample("linli_outbox_waiting") == 2
    assert sample("linli_outbox_failed") == 1
    assert sample("linli_outbox_oldest_seconds") == pytest.approx(90, abs=20)


def test_plans_of_the_last_day_by_state_and_time(tom: Technician) -> None:
    now = timezone.now()
    plan = Plan.objects.create(organisation=tom.organisation, region=tom.region, on=now.date())

    def version(number: int, state: PlanState, age: timedelta, **more: object) -> None:
        PlanVersion.objects.create(
            id=UUID(int=_first_id_at(now - age).int + number),
            organisation=tom.organisation,
            plan=plan,
            number=number,
            state=state,
            iterations=1,
            created_at=now - age,
            **more,
        )

    took = {"started_at": now - timedelta(seconds=9), "violations": 0}
    version(1, PlanState.DRAFT, timedelta(hours=1), finished_at=now - timedelta(seconds=5), **took)  # 4 s
    version(2, PlanState.DRAFT, timedelta(hours=2), finished_at=now - timedelta(seconds=3), **took)  # 6 s
    version(3, PlanState.DRAFT, timedelta(days=2), finished_at=now, **took)  # the day before yesterday
    version(4, PlanState.SOLVING, timedelta(seconds=30))

    assert sample("linli_plan_versions", state="draft") == 2
    assert sample("linli_plan_versions", state="solving") == 1
    assert sample("linli_plan_versions", state="failed") == 0
    assert sample("linli_solves") == 2
    assert sample("linli_solve_seconds_mean") == pytest.approx(5.0)  # (4 + 6) / 2
    assert sample("linli_plan_running_oldest_seconds") == pytest.approx(30, abs=20)


def test_metrics_ask_the_same_few_questions_whatever_has_happened(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().get("/metrics")
    assert len(asked) == 5
