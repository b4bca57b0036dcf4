"""Previews: what a day's plan would be under an edited policy, beside the one under the region's own.

Both are planned for the whole region, nothing held out, from the same figures and assignments, with the same seed and
effort: what differs, the policy has caused. Nothing else is written but the run's own row.
"""

import time
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from communities.access import Caller
from communities.insight.signals import SignalPolicy, Signals, read_signals
from communities.models import Region
from communities.services.policies import policy_check, policy_unchanged, region_for_policy
from communities.services.signal_inputs import inputs_of
from communities.services.signal_rows import policy_of
from communities.services.signals import policy_content, policy_newest
from dispatch.errors import PreviewNotRunning, PreviewRunning
from dispatch.models import PolicyPreview
from dispatch.selectors.previews import preview_get
from dispatch.services import announce
from dispatch.services.day import Day, day_load
from dispatch.services.planning import ITERATIONS
from dispatch.services.preview_results import Side, preview_result
from dispatch.services.problem import problem_of
from dispatch.services.release import requests_release
from dispatch.services.shifts import shifts_ensure
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, Progress, solve
from dispatch.states import PREVIEW_RUNNING, PreviewState

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=15)  # three solves take far less
WAIT = timedelta(seconds=20)  # for a queued run whose message may have been lost
ATTEMPTS = 3
SOLVES = 3  # where both begin, and one under each policy
REPORT_S = 0.5


def preview_request(
    *,
    caller: Caller,
    region_id: UUID,
    on: date,
    policy: SignalPolicy,
    seed: int = 1,
    iterations: int | None = None,
    seen: int | None = None,
) -> PolicyPreview:
    """Note that this policy should be tried on a region's day, and tell a planner.

    It is compared with the region's own of this moment; `seen`, if given, is the version that this has to be.

    Raises RegionUnknown, NotForYourRole, PolicyTooFine, PolicyChanged, PreviewRunning.
    """
    region = region_for_policy(caller, region_id)
    policy_check(policy)
    against = policy_newest(region)
    policy_unchanged(against, seen)
    try:
        with transaction.atomic():
            preview = PolicyPreview.objects.create(
                organisation=caller.organisation,
                region=region,
                on=on,
                policy=asdict(policy),
                against=against,
                seed=seed,
                iterations=iterations or ITERATIONS,
                requested_by=caller.account,
            )
            transaction.on_commit(partial(announce.preview_wanted, preview.pk), robust=True)
    except IntegrityError as error:
        if "preview_one_run_at_a_time" not in str(error):
            raise
        raise PreviewRunning from error
    return preview


def preview_cancel(*, caller: Caller, preview_id: UUID) -> PolicyPreview:
    """End a run that waits or is being planned, so that the region has room for another at once. Its worker hears of
    it within a second, and writes nothing any more.

    Raises PreviewUnknown, NotForYourRole, PreviewNotRunning.
    """
    preview = preview_get(caller, preview_id)
    region_for_policy(caller, preview.region_id)
    running = PolicyPreview.objects.filter(pk=preview.pk, state__in=PREVIEW_RUNNING)
    if not running.update(state=PreviewState.CANCELLED, finished_at=timezone.now(), lease_until=None):
        raise PreviewNotRunning
    preview.refresh_from_db()
    return preview


def preview_solve(*, preview_id: UUID) -> None:
    """Run one queued preview and keep the differences. Running it twice does no harm."""
    now = timezone.now()
    queued = PolicyPreview.objects.filter(pk=preview_id, state=PreviewState.QUEUED)
    if not queued.update(state=PreviewState.SOLVING, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return  # gone, or another worker has it
    preview = PolicyPreview.objects.select_related("region__organisation", "against").get(pk=preview_id)
    try:
        _finish(preview, PreviewState.DONE, progress=100, result=_result(preview))
    except _Gone:
        log.info("preview given up", preview=str(preview_id))
    except Exception as error:
        log.exception("preview failed", preview=str(preview_id))
        _finish(preview, PreviewState.FAILED, error=f"The planner stumbled ({type(error).__name__}).")


def _finish(preview: PolicyPreview, state: PreviewState, **figures: Any) -> None:
    _run(preview).update(state=state, finished_at=timezone.now(), lease_until=None, **figures)


def _run(preview: PolicyPreview) -> QuerySet[PolicyPreview]:
    """The preview, as long as it is this worker's to solve."""
    return PolicyPreview.objects.filter(pk=preview.pk, state=PreviewState.SOLVING, attempts=preview.attempts)


class _Gone(Exception):
    """Somebody has cancelled this run, or another worker has taken it over."""


class _Watched:
    """One solve after another, which tell how far all of them are, and end when the run is this worker's no more."""

    def __init__(self, preview: PolicyPreview) -> None:
        self._run = _run(preview)
        self._limits = Limits(iterations=preview.iterations, seed=preview.seed)
        self._done = 0
        self._told = 0.0
        self._gone = False

    def solve(self, problem: Problem, start: Plan | None = None) -> Plan:
        """Raises _Gone."""
        plan = solve(
            problem, self._limits, start=start, on_progress=self._report, should_stop=lambda: self._gone
        )
        if self._gone:
            raise _Gone
        self._done += 1
        return plan

    def _report(self, progress: Progress) -> None:
        if time.monotonic() - self._told < REPORT_S:
            return
        self._told = time.monotonic()
        self._gone = not self._run.update(
            progress=round(100 * (self._done + progress.fraction) / SOLVES),
            lease_until=timezone.now() + LEASE,
        )


def _result(preview: PolicyPreview) -> dict[str, Any]:
    region, on = preview.region, preview.on
    current, edited = _read(region, preview)
    shifts_ensure(region=region, on=on)
    day = _day_as_planned(region, on, preview.created_at)
    problems = [problem_of(replace(day, signals=signals)) for signals in (current, edited)]
    watched = _Watched(preview)
    start = watched.solve(problems[0])
    before, after = (watched.solve(problem, start) for problem in problems)
    return preview_result(day, Side(problems[0], before, current), Side(problems[1], after, edited))


def _read(region: Region, preview: PolicyPreview) -> tuple[Signals, Signals]:
    """The same figures under the policy it is compared with and under the edited one."""
    through_on = preview.created_at.astimezone(region.organisation.zone).date() - timedelta(days=1)
    inputs = inputs_of(region, through_on)
    cells, demands, workdays = inputs.cells(), inputs.demands(), inputs.workdays()
    return (
        read_signals(cells, policy_content(preview.against), demands, workdays),
        read_signals(cells, policy_of(preview.policy), demands, workdays),
    )


def _day_as_planned(region: Region, on: date, now: datetime) -> Day:
    """The day with the requests that planning it would accept. That they are accepted is undone."""
    with transaction.atomic():
        requests_release(region=region, on=on, now=now)
        day = day_load(region=region, on=on, now=now, signal_set=None)
        transaction.set_rollback(True)
    for visit in day.visits.values():
        visit.organisation = region.organisation  # or each of them would be asked for it
    return day


def previews_sweep(*, now: datetime | None = None) -> None:
    """Find previews that nobody works on: announce those that wait, take lost ones back, give up the third time."""
    now = now or timezone.now()
    lost = PolicyPreview.objects.filter(state=PreviewState.SOLVING, lease_until__lt=now)
    lost.filter(attempts__gte=ATTEMPTS).update(
        state=PreviewState.FAILED,
        finished_at=now,
        lease_until=None,
        error="The planner was lost three times.",
    )
    lost.update(state=PreviewState.QUEUED, lease_until=None, progress=0)
    waiting = PolicyPreview.objects.filter(state=PreviewState.QUEUED, created_at__lt=now - WAIT)
    for preview_id in list(waiting.values_list("pk", flat=True)):
        announce.preview_wanted(preview_id)
