"""Telling Celery that a row waits. With the broker down the row simply waits for the sweeper."""

import contextlib
from uuid import UUID


def plan_wanted(version_id: UUID) -> None:
    from dispatch.tasks import plan_solve

    with contextlib.suppress(plan_solve.OperationalError):
        plan_solve.apply_async(args=[str(version_id)], retry=False)


def preview_wanted(preview_id: UUID) -> None:
    from dispatch.tasks import preview_solve

    with contextlib.suppress(preview_solve.OperationalError):
        preview_solve.apply_async(args=[str(preview_id)], retry=False)
