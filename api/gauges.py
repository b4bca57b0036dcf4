"""What /metrics reads from the database at the time of asking: the outbox and the planner."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Avg, Count, F, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.models import Outbox
from dispatch.models import PlanVersion
from dispatch.states import PLAN_RUNNING, PlanState


class QueueCollector(Collector):
    """Each question is answered from an index over what is open or recent, so history makes it no slower."""

    def collect(self) -> Iterator[Metric]:
        """Gauges; all of them each time, zero when there is nothing."""
        now = timezone.now()
        yield from _outbox(now)
        yield from _plans(now)
        yield from _solves(now)


def _outbox(now: datetime) -> Iterator[Metric]:
    waiting = Outbox.objects.filter(done_at=None, failed_at=None).aggregate(
        rows=Count("id"), oldest=Min("created_at")
    )
    failed = Outbox.objects.filter(failed_at__isnull=False).count()
    yield _gauge("linli_outbox_waiting", "Outbox rows not yet delivered", waiting["rows"])
    yield _gauge("linli_outbox_oldest_seconds", "Age of the oldest of them", _age_s(waiting["oldest"], now))
    yield _gauge("linli_outbox_failed", "Outbox rows given up: a person must look", failed)


def _plans(now: datetime) -> Iterator[Metric]:
    recent = PlanVersion.objects.filter(id__gte=_first_id_at(now - timedelta(days=1)))
    counted = dict(recent.values_list("state").annotate(Count("id")))
    states = GaugeMetricFamily("linli_plan_versions", "Plan versions of the last day", labels=["state"])
    for state in PlanState.values:
        states.add_metric([state], counted.get(state, 0))
    yield states

    running = PlanVersion.objects.filter(state__in=[str(state) for state in PLAN_RUNNING])
    oldest = running.aggregate(oldest=Min("created_at"))["oldest"]
    yield _gauge("linli_plan_running_oldest_seconds", "Age of the oldest running plan", _age_s(oldest, now))


def _solves(now: datetime) -> Iterator[Metric]:
    solved = PlanVersion.objects.filter(
        id__gte=_first_id_at(now - timedelta(days=1)), started_at__isnull=False, finished_at__isnull=False
    ).aggregate(runs=Count("id"), mean=Avg(F("finished_at") - F("started_at")))
    mean_s = solved["mean"].total_seconds() if solved["mean"] else 0.0
    yield _gauge("linli_solves", "Planner runs of the last day that ended", solved["runs"])
    yield _gauge("linli_solve_seconds_mean", "Their mean time from start to end", mean_s)


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _age_s(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


def _first_id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment (RFC 9562 §5.7: milliseconds first): the primary key is an index by age."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
