"""What a verb needs before it runs: the services up and named in the environment, the database migrated."""

import os
import subprocess
import sys
import time
from pathlib import Path

from config import embedded

SHORT_S = 0.5  # a step shorter than this is not worth a line


def services_start() -> None:
    """Start the embedded services and put their addresses into the environment, for us and our children.

    Must come before Django reads its settings. Raises embedded.ServiceError.
    """
    began = time.monotonic()
    services = embedded.start()
    os.environ.update(services.environment())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _say("database and broker up", began)


def database_prepare() -> None:
    """Start the services, set Django up and apply pending migrations, one process at a time."""
    services_start()
    import django
    from django.core.management import call_command

    django.setup()
    with embedded.home().locked("migrate.lock"):
        began = time.monotonic()
        if migrations_pending():
            call_command("migrate", verbosity=0, interactive=False)
            _say("database migrated", began)


def migrations_pending() -> list[str]:
    """The migrations the database has not had yet. Django must be set up."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def planner_prepare() -> None:
    """Compile the planner where its sources are newer than what is compiled; in a process of its own, since Numba's
    code is of no use to this one."""
    from dispatch.solver.prepare import is_prepared

    if is_prepared():
        return
    began = time.monotonic()
    print("linli: compiling the planner, once, for about a minute ...", file=sys.stderr)
    with embedded.home().locked("compile.lock"):
        subprocess.run([sys.executable, "-m", "dispatch.solver.prepare"], check=True)
    _say("planner compiled", began)


def state_folder() -> Path:
    """Where logs and schedules of this checkout go."""
    return embedded.home().state


def _say(what: str, began: float) -> None:
    seconds = time.monotonic() - began
    if seconds >= SHORT_S:
        print(f"linli: {what} ({seconds:.1f} s)", file=sys.stderr)
