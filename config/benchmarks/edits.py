"""Changing a plan by hand through the API, on a day of many visits: trials, edits, undoing them."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import User
from communities.services.tokens import token_issue
from config.benchmarks.day import day_make
from dispatch.models import PlanVersion
from dispatch.services.day import day_load
from dispatch.services.problem import problem_of

VISITS, TECHNICIANS = 1_000, 100
TRIALS, EDITS = 200, 20


@dataclass(frozen=True)
class Timed:
    """Milliseconds of its answers, and what the last of them asked of the database."""

    name: str
    times: list[float]
    queries: int

    @property
    def p50_ms(self) -> float:
        return statistics.median(self.times)

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]


def measure(progress: Callable[[str], None]) -> list[Timed]:
    """Plan the day, publish it, and change it. The first row is what a trial need not do: reading the whole day."""
    progress(f"planning {VISITS} visits")
    day = day_make(VISITS, TECHNICIANS)
    version = day.version
    progress("changing the plan")
    bench = _Bench(version, _client(day.caller.account))
    reading = [bench.timed(lambda: _whole_day(version)) for _ in range(5)]
    bench.client.get(
        f"/api/v1/plans/{version.pk}"
    )  # the first answer of a process takes longer, whatever it is
    first = bench.trial()
    trials = [bench.trial() for _ in range(TRIALS)]
    edits = [step for _ in range(EDITS) for step in bench.edit_and_undo()]
    return [
        Timed("the whole day read, and made a problem", [ms for ms, _ in reading], reading[-1][1]),
        Timed("trial, the first in its process", [first[0]], first[1]),
        Timed("trial", [ms for ms, _ in trials], trials[-1][1]),
        Timed("edit of the published plan", [ms for ms, _ in edits[::2]], edits[-2][1]),
        Timed("undo", [ms for ms, _ in edits[1::2]], edits[-1][1]),
    ]


class _Bench:
    """A client at the published plan, and visits and technicians by chance."""

    def __init__(self, version: PlanVersion, client: Client) -> None:
        self.version, self.client = str(version.pk), client
        self.revision = version.plan.revision
        self.random = Random(1)  # noqa: S311 - moves, not secrets
        self.visits = sorted(str(one) for one in version.stops.values_list("visit", flat=True))
        self.technicians = sorted(str(one) for one in version.routes.values_list("technician", flat=True))

    def trial(self) -> tuple[float, int]:
        """A visit goes to somebody, wherever it costs least there."""
        body = {"visit": self.random.choice(self.visits), "technician": self.random.choice(self.technicians)}
        return self.timed(lambda: self._post("trials", body, 200))

    def edit_and_undo(self) -> Iterator[tuple[float, int]]:
        """The first move by chance that is allowed, and back."""
        body = next(body for body in self._wishes() if self._post("trials", body, 200)["allowed"])
        yield self.timed(lambda: self._follow(self._post("edits", body, 201)))
        yield self.timed(lambda: self._follow(self._post("undo", None, 201)))

    def timed(self, does: Callable[[], Any]) -> tuple[float, int]:
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            does()
            return 1000 * (time.perf_counter() - began), len(asked)

    def _wishes(self) -> Iterator[dict[str, str]]:
        while True:
            yield {
                "visit": self.random.choice(self.visits),
                "technician": self.random.choice(self.technicians),
            }

    def _post(self, what: str, body: dict[str, str] | None, status: int) -> Any:
        answer = self.client.post(
            f"/api/v1/plans/{self.version}/{what}",
            body,
            content_type="application/json",
            headers={"If-Match": f'"r{self.revision}"'},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    def _follow(self, version: Any) -> None:
        self.version, self.revision = version["id"], version["plan_revision"]


def _whole_day(version: PlanVersion) -> None:
    plan = version.plan
    problem_of(day_load(region=plan.region, on=plan.on, now=timezone.now(), signal_set=None))


def _client(user: User | None) -> Client:
    assert user is not None
    expires_at = timezone.now() + timedelta(hours=1)
    _, secret = token_issue(user=user, name="bench", scopes=["read", "write"], expires_at=expires_at)
    return Client(headers={"Authorization": f"Bearer {secret}"})
