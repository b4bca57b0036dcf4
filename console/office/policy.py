"""The policy of a region: what is in force and why, what it was before, and the form in which it is edited."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods, require_safe

from communities.access import Caller
from communities.errors import PolicyChanged, RegionUnknown
from communities.insight.experiment.sentences import VERDICTS
from communities.insight.experiment.words import Verdict
from communities.insight.sentences import Language
from communities.insight.signals import SignalPolicy
from communities.models import FeedbackSuspension, Policy, Region
from communities.selectors.experiment import experiment_list, standing_of, suspension_open
from communities.selectors.goals import region_get
from communities.selectors.insight import policy_list
from communities.services.policies import version_of
from communities.services.signal_rows import policy_of
from communities.services.signals import policy_content, policy_newest, signal_set_newest
from console.office.pages import for_those_who_answer, language_here, office_page, signed_in
from console.office.policy_form import PolicyForm, shown
from console.office.policy_words import GROUPS, Changed, Setting, changes, merged
from dispatch.errors import PreviewRunning, PreviewUnknown
from dispatch.explanations import name_in
from dispatch.selectors.previews import preview_get, preview_running
from dispatch.services.previews import preview_request

MOST = 50  # versions on the page; the API has the rest


@dataclass(frozen=True, slots=True)
class RegionShown:
    """A region with what is in force; `verdict` is the newest reading's of what feedback does there."""

    region: Region
    name: str
    policy: Policy | None
    suspension: FeedbackSuspension | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Row:
    """A number of the policy in force. `former`: what it was until the version `until`."""

    setting: Setting
    now: Promise
    bounds: Promise
    former: Promise | None
    until: int


@dataclass(frozen=True, slots=True)
class VersionShown:
    policy: Policy
    author: str
    changed: list[Changed]


@require_safe
@signed_in
@for_those_who_answer
def policies(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The regions with their policies; who answers for one alone goes there at once."""
    language = language_here(request, caller.organisation.language)
    regions = list(experiment_list(caller).order_by("code"))
    if len(regions) == 1:
        return redirect("policy-region", regions[0].pk)
    newest = policy_list(caller).order_by("region_id", "-version").distinct("region_id")
    in_force = {policy.region_id: policy for policy in newest.select_related("author")}
    context = {"regions": [_region(one, in_force.get(one.pk), language) for one in regions]}
    return office_page(request, caller, "office/policies.html", context)


@require_safe
@signed_in
@for_those_who_answer
def policy(request: HttpRequest, caller: Caller, region_id: UUID) -> HttpResponse:
    """What is in force, number by number, and every version with who, when, what and why."""
    language = language_here(request, caller.organisation.language)
    region = experiment_list(caller).filter(pk=region_id).first()
    if region is None:
        raise Http404
    currency = caller.organisation.currency
    kept = policy_list(caller).filter(region=region).select_related("author").order_by("-version")
    versions = list(kept[: MOST + 1])
    newest = versions[0] if versions else None
    signal_set = signal_set_newest(region)
    context = {
        "shown": _region(region, newest, language),
        "groups": [(title, [_row(one, versions, currency) for one in group]) for title, group in GROUPS],
        "versions": _versions(versions, currency)[:MOST],
        "more": len(versions) > MOST,
        "heard": signal_set is not None and signal_set.policy_version_id == (newest and newest.pk),
        "running": preview_running(caller, region),
    }
    return office_page(request, caller, "office/policy.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@for_those_who_answer
def edit(request: HttpRequest, caller: Caller, region_id: UUID) -> HttpResponse:
    """The form, beginning with what is in force, or ?with= something else; by POST it is tried on a day."""
    try:
        region = region_get(caller, region_id)
    except RegionUnknown:
        raise Http404 from None
    newest = policy_newest(region)
    if request.method == "POST":
        return _try(request, caller, region, newest)
    asked = request.GET.get("with", "")
    return _form_page(
        request, caller, region, _fresh(caller, newest, _begins_with(caller, region, newest, asked))
    )


def _try(request: HttpRequest, caller: Caller, region: Region, newest: Policy | None) -> HttpResponse:
    form = _form(caller, newest, data=request.POST)
    if not form.is_valid():
        return _form_page(request, caller, region, form, status=422)
    mine, on, seen = form.policy(), form.cleaned_data["on"], form.cleaned_data["seen"]
    if seen == version_of(newest) and mine == policy_content(newest):
        return _form_page(request, caller, region, form, status=422, same=True)
    try:
        preview = preview_request(caller=caller, region_id=region.pk, on=on, policy=mine, seen=seen)
    except PolicyChanged:
        return _overtaken(request, caller, region, form)
    except PreviewRunning:
        running = preview_running(caller, region)
        return _form_page(request, caller, region, form, status=409, busy=True, running=running)
    return redirect("policy-preview", preview.pk)


def _overtaken(request: HttpRequest, caller: Caller, region: Region, form: PolicyForm) -> HttpResponse:
    """Somebody was quicker: what was changed here, on top of what is in force now, and what they changed."""
    newest, begun = policy_newest(region), _version(caller, region, form.cleaned_data["seen"])
    in_force = policy_content(newest)
    rebased = merged(form.policy(), begun, in_force)
    fresh = _fresh(caller, newest, rebased, on=form.cleaned_data["on"])
    changed = changes(begun, in_force, caller.organisation.currency)
    return _form_page(request, caller, region, fresh, status=409, overtaken=changed, newest=newest)


def _begins_with(caller: Caller, region: Region, newest: Policy | None, asked: str) -> Mapping[str, float]:
    """What is in force; or `neutral`, the `default`, a version by its number, or, by its id, what a preview tried, on
    top of what is in force now. Raises Http404."""
    in_force = policy_content(newest)
    if not asked:
        return asdict(in_force)
    if asked in {"neutral", "default"}:
        return asdict(in_force.neutral() if asked == "neutral" else SignalPolicy())
    if asked.isdecimal() and len(asked) < 9:
        return asdict(_version(caller, region, int(asked)))
    try:
        preview = preview_get(caller, UUID(asked))
    except (ValueError, PreviewUnknown):
        raise Http404 from None
    return merged(policy_of(preview.policy), policy_content(preview.against), in_force)


def _version(caller: Caller, region: Region, number: int) -> SignalPolicy:
    """What the region's policy said in a version, 0 being the default. Raises Http404."""
    found = policy_list(caller).filter(region=region, version=number).first()
    if found is None and number:
        raise Http404
    return policy_content(found)


def _fresh(caller: Caller, newest: Policy | None, begun: Mapping[str, float], **initial: Any) -> PolicyForm:
    """The form as it is first shown, for tomorrow unless another day is given."""
    tomorrow = timezone.now().astimezone(caller.organisation.zone).date() + timedelta(days=1)
    given = {"on": tomorrow, "seen": version_of(newest)} | shown(begun, caller.organisation.currency)
    return _form(caller, newest, initial=given | initial)


def _form(caller: Caller, newest: Policy | None, **kwargs: Any) -> PolicyForm:
    return PolicyForm(
        currency=caller.organisation.currency,
        in_force=policy_content(newest),
        **kwargs,
    )


def _form_page(
    request: HttpRequest,
    caller: Caller,
    region: Region,
    form: PolicyForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    language = language_here(request, caller.organisation.language)
    context = {
        "region": region,
        "name": name_in(region, language),
        "suspension": suspension_open(region),
        "form": form,
        **more,
    }
    return office_page(request, caller, "office/policy_edit.html", context, status=status)


def _region(region: Region, policy: Policy | None, language: Language) -> RegionShown:
    reading, suspension = standing_of(region)
    return RegionShown(
        region=region,
        name=name_in(region, language),
        policy=policy,
        suspension=suspension,
        verdict=VERDICTS[language][Verdict(reading.verdict)] if reading else "",
    )


def _row(setting: Setting, versions: Sequence[Policy], currency: str) -> Row:
    now, former, until = _history(setting.name, versions)
    return Row(
        setting=setting,
        now=setting.words(now, currency),
        bounds=setting.bounds(currency),
        former=None if former is None else setting.words(former, currency),
        until=until,
    )


def _history(name: str, versions: Sequence[Policy]) -> tuple[float, float | None, int]:
    """What a number is, what it was before (None: it never changed), and the version with which that ended."""
    values = [getattr(policy_content(version), name) for version in (*versions, None)]
    for version, value in zip(versions, values[1:], strict=True):
        if value != values[0]:
            return values[0], value, version.version
    return values[0], None, 0


def _versions(versions: Sequence[Policy], currency: str) -> list[VersionShown]:
    """Each with what it changed of the one before it."""
    return [
        VersionShown(
            policy=version,
            author=author_of(version),
            changed=changes(policy_content(earlier), policy_content(version), currency),
        )
        for version, earlier in zip_longest(versions, versions[1:])
    ]


def author_of(policy: Policy) -> str:
    """Who made it; empty where it was made at the machine itself."""
    return (policy.author.get_full_name() or policy.author.username) if policy.author else ""
