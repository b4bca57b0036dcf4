"""The application as it is served: web, workers and beat as processes, over HTTP, on the test's own database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from config.processes import Processes
from tests import factories
from tests.api.events.receiver import Receiver
from tests.end_to_end.people import Person, SignIn
from tests.log_watch import WATCH


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of the application."""
    database = connection.settings_dict
    broker = os.environ["BROKER_URL"].rpartition("virtual_host=")[0] + "virtual_host=15"
    cache = os.environ["CACHE_URL"].rpartition("db=")[0] + "db=14"
    environment = {
        "LINLI_STATE_DIR": str(tmp_path),
        "DATABASE_URL": f"postgis://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'])}",
        "BROKER_URL": broker,
        "CACHE_URL": cache,
        "EVENTS_PRIVATE_ADDRESSES": "True",  # the CRM of the tests is on this machine
    }
    with Processes.start(environment=environment, logs=tmp_path) as application:
        yield application.url
    for log in tmp_path.glob("*.log"):
        WATCH.read(log.name, log.read_text())


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
