"""When may a service or a break start? A node's windows are in `State`, a break's in `Terrain`."""

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NEVER, State, Terrain


@kernel
def opening(s: State, node: int, moment: int) -> int:
    """The first moment at or after `moment` when service may start, NEVER if there is none."""
    for i in range(s.window_from[node], s.window_to[node]):
        if moment <= s.closes[i]:
            return max(moment, s.opens[i])
    return NEVER


@kernel
def closing(s: State, node: int, moment: int) -> int:
    """The last moment at or before `moment` when service may start, -NEVER if there is none."""
    for i in range(s.window_to[node] - 1, s.window_from[node] - 1, -1):
        if moment >= s.opens[i]:
            return min(moment, s.closes[i])
    return -NEVER


@kernel
def break_opening(m: Terrain, pause: int, moment: int) -> int:
    """The first moment at or after `moment` when the break may start, NEVER if there is none."""
    for i in range(m.breaks[pause].window_from, m.breaks[pause].window_to):
        if moment <= m.break_closes[i]:
            return max(moment, m.break_opens[i])
    return NEVER


@kernel
def break_closing(m: Terrain, pause: int, moment: int) -> int:
    """The last moment at or before `moment` when the break may start, -NEVER if there is none."""
    for i in range(m.breaks[pause].window_to - 1, m.breaks[pause].window_from - 1, -1):
        if moment >= m.break_opens[i]:
            return min(moment, m.break_closes[i])
    return -NEVER


@kernel
def leg_end(m: Terrain, shift: int, departure: int, leg: int, over: int, then: int) -> int:
    """When a leg ends that begins at `departure` and holds the shift's breaks from `over` to `then`."""
    end, clock = departure + leg, departure
    for b in range(m.shifts[shift].break_from + over, m.shifts[shift].break_from + then):
        begin = break_opening(m, b, clock)
        if begin >= NEVER:
            return NEVER
        clock = begin + m.breaks[b].duration
        end = max(end, begin) + m.breaks[b].duration
    return end


@kernel
def leg_start(m: Terrain, shift: int, end: int, leg: int, over: int, then: int) -> int:
    """The latest departure on a leg with these breaks that has ended by `end`, -NEVER if there is none."""
    clock = NEVER
    for b in range(m.shifts[shift].break_from + then - 1, m.shifts[shift].break_from + over - 1, -1):
        end -= m.breaks[b].duration
        clock = break_closing(m, b, min(end, clock - m.breaks[b].duration))
        if clock <= -NEVER:
            return -NEVER
    return min(end - leg, clock)
