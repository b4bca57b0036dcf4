"""docs/api.md, from a price to a settled payment: every request is sent, and every answer is as the page shows it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from billing.models import Invoice, SandboxPayment
from billing.services.checkouts import checkout_begin
from billing.services.links import links_expire
from communities.models import User
from dispatch.models import Visit
from dispatch.states import VisitState
from tests.api.conftest import Api
from tests.billing.test_payments import press
from tests.outbox import deliver_all

PAGE = Path(settings.ROOT / "docs/api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- (.+?) -->\n)?```http\n(\w+) (\S+)\n(.*?)\n?\n(\d{3}) (.*?)```", re.DOTALL)


def the_customer_pays() -> None:
    checkout = checkout_begin(invoice_id=Invoice.objects.get().pk, language="en", now=timezone.now())
    press(checkout, SandboxPayment.State.SUCCEEDED)


MEANWHILE: dict[str, Callable[[], object]] = {
    "": lambda: None,
    "the link's time is over": lambda: links_expire(now=timezone.now() + timedelta(days=15)),
    "the customer pays": the_customer_pays,
}


def fits(shown: Any, answer: Any, names: dict[str, str]) -> bool:
    """The answer has what is shown. `{names}` are learnt; "…" is anything, and at a list's end any more."""
    if shown == "…":
        return answer is not None
    if isinstance(shown, str) and (name := re.fullmatch(r"\{(\w+)\}", shown)):
        return names.setdefault(name[1], answer) == answer
    if isinstance(shown, dict):
        return all(fits(value, answer[key], names) for key, value in shown.items())
    if isinstance(shown, list):
        more = shown[-1:] == ["…"]
        shown = shown[:-1] if more else shown
        same = len(shown) <= len(answer) if more else len(shown) == len(answer)
        return same and all(fits(one, other, names) for one, other in zip(shown, answer, strict=False))
    return bool(shown == answer)


@pytest.mark.usefixtures("provider")
def test_the_page_says_what_happens(done: Visit, ada: User) -> None:
    now = timezone.now()
    Visit.objects.update(state=VisitState.STARTED, arrived_at=now, started_at=now, finished_at=None)
    api, names = Api(ada), {"visit": str(done.pk)}
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) == PAGE.count("```http")

    for meanwhile, method, path, body, status, shown in blocks:
        MEANWHILE[meanwhile]()
        deliver_all()
        sent = re.sub(r"\{(\w+)\}", lambda name: names[name[1]], body)
        send = api.post if method == "POST" else partial(api.call, method)
        answer = send(path.format(**names), json.loads(sent) if sent else None)
        told = f"{method} {path}: {answer.status_code} {answer.content.decode()}"
        assert answer.status_code == int(status), told
        assert fits(json.loads(shown), json.loads(answer.content), names), told
