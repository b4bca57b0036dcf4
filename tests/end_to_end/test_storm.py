"""The storm of `./linli bench money`, in small: with leases that end as soon as nothing else moves."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.models import Payment, WebhookEvent
from config.benchmarks.money import account_variables
from config.benchmarks.storm.checker import findings
from config.benchmarks.storm.company import company_make
from config.benchmarks.storm.links import links_timed
from config.benchmarks.storm.run import Outcome, Storming, storm_run
from config.celery import app as celery
from config.processes import Processes
from core.models import Outbox
from core.tasks import outbox_sweep
from tests.billing.gateways.stripe_server import StripeServer
from tests.outbox import use_broker

EVENTS = 138  # every story three times


@pytest.fixture
def stripe(environment: dict[str, str], settings: Settings) -> Iterator[StripeServer]:
    """Every company is paid through it, here and in the application's processes."""
    with StripeServer() as server:
        variables = account_variables(server)
        environment |= variables
        settings.PAYMENT_ACCOUNT = variables["PAYMENT_ACCOUNT"]
        settings.PAYMENT_ACCOUNTS = tomllib.loads(variables["PAYMENT_ACCOUNTS"])
        yield server


@pytest.fixture
def application(
    stripe: StripeServer, environment: dict[str, str], settings: Settings, tmp_path: Path
) -> Iterator[Processes]:
    """Web and worker; what is emitted here is announced to them."""
    lasting = {"LINLI_ENV": "development"}  # connections that stay open, so that idle ones are cut as well
    use_broker(environment["BROKER_URL"])
    with Processes.start(environment=environment | lasting, logs=tmp_path, names=("web", "worker")) as app:
        yield app
    use_broker(settings.CELERY_BROKER_URL)


def sweep() -> None:
    """As beat would, with every lease over; but not while messages wait, or a slow machine would drown in them."""
    with celery.connection_for_write() as broker:
        if broker.default_channel.client.llen("default"):
            return
    Outbox.objects.filter(done_at=None, due_at__gt=timezone.now()).update(due_at=timezone.now())
    outbox_sweep()


def test_nothing_is_lost_in_a_storm_and_nothing_counts_twice(
    stripe: StripeServer, application: Processes
) -> None:
    company = company_make()

    outcome = storm_run(application, stripe, company, Storming(EVENTS, times=1, seed=1), sweep=sweep)

    found, history = outcome.findings, outcome.history
    assert (found.lost, found.surplus) == (Counter(), Counter())
    assert (found.sums, found.unfinished) == (found.expected_sums, [])
    assert (len(history.accepted), history.forged_accepted) == (EVENTS, [])
    assert min(history.duplicated, history.reordered, history.forged, history.again) > 0
    once = ("workers killed", "web servers killed", "broker emptied")
    assert [outcome.harm[what] for what in once] == [1] * 3
    assert outcome.harm["database connections cut"] > 0

    _spoil(stripe, outcome)
    assert len(links_timed(application.url, company, 2)) == 2


def _spoil(stripe: StripeServer, outcome: Outcome) -> None:
    """An event that is gone is missed, and a payment that is not the provider's is seen."""
    gone, paid = WebhookEvent.objects.earliest("id"), Payment.objects.filter(state="succeeded").earliest("id")
    gone.delete()
    Payment.objects.filter(pk=paid.pk).update(amount_minor=1)

    found = findings(stripe, outcome.pages, outcome.history.accepted)

    as_it_is = ("payment", paid.provider_ref, "succeeded", paid.amount_minor)
    assert found.lost == Counter([("event", gone.event_id, True), as_it_is])
    assert found.surplus == Counter([("payment", paid.provider_ref, "succeeded", 1)])
