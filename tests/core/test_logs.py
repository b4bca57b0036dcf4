"""What the log says, and what it leaves out."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.db import IntegrityError, transaction

from communities.models import Customer, Organisation
from core import logs

FORMATTER = structlog.stdlib.ProcessorFormatter(
    foreign_pre_chain=logs.SHARED,
    processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
)


NAME = "Ms Wang\n\nand son"


@pytest.fixture
def lines() -> Iterator[list[dict[str, str]]]:
    """Lines as a machine reads them."""
    found: list[dict[str, str]] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(json.loads(FORMATTER.format(record)))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)


def test_the_row_that_the_database_refuses_is_not_in_the_log(
    acme: Organisation, lines: list[dict[str, str]]
) -> None:
    """PostgreSQL quotes it whole: `DETAIL: Failing row contains (…)`."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Customer.objects.create(organisation=acme, key="1", name=NAME, created_at=None)
    error = caught.value
    assert NAME in str(error)

    structlog.get_logger("ours").error("refused", error=str(error), exc_info=error)
    logging.getLogger("theirs").error("refused: %r", error, exc_info=error)

    ours, theirs = lines
    assert [word for word in ("Wang", "and son") if word in str(ours) + str(theirs)] == []
    assert 'null value in column "created_at"' in ours["exception"]
    assert ours["error"].endswith("DETAIL: not logged")
    assert theirs["event"].startswith("refused: IntegrityError(")
