"""What the company has heard, as the figures that signals are read from."""

from collections import defaultdict

from communities.insight.signals import Cell, Demand
from config.simulation.demand import Request
from config.simulation.outcomes import Visited
from config.simulation.town import DAYS_A_WEEK, GATE_S, SERVICES, Town, date_of

WORKDAYS = range(1, DAYS_A_WEEK + 1)

Key = tuple[int, int, int, int]
"""Technician, community, service type, day."""


class Memory:
    """What the company has heard so far, added up as its metrics are: by technician, community, service type and
    day. An answer counts on the day it was given."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._sums: defaultdict[Key, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._asked: list[tuple[int, int]] = []

    def asked(self, request: Request) -> None:
        """A request came in."""
        self._asked.append((request.community, request.asked_on))

    def visited(self, one: Visited) -> None:
        """A visit was made, and perhaps an answer will be given."""
        request = one.visit.request
        is_first = one.visit.number == 0
        key = (one.technician, request.community, request.service)
        self._add(
            *(key, one.day),
            first_visits=is_first,
            visits_completed=1,
            visits_fixed=is_first and one.is_fixed,
            resolved=one.is_fixed,
            resolved_on_time=one.is_fixed and one.day <= request.due_on,
            offers=one.is_fixed,
            offers_accepted=one.is_accepted,
            upsell_minor=one.upsell_minor,
            work_minutes=round(one.seconds / 60),
        )
        if one.said is not None:
            self._add(key, one.said_on, csat_answers=1, csat_sum=one.said, csat_squares=one.said**2)

    def cells(self, day: int) -> list[Cell]:
        """What is known in the morning of a day."""
        town = self._town
        return [
            Cell(
                technician=town.technicians[t].code,
                community=town.communities[c].code,
                service_type=SERVICES[k].code,
                age_days=(date_of(day) - date_of(then)).days,
                **sums,
            )
            for (t, c, k, then), sums in self._sums.items()
            if then < day
        ]

    def demands(self, day: int) -> list[Demand]:
        """Each community's requests by weekday, since it is served."""
        counts = [[0] * 7 for _ in self._town.communities]
        for community, asked_on in self._asked:
            counts[community][asked_on % DAYS_A_WEEK] += 1
        weeks = [day / DAYS_A_WEEK - one.first_week for one in self._town.communities]
        return [
            Demand(one.code, tuple(count), since, GATE_S / 60)  # type: ignore[arg-type]
            for one, count, since in zip(self._town.communities, counts, weeks, strict=True)
            if since > 0
        ]

    def _add(self, key: tuple[int, int, int], day: int, **counts: int) -> None:
        sums = self._sums[*key, day]
        for name, count in counts.items():
            sums[name] += count
