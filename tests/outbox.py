"""The worker's part, done by hand: deliver what is due until nothing is."""

from django.utils import timezone

from config.celery import app
from core.models import Outbox
from core.outbox import deliver


def deliver_all() -> None:
    """Deliver every due row, and what that causes. A failed delivery is left for later, as by the worker."""
    while any(deliver(row_id) for row_id in _waiting()):
        pass


def leases_end() -> None:
    """Time passes: whoever has a row has had it for too long, and every delay is over."""
    Outbox.objects.filter(done_at=None).update(due_at=timezone.now(), attempts=0)


def use_broker(url: str) -> None:
    """Send messages there from now on."""
    app.conf.broker_url = url
    app._pool = app.amqp._producer_pool = None  # made again at the next use


def waiting() -> list[str]:
    """The topics that are not done yet, in the order they were noted; once, however many follow one."""
    rows = Outbox.objects.filter(done_at=None).order_by("id").values_list("topic", "subject_id")
    return [topic for topic, _ in dict.fromkeys(rows)]


def _waiting() -> list[object]:
    return list(Outbox.objects.filter(done_at=None, attempts=0).order_by("id").values_list("id", flat=True))
