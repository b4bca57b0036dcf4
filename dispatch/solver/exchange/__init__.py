"""VROOM's input and output formats (docs/API.md of VROOM 1.15), with our own fields beside theirs.

What this planner cannot honour, shipments and limits of load during a break, is refused by name. Every refusal
names the place in the document. docs/exchange.md is the page for users.
"""

from typing import Any

from dispatch.solver.exchange.judging import by_their_rules
from dispatch.solver.exchange.plans import plan_from_vroom, start_from_vroom, without_reason
from dispatch.solver.exchange.reader import problem_from_vroom
from dispatch.solver.exchange.schema import DocumentError, schema
from dispatch.solver.exchange.writer import plan_to_vroom

__all__ = [
    "DocumentError",
    "by_their_rules",
    "is_vroom",
    "plan_from_vroom",
    "plan_to_vroom",
    "problem_from_vroom",
    "schema",
    "start_from_vroom",
    "without_reason",
]


def is_vroom(document: Any) -> bool:
    """Whether a document speaks of jobs and vehicles."""
    return isinstance(document, dict) and bool({"jobs", "vehicles"} & set(document))
