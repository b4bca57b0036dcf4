import gettext
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from communities.models import SurveyAnswer, SurveyInvitation
from communities.services.surveys import survey_token

LARGEST_PAGE = 30_000  # bytes, with the style sheet
STYLES = Path(settings.ROOT / "console/static/console/customer.css")


@pytest.fixture
def strict() -> Client:
    """A browser that has never been here: no cookie, and CSRF is checked."""
    return Client(enforce_csrf_checks=True)


def address(invitation: SurveyInvitation) -> str:
    return f"/r/{survey_token(invitation)}"


class Page(HTMLParser):
    """The page's elements, and its words."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_a_customer_rates_the_visit_without_account_cookie_or_script(
    invitation: SurveyInvitation, strict: Client
) -> None:
    opened = strict.get(address(invitation))
    answered = strict.post(address(invitation), {"csat": "4", "nps": "9", "comment": "很快"})
    again = strict.post(address(invitation), {"csat": "1"})

    assert (opened.status_code, answered.status_code, again.status_code) == (200, 200, 200)
    assert SurveyAnswer.objects.values_list("csat", "nps", "comment").get() == (4, 9, "很快")
    assert "謝謝您" in answered.content.decode()
    assert answered.content == again.content
    assert not strict.cookies


def test_opening_the_link_answers_nothing(invitation: SurveyInvitation, strict: Client) -> None:
    """Mail scanners open every link."""
    strict.get(address(invitation), {"csat": "1"})

    assert SurveyAnswer.objects.count() == 0


def test_an_unfinished_form_comes_back_with_what_was_written(
    invitation: SurveyInvitation, strict: Client
) -> None:
    answer = strict.post(address(invitation), {"comment": "<b>太慢</b>", "nps": "3"})

    page = Page(answer.content)
    assert (answer.status_code, SurveyAnswer.objects.count()) == (422, 0)
    assert "<b>太慢</b>" in page.words
    assert [one["value"] for one in page.all("input") if "checked" in one] == ["3"]
    assert "請選擇您的滿意程度。" in page.words


def test_the_page_is_small_and_needs_no_script_nor_mouse(
    invitation: SurveyInvitation, strict: Client
) -> None:
    answer = strict.get(address(invitation))

    page = Page(answer.content)
    choices = [(one["type"], one["name"]) for one in page.all("input")]
    assert choices == [("radio", "csat")] * 5 + [("radio", "nps")] * 11
    assert not page.all("script")
    assert not page.all("style")
    assert not [attributes for _, attributes in page.elements if "style" in attributes]
    assert len(answer.content) + STYLES.stat().st_size < LARGEST_PAGE


def test_the_address_stays_a_secret(invitation: SurveyInvitation, strict: Client) -> None:
    headers = strict.get(address(invitation)).headers

    assert {name: headers[name] for name in ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")} == {
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    )


def test_a_wrong_link_and_one_that_is_over_look_the_same(
    invitation: SurveyInvitation, strict: Client
) -> None:
    SurveyInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    over, wrong = strict.get(address(invitation)), strict.get("/r/no-such-thing")

    assert (over.status_code, over.content) == (404, wrong.content)


@pytest.mark.parametrize(
    ("query", "preferred", "shown"),
    [
        ("", "", "zh-hant"),  # the contact's
        ("", "en-GB,en;q=0.9", "en"),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", "zh-hant"),
        ("?lang=en", "zh-TW", "en"),
        ("?lang=tlh", "fr", "zh-hant"),
    ],
)
def test_the_language_is_the_one_asked_for(
    invitation: SurveyInvitation, strict: Client, query: str, preferred: str, shown: str
) -> None:
    headers = {"Accept-Language": preferred} if preferred else {}

    answer = strict.get(address(invitation) + query, headers=headers)

    assert answer["Content-Language"] == shown
    assert ("How was our visit?" in answer.content.decode()) == (shown == "en")


def test_every_text_is_translated_and_the_compiled_file_is_up_to_date() -> None:
    folder = settings.ROOT / "console/locale/zh_Hant/LC_MESSAGES"
    source = po_messages(folder / "django.po")
    with (folder / "django.mo").open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)

    translated = {text: catalogue.gettext(text) for text in source}
    plural = {text: catalogue.ngettext(text, text, 1) for text in source if translated[text] == text}
    assert translated | plural == source
    assert all(source.values())


def po_messages(path: Path) -> dict[str, str]:
    """The translations of a .po file without contexts, by what they translate; Chinese has one plural form."""
    messages: dict[str, str] = {}
    entry = {"msgid": "", "msgstr": ""}
    part = "msgid"
    for line in [*path.read_text(encoding="utf-8").splitlines(), 'msgid ""']:
        keyword, _, quoted = line.partition(" ") if line.startswith("msg") else (part, "", line)
        keyword = keyword.removesuffix("[0]")
        if line.startswith("#") or not quoted or keyword == "msgid_plural":
            part = keyword if keyword == "msgid_plural" else part
            continue
        if keyword == "msgid" and part == "msgstr":
            messages[entry["msgid"]] = entry["msgstr"]
            entry = {"msgid": "", "msgstr": ""}
        part = keyword
        entry[part] += quoted[1:-1].replace('\\"', '"').replace("\\n", "\n")
    messages.pop("")  # the header
    return messages
