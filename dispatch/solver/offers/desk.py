"""The desk: makes offers against the plans of the coming days, and takes them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from dispatch.solver.objective import plan_score, route_score
from dispatch.solver.offers.guests import GuestBoard
from dispatch.solver.offers.offer import Offer, OfferGone, displaced, promised
from dispatch.solver.offers.reach import Reaches, checked, grown, part, reaches
from dispatch.solver.plan import Plan, Route, Score, Unassigned
from dispatch.solver.problem import Problem, ProblemError, Shift, TimeWindow, Visit, places_of
from dispatch.solver.search.assemble import chains_from, route_of
from dispatch.solver.search.kernels.gaps import gap_last_start, gap_start
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.kernels.survey import COST, GAP, SHIFT, survey
from dispatch.solver.search.reasons import reason_of
from dispatch.solver.search.windows import windows_of
from dispatch.solver.travel import URBAN_TAIWAN, TravelModel


class RoutesNotKept(ProblemError):
    """Visits that cannot stay where a plan has them: `shifts` cannot be driven as it says."""

    def __init__(self, lost: Sequence[tuple[str, str]]) -> None:
        name, shift = lost[0]
        super().__init__("plan.routes", f"{name} cannot be in the route of {shift}")
        self.shifts = frozenset(shift for _, shift in lost)


class Desk:
    """One plan, of one day or of several, into which visits are asked and taken one at a time.

    `problem` and `plan` are as of now, with whatever has been taken. Visits that hang together with others stay at
    their planned start. Not to be used by two threads at once.
    """

    problem: Problem
    plan: Plan
    _routes: dict[str, Route]
    _scores: dict[str, Score]

    def __init__(self, problem: Problem, plan: Plan, model: TravelModel = URBAN_TAIWAN) -> None:
        """Take up `plan`, timed anew by the planner's rule (plans of `solve` are so already); `model` reckons the ways
        to new places.

        Raises:
            RoutesNotKept: a visit cannot stay where the plan has it.
        """
        self._model = model
        self._open(problem, plan)

    def offers(
        self,
        visit: Visit,
        grid: Iterable[TimeWindow],
        *,
        reach: Reaches | None = None,
        limit: int | None = None,
    ) -> tuple[Offer, ...]:
        """The windows in which the visit can be served, the cheapest first, of two the earlier; each with the shift
        and the place in its route that cost least, of two that cost the same those that move other visits less.

        `grid`: the windows to offer, cut to those of the visit. `reach`: the ways between the visit's place and all
        others, by profile; by default they are read off the travel matrices or, for a new place, reckoned.
        No window is offered where another visit would start later after its due time, or farther outside of what
        it was promised, than it does now.

        Raises:
            ProblemError: the visit needs a crew, comes after others, is in the problem already or is pinned to no
                shift of it; or ways are missing.
        """
        self._check(visit)
        ways = self._reach(visit, reach)
        windows = _cut(visit, grid)
        service = self._guests.welcome(visit, ways)
        found = np.empty((len(windows), 4), np.int64)
        firsts = np.array([window.earliest_start for window in windows], np.int64)
        lasts = np.array([window.latest_start for window in windows], np.int64)
        survey(self._board.m, self._board.s, self._guests.node, service, firsts, lasts, self._starts, found)
        ranked = [w for w in np.argsort(found[:, COST], kind="stable")[:limit] if found[w, COST] < NEVER]
        gaps = [(windows[w], int(found[w, SHIFT]), int(found[w, GAP])) for w in ranked]
        return tuple(replace(self._offer(visit, *gap, ways), reach=reach) for gap in gaps)

    def take(self, offer: Offer) -> Plan:
        """Put the visit into the plan just as offered, and nothing else; the plan there is then, which answers
        `problem`.

        A visit left out that is worth its penalty only now, as one on the way to the new place may be, waits for the
        next search: to let it in might move others beyond what they were promised. Until then the reason it is left
        out for is no longer true, and its figures say so.

        Raises:
            OfferGone: the shift's route is another one by now, the visit has been taken already, or there are places
                the ways given do not lead to.
        """
        visit = offer.visit
        shift, number = self._shifts[offer.shift]
        if self._route(shift) != offer.replaces or visit.id in self._visits:
            raise OfferGone(offer.shift)
        try:
            ways = self._reach(visit, offer.reach)
        except ProblemError as error:
            raise OfferGone(offer.shift) from error
        self._guests.welcome(visit, ways)
        self._guests.promise(visit, number)
        self._guests.seat(number, self._gap(number, offer.position))
        self._enter(offer, ways)
        return self.plan

    def _open(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self._visits = {visit.id: visit for visit in problem.visits}
        self._shifts = {shift.id: (shift, number) for number, shift in enumerate(problem.shifts)}
        self._guests = GuestBoard(problem)
        self._board = self._guests.board
        chains_from(self._board, plan)
        self._starts = np.zeros(len(self._guests.model.visits), np.int64)
        self._read()
        self._check_kept(plan)

    def _check_kept(self, plan: Plan) -> None:
        kept = self.plan.shift_of()
        lost = [(name, shift) for name, shift in plan.shift_of().items() if kept.get(name) != shift]
        if lost:
            raise RoutesNotKept(lost)

    def _left_out(self) -> tuple[Unassigned, ...]:
        model = self._guests.model
        absent = (node for node in self._board.absent() if model.visits[node].id in self._visits)
        return tuple(reason_of(self._board, node) for node in absent if model.roles[node] == 0)

    def _check(self, visit: Visit) -> None:
        path = f"visits[{visit.id}]"
        if visit.id in self._visits:
            raise ProblemError("visits", f"the id {visit.id!r} stands there already")
        if visit.crew:
            raise ProblemError(f"{path}.crew", "offers are for a single technician")
        if visit.after:
            raise ProblemError(f"{path}.after", "offers are for a visit that waits for no other")
        if visit.pinned_shift is not None and visit.pinned_shift not in self._shifts:
            raise ProblemError(f"{path}.pinned_shift", f"no shift {visit.pinned_shift!r}")

    def _reach(self, visit: Visit, given: Reaches | None) -> Reaches:
        if given is None:
            return reaches(self.problem, visit.place, self._model)
        return checked(self.problem, given)

    def _route(self, shift: Shift) -> Route:
        return self._routes.get(shift.id) or Route(shift.id, shift.earliest_s, (), shift.earliest_s)

    def _score(self, shift: Shift, route: Route) -> Score:
        """What the route costs now; worked out once."""
        if shift.id not in self._scores:
            self._scores[shift.id] = route_score(self.problem, shift, self._visits, route)
        return self._scores[shift.id]

    def _offer(self, visit: Visit, window: TimeWindow, number: int, gap: int, ways: Reaches) -> Offer:
        shift, guests, board = self.problem.shifts[number], self._guests, self._board
        before = self._route(shift)
        visit = promised(visit, window, shift.technician)
        visits = {stop.visit: self._visits[stop.visit] for stop in before.stops} | {visit.id: visit}
        around = self._around(shift, visit, visits.values(), ways)
        guests.promise(visit, number)
        earliest = int(gap_start(board.m, board.s, number, gap, guests.node))
        latest = int(gap_last_start(board.m, board.s, number, gap, guests.node))
        guests.seat(number, gap)
        after = route_of(board, number, around)
        guests.unseat(number)
        position = next(k for k, stop in enumerate(after.stops) if stop.visit == visit.id)
        return Offer(
            visit=visit,
            shift=shift.id,
            technician=shift.technician,
            position=position,
            start_s=after.stops[position].start_s,
            earliest_s=earliest,
            latest_s=latest,
            terms=route_score(around, shift, visits, after) - self._score(shift, before),
            displaced=displaced(before, after),
            route=after,
            replaces=before,
        )

    def _around(self, shift: Shift, guest: Visit, visits: Iterable[Visit], ways: Reaches) -> Problem:
        """A problem of this shift alone, without visits: all it knows are the ways between these."""
        travel = self.problem.travel_of(shift)
        places = [place for place in places_of(list(visits), [shift]) if place in travel.index]
        reach = ways[shift.profile].to([travel.index[place] for place in places])
        some = grown(part(travel, places), guest.place, reach)
        profiles = {} if shift.profile is None else {shift.profile: some}
        return Problem((), (shift,), some, self.problem.entry_s, self.problem.weights, profiles)

    def _gap(self, number: int, position: int) -> int:
        """The node after which a visit comes that follows so many others."""
        node = len(self._guests.model.visits) + number
        for _ in range(position):
            node = int(self._board.state.next[node])
        return node

    def _enter(self, offer: Offer, ways: Reaches) -> None:
        """Note that the visit just seated stays."""
        visit, old = offer.visit, self.problem
        self.problem = replace(
            old,
            visits=(*old.visits, visit),
            travel=grown(old.travel, visit.place, ways[None]),
            profiles={name: grown(t, visit.place, ways[name]) for name, t in old.profiles.items()},
        )
        self._visits[visit.id] = visit
        self._guests.keep(self.problem)
        self._routes[offer.shift] = offer.route
        self._scores.pop(offer.shift, None)
        self._note_starts(offer.route)
        routes = (self._routes.get(shift.id) for shift in self.problem.shifts)
        kept = tuple(route for route in routes if route is not None)
        self.plan = Plan(kept, self._left_out(), self.plan.score + offer.terms)
        if self._guests.full:
            self._open(self.problem, self.plan)

    def _read(self) -> None:
        """Read the plan off the board."""
        orders = enumerate(self._board.routes())
        routes = tuple(route_of(self._board, number, self.problem) for number, nodes in orders if nodes)
        bare = Plan(routes, self._left_out(), Score())
        self.plan = replace(bare, score=plan_score(self.problem, bare))
        self._routes = {route.shift: route for route in routes}
        self._scores = {}
        for route in routes:
            self._note_starts(route)

    def _note_starts(self, route: Route) -> None:
        nodes_of = self._guests.model.nodes_of
        for stop in route.stops:
            self._starts[nodes_of[stop.visit][stop.role]] = stop.start_s


def _cut(visit: Visit, grid: Iterable[TimeWindow]) -> Sequence[TimeWindow]:
    """What the visit's own windows leave of those to offer, in order of time."""
    parts = {
        (max(first, window.earliest_start), min(last, window.latest_start))
        for window in grid
        for first, last in windows_of(visit)
    }
    return [TimeWindow(first, last) for first, last in sorted(parts) if first <= last]
