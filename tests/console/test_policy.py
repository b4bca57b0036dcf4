"""The page of policies: what is in force, the form, a change that is tried, and putting it in force."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.insight.signals import SignalPolicy
from communities.models import Policy, Region, User
from communities.services.policies import policy_set
from communities.services.suspensions import feedback_suspend
from console.office.policy_form import shown
from console.office.policy_words import SETTINGS, changes, merged
from dispatch.models import PolicyPreview
from dispatch.states import PreviewState
from tests import factories
from tests.api.world.plans import PREVIEWED, SIDE
from tests.communities.test_experiment import reading
from tests.conftest import as_caller
from tests.console.office import opened
from tests.console.test_customer_pages import Page

DEFAULT = SignalPolicy()
WARMER = replace(DEFAULT, csat_minutes=6.0)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def told(page: Page) -> str:
    return " ".join(word for word in page.words if word)


def form(policy: SignalPolicy = DEFAULT, seen: int = 0, **typed: str) -> dict[str, Any]:
    return shown(asdict(policy), "TWD") | {"on": "2026-03-09", "seen": str(seen)} | typed


def put(user: User, region: Region, policy: SignalPolicy, reason: str) -> Policy:
    return policy_set(caller=as_caller(user), region_id=region.pk, policy=policy, reason=reason)


def tried(
    region: Region, policy: SignalPolicy = WARMER, against: Policy | None = None, **more: Any
) -> PolicyPreview:
    done = {"state": PreviewState.DONE, "result": PREVIEWED} | more
    return PolicyPreview.objects.create(
        organisation=region.organisation,
        region=region,
        on=date(2026, 3, 9),
        policy=asdict(policy),
        against=against,
        iterations=1,
        **done,
    )


# In words


def test_every_number_of_a_policy_is_on_the_page() -> None:
    assert set(SETTINGS) == set(asdict(DEFAULT))


@pytest.mark.parametrize(
    ("name", "value", "currency", "words", "bounds"),
    [
        ("target_hit_rate", 0.9, "TWD", "90 %", "0 to 100 %"),
        ("exploration_share", 0.07, "TWD", "7 %", "0 to 100 %"),  # 0.07 × 100 is not 7 in floats
        ("csat_cap", 12.0, "TWD", "12 min", "0 to 30 min"),
        ("duration_quantile", 0.5, "TWD", "50 %", "between 0 and 100 %"),
        ("half_life_days", 120.0, "TWD", "120 days", "more than 0 days"),
        ("min_answers", 5, "TWD", "5 answers", "at least 5 answers"),  # INSIGHT_MIN_RESPONDENTS
        ("minor_per_minute", 75.0, "TWD", "TWD 75", "more than TWD 0"),
        ("minor_per_minute", 250.0, "USD", "USD 2.5", "more than USD 0"),  # cents
    ],
)
def test_numbers_are_written_as_people_write_them(
    name: str, value: float, currency: str, words: str, bounds: str
) -> None:
    setting = SETTINGS[name]
    assert (str(setting.words(value, currency)), str(setting.bounds(currency))) == (words, bounds)
    assert setting.stored(setting.shown(value, currency), currency) == value


def test_what_somebody_changed_is_laid_on_top_of_what_is_in_force() -> None:
    mine, now = replace(DEFAULT, csat_minutes=6.0), replace(DEFAULT, csat_minutes=5.0, fix_minutes=10.0)
    assert merged(mine, DEFAULT, now) == asdict(replace(now, csat_minutes=6.0))


# What is in force


def test_the_page_says_what_is_in_force_what_it_was_and_why(north: Region, mina: User, ada: User) -> None:
    put(ada, north, WARMER, "Complaints.")
    put(mina, north, replace(WARMER, exploration_share=0.25), "Surer proof.")

    said = told(opened(mina, f"/policy/{north.pk}?lang=en"))

    assert "version 2, since" in said
    assert "What it is worth to send somebody after whom customers say one point more. 6 min" in said
    assert "at least 0 min 4 min before version 1" in said
    assert "20 % before version 2" in said
    assert "· mina Surer proof. Held out for comparison: 20 % → 25 %" in said
    assert "· ada Complaints. A point of satisfaction: 4 min → 6 min" in said
    assert "Plans follow within half an hour" in said


def test_a_suspension_is_said_before_all_numbers(north: Region, mina: User, now: datetime) -> None:
    with transaction.atomic():
        feedback_suspend(reading(north), now)
    for page in (f"/policy/{north.pk}", f"/policy/{north.pk}/edit", f"/policy/previews/{tried(north).pk}"):
        said = told(opened(mina, f"{page}?lang=en"))
        assert "it is planned without feedback. Until somebody lets it begin again" in said
        assert said.index("planned without feedback") < said.index("A point of satisfaction")


def test_more_versions_ask_no_more_questions(north: Region, ada: User) -> None:
    browser, counts = browser_of(ada), []
    for reason in ("One.", "Two."):
        put(ada, north, WARMER, reason)
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/policy/{north.pk}")
        counts.append(len(asked))
    # session, user with organisation; region with readings and suspensions; versions, signal set, running preview
    assert counts == [8, 8]


def test_who_has_several_regions_sees_each_with_its_policy(north: Region, south: Region, ada: User) -> None:
    put(ada, north, WARMER, "Complaints.")
    said = told(opened(ada, "/policy?lang=en"))
    assert "North Version 1" in said
    assert "South The default" in said


def test_both_languages(north: Region, mina: User) -> None:
    put(mina, north, WARMER, "客訴多")
    for address in (f"/policy/{north.pk}", f"/policy/{north.pk}/edit", f"/policy/previews/{tried(north).pk}"):
        page = opened(mina, f"{address}?lang=zh-hant")
        english = [word for word in page.words if word.isascii() and sum(map(str.isalpha, word)) > 4]
        assert [word for word in english if word not in {"English", "acme", "Acme"}] == []


# The form


@pytest.mark.parametrize(
    ("begins", "number"),
    [("", "6"), ("?with=neutral", "0"), ("?with=default", "4"), ("?with=1", "5"), ("?with=2", "6")],
)
def test_the_form_begins_with_what_is_asked_for(north: Region, mina: User, begins: str, number: str) -> None:
    put(mina, north, replace(DEFAULT, csat_minutes=5.0), "First.")
    put(mina, north, WARMER, "Second.")
    page = opened(mina, f"/policy/{north.pk}/edit{begins}")
    typed = {one.get("name"): one.get("value") for one in page.all("input")}
    tomorrow = timezone.now().astimezone(north.organisation.zone).date() + timedelta(days=1)
    assert (typed["csat_minutes"], typed["seen"], typed["on"]) == (number, "2", tomorrow.isoformat())


def test_a_version_or_preview_that_is_not_there_is_not_found(
    north: Region, south: Region, mina: User, sol: User
) -> None:
    for begins in ("9", "x", str(tried(south).pk)):
        assert browser_of(mina).get(f"/policy/{north.pk}/edit?with={begins}").status_code == 404


def test_a_change_is_tried_and_nothing_is_in_force_yet(north: Region, mina: User) -> None:
    answer = browser_of(mina).post(f"/policy/{north.pk}/edit", form(csat_minutes="6.5", target_hit_rate="95"))
    preview = PolicyPreview.objects.get()
    assert answer["Location"] == f"/policy/previews/{preview.pk}"
    assert preview.policy == asdict(replace(DEFAULT, csat_minutes=6.5, target_hit_rate=0.95))
    assert (preview.on, preview.against, preview.requested_by) == (date(2026, 3, 9), None, mina)
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"target_csat": "6"}, "This is to be 1 to 5 points."),
        ({"min_answers": "4"}, "This is to be at least 5 answers."),
        ({"duration_quantile": "100"}, "This is to be between 0 and 100 %."),
        ({"csat_minutes": "much"}, "Enter a number."),
        ({"csat_minutes": "NaN"}, "Enter a number."),
        ({"csat_cap": "20"}, "The three caps are 38 min together, and may be 30 min at most."),  # 20 + 6 + 12
        ({"on": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_kept(
    north: Region, mina: User, typed: dict[str, str], said: str
) -> None:
    answer = browser_of(mina).post(f"/policy/{north.pk}/edit?lang=en", form(**typed))
    page = Page(answer.content)
    assert (answer.status_code, PolicyPreview.objects.count()) == (422, 0)
    assert said in page.words
    assert [one["value"] for one in page.all("input") if one.get("name") in typed and one.get("value")] == [
        value for value in typed.values() if value
    ]


def test_what_is_in_force_already_is_not_tried(north: Region, mina: User) -> None:
    answer = browser_of(mina).post(f"/policy/{north.pk}/edit?lang=en", form())
    assert (answer.status_code, PolicyPreview.objects.count()) == (422, 0)
    assert "This is what is in force: there is nothing to try." in Page(answer.content).words


def test_one_change_of_a_region_is_tried_at_a_time(north: Region, mina: User) -> None:
    running = tried(north, state=PreviewState.QUEUED)
    answer = browser_of(mina).post(f"/policy/{north.pk}/edit?lang=en", form(WARMER))
    assert answer.status_code == 409
    page = Page(answer.content)
    assert f"/policy/previews/{running.pk}" in [one.get("href") for one in page.all("a")]
    assert "6" in [one.get("value") for one in page.all("input") if one.get("name") == "csat_minutes"]


def test_who_edits_what_was_changed_meanwhile_goes_on_from_there(
    north: Region, mina: User, ada: User
) -> None:
    """Ada doubles what a fix is worth while Mina types; Mina's own change stays."""
    put(ada, north, replace(DEFAULT, fix_minutes=40.0), "More fixes.")
    answer = browser_of(mina).post(f"/policy/{north.pk}/edit?lang=en", form(WARMER))
    page = Page(answer.content)
    typed = {one.get("name"): one.get("value") for one in page.all("input")}
    assert (answer.status_code, PolicyPreview.objects.count()) == (409, 0)
    assert "version 1 is in force now (“More fixes.”)" in told(page)
    assert "Fixed at the first visit: 20 min → 40 min" in page.words
    assert (typed["csat_minutes"], typed["fix_minutes"], typed["seen"]) == ("6", "40", "1")
    again = browser_of(mina).post(f"/policy/{north.pk}/edit", {**typed, "csrfmiddlewaretoken": ""})
    assert again["Location"] == f"/policy/previews/{PolicyPreview.objects.get().pk}"


# A change that is tried


def test_a_preview_says_what_would_be_otherwise(north: Region, mina: User) -> None:
    village = factories.community(north, "xicun")
    kind = factories.service_type(north.organisation, "filter")
    before = SIDE | {"travel_minutes": 100.0, "csat_added": -0.1, "upsell_added_minor": 800, "promises": 1}
    after = SIDE | {"travel_minutes": 103.5, "csat_added": 0.2, "upsell_added_minor": 900, "promises": 1}
    before["minutes"], after["minutes"] = {"travel": 100.0}, {"travel": 103.5, "affinity": -6.0}
    chosen = {"technician": "T2", "minutes": {"travel": 3.5, "affinity": -6.0}}
    place = {"community_id": str(village.pk)}
    result = {
        "visits": 4,
        "before": before,
        "after": after,
        "communities": [
            place | {"visits": 3, "moved": 1, "before": SIDE, "after": SIDE | {"csat_added": 0.4}}
        ],
        "moved": [
            place
            | {
                "work_order_number": "W7",
                "service_type_id": str(kind.pk),
                "from": "T1",
                "to": "T2",
                "worth": {"T1": [0.0, 0.0], "T2": [3.0, 6.0]},
                "why": {"chosen": chosen, "runner_up": {"technician": "T1", "minutes": {}}},
            }
        ],
    }
    said = told(opened(mina, f"/policy/previews/{tried(north, result=result).pk}?lang=en"))
    assert "A point of satisfaction: 4 min → 6 min" in said
    assert "Travel, min 100.0 103.5 +3.5" in said
    assert "Customers told something else 1 1 0" in said
    assert "Satisfaction, added by who goes −0.10 +0.20 +0.30" in said
    assert "Sales, added by who goes TWD 800 TWD 900 +TWD 100" in said
    assert "what customers there say 0.0 -6.0 −6.0" in said
    # 6.0 for the answers less 3.5 for the way.
    assert "T2 rather than T1: 2.5 min better, mostly for what customers there say" in said
    assert "What customers' answers are worth there: T2 +3.0 → +6.0 min" in said
    assert "1 of 3 visits" in said


def test_while_the_planner_is_at_it_nothing_is_put_in_force(north: Region, mina: User) -> None:
    page = opened(
        mina, f"/policy/previews/{tried(north, state=PreviewState.SOLVING, progress=40).pk}?lang=en"
    )
    assert [one["value"] for one in page.all("progress")] == ["40"]
    assert page.all("textarea") == []


def test_what_is_being_tried_can_be_stopped(north: Region, mina: User) -> None:
    running = tried(north, state=PreviewState.SOLVING, result={})
    browser = browser_of(mina)
    [form_of] = [
        one["action"]
        for one in opened(mina, f"/policy/previews/{running.pk}").all("form")
        if "cancel" in one["action"]
    ]
    assert browser.post(form_of)["Location"] == f"/policy/previews/{running.pk}"
    running.refresh_from_db()
    stopped = opened(mina, f"/policy/previews/{running.pk}?lang=en")
    assert (running.state, stopped.all("textarea"), stopped.all("progress")) == (
        PreviewState.CANCELLED,
        [],
        [],
    )
    assert "This was stopped before there was anything to compare." in stopped.words


def test_who_stops_it_too_late_sees_what_came_of_it(north: Region, mina: User) -> None:
    done = tried(north)
    answer = browser_of(mina).post(f"/policy/previews/{done.pk}/cancel")
    done.refresh_from_db()
    assert (answer["Location"], done.state) == (f"/policy/previews/{done.pk}", PreviewState.DONE)


def test_it_is_put_in_force_with_a_reason(north: Region, mina: User) -> None:
    preview = tried(north)
    browser = browser_of(mina)
    address = f"/policy/previews/{preview.pk}/adopt"
    without = browser.post(address + "?lang=en", {"reason": " "})
    assert (without.status_code, Policy.objects.count()) == (422, 0)
    assert "Those who come after you will want to know: please say why." in Page(without.content).words
    assert browser.post(address, {"reason": "Complaints."})["Location"] == f"/policy/{north.pk}"
    policy = Policy.objects.get()
    assert (policy.content, policy.author, policy.reason) == (asdict(WARMER), mina, "Complaints.")
    after = opened(mina, f"/policy/previews/{preview.pk}?lang=en")
    assert "This is what is in force now." in after.words
    assert after.all("textarea") == []


def test_who_was_slower_is_told_what_changed_and_loses_nothing(north: Region, mina: User, ada: User) -> None:
    preview = tried(north)
    put(ada, north, replace(DEFAULT, fix_minutes=40.0), "More fixes.")
    answer = browser_of(mina).post(f"/policy/previews/{preview.pk}/adopt?lang=en", {"reason": "Complaints."})
    page = Page(answer.content)
    assert (answer.status_code, Policy.objects.count()) == (409, 1)
    assert "(“More fixes.”), and this was not compared with it." in told(page)
    assert "Fixed at the first visit: 20 min → 40 min" in page.words
    again = f"/policy/{north.pk}/edit?with={preview.pk}"
    assert again in [one.get("href") for one in page.all("a")]
    typed = {one.get("name"): one.get("value") for one in opened(mina, again).all("input")}
    assert (typed["csat_minutes"], typed["fix_minutes"], typed["seen"]) == ("6", "40", "1")


def test_a_change_names_only_what_differs() -> None:
    assert [(one.name, str(one.before), str(one.after)) for one in changes(DEFAULT, WARMER, "TWD")] == [
        ("csat_minutes", "4 min", "6 min")
    ]
