"""The arrays on which the kernels work: `Terrain` (the problem, never changed) and `State` (a plan in the making).

Numbers: N nodes to visit (a visit is one node, a crew of three is three), R shifts. A route is a chain of nodes
from its start node N + r to its end node N + R + r. S spots (N visits, then the distinct start and end places,
then "nowhere", whose ways take no time), K travel classes, P cost classes, B breaks at most, D kinds of parts. All
times are whole seconds, all costs whole seconds of travel. Every number is 64 bits wide but those of the matrices:
with one width there is one compiled version of each kernel.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[Any]

NEVER = 1 << 50
"""Later than any time, dearer than any cost; minus it, earlier than any time."""
NOBODY = -1

NODE = np.dtype(
    [
        ("penalty", np.int64),  # of leaving it out
        ("due", np.int64),  # NEVER: not due
        ("late_weight", np.float64),
        ("promised", np.int64),  # NEVER: not promised
        ("tolerance", np.int64),
        ("promise_weight", np.float64),
        ("promise_technician", np.int64),  # NOBODY: anybody
        ("group", np.int64),  # of linked nodes, NOBODY: none
    ]
)
SHIFT = np.dtype(
    [
        ("earliest", np.int64),
        ("latest", np.int64),  # overtime begins
        ("until", np.int64),  # last moment to be back
        ("max_travel", np.int64),
        ("max_distance", np.int64),
        ("fair", np.int64),  # paid seconds before fairness costs
        ("use_cost", np.int64),
        ("paid_rate", np.float64),  # minutes of travel per paid hour
        ("task_rate", np.float64),  # minutes of travel per hour on site
        ("max_visits", np.int64),
        ("technician", np.int64),
        ("travel_class", np.int64),  # which way of travelling
        ("cost_class", np.int64),  # which prices of ways
        ("service_class", np.int64),
        ("kind", np.int64),  # shifts of one kind are interchangeable
        ("break_from", np.int64),  # its breaks: Terrain.breaks[break_from:break_to]
        ("break_to", np.int64),
        ("start_spot", np.int64),
        ("end_spot", np.int64),
        ("timed", np.bool_),  # whether anything but ways and fixed costs is priced on its route
    ]
)
BREAK = np.dtype(
    [("duration", np.int64), ("latest", np.int64), ("window_from", np.int64), ("window_to", np.int64)]
)
PRICES = np.dtype(
    [
        (name, np.float64)
        for term in ("waiting", "lateness", "disturbance", "overtime", "fairness", "labour")
        for name in (term, f"{term}_cap")
    ]
    + [("start_priced", np.bool_)]
)
"""Weight and cap (in minutes) of every term that depends on times; an infinite cap is none. `start_priced`: whether
any visit is due or promised."""


class Terrain(NamedTuple):
    """The problem.

    - `nodes` NODE[N], `spot` [N + 2R] the row of every node in the matrices, `window_from` [N + 1] where its
      own windows lie in `State.opens`, `shifts` SHIFT[R], `breaks` BREAK[…], `break_opens`/`break_closes`
      their windows.
    - `leg` [K, S, S] seconds from the end of one service to the start of the next (driving, entry, setup);
      `leg_cost` [P, S, S] what it costs; `leg_into` [K, N, S], `cost_into` [P, N, S] the same ways by where they end,
      so that all the gaps a node is tried in lie in one row; `drive`, `metres` [K, S, S] for the limits on them,
      [K, 1, 1] when no shift has one.
    - `service` [C, N]; `fixed` [N, R] what the pairing itself costs, NEVER where it is not allowed.
    - `brings`, `collects` [N, D], `capacity` [R, D].
    - `near` [N, ·] nodes worth standing next to, nearest first; `around` [N, ·] nodes nearest by the way alone;
      `near_kinds` [N, ·] kinds of able shifts, cheapest on their own first; all filled up with NOBODY.
      `kind_from` [kinds + 1], `kind_shifts`: the shifts of each kind.
    - `group_from` [G + 1], `group_nodes`: nodes of each group in an order in which they can be placed;
      `crew_size` [N]: on the first node of a crew its size, 0 on the others, 1 elsewhere.
    - `after_from` [N + 1], `after_node`, `after_min`, `after_max`: what must have ended before.
    - `code` [N + kinds]: random numbers by which sets of nodes are told apart.
    """

    nodes: Records
    spot: Longs
    window_from: Longs
    shifts: Records
    breaks: Records
    break_opens: Longs
    break_closes: Longs
    prices: Records
    leg: Matrix
    leg_cost: Matrix
    leg_into: Matrix
    cost_into: Matrix
    drive: Matrix
    metres: Matrix
    service: Longs
    fixed: Longs
    brings: Longs
    collects: Longs
    capacity: Longs
    near: Longs
    around: Longs
    near_kinds: Longs
    kind_from: Longs
    kind_shifts: Longs
    group_from: Longs
    group_nodes: Longs
    crew_size: Longs
    after_from: Longs
    after_node: Longs
    after_min: Longs
    after_max: Longs
    code: npt.NDArray[np.uint64]


class State(NamedTuple):
    """A plan in the making; every array is changed in place. Rows are nodes, start and end nodes included.

    - `before`, `next` the chain; `route` the shift or NOBODY; `size` [R].
    - `ready` [·, B + 1] earliest departure with that many breaks over, NEVER if impossible; `latest` [·, B + 1]
      latest end of the leg to the node, so that the rest works out.
    - `head`, `tail` [·, 3]: shortest duration, earliest and latest beginning at that duration, of the route up
      to the node and from it on (Vidal et al. 2013, time-window segments), breaks left aside.
    - `head_load`, `tail_load` [·, D]: largest load up to the node, and from it on.
    - `onward` [·] what the way from the node to the next costs; from the start of an empty route, what not using the
      shift saves.
    - `sound` [R]: whether the route can be done; `cost` [R], NEVER if it cannot; `ways` [R] and `waited` [R] how much
      of it are ways and pairings, and waiting; `travel_s`, `metres_m` [R] only where a shift limits them.
    - `opens`, `closes`: windows in order of time; those of node v are `window_from[v]` to `window_to[v]`. A placed
      node of a group has one, narrowed to its start, in a place of its own: `frozen_at[v]`.
    - `absent` the nodes in no route, `absent_at` where each stands there.
    - `sums` [cost of the routes, penalties of the absent, number absent]; `random` [1].
    - `seq`, `legs`, `starts`, `over` [·], `clock`, `via` [·, B + 1]: one route laid out for `timing`.
    - `stamp` [·] and `turn` [2]: which gaps an insertion has looked at in this turn, or which routes a ruin has met
      (by their start nodes); and how many gaps are still to be looked at before one is overlooked.
    - `saved` (nodes), `saved_start` (their frozen starts), `saved_cost` [R, 2], `saved_at`, `touched`, `counts`: the
      routes as they were before the move under way, and `pulled`, the nodes it has taken out or picked up;
      see `routes`.
    - `active` [R]: whether the search may change the route; `welcome` [N]: whether it may bring the absent node in.
    """

    before: Longs
    next: Longs
    route: Longs
    size: Longs
    ready: Longs
    latest: Longs
    head: Longs
    tail: Longs
    head_load: Longs
    tail_load: Longs
    onward: Longs
    sound: npt.NDArray[np.bool_]
    cost: Longs
    ways: Longs
    waited: Longs
    travel_s: Longs
    metres_m: Longs
    opens: Longs
    closes: Longs
    window_from: Longs
    window_to: Longs
    frozen_at: Longs
    absent: Longs
    absent_at: Longs
    sums: Longs
    random: npt.NDArray[np.uint64]
    seq: Longs
    legs: Longs
    starts: Longs
    over: Longs
    clock: Longs
    via: Longs
    stamp: Longs
    turn: Longs
    saved: Longs
    saved_start: Longs
    saved_cost: Longs
    saved_at: Longs
    touched: Longs
    pulled: Longs
    counts: Longs
    active: npt.NDArray[np.bool_]
    welcome: npt.NDArray[np.bool_]
