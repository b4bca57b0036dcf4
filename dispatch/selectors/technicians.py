"""Technicians."""

from uuid import UUID

from communities.access import Caller
from dispatch.models import Technician


def own_technician_id(caller: Caller) -> UUID | None:
    """The technician that the caller is; None for everybody else, without a query."""
    if not caller.is_technician:
        return None
    own = Technician.objects.filter(user=caller.user, organisation=caller.organisation)
    return own.values_list("pk", flat=True).first()
