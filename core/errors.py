"""The families of refusals. Each app's errors.py subclasses them; api.problems makes RFC 9457 answers of them.

A refusal has a stable `code` (the last part of the problem's `type`), a `title` for people, and a `detail`
that says what to do. Its family fixes the HTTP status.
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """A request we understand and refuse."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class Invalid(DomainError):
    """What was sent cannot be right, whatever the state."""

    status = 422
    code = "invalid"
    title = "The input is not valid"


class NotFound(DomainError):
    """It does not exist, or not for this caller: the two look the same from outside."""

    status = 404
    code = "not-found"
    title = "Not found"


class Forbidden(DomainError):
    """The caller may see it, and may not do this to it."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class Conflict(DomainError):
    """The state does not admit it, or somebody was quicker."""

    status = 409
    code = "conflict"
    title = "Conflicts with the current state"


class Stale(DomainError):
    """The caller acts on a version that is no longer the current one."""

    status = 412
    code = "stale"
    title = "Changed in the meantime"
