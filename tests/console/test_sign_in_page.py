"""Signing in with a name and a password, and out again."""

import uuid

import pytest
from django.conf import LazySettings
from django.test import Client

from api.signing_in import MOST_TOGETHER
from communities.models import User
from tests import factories
from tests.console.test_customer_pages import Page


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


def test_who_signs_in_sees_the_day_and_who_signs_out_does_not(dora: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    token = browser.cookies["csrftoken"].value

    form = {"username": "dora", "password": factories.PASSWORD, "csrfmiddlewaretoken": token}
    answer = browser.post("/sign-in", form)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in")["Location"] == "/"

    token = browser.cookies["csrftoken"].value
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", {"csrfmiddlewaretoken": token})["Location"] == "/sign-in"
    assert browser.get("/")["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "form", [{"username": "dora", "password": "wrong"}, {"username": "nobody", "password": "wrong"}, {}]
)
def test_a_wrong_password_and_an_unknown_name_look_the_same(dora: User, form: dict[str, str]) -> None:
    answer = Client().post("/sign-in?lang=en", form)

    page = Page(answer.content)
    assert answer.status_code == 422
    assert "The username or the password is not right. Please try once more." in page.words
    assert [one.get("value") for one in page.all("input") if one["name"] == "password"] == [None]


def test_guessing_is_stopped(dora: User) -> None:
    wrong = {"username": "Dora", "password": "wrong"}
    for _ in range(MOST_TOGETHER):
        Client().post("/sign-in", wrong)

    answer = Client().post("/sign-in?lang=en", wrong | {"password": factories.PASSWORD})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 300
    assert "Too many attempts. Please wait five minutes and try again." in Page(answer.content).words


def test_an_account_without_a_company_is_not_let_in(db: None) -> None:
    User.objects.create_superuser("root", password=factories.PASSWORD)

    answer = Client().post("/sign-in", {"username": "root", "password": factories.PASSWORD})

    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/", "/communities"])
def test_without_signing_in_there_is_only_the_sign_in_page(db: None, path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
