"""Pillac's technician instances: skills, tools and spare parts over Solomon's customers; total working time.

A technician may call at the depot once, where he finds every tool and as many parts as he wants. The planner
has no such call, so each technician stands here twice: with what he has, and having begun at the depot. Only
one of the two may work: `benchmarks/peers/linli_pillac.py` sees to it, `driving_twice` checks. A call between
two requests, which the paper allows, is not tried: a plan found here is one of the paper's too, the best of
them may not be.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np

from benchmarks.replay import Rounds
from benchmarks.solomon import customers
from benchmarks.town import WEIGHTS
from dispatch.solver.problem import Costs, Place, Problem, Shift, TimeWindow, Travel, Visit

HUNDREDTHS = 100
"""Seconds of the problem in one unit of the instance."""
TOOLS, PARTS = range(5), range(5, 10)
"""Numbers of the resources in the files."""
DEPOT = "+depot"
"""Ends the name of a shift that begins at the depot."""
WORKING_TIME = Costs(per_travel_hour=0, per_paid_hour=60)
PENALTY_MIN = 10_000
"""For a request left out: more than all the work of an instance."""
NOTE = """\\
Pillac's 56 instances of 100 requests and 25 technicians with skills, tools and spare parts: total working time,
waiting included (which reproduces the authors' published figures from their routes). The call at the depot, which
they allow anywhere in a route, is allowed here only before the first request, so these gaps contain what that costs
(without any call, 8 of the 5,600 requests could not be served at all).
"""


def instances(folder: Path) -> Iterator[tuple[str, Problem, float]]:
    """Name, problem and best known working time of every instance; windows and service times are those of
    Solomon's instance of the same name, in the folder `solomon` beside.

    Raises:
        FileNotFoundError: one of the files is missing.
    """
    with (folder / "trsp_pillac2013_bks.csv").open(encoding="utf-8") as table:
        known = [(row["instance"], float(row["bks_total_working_time"])) for row in csv.DictReader(table)]
    for name, best in known:
        base = folder.parent / "solomon" / f"{name.partition('.')[0]}.txt"
        technicians = (folder / f"{name}.xml").read_text(encoding="utf-8")
        yield name, problem_of(technicians, base.read_text(encoding="utf-8")), best


def problem_of(technicians: str, solomon: str) -> Problem:
    """The instance of an XML text and of Solomon's text."""
    root = Xml.fromstring(technicians)  # noqa: S314 - the reader's own files
    depot, *rows = customers(solomon)
    at = {int(node.get("id", "")): _place(node) for node in root.iter("node")}
    requests = {request.get("node", ""): request for request in root.iter("request")}
    first = len(at) - len(rows)
    visits = tuple(_visit(requests[str(first + i)], at[first + i], row) for i, row in enumerate(rows))
    shifts = []
    for number, (van, person) in enumerate(
        zip(root.iter("vehicle_profile"), root.iter("driver_profile"), strict=True)
    ):
        home = at[int(van.findtext("departure_node", ""))]
        shifts += _shifts(number, home, van, person, until_s=depot[5] * HUNDREDTHS)
    return Problem(visits, tuple(shifts), _travel(at[0], visits, shifts), weights=WEIGHTS)


def _place(node: Xml.Element) -> Place:
    """A tenth of a degree is one unit of the plane."""
    return Place(float(node.findtext("cx", "")) / 10, float(node.findtext("cy", "")) / 10)


def _visit(request: Xml.Element, place: Place, row: Sequence[int]) -> Visit:
    amounts = {int(one.get("id", "")): int(float(one.text or 0)) for one in request.iter("resource")}
    tools = {f"tool-{number}": 1 for number in TOOLS if number in amounts}
    return Visit(
        id=f"V{request.get('id')}",
        place=place,
        service_s=row[6] * HUNDREDTHS,
        windows=(TimeWindow(row[4] * HUNDREDTHS, row[5] * HUNDREDTHS),),
        skills={**tools, **{f"skill-{one.text}": 1 for one in request.iter("skill")}},
        brings={f"part-{number}": amounts[number] for number in PARTS if number in amounts},
        penalty=PENALTY_MIN,
    )


def _shifts(number: int, home: Place, van: Xml.Element, person: Xml.Element, *, until_s: int) -> list[Shift]:
    """The technician with what he has, and having begun at the depot."""
    held = {int(one.get("id", "")): int(float(one.findtext("start", "0"))) for one in van.iter("resource")}
    skills = {f"skill-{one.get('id')}": 1 for one in person.iter("skill")}
    tools = {f"tool-{tool}": 1 for tool in TOOLS}
    own = Shift(
        id=f"S{number}",
        technician=f"T{number}",
        start_place=home,
        end_place=home,
        earliest_s=0,
        latest_s=until_s,
        skills={**skills, **{f"tool-{tool}": 1 for tool in TOOLS if tool in held}},
        capacity={f"part-{part}": held.get(part, 0) for part in PARTS},
        costs=WORKING_TIME,
    )
    supplied = replace(
        own,
        id=own.id + DEPOT,
        technician=own.technician + DEPOT,
        start_place=_by_way_of_depot(number),
        skills={**skills, **tools},
        capacity={},
    )
    return [own, supplied]


def _by_way_of_depot(number: int) -> Place:
    """Where nothing else is: every way from here is the way from the technician's home by way of the depot."""
    return Place(-1 - number, -1)


def _travel(depot: Place, visits: Sequence[Visit], shifts: Sequence[Shift]) -> Travel:
    homes = [shift.end_place for shift in shifts if shift.id.endswith(DEPOT) and shift.end_place]
    real = list(dict.fromkeys([*(visit.place for visit in visits), *homes]))
    feigned = [_by_way_of_depot(number) for number in range(len(homes))]
    x, y = (np.array([getattr(place, axis) * 10 for place in [*real, *homes]]) for axis in ("lon", "lat"))
    units = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    by_depot = np.hypot(x - depot.lon * 10, y - depot.lat * 10)
    units[len(real) :, :] = by_depot[len(real) :, None] + by_depot[None, :]
    return Travel((*real, *feigned), np.rint(units * HUNDREDTHS).astype(np.int32))


def driving_twice(rounds: Rounds) -> list[str]:
    """A sentence for each technician who works both with and without a call at the depot."""
    both = [shift for shift, order in rounds.items() if order and rounds.get(shift + DEPOT)]
    return [f"the technician of {shift} works twice" for shift in both]
