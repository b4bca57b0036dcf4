"""Celery's side of billing: what comes with time."""

from celery import shared_task
from django.utils import timezone


@shared_task  # type: ignore[untyped-decorator]
def links_sweep() -> None:
    """End links whose time is over, and remind of those that are open."""
    from billing.services import links

    now = timezone.now()
    links.links_expire(now=now)
    links.reminders_due(now=now)


@shared_task  # type: ignore[untyped-decorator]
def settlements_sweep() -> None:
    """Match settled lines with what was entered after them."""
    from billing.services import reconciliation

    reconciliation.lines_match(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def commissions_sweep() -> None:
    """Bring the technicians' statements of this month and the last one up to date."""
    from billing.services.commissions import months

    months.commission_months_refresh(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def checkouts_sweep() -> None:
    """Ask the providers about whatever may have been paid without our hearing of it."""
    from billing.services import checkouts, inbox

    now = timezone.now()
    inbox.webhooks_reconsider(now=now)
    checkouts.checkouts_ask(now=now)


@shared_task  # type: ignore[untyped-decorator]
def memberships_sweep() -> None:
    """Let memberships follow what was paid, begin the periods of the day, and ask for the visits that fall due."""
    from billing.services import periods
    from communities.models import Organisation

    now = timezone.now()
    periods.memberships_follow_payment(now=now)
    for organisation in Organisation.objects.all():
        on = now.astimezone(organisation.zone).date()
        periods.memberships_renew(organisation=organisation, on=on)
        periods.memberships_end(organisation=organisation, on=on)
        periods.included_visits_ask(organisation=organisation, on=on, now=now)
