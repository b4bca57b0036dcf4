"""What the schema says beyond the signatures."""

from collections.abc import Callable
from typing import Any, TypeVar

from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def header(name: str, description: str, *, required: bool = False) -> Callable[[ViewT], ViewT]:
    """Describe a header that the operation reads by itself."""
    parameter = {
        "in": "header",
        "name": name,
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }

    def describe(operation: Operation) -> None:
        extra = operation.openapi_extra = operation.openapi_extra or {}
        extra.setdefault("parameters", []).append(parameter)

    def decorate(view: ViewT) -> ViewT:
        contribute_operation_callback(view, describe)
        return view

    return decorate
