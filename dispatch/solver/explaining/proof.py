"""A change that lets a visit in, built anew: the routes it touches, by themselves, and what the checker says."""

from dataclasses import replace

from dispatch.solver.checker import check
from dispatch.solver.explaining.bench import Bench, with_windows
from dispatch.solver.explaining.candidates import Candidate
from dispatch.solver.explaining.exclusions import start_windows
from dispatch.solver.explaining.figures import Relaxation, Way
from dispatch.solver.objective import plan_score, route_score, unassigned_cost
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem
from dispatch.solver.search.assemble import route_of
from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.kernels.gaps import gap_start
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.model import Model

Orders = dict[int, list[int]]
"""Shift's number → the nodes of its route."""


def proven(bench: Bench, node: int, candidate: Candidate) -> Relaxation | None:
    """The change with its exact cost and the new route; `None` if the checker objects to it.

    Other visits left out are left aside: the change may let them in too.
    """
    orders = _orders(bench, node, candidate)
    day = _changed(bench, candidate, orders)
    plan = _planned(bench, day, candidate, orders)
    if plan is None or check(day, plan):
        return None
    route = next(one for one in plan.routes if one.shift == candidate.shift.id)
    visits = {visit.id: visit for visit in day.visits}
    before = Score() if candidate.way is Way.PERSON else bench.score(candidate.number)
    cost_s = route_score(day, candidate.shift, visits, route).total - before.total + candidate.surcharge_s
    if candidate.instead is not None:
        cost_s += unassigned_cost(bench.model.visits[candidate.instead], bench.problem.weights)
    shift = bench.problem.shifts[candidate.number]
    return Relaxation(
        way=candidate.way,
        shift=shift.id,
        technician=shift.technician,
        cost_s=cost_s,
        worth_it=cost_s < unassigned_cost(candidate.visit, bench.problem.weights),
        detail=candidate.detail,
        changes=candidate.changes,
        route=route,
    )


def _orders(bench: Bench, node: int, candidate: Candidate) -> Orders:
    """The routes touched: the one that changes (-1: that of a new person), and any whose visits hang together with
    those in it."""
    orders: Orders = {}
    first = [] if candidate.way is Way.PERSON else bench.routes[candidate.number]
    number = -1 if candidate.way is Way.PERSON else candidate.number
    at = first.index(candidate.gap) + 1 if candidate.gap in first else 0
    orders[number] = [other for other in (*first[:at], node, *first[at:]) if other != candidate.instead]
    open_nodes = list(orders[number])
    while open_nodes:
        for partner in bench.partners(open_nodes.pop()):
            shift = int(bench.state.route[partner])
            if shift not in orders:
                orders[shift] = bench.routes[shift]
                open_nodes += orders[shift]
    return orders


def _changed(bench: Bench, candidate: Candidate, orders: Orders) -> Problem:
    """These routes' part of the problem, the change made."""
    names = dict.fromkeys(bench.model.visits[node].id for nodes in orders.values() for node in nodes)
    visits = (candidate.visit if name == candidate.visit.id else bench.visits[name] for name in names)
    changing = next(iter(orders))
    shifts = (candidate.shift if number == changing else bench.problem.shifts[number] for number in orders)
    return replace(bench.problem, visits=tuple(visits), shifts=tuple(shifts))


def _planned(bench: Bench, day: Problem, candidate: Candidate, orders: Orders) -> Plan | None:
    """The routes with their new times, `None` if they cannot be timed."""
    model = Model(day)
    board = Board(model)
    number = {
        node: model.nodes_of[bench.model.visits[node].id][bench.model.roles[node]]
        for nodes in orders.values()
        for node in nodes
    }
    routes = [[number[node] for node in nodes] for nodes in orders.values()]
    chains = chains_of(board.terrain, enumerate(routes))
    for node, own in number.items():
        if bench.linked(node):
            chains.start[own] = bench.start(node)
    _freeze(board, chains, routes, model.nodes_of[candidate.visit.id][0])
    board.lay_down(chains)
    if board.cost >= NEVER:
        return None
    made = Plan(tuple(route_of(board, shift) for shift in range(len(routes))), (), Score())
    return replace(made, score=plan_score(day, made))


def _freeze(board: Board, chains: Chains, routes: list[list[int]], node: int) -> None:
    """Note the start of the new visit in `chains`, if it comes after others: the earliest there is."""
    visit = board.model.visits[node]
    if not visit.after:
        return
    without = [[other for other in nodes if other != node] for nodes in routes]
    start = chains.start.copy()
    board.lay_down(chains_of(board.terrain, enumerate(without))._replace(start=start))
    at = routes[0].index(node)
    gap = routes[0][at - 1] if at else len(board.terrain.nodes)
    with with_windows(board.state, board.terrain, node, start_windows(board, node)):
        chains.start[node] = gap_start(board.m, board.s, 0, gap, node)
