"""Where payment providers call. No account: the signature over the bytes is the proof."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from billing.services.inbox import webhook_receive

router = Router(tags=["webhooks"])


@router.post("/webhooks/{account}", auth=None, response={200: None})
def webhook_post(request: HttpRequest, account: str) -> HttpResponse:
    """Keep a provider's signed message. 200, with the words the provider wants to hear, once it is committed; 401 when
    the signature does not fit."""
    words = webhook_receive(
        account=account, raw_body=request.body, headers=request.headers, now=timezone.now()
    )
    return HttpResponse(words, content_type="text/plain")
