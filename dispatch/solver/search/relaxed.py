"""The linear relaxation of a choice among routes, and what it says about each of them.

There are far more routes than a linear program wants, and nearly all of them are of no use. So it begins with a plan's
own; what each visit and each shift is worth there prices all the others at once, and those that could make it cheaper
come in, until there are none (column generation over routes that are known).
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BATCH = 200
"""Routes that come in together."""
NOTHING = 1e-6
"""A route that could make it cheaper by less than this could not."""


class Routes(NamedTuple):
    """`cost` [C]; `kind` [C]: the row of its kind; `nodes`: the rows of all their nodes, one route after another;
    `begin` [C] where each one's begin. No route is empty."""

    cost: Floats
    kind: Ints
    nodes: Ints
    begin: Ints


class Relaxed(NamedTuple):
    """No choice costs less than `bound`; `reduced` [C]: by how much more than `bound` one with that route in it does
    at least."""

    bound: float
    reduced: Floats


def relax(
    routes: Routes, penalty: Sequence[int], shifts: Sequence[int], first: Ints, time_s: float | None
) -> Relaxed:
    """The relaxation of covering each node or paying its penalty, with so many routes of each kind at most; it begins
    with the routes `first`. Less time than it needs gives a lower bound."""
    until = None if time_s is None else time.monotonic() + time_s
    program = _Program(penalty, shifts)
    inside = np.zeros(len(routes.cost), np.bool_)
    coming = first
    best = Relaxed(-np.inf, np.zeros(len(routes.cost)))
    while True:
        inside[coming] = True
        program.take(routes, coming)
        duals = program.solve(None if until is None else until - time.monotonic())
        if duals is None:
            return best
        value, worth, below = duals
        reduced = routes.cost - np.add.reduceat(worth[routes.nodes], routes.begin) - below[routes.kind]
        found = _bounded(value, reduced, routes.kind, shifts)
        if found.bound > best.bound:
            best = found
        useful = np.flatnonzero((reduced < -NOTHING) & ~inside)
        if not len(useful):
            return best
        coming = useful[np.argsort(reduced[useful], kind="stable")[:BATCH]]


def _bounded(value: float, reduced: Floats, kind: Ints, shifts: Sequence[int]) -> Relaxed:
    """With routes still outside, each shift could take the best of its kind (Lagrange)."""
    least = np.zeros(len(shifts))
    np.minimum.at(least, kind, reduced)
    return Relaxed(value + float(least @ np.asarray(shifts)), reduced - least[kind])


class _Program:
    """A linear program that goes on from its last basis when routes come in."""

    def __init__(self, penalty: Sequence[int], shifts: Sequence[int]) -> None:
        from ortools.math_opt.python import mathopt

        self._model: Any = mathopt.Model()
        self._model.objective.is_maximize = False
        self._covered = [self._model.add_linear_constraint(lb=1) for _ in penalty]
        self._used = [self._model.add_linear_constraint(ub=number) for number in shifts]
        for row, price in zip(self._covered, penalty, strict=True):
            self._variable(float(price), [row])
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def take(self, routes: Routes, which: Ints) -> None:
        """Let these routes in."""
        ends = np.append(routes.begin[1:], len(routes.nodes))
        for i in which.tolist():
            nodes = routes.nodes[routes.begin[i] : ends[i]].tolist()
            self._variable(
                float(routes.cost[i]), [self._used[routes.kind[i]], *(self._covered[n] for n in nodes)]
            )

    def solve(self, time_s: float | None) -> tuple[float, Floats, Floats] | None:
        """The value, what each node is worth, and what one more shift of each kind is, 0 or less; `None` when the time
        is over before that is known."""
        from ortools.math_opt.python import mathopt

        if time_s is not None and time_s <= 0:
            return None
        limit = None if time_s is None else timedelta(seconds=time_s)
        result = self._solver.solve(params=mathopt.SolveParameters(time_limit=limit))
        if result.termination.reason is not mathopt.TerminationReason.OPTIMAL:
            return None
        worth = np.maximum(0.0, np.array(result.dual_values(self._covered), np.float64))
        below = np.minimum(0.0, np.array(result.dual_values(self._used), np.float64))
        return float(result.objective_value()), worth, below

    def _variable(self, price: float, rows: list[Any]) -> None:
        variable = self._model.add_variable(lb=0.0)
        self._model.objective.set_linear_coefficient(variable, price)
        for row in rows:
            row.set_coefficient(variable, 1.0)
