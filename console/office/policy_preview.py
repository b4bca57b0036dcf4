"""A policy that is tried: how far the planner is, what the day would have been, and putting it in force."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from communities.access import Caller
from communities.errors import NotForYourRole, PolicyChanged, RegionUnknown
from communities.selectors.experiment import suspension_open
from communities.services.policies import policy_set, version_of
from communities.services.signal_rows import policy_of
from communities.services.signals import policy_content, policy_newest
from console.customer.pages import Policy as Csp
from console.office.pages import for_those_who_answer, language_here, office_page, signed_in
from console.office.policy import author_of
from console.office.policy_words import changes
from console.office.preview_words import compared
from dispatch.errors import PreviewNotRunning, PreviewUnknown
from dispatch.explanations import name_in
from dispatch.models import PolicyPreview
from dispatch.selectors.previews import preview_get
from dispatch.services.previews import preview_cancel
from dispatch.states import PREVIEW_RUNNING, PreviewState

LONGEST_REASON = 500


@require_safe
@signed_in
@for_those_who_answer
def preview(request: HttpRequest, caller: Caller, preview_id: UUID) -> HttpResponse:
    """While the planner is at it, how far it is; then both plans side by side, and what becomes of the policy."""
    return _page(request, caller, _found(caller, preview_id))


@require_POST
@signed_in
@for_those_who_answer
def adopt(request: HttpRequest, caller: Caller, preview_id: UUID) -> HttpResponse:
    """Put the policy in force, with a reason, if it follows the one that it was compared with."""
    tried = _found(caller, preview_id)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        return _page(request, caller, tried, status=422, unreasoned=True)
    try:
        policy_set(
            caller=caller,
            region_id=tried.region_id,
            policy=policy_of(tried.policy),
            reason=reason,
            seen=version_of(tried.against),
        )
    except PolicyChanged:
        return _page(request, caller, tried, status=409, reason=reason)
    except (RegionUnknown, NotForYourRole):
        raise Http404 from None
    return redirect("policy-region", tried.region_id)


@require_POST
@signed_in
@for_those_who_answer
def cancel(request: HttpRequest, caller: Caller, preview_id: UUID) -> HttpResponse:
    """Stop the planner. Whoever comes too late sees what came of it."""
    tried = _found(caller, preview_id)
    try:
        preview_cancel(caller=caller, preview_id=tried.pk)
    except NotForYourRole:
        raise Http404 from None
    except PreviewNotRunning:
        pass
    return redirect("policy-preview", tried.pk)


def _found(caller: Caller, preview_id: UUID) -> PolicyPreview:
    try:
        return preview_get(caller, preview_id)
    except PreviewUnknown:
        raise Http404 from None


def _page(
    request: HttpRequest, caller: Caller, tried: PolicyPreview, *, status: int = 200, **more: object
) -> HttpResponse:
    """What is in force by now is said wherever it is not what the preview was compared with."""
    language = language_here(request, caller.organisation.language)
    currency = caller.organisation.currency
    newest = policy_newest(tried.region)
    against, edited, in_force = policy_content(tried.against), policy_of(tried.policy), policy_content(newest)
    adopted = newest is not None and edited == in_force
    overtaken = version_of(newest) != version_of(tried.against) and not adopted
    done = tried.state == PreviewState.DONE
    context = {
        "preview": tried,
        "suspension": suspension_open(tried.region),
        "name": name_in(tried.region, language),
        "is_running": tried.state in PREVIEW_RUNNING,
        "changed": changes(against, edited, currency),
        "is_cancelled": tried.state == PreviewState.CANCELLED,
        "compared": compared(caller, tried, language) if done and tried.result else None,
        "adopted": adopted,
        "overtaken": changes(against, in_force, currency) if overtaken else [],
        "newest": newest if overtaken else None,
        "newest_author": author_of(newest) if newest else "",
        "longest": LONGEST_REASON,
        **more,
    }
    return office_page(
        request, caller, "office/policy_preview.html", context, status=status, policy=Csp.SCRIPTS
    )
