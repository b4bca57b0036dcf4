"""The secret address of a technician's iCalendar feed: made anew, or revoked."""

from communities.access import Caller
from core.links import digest, random_token
from dispatch.errors import NotForYourRole
from dispatch.models import Technician


def calendar_issue(*, caller: Caller) -> str:
    """Make a new secret; the address before it stops working. The secret is shown once. Raises NotForYourRole."""
    secret = random_token()
    _replace(caller, digest(secret))
    return secret


def calendar_revoke(*, caller: Caller) -> None:
    """Let the address stop working. Raises NotForYourRole."""
    _replace(caller, None)


def _replace(caller: Caller, new: str | None) -> None:
    mine = Technician.objects.filter(user=caller.account, organisation=caller.organisation)
    if not caller.account or mine.update(calendar_digest=new) != 1:
        raise NotForYourRole("Only technicians have a calendar of visits.")
