"""Three kinds of people in every test: those of the company (by role), a colleague, and a stranger."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module

os.environ["LINLI_ENV"] = "test"

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from communities.access import Caller, caller_of
from communities.models import Organisation, Region, RegionManager, User
from dispatch.models import Technician
from tests import factories
from tests.log_watch import WATCH

NEVER_EMPTIED = import_module("communities.migrations.0001_squashed_0019_answers_of_cells").NEVER_EMPTIED
MONTHS = [date(2026, month, 1) for month in range(1, 7)]  # in which most tests play
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 09:00 in Taipei

hypothesis_settings.register_profile("default", deadline=None)  # a busy machine is no defect
hypothesis_settings.load_profile("default")
hypothesis_settings.register_profile("thorough", max_examples=6_700, deadline=None)
"""./linli test --hypothesis-profile=thorough tests/billing/test_histories.py: ten thousand histories."""


def pytest_sessionstart() -> None:
    WATCH.begin()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The ledger refuses to be emptied, which is how tests with several connections begin anew."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            NEVER_EMPTIED.replace("RAISE EXCEPTION", "RAISE NOTICE").replace("END\n", "RETURN NULL; END\n")
        )
        cursor.execute("SELECT facts_month_ensure(day) FROM unnest(%s::date[]) AS day", [MONTHS])


@pytest.fixture(scope="session", autouse=True)
def storage_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Photos of the tests are not among anybody's."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def nothing_private_in_the_log() -> Iterator[None]:
    """No test logs a secret, nor what a customer is called (tests/log_watch.py)."""
    yield
    assert WATCH.leaks() == []


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def acme(db: None) -> Organisation:
    return factories.organisation("acme")


@pytest.fixture
def other(db: None) -> Organisation:
    """Another company on the same installation."""
    return factories.organisation("other")


@pytest.fixture
def north(acme: Organisation) -> Region:
    return factories.region(acme, "north")


@pytest.fixture
def south(acme: Organisation) -> Region:
    return factories.region(acme, "south")


@pytest.fixture
def ada(acme: Organisation) -> User:
    """Administrator."""
    return factories.user(acme, "ada", User.Role.ADMINISTRATOR)


@pytest.fixture
def dora(acme: Organisation) -> User:
    """Dispatcher."""
    return factories.user(acme, "dora", User.Role.DISPATCHER)


@pytest.fixture
def mina(acme: Organisation, north: Region) -> User:
    """Regional manager of the north."""
    mina = factories.user(acme, "mina", User.Role.REGIONAL_MANAGER)
    RegionManager.objects.create(organisation=acme, user=mina, region=north)
    return mina


@pytest.fixture
def sol(acme: Organisation, south: Region) -> User:
    """Regional manager of the south."""
    sol = factories.user(acme, "sol", User.Role.REGIONAL_MANAGER)
    RegionManager.objects.create(organisation=acme, user=sol, region=south)
    return sol


@pytest.fixture
def tom(acme: Organisation, north: Region) -> Technician:
    """Technician in the north."""
    return factories.technician(north, "T1", user=factories.user(acme, "tom", User.Role.TECHNICIAN))


@pytest.fixture
def tina(acme: Organisation, north: Region) -> Technician:
    """Tom's colleague."""
    return factories.technician(north, "T2", user=factories.user(acme, "tina", User.Role.TECHNICIAN))


@pytest.fixture
def stranger(other: Organisation) -> User:
    """Dispatcher of the other company."""
    return factories.user(other, "stranger", User.Role.DISPATCHER)


@pytest.fixture
def as_ada(ada: User) -> Caller:
    return as_caller(ada)


@pytest.fixture
def as_dora(dora: User) -> Caller:
    return as_caller(dora)


@pytest.fixture
def as_stranger(stranger: User) -> Caller:
    return as_caller(stranger)


@pytest.fixture
def as_tom(tom: Technician) -> Caller:
    assert tom.user is not None
    return as_caller(tom.user)


def as_caller(user: User) -> Caller:
    caller = caller_of(user)
    assert caller is not None
    return caller
