"""Customers. For administrators."""

from uuid import UUID

from django.utils import timezone
from ninja import Router

from api.auth import Request
from api.schemas.customers import ErasureOut
from billing.services.erasure import customer_erase

router = Router(tags=["Customers"])


@router.post("/customers/{uuid:customer_id}/erase", response=ErasureOut)
def customer_erase_post(request: Request, customer_id: UUID) -> ErasureOut:
    """Forget who a customer was: name, contacts, unit, and whatever was written or signed. Their id stays as a
    pseudonym, and every total as it is; issued invoices keep whom they were issued to. Again answers the same; 409
    while something of theirs is open."""
    return ErasureOut.of(customer_erase(caller=request.auth, customer_id=customer_id, now=timezone.now()))
