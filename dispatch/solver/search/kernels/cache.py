"""Where the machine code of the kernels is kept.

Numba keeps compiled code on disk but looks only at the file of the function it was asked for: after a change in a
function that another one calls, the caller would go on with the old one. So the code lies in a folder named after a
digest of all sources with kernels in them.
"""

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

SOLVER = Path(__file__).parent.parent.parent
FOLDERS = tuple(SOLVER / name for name in ("search/kernels", "bound", "explaining", "offers"))
"""Where kernels stand."""


@cache
def cache_folder() -> Path:
    """Beside the sources where that can be written, else among the user's own cached files; where he has none, a
    folder nobody else can write to, for this process alone: what lies there is run."""
    digest = hashlib.sha256(version("numba").encode())
    for folder in FOLDERS:
        for source in sorted(folder.glob("*.py")):
            digest.update(source.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    beside, own = FOLDERS[0] / "__pycache__", Path.home() / ".cache"
    if os.access(beside if beside.exists() else FOLDERS[0], os.W_OK):
        return beside / name
    if os.access(own, os.W_OK):
        return own / "linli" / name
    return Path(tempfile.mkdtemp(prefix="linli-")) / name
