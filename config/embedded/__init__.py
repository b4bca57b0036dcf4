"""The services that come with a checkout: a private PostGIS cluster and a Valkey, both on Unix sockets.

Nothing listens on the network and nothing is shared: two checkouts on one machine each have their own.
`DATABASE_URL` and `BROKER_URL` in the environment replace one or both. Django is not needed here.

As an ordinary user everything lives in `.state/` of the checkout. PostgreSQL refuses to run as root, so for
root the cluster runs as the system account `postgres`, with its state in /var/lib/linli, where that account
can reach it; `.state/root` links there. `LINLI_STATE_DIR` overrides the place.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from config.embedded.home import (
    CHECKOUT,
    Home,
    ServiceError,
    ServiceStatus,
    home,
    home_made,
    states_forgotten,
    tail,
)
from config.embedded.postgres import DATABASE, Postgres
from config.embedded.valkey import Valkey

__all__ = [
    "CHECKOUT",
    "Home",
    "ServiceError",
    "ServiceStatus",
    "Services",
    "addresses",
    "home",
    "start",
    "states_forgotten",
    "status",
    "stop",
    "tail",
]


@dataclass(frozen=True, slots=True)
class Services:
    """Where the running services are, as the settings read them."""

    database_url: str
    broker_url: str
    cache_url: str
    state: Path

    def environment(self) -> dict[str, str]:
        """The variables that hand these services to the settings and to child processes."""
        return {
            "DATABASE_URL": self.database_url,
            "BROKER_URL": self.broker_url,
            "CACHE_URL": self.cache_url,
            "LINLI_STATE_DIR": str(self.state),
        }


def start() -> Services:
    """Start what is not running, make the database, and say where everything is. Idempotent.

    Safe to call at the same time from several processes, and after a crash. Raises ServiceError.
    """
    place = home_made()
    with place.locked():
        if not os.environ.get("DATABASE_URL"):
            place.make_socket_folder()
            Postgres(place).start()
        if not os.environ.get("BROKER_URL"):
            place.make_socket_folder()
            Valkey(place).start()
    return addresses()


def addresses() -> Services:
    """Where the services are or will be, outside ones included. Starts nothing."""
    place = home()
    sockets = quote(str(place.sockets))
    database_url = os.environ.get("DATABASE_URL") or f"postgis://{DATABASE}@/{DATABASE}?host={sockets}"
    broker_url = os.environ.get("BROKER_URL") or f"redis+socket://{sockets}/valkey.sock?virtual_host=0"
    return Services(
        database_url, broker_url, os.environ.get("CACHE_URL") or _cache_beside(broker_url), place.state
    )


def stop() -> list[str]:
    """Stop this checkout's services; the names of those that were running. Idempotent."""
    place = home()
    if not place.state.exists():
        return []
    with place.locked():
        return [service.name for service in (Postgres(place), Valkey(place)) if service.stop()]


def status() -> list[ServiceStatus]:
    """What each of this checkout's services is doing. Changes nothing."""
    place = home()
    return [Postgres(place).status(), Valkey(place).status()]


def _cache_beside(broker_url: str) -> str:
    """Database 1 of the broker's server."""
    url = urlsplit(broker_url)
    if url.scheme.endswith("socket"):
        return f"unix://{url.path}?db=1"
    return url._replace(path="/1").geturl()
