"""Where GDAL and GEOS are: in the wheels of pyogrio and shapely, so that no system package is needed.

Django warns (gis.W001) about the GDAL 3.6 of Debian 12; the wheel's is newer and the same on every machine.
"""

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def wheel_library(package: str, pattern: str) -> str:
    """Path of the shared library matching `pattern` that the wheel of `package` ships beside it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(f"the package {package} is not installed")
    folder = Path(spec.origin).parent.with_name(f"{package}.libs")
    found = sorted(folder.glob(pattern))
    if not found:
        raise ImproperlyConfigured(
            f"no {pattern} in {folder}: install the wheel of {package}, not its source"
        )
    return str(found[0])
