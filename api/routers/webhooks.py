"""Where payment providers call. No account: the signature over the bytes is the proof."""

from django.http import HttpRequest
from ninja import Router

from billing.services.payments import webhook_receive

router = Router(tags=["webhooks"])


@router.post("/webhooks/{gateway}", auth=None, response={200: None})
def webhook_post(request: HttpRequest, gateway: str) -> None:
    """Keep a provider's signed message. 200 once it is committed; 401 when the signature does not fit."""
    webhook_receive(gateway=gateway, raw_body=request.body, headers=request.headers)
