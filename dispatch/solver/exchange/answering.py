"""A document in, the answer in the same format out. This module brings the search with it; its neighbours do not."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dispatch.solver import exchange
from dispatch.solver.document import Document, plan_to_document, problem_from_document
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, Progress, solve


@dataclass(frozen=True, slots=True)
class Question:
    """A document with the problem in it; `vroom` says in whose format, `loading_ms` how long reading took."""

    document: Document
    problem: Problem
    start: Plan | None
    vroom: bool
    loading_ms: int


def read(document: Any) -> Question:
    """The problem in a document, in VROOM's format or ours.

    Raises:
        ProblemError: it has none, or one that contradicts itself.
    """
    began = time.monotonic()
    if not exchange.is_vroom(document):
        problem = problem_from_document(document)
        return Question(document, problem, None, vroom=False, loading_ms=_since(began))
    problem = exchange.problem_from_vroom(document)
    start = exchange.start_from_vroom(document, problem)
    return Question(document, problem, start, vroom=True, loading_ms=_since(began))


def answer(
    question: Question, limits: Limits, on_progress: Callable[[Progress], None] | None = None
) -> tuple[Plan, Document]:
    """The plan, and the document that says it in the question's format.

    Raises:
        UnsoundPlan: as `solve`.
    """
    began = time.monotonic()
    plan = solve(question.problem, limits, start=question.start, on_progress=on_progress)
    if not question.vroom:
        return plan, plan_to_document(plan)
    times = {"loading_ms": question.loading_ms, "solving_ms": _since(began)}
    return plan, exchange.plan_to_vroom(question.document, question.problem, plan, **times)


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
