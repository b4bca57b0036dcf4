"""Where and with what a benchmark ran."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("pyvroom", "pyvrp", "ortools", "timefold", "numba", "numpy")


def described() -> str:
    """Processor, cores, memory and system, in one line."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{_processor()}, {os.cpu_count()} cores, {gib:.0f} GiB, {platform.system()} {platform.machine()}"


def versions() -> str:
    """Python's, Linli's and the packages' versions, in one line."""
    from dispatch.solver import VERSION

    named = [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    return ", ".join([f"Linli planner {VERSION}", f"Python {platform.python_version()}", *named])


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """By name where the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown processor")
