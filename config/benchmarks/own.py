"""A database and a broker of a measurement's own."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from config import embedded
from config.cli import ready


@contextmanager
def own_services(name: str, variables: Mapping[str, str] = MappingProxyType({})) -> Iterator[Path]:
    """Services that go with the block, and Django set up for them with these environment variables. Yields a folder."""
    with tempfile.TemporaryDirectory(prefix=f"linli-{name}-") as folder:
        state = Path(folder)
        state.chmod(0o711)  # root's PostgreSQL runs as another account
        for one in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
            os.environ.pop(one, None)
        os.environ |= {"LINLI_STATE_DIR": folder, **variables}
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        try:
            ready.database_prepare()
            yield state
        finally:
            embedded.stop()
