"""The choice among very many routes: it must find what lies hidden among them, not only on days of six visits."""

from random import Random

from dispatch.solver.problem import Problem, Visit
from dispatch.solver.search.board import Board
from dispatch.solver.search.explorer import Explorer
from dispatch.solver.search.kernels.packing import pack_pool
from dispatch.solver.search.kernels.pool import remember
from dispatch.solver.search.model import Model
from dispatch.solver.search.select import select
from tests.dispatch.solver.instances import road, rough, shift, visit, window


def tight_day() -> Model:
    """90 visits with skills and narrow windows, 18 technicians who hardly have the time."""
    draw = Random(1)  # noqa: S311 - a day, not a secret
    visits = [tight_visit(draw, number) for number in range(90)]
    shifts = [
        shift(f"S{number}", home=draw.randint(0, 90), skills=dict.fromkeys(draw.sample("abcd", 2), 1))
        for number in range(18)
    ]
    return Model(Problem(tuple(visits), tuple(shifts), rough(road(visits, shifts), 1)))


def tight_visit(draw: Random, number: int) -> Visit:
    opens = draw.randint(36, 60) / 4
    return visit(
        f"V{number}",
        draw.randint(0, 90),
        windows=(window(opens, opens + draw.randint(4, 10) / 4),),
        service=draw.randint(4, 16) * 5,
        penalty=600,
        skills={draw.choice("abcd"): 1} if number % 3 else {},
    )


def searched(model: Model, seed: int, moves: int, hot: float, cold: float) -> Explorer:
    """One search from the first plan."""
    board = Board(model)
    board.construct()
    explorer = Explorer(model, seed)
    explorer.start(board.chains())
    explorer.run(moves, hot, cold)
    return explorer


def test_a_good_plan_is_found_among_the_routes_of_worse_ones() -> None:
    model = tight_day()
    worse = [searched(model, seed, 6_000, 2.0, 0.5) for seed in (0, 1)]
    good = searched(model, 5, 20_000, 5.0, 0.05).best
    board = Board(model)
    board.lay_down(good)
    for number in range(len(model.problem.shifts)):
        remember(board.m, board.s, pack_pool(worse[0].pool), number)
    best = min((one.best for one in worse), key=lambda chains: int(chains.cost[0]))
    assert int(good.cost[0]) < int(best.cost[0])
    assert int(select(board, [one.pool for one in worse], best).cost[0]) <= int(good.cost[0])
