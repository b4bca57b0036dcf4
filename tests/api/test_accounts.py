"""Signing in, tokens, and what either may do."""

import uuid
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from communities.models import ApiToken, Organisation, User
from communities.services.codes import authenticator_add, secret_of
from tests.api.conftest import Api
from tests.factories import PASSWORD


def signed_in(username: str) -> tuple[Client, str]:
    """A browser after signing in, and the CSRF token it then has."""
    client = Client(enforce_csrf_checks=True)
    token = client.get("/api/v1/session").json()["csrf_token"]
    answer = client.post(
        "/api/v1/session",
        {"username": username, "password": PASSWORD},
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code == 200, answer.content
    return client, answer.json()["csrf_token"]


def test_a_person_signs_in_reads_and_signs_out(dora: User) -> None:
    client, token = signed_in("dora")
    assert client.get("/api/v1/me").json()["username"] == "dora"
    assert client.delete("/api/v1/session", headers={"X-CSRFToken": token}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_who_has_one_time_codes_sends_one_along(dora: User) -> None:
    client, now, authenticator_id = Client(), timezone.now(), uuid.uuid4()
    code = pyotp.TOTP(secret_of(authenticator_id)).at
    hour_ago = now - timedelta(hours=1)
    authenticator_add(user=dora, authenticator_id=authenticator_id, code=code(hour_ago), now=hour_ago)

    def attempt(**more: str) -> tuple[int, str | None]:
        body = {"username": "dora", "password": PASSWORD, **more}
        answer = client.post("/api/v1/session", body, content_type="application/json")
        return answer.status_code, answer.json().get("type")

    assert attempt() == (401, "/problems/code-needed")
    assert attempt(code="000000") == (403, "/problems/code-refused")
    assert client.get("/api/v1/me").status_code == 401
    assert attempt(password="wrong", code=code(now)) == (401, "/problems/sign-in-refused")
    assert attempt(code=code(now)) == (200, None)
    assert client.get("/api/v1/me").json()["username"] == "dora"
    assert attempt(code=code(now)) == (403, "/problems/code-refused")


def test_who_must_have_one_time_codes_sets_them_up_first(dora: User) -> None:
    Organisation.objects.update(codes_for=[User.Role.DISPATCHER])
    answer = Client().post(
        "/api/v1/session", {"username": "dora", "password": PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/codes-not-set-up")


def test_signing_in_without_the_csrf_token_is_refused(dora: User) -> None:
    answer = Api().post("/session", {"username": "dora", "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/csrf-failed")


def test_a_session_that_changes_something_needs_the_csrf_token(dora: User) -> None:
    client, token = signed_in("dora")
    body = {"name": "telephone", "scopes": ["read"]}
    forged = client.post("/api/v1/tokens", body, content_type="application/json")
    meant = client.post(
        "/api/v1/tokens", body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert (forged.status_code, forged.json()["type"]) == (403, "/problems/csrf-failed")
    assert meant.status_code == 201
    assert ApiToken.objects.count() == 1


def test_a_token_works_until_it_is_revoked(dora: User) -> None:
    client, csrf = signed_in("dora")
    made = client.post(
        "/api/v1/tokens",
        {"name": "telephone", "scopes": ["read", "write"], "days": 7},
        content_type="application/json",
        headers={"X-CSRFToken": csrf},
    ).json()
    program = Api()
    program.headers["Authorization"] = f"Bearer {made['secret']}"

    assert program.get("/me").json()["username"] == "dora"
    assert [token["name"] for token in program.get("/tokens").json()["items"]] == ["telephone"]
    assert "secret" not in program.get("/tokens").json()["items"][0]
    assert program.call("DELETE", f"/tokens/{made['token']['id']}", None).status_code == 204
    refused = program.get("/me")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_cannot_make_tokens(dora_api: Api) -> None:
    assert dora_api.post("/tokens", {"name": "next", "scopes": ["read"]}).status_code == 401


def test_only_the_digest_of_a_token_is_kept(dora: User) -> None:
    secret = Api(dora).headers["Authorization"].removeprefix("Bearer ")
    stored = ApiToken.objects.values().get()
    assert secret not in map(str, stored.values())
    assert secret.startswith(stored["prefix"])


@pytest.mark.parametrize("wrong", ["expired", "revoked", "inactive", "unknown", "not bearer"])
def test_a_token_that_is_not_valid_is_refused(dora: User, wrong: str) -> None:
    api = Api(dora)
    match wrong:
        case "expired":
            ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "revoked":
            ApiToken.objects.update(revoked_at=timezone.now())
        case "inactive":
            User.objects.update(is_active=False)
        case "unknown":
            api.headers["Authorization"] += "x"
        case _:
            api.headers["Authorization"] = "Basic ZG9yYTpkb3Jh"
    assert api.get("/me").status_code == 401


def test_a_wrong_token_beside_a_valid_session_is_refused(dora: User) -> None:
    client, _ = signed_in("dora")
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer linli_wrong"}).status_code == 401


def test_a_reading_token_may_not_write(dora: User) -> None:
    api = Api(dora, scopes=("read",))
    answer = api.post("/requests", {})
    assert api.get("/requests").status_code == 200
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/scope-missing")


def test_use_of_a_token_is_noted_once_a_minute(dora: User) -> None:
    api = Api(dora)
    api.get("/me")
    first = ApiToken.objects.get().last_used_at
    api.get("/me")
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    api.get("/me")
    assert ApiToken.objects.get().last_used_at >= first


def test_guessing_a_password_is_slowed_down(dora: User) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/api/v1/session").json()["csrf_token"]

    def attempt(username: str, password: str) -> tuple[int, str | None]:
        answer = client.post(
            "/api/v1/session",
            {"username": username, "password": password},
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
        return answer.status_code, answer.headers.get("Retry-After")

    assert [attempt("dora", f"guess {n}")[0] for n in range(10)] == [401] * 10
    status, wait_s = attempt("Dora", PASSWORD)  # the right one, too late; case does not open another account
    assert status == 429
    assert 1 <= int(wait_s or 0) <= 300
    assert attempt("somebody else", "guess")[0] == 401


def test_an_address_is_limited_over_all_accounts(dora: User) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/api/v1/session").json()["csrf_token"]
    found = {
        client.post(
            "/api/v1/session",
            {"username": f"guess{n}", "password": "x"},
            content_type="application/json",
            headers={"X-CSRFToken": token},
        ).status_code
        for n in range(101)
    }
    assert found == {401, 429}


def test_an_administrator_sees_and_revokes_a_lost_telephone(ada: User, dora: User, stranger: User) -> None:
    admin, program, outside = Api(ada), Api(dora), Api(stranger)
    lost = ApiToken.objects.get(user=dora)
    assert outside.call("DELETE", f"/tokens/{lost.id}", None).status_code == 404
    assert {token["username"] for token in admin.get("/tokens").json()["items"]} == {"ada", "dora"}
    assert admin.call("DELETE", f"/tokens/{lost.id}", None).status_code == 204
    assert program.get("/me").status_code == 401
