"""What docs/events.md tells receivers, tried."""

import re
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.events.catalogue import PING, Topic
from api.events.delivering import WAITS, endpoint_serve
from api.events.endpoints import endpoint_ping
from api.events.signing import secret_of, signed_headers
from api.models import EventDelivery, EventEndpoint
from communities.access import Caller

PAGE = (Path(__file__).resolve().parents[3] / "docs/events.md").read_text(encoding="utf-8")


@pytest.fixture
def example(endpoint: EventEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page's receiver, listening where the endpoint says."""
    monkeypatch.setenv("LINLI_EVENTS_SECRET", secret_of(endpoint, 1))
    [code] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "docs/events.md", "exec"), names)  # noqa: S102 - our own page
    names["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/"
    endpoint.save(update_fields=["url"])
    yield endpoint.url
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_example_takes_what_is_ours_once_and_refuses_what_is_not(
    example: str, endpoint: EventEndpoint, as_ada: Caller, now: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = endpoint_ping(caller=as_ada, endpoint_id=endpoint.pk, now=now)
    endpoint_serve(endpoint.pk)
    delivery = EventDelivery.objects.select_related("endpoint").get(pk=delivery.pk)
    assert (delivery.state, delivery.last_status) == ("delivered", 204)
    assert delivery.attempted_at is not None

    headers = signed_headers(delivery, delivery.attempted_at)
    for body, answer in ((delivery.body, 204), (delivery.body.replace("ping", "pong"), 401)):
        assert httpx.post(example, content=body, headers=headers, trust_env=False).status_code == answer
    said = f"ping 2026-03-02T01:00:00Z {{'endpoint_id': '{endpoint.pk}'}}"
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("p")] == [said]


def test_the_page_lists_every_type_and_the_waits() -> None:
    rows = PAGE.split("| type | when | `data` |")[1].split("\n\n")[0].splitlines()[2:]
    types = [name for row in rows for name in re.findall(r"`([a-z_.]+)`", row.split("|")[1])]
    assert types == [*Topic, PING]

    sentence = re.findall(r"^Again after (.*), ten times in all", PAGE, flags=re.MULTILINE)[0]
    units = {"s": 1, "min": 60, "h": 3600}
    waits = [int(number) * units[unit] for number, unit in re.findall(r"(\d+) (\w+)", sentence)]
    assert [0, *waits] == [wait.total_seconds() for wait in WAITS]
