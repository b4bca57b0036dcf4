"""Run the whole loop once on the sample city, and print a report.

Requests are imported and grouped by community, technicians routed, visits completed through the technician API,
payment links paid in the sandbox, customers asked, their answers turned into signals, and the next day planned
with them. Each run makes a fresh sample organisation (taipei-1, taipei-2, …); earlier ones stay as they are.
People, prices and requests are invented; the villages of Taipei are real.

examples:
  ./linli demo
  ./linli demo --seed 7 --date 2026-03-02 --json out.json

exit codes: 0 the loop closed · 1 it did not, and why
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from config.cli.planning import follow
from config.ports import PortError, port_held

if TYPE_CHECKING:
    from communities.models import SignalSet
    from config.demo.city import Company
    from config.processes import Processes
    from dispatch.models import PlanVersion

HOST, PORT = "127.0.0.1", 8000  # where ./linli serve will answer the links in letters
WAIT_S = 600  # for the worker to have done what was asked of it
SATURDAY = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which city, which day, where the figures go."""
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city (default: 1)")
    parser.add_argument(
        "--date", type=date.fromisoformat, help="the day to work through (default: the last working day)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report's figures here as well")


def run(args: argparse.Namespace) -> int:
    """The loop, then the report."""
    from config.processes import ProcessError
    from core.errors import DomainError

    try:
        demonstration = Demonstration(args.seed, args.date or last_working_day())
        figures = demonstration.run()
    except (ProcessError, DomainError, RuntimeError, TimeoutError) as error:
        print(f"linli: the loop did not close: {error}", file=sys.stderr)
        return 1
    from config.demo.report import print_report

    print_report(figures, Console())
    if args.json:
        args.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        print(f"\nThe figures are in {args.json}.")
    print(look_around(demonstration.port))
    return 0


class Demonstration:
    """One run: the steps in order, their seconds, and the figures at the end."""

    def __init__(self, seed: int, day: date) -> None:
        self.seed = seed
        self.day = day
        self.port = PORT
        self.next_day = working_day_after(day)
        self.seconds: dict[str, float] = {}
        self.check: Callable[[], None] = lambda: (
            None
        )  # raises when one of the application's processes has ended

    def run(self) -> dict[str, Any]:
        """Close the loop; its figures. Raises ProcessError, DomainError, RuntimeError or TimeoutError."""
        from config.demo import figures
        from config.demo.city import company_make, requests_load

        began = time.monotonic()
        with self._step("city"):
            company = company_make(self.seed)
            signals_before = self._signals_read(company)
        with self._step("requests"):
            imported = requests_load(company, self.day, awkward=True)
            requests = figures.requests_figures(company.organisation)
        with self._application() as app:
            url = app.url
            today = self._plan("plan", company, self.day, publish=True)
            self._work(company, url)
            self._settle(company, url)
            with self._step("next_requests"):
                requests_load(company, self.next_day, awkward=False)
            # Twice from the same plan, with the same seed and effort: what differs, the answers have caused.
            first = self._plan("next_plan_first", company, self.next_day)
            before = self._plan("next_plan_before", company, self.next_day, starts_from=first)
            with self._step("signals"):
                signals_after = self._signals_read(company)
            after = self._plan("next_plan", company, self.next_day, publish=True, starts_from=first)
        self.seconds["total"] = time.monotonic() - began
        return {
            **figures.company_figures(company.organisation),
            "seed": self.seed,
            "day": self.day.isoformat(),
            "requests": {**requests, "rejected": sum(imported.rejected.values())},
            "plan": figures.plan_figures(today),
            "visits": figures.visits_figures(company.organisation),
            "payments": figures.payments_figures(company.organisation),
            "surveys": figures.surveys_figures(company.organisation),
            "signals": figures.signals_figures(signals_before, signals_after),
            "next_plan": figures.next_plan_figures(before, after),
            "seconds": {step: round(taken, 2) for step, taken in self.seconds.items()},
        }

    @contextmanager
    def _application(self) -> "Iterator[Processes]":
        """Web, workers and beat on the usual port or a free one, with their logs in the state folder."""
        from config.cli.ready import state_folder
        from config.processes import Processes

        logs = state_folder() / "demo-logs"
        logs.mkdir(parents=True, exist_ok=True)
        with ExitStack() as running:
            with self._step("start"):
                self.port = running.enter_context(port_for_links())
                app = running.enter_context(Processes.start(host=HOST, port=self.port, logs=logs))
                self.check = app.supervisor.check
            yield app

    def _plan(
        self,
        step: str,
        company: "Company",
        on: date,
        *,
        publish: bool = False,
        starts_from: "Sequence[PlanVersion]" = (),
    ) -> "list[PlanVersion]":
        """Plan every region served; the worker solves them, we watch."""
        from communities.access import Caller
        from communities.models import Region, User
        from dispatch.services.planning import plan_publish, plan_request

        caller = Caller(company.account(User.Role.DISPATCHER), company.organisation)
        starts = {version.plan.region_id: version for version in starts_from}
        with self._step(step):
            served = Region.objects.filter(technicians__organisation=company.organisation).distinct()
            versions = [
                plan_request(caller=caller, region_id=region.pk, on=on, starts_from=starts.get(region.pk))
                for region in served.order_by("code")
            ]
            follow(versions, self.check)
            for version in versions:
                if version.state != "draft":
                    raise RuntimeError(
                        f"{version.plan.region}: {version.get_state_display()} {version.error}"
                    )
                if publish:
                    plan_publish(
                        caller=caller,
                        version_id=version.pk,
                        plan_revision=version.plan.revision,
                        now=timezone.now(),
                    )
        return versions

    def _work(self, company: "Company", url: str) -> None:
        from billing.models import PaymentLink
        from config.demo.rounds import visits_do
        from dispatch.models import Visit

        organisation = company.organisation
        assigned = Visit.objects.filter(organisation=organisation, state="scheduled").count()
        with self._step("visits"), _bar("visits", assigned) as advance:
            visits_do(company, url, self.day, advance)
        with self._step("links"):
            completed = Visit.objects.filter(organisation=organisation, role=0, state="completed")
            opened = PaymentLink.objects.filter(organisation=organisation, sent_at__isnull=False)
            _wait("payment links", completed.count(), opened.count)

    def _settle(self, company: "Company", url: str) -> None:
        from billing.models import Checkout, Invoice, SandboxPayment
        from communities.models import SurveyInvitation
        from config.demo.rounds import invoices_pay, surveys_answer

        organisation = company.organisation
        invoices = Invoice.objects.filter(organisation=organisation)
        with self._step("payments"):
            with _bar("customers pay", invoices.count()) as advance:
                invoices_pay(company, url, advance)
            ours = Checkout.objects.filter(organisation=organisation).values("pk")
            paid = SandboxPayment.objects.filter(checkout__reference__in=ours, state="succeeded")
            _wait("payments confirmed", paid.count(), invoices.filter(state=Invoice.State.PAID).count)
        with self._step("surveys"):
            invited = SurveyInvitation.objects.filter(organisation=organisation)
            _wait("customers asked", paid.count(), invited.filter(sent_at__isnull=False).count)
            with _bar("customers answer", invited.count()) as advance:
                surveys_answer(company, url, advance)

    def _signals_read(self, company: "Company") -> "list[SignalSet]":
        from communities.models import Region
        from communities.services.metrics import metrics_refresh
        from communities.services.signals import signals_compute

        metrics_refresh()
        today = timezone.now().astimezone(company.organisation.zone).date()
        regions = Region.objects.filter(organisation=company.organisation).select_related("organisation")
        return [signals_compute(region=region, through_on=today) for region in regions]

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - began


@contextmanager
def port_for_links() -> Iterator[int]:
    """The port that serve takes if it is free, else any. Held for the block."""
    with ExitStack() as holding:
        try:
            port = holding.enter_context(port_held(HOST, PORT))
        except PortError:
            port = holding.enter_context(port_held(HOST, 0))
        yield port


def look_around(port: int) -> str:
    """What to do next, and how the links in the letters come to life again."""
    from django.conf import settings

    serve = "./linli serve" if port == PORT else f"./linli serve --port {port}"
    if settings.EMAIL_HOST:
        return f"Look around: {serve}"
    return f"The letters are in {settings.EMAIL_FILE_PATH}; their links work while {serve} runs."


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar, and what moves it by one."""
    with Progress(console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task(title, total=total)
        yield lambda: bars.advance(line)


def _wait(title: str, total: int, done: Callable[[], int]) -> None:
    """Watch the worker until `done` says `total`. Raises TimeoutError."""
    deadline = time.monotonic() + WAIT_S
    with Progress(console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task(title, total=total)
        while (count := done()) < total:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{title}: {count} of {total} after {WAIT_S} s; see ./linli doctor")
            bars.update(line, completed=count)
            time.sleep(0.1)


def last_working_day() -> date:
    """The last day before today, in Taipei, that is not at the weekend."""
    from communities.sample.records import TIME_ZONE

    day = datetime.now(TIME_ZONE).date() - timedelta(days=1)
    while day.isoweekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def working_day_after(day: date) -> date:
    day += timedelta(days=1)
    while day.isoweekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
