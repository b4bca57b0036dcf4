"""A page and what its scripts ask for are in one language."""

import pytest
from django.conf import settings
from django.test import Client

from communities.models import Organisation, User


@pytest.mark.parametrize(
    ("preferred", "page", "kept"),
    [("fr", "zh-hant", "zh-hant"), ("zh-TW", "zh-hant", None), ("en", "en", None)],
)
def test_scripts_of_a_page_speak_its_language(
    dora: User, preferred: str, page: str, kept: str | None
) -> None:
    """They ask with the browser's own preference, and whose languages we do not speak sees the company's."""
    Organisation.objects.filter(pk=dora.organisation_id).update(language="zh-hant")
    browser = Client(headers={"Accept-Language": preferred})
    browser.force_login(dora)

    answer = browser.get("/communities")

    cookie = browser.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    assert (answer["Content-Language"], cookie and cookie.value) == (page, kept)
