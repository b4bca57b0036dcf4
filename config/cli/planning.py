"""Plan a region's day, and publish the plan if asked.

The work is done by a Celery worker for plans; where none is running, one is started for as long as it takes. Without
--region every region of the organisation is planned. Without --publish the result stays a draft. Ctrl-C cancels the
run.

examples:
  ./linli plan --date 2026-03-02 --publish
  ./linli plan --date 2015-03-16 --organisation boston311 --publish

exit codes: 0 every region planned · 1 one could not be planned or published, and why
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from communities.access import Caller
    from communities.models import Region
    from dispatch.models import PlanVersion

POLL_S = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose day, which, and what to do with the result."""
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="the local day, YYYY-MM-DD")
    parser.add_argument("--organisation", help="its slug (default: the newest organisation)")
    parser.add_argument("--region", help="a region's code (default: every region)")
    parser.add_argument("--publish", action="store_true", help="put the plan on the technicians' schedules")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another search (default: 1)")
    parser.add_argument("--iterations", type=int, help="how long to search (default: a few seconds' worth)")


def run(args: argparse.Namespace) -> int:
    """Plan, follow, report."""
    from communities.access import operator_of
    from communities.selectors.organisations import organisation_get, organisation_newest
    from communities.selectors.places import region_list
    from config.processes import ProcessError
    from core.errors import DomainError

    try:
        organisation = organisation_get(args.organisation) if args.organisation else organisation_newest()
        caller = operator_of(organisation)
        regions = region_list(caller).order_by("code")
        if args.region:
            regions = regions.filter(code=args.region)
        if not regions:
            return _refuse(f"{organisation.name} has no region {args.region or ''}".strip())
        with worker_running() as check:
            versions = [_plan(caller, region, args, check) for region in regions]
    except (DomainError, ProcessError) as error:
        return _refuse(str(error))
    for version in versions:
        _print(version)
    return 0 if all(version.state in {"draft", "published"} for version in versions) else 1


def _plan(
    caller: "Caller", region: "Region", args: argparse.Namespace, check: Callable[[], None]
) -> "PlanVersion":
    from django.utils import timezone

    from dispatch.services.planning import plan_cancel, plan_publish, plan_request

    version = plan_request(
        caller=caller, region_id=region.pk, on=args.date, seed=args.seed, iterations=args.iterations
    )
    try:
        follow([version], check)
    except KeyboardInterrupt:
        plan_cancel(caller=caller, version_id=version.pk)  # the planner stops within a second
        raise
    if args.publish and version.state == "draft":
        revision = version.plan.revision
        plan_publish(caller=caller, version_id=version.pk, plan_revision=revision, now=timezone.now())
        version.refresh_from_db()
    return version


def follow(versions: "list[PlanVersion]", check: Callable[[], None]) -> None:
    """Show the progress of runs until each has ended, and read the results. `check` raises when the worker died."""
    from dispatch.states import PLAN_RUNNING

    with Progress(console=Console(stderr=True), transient=True) as bars:
        lines = {
            version.pk: bars.add_task(f"{version.plan.region} {version.plan.on}") for version in versions
        }
        while True:
            for version in versions:
                version.refresh_from_db()
                bars.update(lines[version.pk], completed=version.progress)
            if not any(version.state in PLAN_RUNNING for version in versions):
                return
            check()
            time.sleep(POLL_S)


@contextmanager
def worker_running() -> Iterator[Callable[[], None]]:
    """A worker for plans as long as the block lasts: one that runs already, or one of our own.

    Yields what raises ProcessError when our own has ended.
    """
    from config.celery import app
    from config.processes import Supervisor, child_environment, worker_command

    served = app.control.inspect(timeout=0.5).active_queues() or {}
    if any(queue["name"] == "solve" for queues in served.values() for queue in queues):
        yield lambda: None
        return
    with Supervisor({"planner": worker_command("planner")}, environment=child_environment()) as supervisor:
        yield supervisor.check


def _print(version: "PlanVersion") -> None:
    from dispatch.explanations import unassigned_sentence

    plan = version.plan
    print(f"{plan.region}, {plan.on}: version {version.number}, {version.get_state_display().lower()}.")
    if version.error:
        print(f"  {version.error}", file=sys.stderr)
    if version.violations is None:
        return
    print(
        f"  {version.visits_assigned:,} visits assigned, {version.visits_unassigned:,} left out, "
        f"{version.travel_s // 60:,} min of travel, {version.violations} violations; "
        f"score {version.score['total']:,.1f} min."
    )
    reasons = Counter(unassigned_sentence(left) for left in version.unassigned.all())
    for reason, count in reasons.most_common():
        print(f"  {count:,} left out: {reason}.")


def _refuse(reason: str) -> int:
    print(f"linli: {reason}", file=sys.stderr)
    return 1
