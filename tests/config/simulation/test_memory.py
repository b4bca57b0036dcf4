"""What the company knows in the morning."""

from datetime import date

from communities.insight.signals import Cell, Demand
from config.simulation.demand import Request
from config.simulation.memory import Memory
from config.simulation.outcomes import Visited, Waiting
from config.simulation.town import date_of, town_of

TOWN = town_of(1)
PLACE = TOWN.communities[2].buildings[0]
REQUEST = Request("r", 7, 2, 1, PLACE, (), asked_on=3, due_on=7)
VISIT = Visited(Waiting(REQUEST), 4, 5, 3030, False, True, felt=4.2, said=4, said_on=6, is_accepted=True)


def test_an_answer_is_known_the_morning_after_it_was_given() -> None:
    """Visited on Saturday (day 5), answered on Monday (day 6). On Tuesday the one is three days old."""
    memory = Memory(TOWN)
    memory.visited(VISIT)
    names = {"technician": "T05", "community": "C03", "service_type": "ac_service"}
    done = {"first_visits": 1, "visits_completed": 1, "visits_fixed": 1, "resolved": 1, "resolved_on_time": 1}
    sold = {"offers": 1, "offers_accepted": 1, "upsell_minor": 1200, "work_minutes": 50}
    said = {"csat_answers": 1, "csat_sum": 4, "csat_squares": 16}

    assert memory.cells(5) == []
    assert memory.cells(6) == [Cell(**names, age_days=2, **done, **sold)]
    assert memory.cells(7) == [Cell(**names, age_days=3, **done, **sold), Cell(**names, age_days=1, **said)]


def test_demand_is_by_weekday_since_the_community_is_served() -> None:
    """Asked on a Thursday (day 3); after three weeks, thirteen communities are served."""
    memory = Memory(TOWN)
    memory.asked(REQUEST)

    found = memory.demands(18)
    assert found[2] == Demand("C03", (0, 0, 0, 1, 0, 0, 0), 3.0, 5.0)
    assert [one.community for one in found] == [one.code for one in TOWN.communities[:13]]


def test_days_are_working_days() -> None:
    assert [date_of(day) for day in (0, 5, 6)] == [date(2026, 1, 5), date(2026, 1, 10), date(2026, 1, 12)]
