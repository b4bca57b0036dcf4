"""Signing in with a one-time code, forgetting things, and who is signed in where."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from django.conf import LazySettings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.signing_in import MOST_CODES
from communities.models import Authenticator, PasswordReset, Session, User
from communities.services.codes import authenticator_add, secret_of
from communities.services.passwords import password_reset_url
from communities.services.sessions import sessions_forget
from communities.sessions import NOTED_EVERY
from console.office.devices import Device, device_of
from console.office.enrolling import SET_UP
from console.office.passwords import MOST_FOR_AN_ACCOUNT
from dispatch.models import Technician
from tests import factories
from tests.console.test_customer_pages import Page
from tests.log_watch import secret
from tests.outbox import deliver_all

BETTER = secret("a longer and better one")
HALF_MINUTE = timedelta(seconds=30)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


def browser_of(user: User, agent: str = FIREFOX) -> Client:
    """A browser in which `user` has just given the password."""
    browser = Client(headers={"User-Agent": agent})
    form = {"username": user.username, "password": factories.PASSWORD}
    assert browser.post("/sign-in", form).status_code == 302
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def code_of(authenticator_id: UUID, at: datetime | None = None) -> str:
    """What the application shows."""
    return pyotp.TOTP(secret_of(authenticator_id)).at(at or timezone.now())


def with_codes(user: User) -> tuple[Authenticator, list[str]]:
    """Give the account an authenticator, set up an hour ago, and its recovery codes."""
    hour_ago, authenticator_id = timezone.now() - timedelta(hours=1), uuid.uuid4()
    code = code_of(authenticator_id, hour_ago)
    recovery = authenticator_add(user=user, authenticator_id=authenticator_id, code=code, now=hour_ago)
    return Authenticator.objects.get(user=user), recovery


def page_of(browser: Client, path: str) -> Page:
    answer = browser.get(f"{path}?lang=en")
    assert answer.status_code == 200
    return Page(answer.content)


def words(browser: Client, path: str) -> str:
    return " ".join(word for word in page_of(browser, path).words if word)


# One-time codes


def test_who_has_codes_needs_one_besides_the_password(dora: User) -> None:
    authenticator, _ = with_codes(dora)
    browser = browser_of(dora)
    assert not is_in(browser)

    assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert not is_in(browser)
    answer = browser.post("/sign-in/code", {"code": code_of(authenticator.pk)})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(browser)


def test_a_code_is_good_once(dora: User) -> None:
    authenticator, _ = with_codes(dora)
    code = code_of(authenticator.pk)
    overheard = browser_of(dora)

    assert browser_of(dora).post("/sign-in/code", {"code": code}).status_code == 302
    assert overheard.post("/sign-in/code", {"code": code}).status_code == 422

    following = code_of(authenticator.pk, timezone.now() + HALF_MINUTE)
    assert overheard.post("/sign-in/code", {"code": following}).status_code == 302


def test_a_recovery_code_is_good_once_however_it_is_typed(dora: User) -> None:
    _, recovery = with_codes(dora)

    typed = recovery[0].upper().replace("-", " ")
    assert browser_of(dora).post("/sign-in/code", {"code": typed}).status_code == 302
    assert browser_of(dora).post("/sign-in/code", {"code": recovery[0]}).status_code == 422
    assert browser_of(dora).post("/sign-in/code", {"code": recovery[1]}).status_code == 302


def test_guessing_codes_is_stopped(dora: User) -> None:
    authenticator, _ = with_codes(dora)
    browser = browser_of(dora)
    for _ in range(MOST_CODES):
        assert browser.post("/sign-in/code", {"code": "guess"}).status_code == 422

    answer = browser.post("/sign-in/code", {"code": code_of(authenticator.pk)})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 300


def test_a_password_is_not_remembered_for_long_nor_after_it_was_changed(dora: User) -> None:
    authenticator, _ = with_codes(dora)
    late, other = browser_of(dora), browser_of(dora)
    session = late.session
    session["proved"] |= {"until": session["proved"]["until"] - 600}
    session.save()
    assert late.get("/sign-in/code")["Location"] == "/sign-in"

    dora.set_password(BETTER)
    dora.save()
    answer = other.post("/sign-in/code", {"code": code_of(authenticator.pk)})
    assert answer["Location"] == "/sign-in"
    assert not is_in(other)


def test_somebody_sets_codes_up_and_has_recovery_codes(dora: User) -> None:
    browser = browser_of(dora)
    page = page_of(browser, "/account/codes")
    shown = [one["src"] for one in page.all("img")]
    authenticator_id = UUID(browser.session[SET_UP])
    assert str(shown[0]).startswith("data:image/svg+xml")
    assert secret_of(authenticator_id) in "".join(page.words).replace(" ", "")
    assert [one["src"] for one in page_of(browser, "/account/codes").all("img")] == shown  # loaded again

    form = {"code": code_of(authenticator_id), "password": factories.PASSWORD}
    assert browser.post("/account/codes", form | {"password": "wrong"}).status_code == 422
    assert browser.post("/account/codes", form | {"code": "000000"}).status_code == 422
    done = Page(browser.post("/account/codes?lang=en", form).content)

    authenticator = Authenticator.objects.get(user=dora)
    recovery = [word for word in done.words if len(word) == 11 and word[5] == "-"]
    assert len(set(recovery)) == 10
    stored = " ".join(map(str, Authenticator.objects.values().get().values()))
    assert not any(code in stored or code.replace("-", "") in stored for code in recovery)
    assert secret_of(authenticator.pk) not in stored
    assert browser_of(dora).post("/sign-in/code", {"code": recovery[9]}).status_code == 302
    assert "9 recovery codes are left." in words(browser, "/account")


def test_new_recovery_codes_end_the_old(dora: User) -> None:
    _, old = with_codes(dora)
    browser = browser_of(dora)
    browser.post("/sign-in/code", {"code": old[0]})

    assert browser.post("/account/recovery-codes", {"password": "wrong"}).status_code == 422
    page = Page(browser.post("/account/recovery-codes", {"password": factories.PASSWORD}).content)
    new = [word for word in page.words if len(word) == 11 and word[5] == "-"]

    assert browser_of(dora).post("/sign-in/code", {"code": old[1]}).status_code == 422
    assert browser_of(dora).post("/sign-in/code", {"code": new[0]}).status_code == 302


def test_a_company_that_wants_codes_of_a_role_has_them_set_up(ada: User, dora: User) -> None:
    dispatch, administrator = browser_of(dora), browser_of(ada)
    assert administrator.post("/accounts/codes", {"role": ["dispatcher", "nobody"]}).status_code == 302
    assert (is_in(dispatch), is_in(administrator)) == (False, True)  # she has none yet

    browser = browser_of(dora)
    assert browser.get("/sign-in/set-up").status_code == 200
    assert not is_in(browser)
    code = code_of(UUID(browser.session[SET_UP]))
    assert browser.post("/sign-in/set-up", {"code": "000000"}).status_code == 422
    done = browser.post("/sign-in/set-up?lang=en", {"code": code})

    assert "Recovery codes" in Page(done.content).words
    assert is_in(browser)
    assert browser.post("/account/codes/off", {"password": factories.PASSWORD})["Location"] == "/account"
    assert Authenticator.objects.filter(user=dora).exists()  # wanted is wanted

    administrator.post("/accounts/codes", {})
    browser.post("/account/codes/off", {"password": factories.PASSWORD})
    assert not Authenticator.objects.filter(user=dora).exists()
    assert is_in(browser_of(dora))


def test_an_administrator_resets_the_codes_of_a_lost_device(ada: User, dora: User, stranger: User) -> None:
    _, recovery = with_codes(dora)
    thief = browser_of(dora)
    thief.post("/sign-in/code", {"code": recovery[0]})
    with_codes(ada)
    administrator = Client()
    administrator.force_login(ada)

    assert administrator.post(f"/accounts/{stranger.pk}/codes").status_code == 404
    assert administrator.post(f"/accounts/{ada.pk}/codes").status_code == 404  # another one does that
    assert administrator.post(f"/accounts/{dora.pk}/codes").status_code == 302

    assert [one.user for one in Authenticator.objects.all()] == [ada]
    assert not is_in(thief)
    assert is_in(browser_of(dora))


# Sessions


def test_somebody_sees_where_they_are_signed_in_and_ends_one_or_all_others(dora: User, mina: User) -> None:
    here, phone, office, other = (
        browser_of(dora, FIREFOX),
        browser_of(dora, SAFARI),
        browser_of(dora, CHROME),
        browser_of(mina, CHROME),
    )

    shown = words(here, "/account")
    assert "Firefox on Linux this one" in shown
    assert "Safari on iPhone last seen" in shown
    assert "Chrome on Windows last seen" in shown
    assert here.session.session_key not in shown

    names = [one["value"] for one in page_of(here, "/account").all("input") if one.get("name") == "session"]
    other.post("/account/sessions", {"session": names[0]})  # not hers
    assert [is_in(one) for one in (here, phone, office)] == [True, True, True]
    here.post("/account/sessions", {"session": names[0]})
    assert sorted([is_in(phone), is_in(office)]) == [False, True]
    here.post("/account/sessions")
    assert [is_in(one) for one in (here, phone, office, other)] == [True, False, False, True]


def test_another_password_ends_the_other_sessions(dora: User) -> None:
    here, there = browser_of(dora), browser_of(dora)
    form = {"password": factories.PASSWORD, "new": BETTER}

    assert here.post("/account/password", form | {"password": "wrong"}).status_code == 422
    weak = here.post("/account/password?lang=zh-hant", form | {"new": "12345678"})
    assert weak.status_code == 422
    assert "這個密碼太常見了。" in Page(weak.content).words
    assert is_in(there)
    changed = here.post("/account/password", form)

    assert (
        "You are signed out everywhere else." in here.get(f"{changed['Location']}&lang=en").content.decode()
    )
    assert (is_in(here), is_in(there)) == (True, False)
    assert Client().post("/sign-in", {"username": "dora", "password": BETTER}).status_code == 302


def test_an_administrator_signs_somebody_out(ada: User, dora: User, mina: User, stranger: User) -> None:
    dispatch, manager, administrator = browser_of(dora, SAFARI), browser_of(mina), browser_of(ada)

    assert "Safari on iPhone last seen" in words(administrator, f"/accounts/{dora.pk}")
    assert administrator.get(f"/accounts/{stranger.pk}").status_code == 404
    assert administrator.post(f"/accounts/{stranger.pk}/sign-out").status_code == 404
    assert administrator.post(f"/accounts/{dora.pk}/sign-out").status_code == 302

    assert (is_in(dispatch), is_in(manager), is_in(administrator)) == (False, True, True)


def test_accounts_are_found_by_name(ada: User, dora: User, tom: Technician, stranger: User) -> None:
    browser = browser_of(ada)
    everybody = [
        one["href"] for one in page_of(browser, "/accounts").all("a") if "accounts/" in str(one["href"])
    ]
    assert everybody == [f"/accounts/{user.pk}" for user in (ada, dora, tom.user) if user]
    found = Page(browser.get("/accounts?lang=en&q=OR").content)
    assert [one["href"] for one in found.all("a") if "accounts/" in str(one["href"])] == [
        f"/accounts/{dora.pk}"
    ]


def test_being_seen_is_noted_every_five_minutes(dora: User) -> None:
    browser = browser_of(dora)
    seen = Session.objects.get().last_seen_at

    def writes() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/account")
        return sum("UPDATE" in query["sql"] for query in asked)

    assert writes() == 0
    assert Session.objects.get().last_seen_at == seen
    Session.objects.update(last_seen_at=seen - NOTED_EVERY)
    assert writes() == 1
    assert Session.objects.get().last_seen_at >= seen


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, Device("Firefox", "Linux")),
        (SAFARI, Device("Safari", "iPhone")),
        (CHROME, Device("Chrome", "Windows")),
        (f"{CHROME} Edg/142.0.0.0", Device("Edge", "Windows")),
        (f"{SAFARI} Line/15.10.0", Device("LINE", "iPhone")),
        ("curl/8.5.0", Device("", "")),
    ],
)
def test_a_device_is_called_as_people_call_it(agent: str, device: Device) -> None:
    assert device_of(agent) == device


# A forgotten password


@pytest.fixture
def letter_to(dora: User) -> str:
    User.objects.filter(pk=dora.pk).update(email="dora@acme.test", language="en")
    return "dora@acme.test"


def asked(username: str) -> bytes:
    """What the page says, less what differs with every form."""
    answer = Client().post("/forgotten-password?lang=en", {"username": username})
    assert answer.status_code == 200
    return " ".join(Page(answer.content).words).encode()


def link() -> str:
    return password_reset_url(PasswordReset.objects.get().pk).removeprefix("http://127.0.0.1:8000")


def test_a_forgotten_password_is_replaced_by_a_link_once(dora: User, letter_to: str) -> None:
    there = browser_of(dora)
    asked("dora")
    deliver_all()
    assert [letter.to for letter in mail.outbox] == [[letter_to]]
    assert link() in str(mail.outbox[0].body)

    browser = Client()
    assert browser.get(link()).status_code == 200
    assert browser.post(link(), {"new": "12345678"}).status_code == 422  # and the link is still good
    assert is_in(there)
    assert browser.post(link(), {"new": BETTER}).status_code == 200
    assert browser.post(link(), {"new": BETTER + "!"}).status_code == 404

    assert not is_in(there)
    assert not is_in(browser)
    assert Client().post("/sign-in", {"username": "dora", "password": BETTER}).status_code == 302


def test_the_answer_does_not_say_whether_there_is_an_account(dora: User, mina: User, letter_to: str) -> None:
    answers = {asked("dora"), asked("nobody"), asked("mina")}  # mina has no address
    deliver_all()

    assert len(answers) == 1
    assert len(mail.outbox) == 1


def test_a_link_is_over_after_an_hour_and_with_another_password(dora: User, letter_to: str) -> None:
    asked("dora")
    PasswordReset.objects.update(expires_at=timezone.now())
    assert Client().get(link()).status_code == 404

    PasswordReset.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert Client().get(link()).status_code == 200
    assert Client().get(f"{link()[:-1]}").status_code == 404
    browser_of(dora).post("/account/password", {"password": factories.PASSWORD, "new": BETTER})
    assert Client().get(link()).status_code == 404


def test_a_link_that_is_over_is_not_sent(dora: User, letter_to: str) -> None:
    asked("dora")
    PasswordReset.objects.update(used_at=timezone.now())
    deliver_all()
    assert mail.outbox == []


def test_what_is_over_is_forgotten(dora: User, mina: User) -> None:
    now = timezone.now()
    for user, end in ((dora, now - HALF_MINUTE), (mina, now + HALF_MINUTE)):
        browser_of(user)
        Session.objects.filter(user=user).update(expire_date=end)
        PasswordReset.objects.create(organisation_id=user.organisation_id, user=user, expires_at=end)

    sessions_forget(now=now)

    assert [session.user for session in Session.objects.all()] == [mina]
    assert [reset.user for reset in PasswordReset.objects.all()] == [mina]


def test_nobody_s_mailbox_is_filled(dora: User, letter_to: str) -> None:
    for username in ["dora", "nobody"]:
        for _ in range(MOST_FOR_AN_ACCOUNT):
            asked(username)
        assert Client().post("/forgotten-password", {"username": username}).status_code == 429
    assert PasswordReset.objects.count() == MOST_FOR_AN_ACCOUNT
