"""One log line for one event: JSON in production, readable at a desk; the request's id on every line."""

import logging
import logging.config
import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

QUOTED = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=\n\n(?:The above|During handling)|\Z)"
    r"|\\n(?:DETAIL|CONTEXT):[^\n]*",  # in an exception's repr
    re.DOTALL | re.MULTILINE,
)
"""What PostgreSQL says of the row that it refuses: all of it, with people's names."""


def without_rows(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Leave out what the database quotes: which constraint it was is enough to find the cause."""
    return {
        name: QUOTED.sub("DETAIL: not logged", value) if isinstance(value, str) else value
        for name, value in event.items()
    }


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_rows,
]


def configure(level: str, form: str) -> None:
    """Send structlog's and the standard library's records through one formatter: json or console."""
    renderer: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # it names addresses, and some are secrets
    for talkative in (
        "httpx",
        "celery",
        "stripe",
    ):  # a line for each message, saying what our own lines say better
        logging.getLogger(talkative).setLevel(logging.WARNING)
