"""Previews: what a day's plan would be under an edited policy, beside the one under the region's own.

Both are planned for the whole region, nothing held out, from the same figures and assignments, with the same seed and
effort: what differs, the policy has caused. Nothing else is written but the run's own row.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from communities.access import Caller
from communities.insight.signals import SignalPolicy, Signals, read_signals
from communities.models import Region
from communities.services.policies import region_for_policy
from communities.services.signal_inputs import inputs_of
from communities.services.signal_rows import policy_of
from communities.services.signals import policy_now
from dispatch.errors import PreviewRunning
from dispatch.models import PolicyPreview
from dispatch.services import announce
from dispatch.services.day import Day, day_load
from dispatch.services.planning import ITERATIONS
from dispatch.services.problem import problem_of
from dispatch.services.release import requests_release
from dispatch.services.shifts import shifts_ensure
from dispatch.solver.plan import Plan
from dispatch.solver.solve import Limits, solve
from dispatch.states import PreviewState

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=15)  # three solves take far less
WAIT = timedelta(seconds=20)  # for a queued run whose message may have been lost
ATTEMPTS = 3


def preview_request(
    *,
    caller: Caller,
    region_id: UUID,
    on: date,
    policy: SignalPolicy,
    seed: int = 1,
    iterations: int | None = None,
) -> PolicyPreview:
    """Note that this policy should be tried on a region's day, and tell a planner.

    Raises RegionUnknown, NotForYourRole, PreviewRunning.
    """
    region = region_for_policy(caller, region_id)
    try:
        with transaction.atomic():
            preview = PolicyPreview.objects.create(
                organisation=caller.organisation,
                region=region,
                on=on,
                policy=asdict(policy),
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


def preview_solve(*, preview_id: UUID) -> None:
    """Run one queued preview and keep the differences. Running it twice does no harm."""
    now = timezone.now()
    queued = PolicyPreview.objects.filter(pk=preview_id, state=PreviewState.QUEUED)
    if not queued.update(state=PreviewState.SOLVING, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return  # gone, or another worker has it
    preview = PolicyPreview.objects.select_related("region__organisation").get(pk=preview_id)
    try:
        _finish(preview, PreviewState.DONE, result=_result(preview))
    except Exception as error:
        log.exception("preview failed", preview=str(preview_id))
        _finish(preview, PreviewState.FAILED, error=f"The planner stumbled ({type(error).__name__}).")


def _finish(preview: PolicyPreview, state: PreviewState, **figures: Any) -> None:
    run = PolicyPreview.objects.filter(pk=preview.pk, state=PreviewState.SOLVING, attempts=preview.attempts)
    run.update(state=state, finished_at=timezone.now(), lease_until=None, **figures)


def _result(preview: PolicyPreview) -> dict[str, Any]:
    region, on = preview.region, preview.on
    current, edited = _read(region, preview)
    shifts_ensure(region=region, on=on)
    day = _day_as_planned(region, on, preview.created_at)
    problems = [problem_of(replace(day, signals=signals)) for signals in (current, edited)]
    limits = Limits(iterations=preview.iterations, seed=preview.seed)
    start = solve(problems[0], limits)
    before, after = (solve(problem, limits, start=start) for problem in problems)
    return {
        "visits": len(day.visits),
        "before": _figures(day, before, current),
        "after": _figures(day, after, current),
        "moved": list(_moved(day, before, after)),
    }


def _read(region: Region, preview: PolicyPreview) -> tuple[Signals, Signals]:
    """The same figures under the region's policy and under the edited one."""
    through_on = preview.created_at.astimezone(region.organisation.zone).date() - timedelta(days=1)
    inputs = inputs_of(region, through_on)
    cells, demands, workdays = inputs.cells(), inputs.demands(), inputs.workdays()
    return (
        read_signals(cells, policy_now(region), demands, workdays),
        read_signals(cells, policy_of(preview.policy), demands, workdays),
    )


def _day_as_planned(region: Region, on: date, now: datetime) -> Day:
    """The day with the requests that planning it would accept. That they are accepted is undone."""
    with transaction.atomic():
        requests_release(region=region, on=on, now=now)
        day = day_load(region=region, on=on, now=now, signal_set=None)
        transaction.set_rollback(True)
    return day


def _figures(day: Day, plan: Plan, signals: Signals) -> dict[str, Any]:
    """A plan's side of the comparison. What technicians add to satisfaction (a mean over visits) and to sales (a sum)
    is measured by the same signals on both sides."""
    people = {code: str(shift.technician_id) for code, shift in day.shifts.items()}
    parts = [
        signals.parts_of(people[code], str(visit.site.community_id), str(visit.service_type_id))
        for name, code in plan.shift_of().items()
        for visit in [day.visits[name]]
    ]
    added = {
        name: [part[name].effect if name in part else 0.0 for part in parts] for name in ("csat", "upsell")
    }
    return {
        "travel_minutes": round(plan.score.travel / 60, 2),
        "unassigned": len(plan.unassigned),
        "minutes": {name: round(minutes, 2) for name, minutes in plan.score.minutes().items() if minutes},
        "csat_added": round(sum(added["csat"]) / len(parts), 3) if parts else 0.0,
        "upsell_added_minor": round(sum(added["upsell"])),
    }


def _moved(day: Day, before: Plan, after: Plan) -> Iterator[dict[str, str | None]]:
    """The visits that another technician would have, in the order of the day's; None is nobody."""
    former, then = before.shift_of(), after.shift_of()
    for name, visit in day.visits.items():
        if former.get(name) != then.get(name):
            yield {
                "work_order_number": visit.work_order.number,
                "community_id": str(visit.site.community_id),
                "from": former.get(name),
                "to": then.get(name),
            }


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
    lost.update(state=PreviewState.QUEUED, lease_until=None)
    waiting = PolicyPreview.objects.filter(state=PreviewState.QUEUED, created_at__lt=now - WAIT)
    for preview_id in list(waiting.values_list("pk", flat=True)):
        announce.preview_wanted(preview_id)
