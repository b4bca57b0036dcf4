"""The nodes of a move go back, told plainly: in which order, and which of them where."""

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import linked, recreate
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.routes import put
from tests.dispatch.solver.kernels import reach
from tests.dispatch.solver.kernels.boards import held_by_move
from tests.dispatch.solver.kernels.draws import Draws


def in_order(board: Board, nodes: list[int], draws: Draws) -> list[int]:
    """The nodes in one of the orders, drawn by chance."""
    order = recreate.ORDERS[draws.pick(len(recreate.ORDERS))]
    keys = {node: key(board, order, node, draws) for node in nodes}
    return sorted(nodes, key=lambda node: keys[node])


def key(board: Board, order: int, node: int, draws: Draws) -> float:
    """What the order goes by: the node with the smallest is first."""
    windows = board.model.windows[node]
    if order == recreate.BY_CHANCE:
        return draws.chance()
    if order == recreate.BY_PENALTY:
        return draws.chance() - int(board.terrain.nodes["penalty"][node])
    if order == recreate.BY_FAR:
        return -way_from_start(board, node)
    if order == recreate.BY_NEAR:
        return way_from_start(board, node)
    if order == recreate.BY_TIGHT:
        return windows[-1][1] - windows[0][0]
    return windows[0][0]


def way_from_start(board: Board, node: int) -> int:
    """From where the first shift of the kind starts that could serve the node most cheaply, were it alone; from where
    the first of all does when none can."""
    m = board.terrain
    kind = max(0, int(m.near_kinds[node, 0]))
    shift = m.kind_shifts[m.kind_from[kind]]
    return int(m.leg[0, m.shifts["start_spot"][shift], node])


def left_out(penalty: int, temperature: float) -> float:
    """The chance of leaving a visit out for once: a tenth of temperature over penalty, a half at most."""
    return min(recreate.MOSTLY, recreate.LEFT_OUT * temperature / max(1, penalty))


def put_back(board: Board, blink: float, everywhere: bool, temperature: float) -> None:
    """Each node of the move, in turn; nodes that hang together when the first absent one of them has its turn."""
    draws = Draws(board.state.random)
    for node in held_by_move(board):
        penalty, group = (int(board.terrain.nodes[word][node]) for word in ("penalty", "group"))
        if not board.is_absent(node):
            continue
        if temperature and draws.chance() < left_out(penalty, temperature):
            continue
        if group == NOBODY:
            cost, shift, gap, _ = place_for(board, node, blink, everywhere, draws)
            if cost < penalty:
                put(board.m, board.s, shift, gap, node)
        elif node == next(one for one in members(board, group) if board.is_absent(one)):
            linked.place_group(board.m, board.s, group, blink, everywhere)


def members(board: Board, group: int) -> list[int]:
    """The group's nodes in its order."""
    m = board.terrain
    return [int(node) for node in m.group_nodes if m.nodes["group"][node] == group]


def place_for(board: Board, node: int, blink: float, everywhere: bool, draws: Draws) -> reach.Found:
    """The cheapest gap anywhere; or of those near by, and now and then, where there is none, of some far away."""
    if everywhere:
        return reach.cheapest(board, node, reach.anywhere(board))
    found = reach.cheapest(board, node, reach.seen(board, reach.near(board, node), blink, draws))
    if found[0] >= NEVER and draws.chance() < recreate.FAR_SIGHT:
        return reach.cheapest(board, node, reach.far(board, draws))
    return found
