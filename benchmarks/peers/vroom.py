"""VROOM by its Python package: two threads, its deepest exploration where that ends in minutes."""

import time
from collections import defaultdict
from typing import Any

import vroom

from benchmarks.peers import Answer
from dispatch.solver.problem import Problem

THREADS = 2
DEEP = 5
SHALLOW = 1
DEEP_UP_TO = 1_000
"""Visits; above them the deep exploration takes a quarter of an hour and more."""


def solve(problem: Problem, seconds: float, seed: int) -> Answer:
    """Plan; `seconds` and `seed` mean nothing to VROOM, which ends by itself and always alike."""
    given = vroom.Input()
    given.set_durations_matrix(profile="car", matrix_input=problem.travel.seconds)
    skills = _skills(problem)
    given.add_vehicle([_vehicle(problem, skills, number) for number in range(len(problem.shifts))])
    given.add_job([_job(problem, skills, number) for number in range(len(problem.visits))])
    level = DEEP if len(problem.visits) <= DEEP_UP_TO else SHALLOW
    began = time.perf_counter()
    found = given.solve(exploration_level=level, nb_threads=THREADS)
    taken = time.perf_counter() - began
    return Answer(_rounds(problem, found), taken)


def _vehicle(problem: Problem, skills: dict[tuple[str, int], int], number: int) -> vroom.Vehicle:
    shift, index = problem.shifts[number], problem.travel.index
    return vroom.Vehicle(
        number,
        start=None if shift.start_place is None else index[shift.start_place],
        end=None if shift.end_place is None else index[shift.end_place],
        time_window=[shift.earliest_s, shift.latest_s],
        skills={one for (name, level), one in skills.items() if shift.skills.get(name, 0) >= level},
    )


def _job(problem: Problem, skills: dict[tuple[str, int], int], number: int) -> vroom.Job:
    """All priorities alike: what matters first to VROOM is how many are served."""
    visit = problem.visits[number]
    return vroom.Job(
        number,
        problem.travel.index[visit.place],
        default_service=visit.service_s,
        skills={skills[skill] for skill in visit.skills.items()},
        time_windows=[[window.earliest_start, window.latest_start] for window in visit.windows],
    )


def _skills(problem: Problem) -> dict[tuple[str, int], int]:
    """Skill and level → VROOM's number; VROOM knows no levels."""
    asked = {skill for visit in problem.visits for skill in visit.skills.items()}
    return {skill: number for number, skill in enumerate(sorted(asked))}


def _rounds(problem: Problem, found: Any) -> dict[str, list[str]]:
    rounds: dict[str, list[str]] = defaultdict(list)
    steps = found.routes
    for vehicle, job in steps[steps["type"] == "job"][["vehicle_id", "id"]].itertuples(index=False):
        rounds[problem.shifts[vehicle].id].append(problem.visits[job].id)
    return dict(rounds)
