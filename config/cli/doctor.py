"""Say what is running, where, which versions, and what is wrong with what to do about it. Changes nothing.

Stopped services are no fault: every verb that needs them starts them.

examples:
  ./linli doctor
  DATABASE_URL=postgis://linli:secret@db.example/linli ./linli doctor

exit codes: 0 nothing is wrong · 1 something is; the lines marked with ! say what to do
"""

import argparse
import os
import platform
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from config import embedded
from config.cli import ready

if TYPE_CHECKING:
    import psycopg

LOW_DISK_BYTES = 2 * 1024**3
CONNECT_TIMEOUT_S = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `advice` says what to do when the finding is a fault."""

    label: str
    value: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 if one of them is a fault."""
    faults = 0
    for finding in _findings():
        mark = "!" if finding.advice else " "
        print(f"{mark} {finding.label:<13} {finding.value}", flush=True)
        if finding.advice:
            print(f"  {'':<13} → {finding.advice}", flush=True)
            faults += 1
    print(f"\n{faults} thing{'s' if faults > 1 else ''} wrong" if faults else "\nnothing is wrong")
    return 1 if faults else 0


def _findings() -> Iterator[Finding]:
    yield from _software()
    yield from _folders()
    postgres, valkey = embedded.status()
    if os.environ.get("DATABASE_URL"):
        yield Finding("database", f"outside: {_without_password(os.environ['DATABASE_URL'])}")
    else:
        yield from _service(postgres)
    if os.environ.get("BROKER_URL"):
        yield Finding("broker", f"outside: {_without_password(os.environ['BROKER_URL'])}")
    else:
        yield from _service(valkey)
    services = embedded.addresses()
    if os.environ.get("BROKER_URL") or valkey.answers:
        yield from _broker(services.broker_url)
    if os.environ.get("DATABASE_URL") or postgres.answers:
        yield from _database(services)


def _software() -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} on {platform.platform()}")
    yield Finding("Django", version("django"))
    yield Finding("OR-Tools", version("ortools"))
    yield Finding("GDAL", f"{_gdal_version()} (in pyogrio {version('pyogrio')})")


def _gdal_version() -> str:
    """The library's file is named after it: libgdal-HASH.so.36.3.10.3 is GDAL 3.10.3."""
    from config.geolibraries import wheel_library

    found = re.search(r"\.so\.\d+\.(.+)$", wheel_library("pyogrio", "libgdal*"))
    return found.group(1) if found else "of unknown version"


def _folders() -> Iterator[Finding]:
    home = embedded.home()
    yield Finding("checkout", str(embedded.CHECKOUT))
    yield Finding("state", f"{home.state}{'' if home.state.exists() else ' (not made yet)'}")
    yield Finding("sockets", str(home.sockets))
    yield _disk(home.state)
    for folder in embedded.states_forgotten():
        yield Finding("left over", f"{folder} (its checkout is gone; remove it once no server runs in it)")


def _disk(state: Path) -> Finding:
    nearest = next(folder for folder in (state, *state.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    advice = f"make room on the disk of {nearest}" if free < LOW_DISK_BYTES else ""
    return Finding("disk", f"{free / 1024**3:.1f} GiB free", advice)


def _service(service: embedded.ServiceStatus) -> Iterator[Finding]:
    if not service.version:
        yield Finding(service.name, "not installed", "run ./linli setup")
    elif service.answers:
        yield Finding(service.name, f"running as process {service.pid} · {service.version}")
    elif service.pid:
        advice = f"see {service.log}; ./linli down and then any verb starts it anew"
        yield Finding(service.name, f"process {service.pid} runs and does not answer", advice)
    else:
        yield Finding(service.name, f"stopped · {service.version}")
    for path in service.stale:
        yield Finding("stale file", f"{path} (left by a crash; the next start removes it)")


def _broker(url: str) -> Iterator[Finding]:
    from kombu.connection import Connection

    try:
        with Connection(url, connect_timeout=CONNECT_TIMEOUT_S) as connection:  # type: ignore[no-untyped-call]
            connection.ensure_connection(max_retries=1, timeout=CONNECT_TIMEOUT_S)
        yield Finding("broker", "takes connections")
    except Exception as error:  # each transport has its own; all mean the same here
        yield Finding("broker", f"unreachable: {_one_line(error)}", "start it, or correct BROKER_URL")


def _database(services: embedded.Services) -> Iterator[Finding]:
    """Asked directly first: Django would wait for an unreachable server as long as it cares to."""
    import psycopg

    url = services.database_url
    try:
        with psycopg.connect(
            urlsplit(url)._replace(scheme="postgresql").geturl(), connect_timeout=CONNECT_TIMEOUT_S
        ) as connection:
            yield Finding("database", f"PostgreSQL {connection.info.parameter_status('server_version')}")
            yield _postgis(connection)
    except psycopg.Error as error:
        advice = "start it, or correct DATABASE_URL" + ("" if "://" in url else " (postgis://user@host/name)")
        yield Finding("database", f"unreachable: {_one_line(error)}", advice)
    else:
        yield from _application(services)


def _postgis(connection: "psycopg.Connection[tuple[str]]") -> Finding:
    row = connection.execute(
        "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
    ).fetchone()
    if row is None:
        return Finding("PostGIS", "not installed on that server", "install postgis there")
    return Finding("PostGIS", row[0])


def _application(services: embedded.Services) -> Iterator[Finding]:
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.update(services.environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        yield Finding("settings", _one_line(error), "correct the environment; .env.example explains each")
    else:
        yield _migrations()
        yield from _payment_accounts()
        yield from _owners_left()


def _payment_accounts() -> Iterator[Finding]:
    from django.core.checks import run_checks

    from billing.checks import PAYMENTS

    for wrong in run_checks(tags=[PAYMENTS]):
        yield Finding("payments", wrong.msg, wrong.hint or "")


def _owners_left() -> Iterator[Finding]:
    """Technicians who are not active and whose customers nobody has taken over."""
    from communities.access import operator_of
    from communities.models import Organisation
    from dispatch.selectors.owners import left_with_customers

    if ready.migrations_pending():
        return
    for organisation in Organisation.objects.order_by("slug"):
        for left in left_with_customers(operator_of(organisation)):
            value = f"{organisation.slug}: {left.technician.code} has left, with {left.customers} customers"
            yield Finding("customers", value, "hand them over: POST /api/v1/handovers")


def _migrations() -> Finding:
    pending = ready.migrations_pending()
    if not pending:
        return Finding("migrations", "all applied")
    return Finding("migrations", f"{len(pending)} to apply ({pending[0]} …); serve and demo do it")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@")))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
