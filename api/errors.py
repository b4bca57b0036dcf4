"""The refusals that are the API's own: about the call, not about the work."""

from typing import Any, ClassVar

from core.errors import Conflict, DomainError, Forbidden, Invalid


class BadRequest(DomainError):
    """The request cannot be read: the body is not JSON, or a header is malformed."""

    status = 400
    code = "bad-request"
    title = "The request cannot be read"


class KeyMissing(BadRequest):
    """This operation must not run twice by accident: send a fresh Idempotency-Key, and the same one on a retry."""

    code = "idempotency-key-missing"
    title = "An Idempotency-Key header is needed"


class Unauthenticated(DomainError):
    """No bearer token and no session, or one that is unknown, expired or revoked."""

    status = 401
    code = "unauthenticated"
    title = "Sign in, or send a valid bearer token"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class SignInRefused(DomainError):
    """Which of the two is wrong is not said."""

    status = 401
    code = "sign-in-refused"
    title = "Wrong username or password"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Session"}


class CodeNeeded(SignInRefused):
    """The password is right. Send it again with `code`, which the account's authenticator shows, or a recovery code."""

    code = "code-needed"
    title = "A one-time code is needed as well"


class CodesNotSetUp(Forbidden):
    """The company wants one-time codes of this role. They are set up in a browser, at /sign-in."""

    code = "codes-not-set-up"
    title = "One-time codes must be set up first"


class CsrfFailed(Forbidden):
    """A call with a session cookie that changes something needs the X-CSRFToken header; GET /session gives it."""

    code = "csrf-failed"
    title = "The CSRF token is missing or wrong"


class ScopeMissing(Forbidden):
    """The bearer token was issued for less than this operation does."""

    code = "scope-missing"
    title = "The token's scopes do not cover this"


class MethodNotAllowed(DomainError):
    """The address exists, and knows other methods; the Allow header names them."""

    status = 405
    code = "method-not-allowed"
    title = "This method is not allowed here"


class KeyInFlight(Conflict):
    """The first call with this Idempotency-Key has not ended. Try again in a moment."""

    code = "idempotency-key-in-flight"
    title = "A call with this Idempotency-Key is still running"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class BodyTooLarge(DomainError):
    """The body is larger than this server reads."""

    status = 413
    code = "too-large"
    title = "The body is too large"


class KeyReused(Invalid):
    """An Idempotency-Key names one call: the same key came with another body or another address."""

    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another call"


class RevisionMissing(DomainError):
    """An edit must say which revision it was made on: send the ETag that was read as If-Match."""

    status = 428
    code = "revision-missing"
    title = "An If-Match header is needed"


class RateLimited(DomainError):
    """Too many attempts. The Retry-After header says how many seconds to wait."""

    status = 429
    code = "rate-limited"
    title = "Too many attempts"

    def __init__(self, retry_after_s: int, **facts: Any) -> None:
        super().__init__(f"Try again in {retry_after_s} s.", **facts)
        self.headers = {"Retry-After": str(retry_after_s)}


class OptimiseBusy(RateLimited):
    """An organisation has one problem solved at a time. The Retry-After header says how many seconds to wait."""

    code = "optimise-busy"
    title = "A problem of yours is being solved already"


class Failed(DomainError):
    """Our fault. The log has the details under the request's id."""

    status = 500
    code = "internal-error"
    title = "Something went wrong on our side"


class Unavailable(DomainError):
    """The database or another service we need does not answer. Nothing was done; try again."""

    status = 503
    code = "unavailable"
    title = "Not available at the moment"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class OptimiseOverran(Unavailable):
    """The planner did not answer within its time and was ended. Nothing is kept; ask for less at once."""

    code = "optimise-overran"
    title = "The planner did not answer in time"
