"""The constant-time test of a gap against building the longer tour."""

from hypothesis import given, settings

from dispatch.solver.construct import Assignment, insert_by_regret
from dispatch.solver.model import Model
from dispatch.solver.problem import Problem
from tests.dispatch.solver.instances import problems


@settings(max_examples=150, deadline=None, derandomize=True)
@given(problems())
def test_a_gap_is_found_just_when_the_longer_tour_is_feasible(day: Problem) -> None:
    model = Model(day)
    assignment = Assignment.nobody(model)
    insert_by_regret(assignment)
    for tour in assignment.tours:
        for visit in set(range(len(day.visits))) - set(tour.visits):
            longer = [
                model.tour(tour.shift, (*tour.visits[:k], visit, *tour.visits[k:]))
                for k in range(len(tour.visits) + 1)
            ]
            fits = [k for k, other in enumerate(longer) if other.feasible and not tour.full]
            assert sorted(k for _, k in tour.gaps(visit)) == fits


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems())
def test_the_first_visit_of_a_tour_costs_what_its_gap_says(day: Problem) -> None:
    model = Model(day)
    for empty in model.empty:
        for visit in range(len(day.visits)):
            for cost, _ in empty.gaps(visit):
                assert cost == model.tour(empty.shift, (visit,)).cost
