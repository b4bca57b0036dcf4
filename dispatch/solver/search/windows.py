"""When the search lets a visit start."""

from collections.abc import Iterable

from dispatch.solver.problem import Visit

Windows = tuple[tuple[int, int], ...]

ANY_TIME: Windows = ((-(2**40), 2**40),)

RATHER_WAIT_S = 30 * 60
"""A technician who is no more than this too early for a promised start waits rather than ring early."""


def merged(windows: Iterable[tuple[int, int]]) -> Windows:
    """Windows in order of time, overlapping ones joined."""
    joined: list[tuple[int, int]] = []
    for earliest, latest in sorted(windows):
        if joined and earliest <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], latest))
        else:
            joined.append((earliest, latest))
    return tuple(joined)


def windows_of(visit: Visit) -> Windows:
    """When service may start; a pinned start leaves one moment, no window at all means any time."""
    if visit.pinned_start_s is not None:
        return ((visit.pinned_start_s, visit.pinned_start_s),)
    return merged((one.earliest_start, one.latest_start) for one in visit.windows) or ANY_TIME


def search_windows(visit: Visit) -> Windows:
    """`windows_of` without the half hour before a promised start, unless that would leave nothing."""
    windows = windows_of(visit)
    if visit.promise is None or visit.pinned_start_s is not None:
        return windows
    begin = visit.promise.start_s - visit.promise.tolerance_s
    closed = (begin - RATHER_WAIT_S, begin - 1)
    parts = [
        part
        for first, last in windows
        for part in ((first, min(last, closed[0] - 1)), (max(first, closed[1] + 1), last))
        if part[0] <= part[1]
    ]
    return merged(parts) or windows
