"""One call of a provider's API, with our two words for what may go wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from billing.gateways.base import GatewayRefused, GatewayUnavailable
from core.http import TIMEOUT_S, certificates


def ask(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    content: str | None = None,
    form: dict[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    through_proxy: bool = True,
) -> httpx.Response:
    """The provider's answer, when it is a good one.

    Raises GatewayUnavailable for none, for 429 and from 500 on, and GatewayRefused for every other that is not 2xx,
    with the beginning of its text; nothing of what was sent is in the message.
    """
    try:
        answer = httpx.request(
            method,
            url,
            headers=headers,
            content=content,
            data=form,
            timeout=timeout_s,
            trust_env=through_proxy,
            verify=certificates(),
        )
    except httpx.HTTPError as error:
        raise GatewayUnavailable(f"no answer: {type(error).__name__}") from error
    if answer.is_success:
        return answer
    problem = f"answered {answer.status_code}: {answer.text[:200]}"
    if answer.status_code >= 500 or answer.status_code == 429:
        raise GatewayUnavailable(problem)
    raise GatewayRefused(problem)


@contextmanager
def understood(provider: str) -> Iterator[None]:
    """An answer without what the provider promises is as good as none: what was asked may have happened."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnavailable(f"{provider}'s answer is not what it promises: {error!r}") from error
