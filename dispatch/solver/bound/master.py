"""The master problem: which of the routes met so far, each shift at most one, each task once or left out.

A linear program (OR-Tools' GLOP) that goes on from its last basis when columns or cuts are added. OR-Tools is
loaded when the first one is built.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dispatch.solver.bound.cuts import broken
from dispatch.solver.bound.kinds import TICK, Column, Cut, Relaxed, Ticks
from dispatch.solver.bound.labels import CUT_WORDS

MAX_CUTS = 64 * CUT_WORDS


class Master:
    """Columns come in with `add` and cuts with `cut`; `solve` says what each task, cut and kind is worth."""

    def __init__(self, relaxed: Relaxed) -> None:
        from ortools.math_opt.python import mathopt

        self.cuts: list[Cut] = []
        self._able = [frozenset(kind.tasks.tolist()) for kind in relaxed.kinds]
        self._columns: list[Column] = []
        self._variables: list[Any] = []
        self._rows: list[Any] = []
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._model: Any = mathopt.Model()
        self._model.objective.is_maximize = False
        self._covered = [self._model.add_linear_constraint(lb=1, ub=1) for _ in relaxed.tasks]
        self._used = [self._model.add_linear_constraint(lb=-np.inf, ub=kind.shifts) for kind in relaxed.kinds]
        for tasks, penalty_s in relaxed.penalties:
            self._variable(penalty_s, [self._covered[task] for task in tasks])
        self._begin: Any = lambda: mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)
        self._solver = self._begin()
        self.solve()

    def solve(self) -> tuple[float, Ticks, Ticks]:
        """The value in seconds of travel; the worth of each task and then of each cut; that of each kind's last
        shift, 0 or less. Worths are in ticks, rounded down."""
        self._result = self._solved()
        self._worth = self._duals([*self._covered, *self._rows])
        self._worth[len(self._covered) :] = np.minimum(0, self._worth[len(self._covered) :])
        self._shift_worth = np.minimum(0, self._duals(self._used))
        self._shares = np.array(self._result.variable_values(self._variables))
        return self._result.objective_value(), self._worth.copy(), self._shift_worth

    def _solved(self) -> Any:
        """Once in hundreds of rounds GLOP loses its way from the last basis; without one it finds it. What it raises
        then says nothing: OR-Tools 9.15 fails while it translates the error (no `canonical_code`)."""
        try:
            return self._solver.solve()
        except Exception:
            self._solver = self._begin()
            return self._solver.solve()

    def _duals(self, rows: list[Any]) -> Ticks:
        duals = np.array(self._result.dual_values(rows), np.float64)
        return np.floor(duals * TICK).astype(np.int64)

    def add(self, columns: Iterable[Column]) -> int:
        """Take up the columns that could lower the value last found; how many those were."""
        added = 0
        for column in columns:
            key = (column.kind, tuple(sorted(column.tasks)))
            if self._known.get(key, column.price + 1) > column.price and self._reduced(column) < 0:
                self._known[key] = column.price
                self._take(column)
                added += 1
        return added

    def _reduced(self, column: Column) -> int:
        fined = zip(self.cuts, self._worth[len(self._covered) :], strict=True)
        worth = sum(int(self._worth[task]) for task in column.tasks)
        worth += sum(int(value) * self._pairs(cut, column) for cut, value in fined if value)
        return column.price - worth - int(self._shift_worth[column.kind])

    def _take(self, column: Column) -> None:
        rows = [self._covered[task] for task in column.tasks]
        for row, cut in zip(self._rows, self.cuts, strict=True):
            rows += [row] * self._pairs(cut, column)
        self._columns.append(column)
        self._variables.append(self._variable(column.price / TICK, [*rows, self._used[column.kind]]))

    def _pairs(self, cut: Cut, column: Column) -> int:
        """How often the column counts in the cut, by the rule of pricing: nobody minds a kind that may do only one
        of the three."""
        if len(self._able[column.kind].intersection(cut)) < 2:
            return 0
        return sum(task in cut for task in column.tasks) // 2

    def cut(self) -> int:
        """Add the cuts that the last solution breaks most; how many those were."""
        found = broken(self._columns, self._shares, len(self._covered), self.cuts)[
            : MAX_CUTS - len(self.cuts)
        ]
        for cut in found:
            row = self._model.add_linear_constraint(lb=-np.inf, ub=1)
            for column, variable in zip(self._columns, self._variables, strict=True):
                row.set_coefficient(variable, self._pairs(cut, column))
            self._rows.append(row)
        self.cuts += found
        return len(found)

    def _variable(self, price_s: float, rows: list[Any]) -> Any:
        variable = self._model.add_variable(lb=0)
        self._model.objective.set_linear_coefficient(variable, price_s)
        for row in rows:
            row.set_coefficient(variable, row.get_coefficient(variable) + 1)
        return variable
