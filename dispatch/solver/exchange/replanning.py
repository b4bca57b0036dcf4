"""A problem, the plan in force and the news as documents, in VROOM's format or ours → the plan that goes on from
there. This module brings the search with it, as `answering` does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dispatch.solver import exchange
from dispatch.solver.document import (
    Document,
    place_from_document,
    plan_from_document,
    plan_to_document,
    problem_from_document,
    problem_to_document,
    value_from_document,
    value_to_document,
)
from dispatch.solver.living.events import Event, Urgent
from dispatch.solver.living.news import News, news_from_document
from dispatch.solver.living.replan import Replan, replan
from dispatch.solver.place import Place
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, Progress
from dispatch.solver.validation import ProblemError
from dispatch.solver.visit import Visit


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `problem`, the `plan` in force, and `events` by `now_s`; `document` has the problem, urgent jobs
    and all where it is in VROOM's format, and `vroom` says whether it is."""

    document: Document
    problem: Problem
    plan: Plan
    now_s: int
    events: tuple[Event, ...]
    vroom: bool


def read(document: Any, answer: Any, news: Any) -> Question:
    """The problem, its plan and the news in three documents.

    Raises:
        ProblemError: one of them cannot be read; the path is the place in it.
    """
    vroom = exchange.is_vroom(document)
    if vroom:
        document, problem, plan, told = _read_vroom(document, answer, news)
    else:
        problem, plan = problem_from_document(document), plan_from_document(answer)
        told = news_from_document(news, lambda path, own: _urgent(problem.travel.places, path, own))
    return Question(document, problem, plan, told.now_s, told.all_since(plan), vroom)


def _urgent(places: tuple[Place, ...], path: str, own: Document) -> Visit:
    """Its place is a number of the problem's places, or coordinates."""
    visit = own.get("visit")
    if isinstance(visit, dict) and isinstance(visit.get("place"), list):
        places = (*places, place_from_document(f"{path}.visit.place", visit["place"]))
        visit = visit | {"place": len(places) - 1}
    event: Urgent = value_from_document(path, Urgent, own | {"visit": visit}, places)
    return event.visit


def _read_vroom(document: Document, answer: Any, news: Any) -> tuple[Document, Problem, Plan, News]:
    """Urgent jobs are read with the others, so that places and worths fit; then they are taken out."""
    document, new = _with_jobs(document, news)
    whole = exchange.problem_from_vroom(document)
    visits = {visit.id: visit for visit in whole.visits}
    problem = replace(whole, visits=tuple(one for one in whole.visits if one.id not in new))
    plan = exchange.plan_from_vroom(document, problem, answer)
    told = news_from_document(news, lambda _, own: visits[str(own["job"]["id"])])
    return document, problem, plan, told


def answer(
    question: Question, limits: Limits, on_progress: Callable[[Progress], None] | None = None
) -> tuple[Replan, Document]:
    """The plan that goes on, and the document that says so: `problem` and `plan` are what the next replan is given.

    Raises:
        ProblemError, UnsoundPlan: as `replan`.
    """
    asked = question
    new = replan(asked.problem, asked.plan, asked.events, asked.now_s, limits, on_progress=on_progress)
    if asked.vroom:
        problem, plan = asked.document, exchange.plan_to_vroom(asked.document, new.problem, new.in_force)
    else:
        problem, plan = problem_to_document(new.problem), plan_to_document(new.in_force)
    changes = [value_to_document(one) | {"moved_s": one.moved_s} for one in new.changes]
    return new, {"problem": problem, "plan": plan, "changes": changes}


def _with_jobs(document: Document, news: Any) -> tuple[Document, set[str]]:
    """The document with the urgent jobs that it does not have yet, and their ids. What has another shape than it
    should is left to those who read it."""
    jobs = document.get("jobs", [])
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        return document, set()
    known = {str(job.get("id")): job for job in jobs}
    new: dict[str, Document] = {}
    for i, event in _urgent_events(news):
        job = event.get("job")
        if not isinstance(job, dict) or "id" not in job or set(event) != {"event", "job"}:
            raise ProblemError(f"events[{i}].job", "must be a job with its id, and nothing beside it")
        name = str(job["id"])
        if (known | new).get(name, job) != job:
            raise ProblemError(f"events[{i}].job.id", f"the id {job['id']!r} is taken")
        if name not in known:
            new[name] = job
    return document | {"jobs": [*jobs, *new.values()]}, set(new)


def _urgent_events(news: Any) -> Iterator[tuple[int, Document]]:
    events = news.get("events") if isinstance(news, dict) else None
    for i, event in enumerate(events if isinstance(events, list) else ()):
        if isinstance(event, dict) and event.get("event") == "urgent":
            yield i, event
