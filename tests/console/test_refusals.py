"""What somebody sees in the place of a page: said in their language, with what to do next."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-TW"}


def told(answer: HttpResponse) -> tuple[int, str]:
    """Its status, and its heading."""
    return answer.status_code, answer.content.decode().partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    ("headers", "heading"), [(ENGLISH, "Something went wrong"), (CHINESE, "系統發生錯誤")]
)
def test_a_mistake_of_ours_is_told_without_the_database(headers: dict[str, str], heading: str) -> None:
    """This test has none: whoever asks it gets an error."""
    browser = Client(raise_request_exception=False, headers=headers)
    browser.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32

    answer = browser.get("/customers", headers={"X-Request-ID": "number-7"})

    assert told(answer) == (500, heading)
    assert "<code>number-7</code>" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_a_mistake_of_ours_in_the_api_stays_a_problem() -> None:
    browser = Client(raise_request_exception=False)
    browser.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32

    answer = browser.get("/api/v1/customers")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")


@pytest.mark.parametrize(
    ("former", "is_shown"),
    [("http://testserver/sign-in", True), ("https://elsewhere.test/sign-in", False), ("", False)],
)
def test_a_form_without_its_token_leads_back_to_its_page(former: str, is_shown: bool) -> None:
    browser = Client(enforce_csrf_checks=True, headers=ENGLISH)

    answer = browser.post("/sign-in", {"username": "dora"}, headers={"Referer": former})

    assert told(answer) == (403, "Please open this page again")
    assert (f'<a href="{former}">Open the page again</a>' in answer.content.decode()) == is_shown


def test_a_form_that_is_too_large_is_answered_in_words() -> None:
    name = "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    answer = Client(headers=ENGLISH).post("/sign-in", {"username": name})

    assert told(answer) == (400, "This could not be read")
