"""One log line and one count for each task a worker ran; /metrics shows them where processes share a folder."""

import time
from typing import Any

import structlog
from celery import signals
from prometheus_client import Counter, Histogram

log = structlog.get_logger("linli.task")

TASKS = Counter("linli_tasks_total", "Tasks ended", ["task", "outcome"])
TASK_SECONDS = Histogram("linli_task_seconds", "Time a task took", ["task"])

_started: dict[str, float] = {}


@signals.task_prerun.connect  # type: ignore[untyped-decorator]
def note_start(task_id: str, **_: Any) -> None:
    _started[task_id] = time.perf_counter()


@signals.task_postrun.connect  # type: ignore[untyped-decorator]
def note_end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    """The request's id is on the line, because config.celery bound it before the task ran."""
    seconds = time.perf_counter() - _started.pop(task_id, time.perf_counter())
    outcome = (state or "unknown").lower()
    TASKS.labels(task.name, outcome).inc()
    TASK_SECONDS.labels(task.name).observe(seconds)
    log.info("task", task=task.name, outcome=outcome, milliseconds=round(seconds * 1000, 1))
