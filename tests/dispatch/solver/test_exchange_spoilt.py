"""Documents and answers spoilt at random: an error that names the place, never a traceback."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import check
from dispatch.solver.exchange import (
    plan_from_vroom,
    problem_from_vroom,
    schema,
    start_from_vroom,
)
from dispatch.solver.exchange.answering import answer, read
from dispatch.solver.problem import ProblemError
from dispatch.solver.solve import Limits
from tests.dispatch.solver.documents import a_plan, an_input, recorded

oddities: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 1, 7, 2**31 - 1, 2**31, 2**32 - 1, 10**30, 10**400, 1.5, float("inf"), "", "4", "b", "1", [],
     {}, [1, 2], [[5, 3]], [[0, 10**6]], [4], ["b"], {"1": 3}, [{"job": "b"}], {"start": 5}, [{}], [{"id": 1}],
     [{"id": 1, "service": 9}]]
)  # fmt: skip


def spoil(draw: st.DrawFn, document: Any, names: list[str]) -> Any:
    """The document with up to three values in it set, removed or invented."""
    spoilt = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        inner, key = spoilt, None
        while isinstance(inner, dict | list) and len(inner):
            key = draw(st.sampled_from(list(inner) if isinstance(inner, dict) else list(range(len(inner)))))
            if not isinstance(inner[key], dict | list) or draw(st.integers(0, 3)) == 0:
                break
            inner = inner[key]
        if isinstance(inner, dict) and draw(st.booleans()):
            inner[draw(st.sampled_from(names))] = copy.deepcopy(draw(oddities))
        elif key is not None and len(inner):
            inner[key] = copy.deepcopy(draw(oddities))
    return spoilt


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    kinds = schema()["$defs"]
    names = [*kinds["job"]["properties"], *kinds["vehicle"]["properties"], "odd"]
    document: dict[str, Any] = spoil(
        draw, draw(st.sampled_from([an_input(), recorded("input"), a_plan()[0]])), names
    )
    return document


@settings(max_examples=300, deadline=None, derandomize=True)
@given(mutated())
def test_any_document_is_a_problem_or_an_error_with_a_path(document: dict[str, Any]) -> None:
    try:
        day = problem_from_vroom(document)
        start_from_vroom(document, day)
    except ProblemError as error:
        root = error.path.partition(".")[0].partition("[")[0]
        assert root in {*schema()["properties"], "document", "matrix", "odd"} | set(document)
    else:
        assert len(day.visits) == len(document.get("jobs", ()))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_any_answer_can_be_checked_or_is_an_error_with_a_path(data: st.DataObject) -> None:
    question = recorded("input")
    day = problem_from_vroom(question)
    names = [*schema("answer")["$defs"]["step"]["properties"], "unassigned", "summary"]
    spoilt = data.draw(st.composite(lambda draw: spoil(draw, recorded("output"), names))())
    try:
        plan = plan_from_vroom(question, day, spoilt)
    except ProblemError as error:
        root = error.path.partition(".")[0].partition("[")[0]
        assert root in {*schema("answer")["properties"], "document"} | set(spoilt)
        return
    # What still reads as the plan it was is judged as it was; whatever else is read gets a verdict in words.
    whole = plan_from_vroom(question, day, recorded("output"))
    violations = check(day, plan)
    assert [one for one in violations if not one.detail] == []
    assert plan != whole or violations == check(day, whole)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(mutated())
def test_any_problem_is_answered_and_the_answer_read_back_is_the_plan(document: dict[str, Any]) -> None:
    try:
        question = read(document)
    except ProblemError:
        return
    plan, told = answer(question, Limits(iterations=0))
    assert plan_from_vroom(document, question.problem, json.loads(json.dumps(told))) == plan
