"""The application as it is served: web, workers and beat as processes, over HTTP, on the test's own database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.processes import Processes
from tests import factories
from tests.api.events.receiver import Receiver
from tests.end_to_end.people import Person, SignIn
from tests.log_watch import WATCH


@pytest.fixture
def read_logs(tmp_path: Path) -> Iterator[None]:
    """Nothing private is in what the processes have written, when they have ended."""
    yield
    logs = list(tmp_path.glob("*.log"))
    for log in logs:
        WATCH.read(log.name, log.read_text())
    assert "web.log" in [log.name for log in logs]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path, read_logs: None) -> dict[str, str]:
    """The test's database, with a broker and a cache that no other test uses at the same time."""
    database = connection.settings_dict
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return {
        "LINLI_STATE_DIR": str(tmp_path),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DATABASE_URL": f"postgis://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'])}",
        "BROKER_URL": os.environ["BROKER_URL"].rpartition("=")[0] + f"={15 - 2 * number}",
        "CACHE_URL": os.environ["CACHE_URL"].rpartition("=")[0] + f"={14 - 2 * number}",
    }


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of the application."""
    private = {"EVENTS_PRIVATE_ADDRESSES": "True"}  # the CRM of the tests is on this machine
    with Processes.start(environment=environment | private, logs=tmp_path) as application:
        yield application.url


@pytest.fixture
def sign_in(served: str) -> Iterator[SignIn]:
    """Signs people in, and closes their programs in the evening."""
    with ExitStack() as programs:

        def sign_in(username: str) -> Person:
            person = Person(served, username, factories.PASSWORD)
            programs.callback(person.http.close)
            return person

        yield sign_in


@pytest.fixture
def crm() -> Iterator[Receiver]:
    """Another company's server, which wants to be told."""
    with Receiver() as receiver:
        yield receiver
