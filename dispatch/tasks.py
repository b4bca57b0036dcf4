"""Celery's side of planning, and of what comes with time: ids in, one service call."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone


@shared_task  # type: ignore[untyped-decorator]
def plan_solve(version_id: str) -> None:
    from dispatch.services.solving import version_solve

    version_solve(version_id=UUID(version_id))


@shared_task  # type: ignore[untyped-decorator]
def plans_sweep() -> None:
    from dispatch.services.solving import versions_sweep

    versions_sweep()


@shared_task  # type: ignore[untyped-decorator]
def preview_solve(preview_id: str) -> None:
    from dispatch.services import previews

    previews.preview_solve(preview_id=UUID(preview_id))


@shared_task  # type: ignore[untyped-decorator]
def previews_sweep() -> None:
    from dispatch.services import previews

    previews.previews_sweep(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def weekly_reports_sweep() -> None:
    from dispatch.services import weekly_reports

    weekly_reports.weekly_reports_sweep(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def bookings_sweep() -> None:
    from dispatch.services import bookings, seating

    bookings.bookings_expire(now=timezone.now())
    seating.bookings_seat(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def places_expire() -> None:
    from dispatch.services import places

    places.places_expire(now=timezone.now())
