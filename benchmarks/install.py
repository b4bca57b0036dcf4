"""The peers, installed only for those who ask for the benchmark."""

import importlib
import subprocess
import sys
from pathlib import Path

from benchmarks.peers import PEERS

LOCK = Path(__file__).resolve().parent.parent / "requirements-benchmark.lock"


class NotInstalled(RuntimeError):
    """The peers could not be installed; says what the installer said."""


def install_peers() -> bool:
    """Install the peers beside Linli unless they are there; whether anything had to be done.

    Raises:
        NotInstalled: the installer failed.
    """
    if all(peer.installed for peer in PEERS):
        return False
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    done = subprocess.run(
        [*command, "--require-hashes", "-r", str(LOCK)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotInstalled(done.stderr.strip()[-2000:])
    importlib.invalidate_caches()  # the versions we report are looked up where nothing was a moment ago
    return True
