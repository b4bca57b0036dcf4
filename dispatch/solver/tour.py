"""A tour: one shift's visits in order, with the arrays that let a gap be tested in constant time.

A tour is a value: it never changes, so what it has once worked out (its cost, the cheapest gap for a visit)
stays true and is kept with it. Changing a plan means exchanging tours.

Timetable of a given order: everything as early as possible. A break interrupts driving or waiting: taken on
the leg after a departure at d, it starts at max(d, break.earliest_s), and the leg with its driving ends at
max(d + driving, break.earliest_s) + duration. Of the legs that could hold it, the one that lets the next
service start earliest is used; on a tie, the earlier leg.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

from dispatch.solver.objective import lateness_cost, waiting_cost
from dispatch.solver.problem import Break

if TYPE_CHECKING:
    from dispatch.solver.model import Model

Windows = tuple[tuple[int, int], ...]

FAR = 2**40
"""Later than any time a problem can name; minus it, earlier."""
NEVER = 2**50
ALWAYS: Windows = ((-FAR, FAR),)


def opening(windows: Windows, moment: int) -> int:
    """The first moment at or after `moment` when service may start, `NEVER` if there is none."""
    for earliest, latest in windows:
        if moment <= latest:
            return max(moment, earliest)
    return NEVER


def closing(windows: Windows, moment: int) -> int:
    """The last moment at or before `moment` when service may start, minus `NEVER` if there is none."""
    for earliest, latest in reversed(windows):
        if moment >= earliest:
            return min(moment, latest)
    return -NEVER


class Tour:
    """See the module. Position 0 is the shift's start, 1…n its visits, n + 1 its end.

    - `ready[k]`: earliest departure from position k when the break is over (or there is none);
      `owing[k]`: the same with the break still ahead.
    - `latest[k]`: latest that the way to position k may end, the break being over, for the rest to work out;
      `latest_owing[k]`: the same with the break still ahead.
    - `starts`: the timetable's service starts; `break_leg`: the position whose leg holds the break.
    """

    __slots__ = (
        "_gaps",
        "back_s",
        "break_leg",
        "cost",
        "feasible",
        "latest",
        "latest_owing",
        "model",
        "owing",
        "ready",
        "shift",
        "starts",
        "visits",
    )

    def __init__(self, model: "Model", shift: int, visits: tuple[int, ...]) -> None:
        self.model = model
        self.shift = shift
        self.visits = visits
        self._gaps: dict[int, tuple[int, int] | None] = {}
        self.break_leg: int | None = None
        self.latest_owing: list[int] = []
        self.owing: list[int] = []
        pause = model.shifts[shift].break_
        if pause is None:
            self._run()
        else:
            self._run_with_break(pause)
        self.feasible = self.back_s <= model.shifts[shift].latest_s
        self.cost = self._price() if self.feasible else NEVER

    @property
    def full(self) -> bool:
        """Whether the shift's visit limit allows no further visit."""
        limit = self.model.shifts[self.shift].max_visits
        return limit is not None and len(self.visits) >= limit

    def legs(self) -> list[int]:
        """Driving and entry into each visit in turn, then home; an unused shift goes nowhere."""
        if not self.visits:
            return [0]
        leg, visits = self.model.leg, self.visits
        inner = [leg[a][b] for a, b in pairwise(visits)]
        return [self.model.out[self.shift][visits[0]], *inner, self.model.home[self.shift][visits[-1]]]

    def _run(self) -> None:
        model, shift, legs = self.model, self.model.shifts[self.shift], self.legs()
        now = shift.earliest_s
        self.ready, self.starts = [now], []
        for visit, leg in zip(self.visits, legs, strict=False):
            start = opening(model.windows[visit], now + leg)
            now = start + model.service[visit]
            self.starts.append(start)
            self.ready.append(now)
        self.back_s = now + legs[-1]
        self.latest = self._latest(legs)

    def _latest(self, legs: list[int]) -> list[int]:
        model = self.model
        moment = model.shifts[self.shift].latest_s
        latest = [moment]
        for visit, leg in zip(reversed(self.visits), reversed(legs), strict=False):
            moment = closing(model.windows[visit], moment - leg - model.service[visit])
            latest.append(moment)
        latest.append(moment - legs[0])
        latest.reverse()
        return latest

    def _run_with_break(self, pause: Break) -> None:
        legs = self.legs()
        before, after, broke = self._run_both_ways(legs)
        latest_s = self.model.shifts[self.shift].latest_s
        rest_at_home = self.owing[-1] + legs[-1]
        last = self._after_break(self.owing[-1], legs[-1])
        if rest_at_home <= min(pause.latest_s, latest_s):
            self.starts, self.back_s = before, rest_at_home
        else:
            broke.append(last < self.ready[-1] + legs[-1])
            self.back_s = min(last, self.ready[-1] + legs[-1])
            held = max((k for k, here in enumerate(broke) if here), default=0)
            self.break_leg = held
            self.starts = before[:held] + after[held:]
        self.latest = self._latest(legs)
        self.latest_owing = self._latest_owing(legs, pause)

    def _run_both_ways(self, legs: list[int]) -> tuple[list[int], list[int], list[bool]]:
        """Starts with the break ahead, starts with it over, and whether the latter took it on that leg."""
        model = self.model
        owing, ready = model.shifts[self.shift].earliest_s, NEVER
        self.owing, self.ready = [owing], [ready]
        before, after, broke = [], [], []
        for visit, leg in zip(self.visits, legs, strict=False):
            windows, service = model.windows[visit], model.service[visit]
            taken = opening(windows, ready + leg)
            taking = opening(windows, self._after_break(owing, leg))
            before.append(opening(windows, owing + leg))
            after.append(min(taken, taking))
            broke.append(taking < taken)
            owing, ready = before[-1] + service, after[-1] + service
            self.owing.append(owing)
            self.ready.append(ready)
        return before, after, broke

    def _after_break(self, departure: int, leg: int) -> int:
        """When a leg that holds the break ends."""
        pause = self.model.shifts[self.shift].break_
        if pause is None or departure > pause.latest_s:
            return NEVER
        return max(departure + leg, pause.earliest_s) + pause.duration_s

    def _latest_owing(self, legs: list[int], pause: Break) -> list[int]:
        model = self.model
        moment = min(model.shifts[self.shift].latest_s, pause.latest_s)
        result = [moment]
        for k in range(len(self.visits), -1, -1):
            departure = moment - legs[k]
            over = self.latest[k + 1] - pause.duration_s
            if over >= pause.earliest_s:
                departure = max(departure, min(pause.latest_s, over - legs[k]))
            if k == 0:
                moment = departure
            else:
                visit = self.visits[k - 1]
                moment = closing(model.windows[visit], departure - model.service[visit])
            result.append(moment)
        result.reverse()
        return result

    def _price(self) -> int:
        model, visits = self.model, self.visits
        if not visits:
            return 0
        weights = model.problem.weights
        cost = model.out_cost[self.shift][visits[0]] + model.home_cost[self.shift][visits[-1]]
        affinity = model.affinity[self.shift]
        for k, visit in enumerate(visits):
            cost += affinity[visit]
            if model.due[visit] is not None:
                cost += lateness_cost(model.visits[visit], self.starts[k], weights)
            if k:
                previous = visits[k - 1]
                cost += model.leg_cost[previous][visit]
                waiting = self.waiting(k)
                if waiting:
                    cost += waiting_cost(waiting, weights)
        return cost

    def waiting(self, k: int) -> int:
        """Seconds of standing still before the service of the k-th visit (from 0), k ≥ 1."""
        model, previous, visit = self.model, self.visits[k - 1], self.visits[k]
        gone = self.starts[k - 1] + model.service[previous] + model.leg[previous][visit]
        pause = model.shifts[self.shift].break_
        if pause is not None and self.break_leg == k:
            gone += pause.duration_s
        return self.starts[k] - gone

    def cheapest_gap(self, visit: int) -> tuple[int, int] | None:
        """(extra cost, position) of the cheapest gap, `None` when the visit fits nowhere.

        The extra cost counts everything but changes in waiting and in the lateness of later visits; those
        show in the cost of the tour that results.
        """
        try:
            return self._gaps[visit]
        except KeyError:
            found = min(self.gaps(visit), default=None)
            self._gaps[visit] = found
            return found

    def gaps(self, visit: int) -> list[tuple[int, int]]:
        """(extra cost as in `cheapest_gap`, position) of every gap the visit fits in."""
        if self.full:
            return []
        model, visits, shift = self.model, self.visits, self.shift
        first, last = model.windows[visit][0][0], model.windows[visit][-1][1]
        service = model.service[visit]
        into, onward = model.leg_into[visit], model.leg[visit]
        into_cost, onward_cost = model.leg_cost_into[visit], model.leg_cost[visit]
        fixed = model.affinity[shift][visit]
        arrivals = self.ready if not self.owing else self.owing
        found = []
        for k in range(len(visits) + 1):
            if arrivals[k] > last:
                break
            there = into[visits[k - 1]] if k else model.out[shift][visit]
            further = onward[visits[k]] if k < len(visits) else model.home[shift][visit]
            # Most gaps fail this test, which is necessary whatever the windows and the break.
            if max(arrivals[k] + there, first) + service + further > self.latest[k + 1]:
                continue
            start = self._start_in_gap(visit, k, there, further)
            if start == NEVER:
                continue
            cost = fixed + (into_cost[visits[k - 1]] if k else model.out_cost[shift][visit])
            cost += onward_cost[visits[k]] if k < len(visits) else model.home_cost[shift][visit]
            if visits:
                cost -= self._leg_cost(k)
            if model.due[visit] is not None:
                cost += lateness_cost(model.visits[visit], start, model.problem.weights)
            found.append((cost, k))
        return found

    def _leg_cost(self, k: int) -> int:
        """What the way into position k + 1 costs now."""
        if k == 0:
            return self.model.out_cost[self.shift][self.visits[0]]
        if k == len(self.visits):
            return self.model.home_cost[self.shift][self.visits[-1]]
        return self.model.leg_cost[self.visits[k - 1]][self.visits[k]]

    def _start_in_gap(self, visit: int, k: int, there: int, further: int) -> int:
        """The earliest start of `visit` after position k that the rest of the tour can bear, or `NEVER`."""
        model = self.model
        windows, service = model.windows[visit], model.service[visit]
        start = opening(windows, self.ready[k] + there)
        if start + service + further <= self.latest[k + 1]:
            return start
        if not self.owing:
            return NEVER
        start = opening(windows, self.owing[k] + there)
        departure = start + service
        if departure + further <= self.latest_owing[k + 1]:
            return start
        if self._after_break(departure, further) <= self.latest[k + 1]:
            return start
        start = opening(windows, self._after_break(self.owing[k], there))
        return start if start + service + further <= self.latest[k + 1] else NEVER
