"""What goes wrong on our side: processes die, database connections are cut, the broker forgets."""

from collections import Counter
from collections.abc import Callable

from celery import current_app
from django.db import connection

from config.processes import Supervisor

CUT = """
SELECT state <> 'idle', pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Nemesis:
    """Does harm to the application under `supervisor`; `done` counts what."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.done: Counter[str] = Counter()

    def acts(self, times: int) -> list[Callable[[], None]]:
        """Each kind of harm so many times, in turn."""
        return [self.broker_empty, self.connections_cut, self.web_kill, self.worker_kill] * times

    def worker_kill(self) -> None:
        """SIGKILL for the worker and all its children."""
        self.supervisor.crash("worker")
        self.done["workers killed"] += 1

    def web_kill(self) -> None:
        self.supervisor.crash("web")
        self.done["web servers killed"] += 1

    def connections_cut(self) -> None:
        """Every connection to the database but ours."""
        with connection.cursor() as cursor:
            cursor.execute(CUT)
            at_work = [was_at_work for was_at_work, _ in cursor.fetchall()]
        self.done["database connections cut"] += len(at_work)
        self.done["of these at work"] += sum(at_work)

    def broker_empty(self) -> None:
        with current_app.connection_for_write() as broker:
            broker.default_channel.client.flushdb()
        self.done["broker emptied"] += 1
