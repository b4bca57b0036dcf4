"""The Celery application: worker and beat start from here. The request's id travels with every message."""

import os
from typing import Any

import structlog
from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("linli")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.before_task_publish.connect  # type: ignore[untyped-decorator]
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    headers["request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")


@signals.task_prerun.connect  # type: ignore[untyped-decorator]
def take_request_id(task: Any, task_id: str, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        request_id=getattr(task.request, "request_id", None) or task_id, task=task.name
    )


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def keep_our_logging(**_: Any) -> None:
    """Being connected is enough: Celery then leaves logging as core.logs configured it."""
