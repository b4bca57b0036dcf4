"""People at their programs and browsers: each signs in, keeps cookies, and sends what a form would send."""

import html
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

PATIENCE_S = 60


class Person:
    """Somebody with an account: signs in with a password, then works with a bearer token of their own."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=30)
        token = self.http.get("/session").json()["csrf_token"]
        signed_in = self.http.post(
            "/session", json={"username": username, "password": password}, headers=_csrf(token, url)
        )
        assert signed_in.status_code == 200, signed_in.text
        made = self.http.post(
            "/tokens",
            json={"name": "phone", "scopes": ["read", "write"]},
            headers=_csrf(signed_in.json()["csrf_token"], url),
        )
        assert made.status_code == 201, made.text
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {made.json()['secret']}"

    def get(self, path: str, **params: str) -> Any:
        answer = self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """With a fresh Idempotency-Key, unless `headers` brings one."""
        sent = {"Idempotency-Key": str(uuid.uuid4())} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.http.post(path, json=body or {}, headers=sent)

    def refused(self, method: str, path: str) -> tuple[int, str]:
        """Status and problem code of something this person may not do."""
        answer = self.http.request(
            method, path, json={}, headers={"Idempotency-Key": str(uuid.uuid4()), "If-Match": '"r1"'}
        )
        assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.text
        return answer.status_code, answer.json()["type"].rpartition("/")[2]


SignIn = Callable[[str], Person]


def submit(url: str, form: dict[str, str]) -> httpx.Response:
    """A customer opens a page and sends its form."""
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as browser:
        page = browser.get(url)
        assert page.status_code == 200, page.text
        hidden = dict(re.findall(r'name="(csrfmiddlewaretoken)" value="([^"]+)"', page.text))
        return browser.post(url, data=form | hidden, headers={"Referer": url})


def to_provider(url: str) -> str:
    """A customer presses Pay on the page of an invoice: the address of the provider's page."""
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as browser:
        page = browser.post(url)
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` finds as soon as it finds something: the worker is another process."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing after {PATIENCE_S} s")


def _csrf(token: str, url: str) -> dict[str, str]:
    return {"X-CSRFToken": token, "Referer": url}
