"""Rating a visit."""

import contextlib

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from billing.selectors.surveys import visit_of_survey
from communities.errors import SurveyClosed, SurveyUnknown
from communities.models import SurveyInvitation
from communities.selectors.surveys import survey_by_token
from communities.services.surveys import LONGEST_COMMENT, survey_answer
from console.customer.pages import gone, language_for, page

SATISFACTION = [
    (5, _("Very satisfied")),
    (4, _("Satisfied")),
    (3, _("Neither satisfied nor dissatisfied")),
    (2, _("Dissatisfied")),
    (1, _("Very dissatisfied")),
]


class RatingForm(forms.Form):
    """What the page sends. Only the satisfaction is asked for; the rest is as the customer likes."""

    csat = forms.TypedChoiceField(choices=SATISFACTION, coerce=int)
    nps = forms.IntegerField(min_value=0, max_value=10, required=False)
    comment = forms.CharField(max_length=LONGEST_COMMENT, required=False)


@csrf_exempt  # nothing is done in anybody's name: who has the address may answer, from any page
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The rating page of one visit. Acts on POST only, because mail scanners open links."""
    now = timezone.now()
    try:
        invitation = survey_by_token(token, now)
    except SurveyUnknown:
        return gone(request)
    if hasattr(invitation, "answer"):
        return _thanks(request, invitation)
    form = RatingForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _questions(request, invitation, form)
    with contextlib.suppress(SurveyClosed):  # a second press of the button, and the first was quicker
        survey_answer(token=token, now=now, **form.cleaned_data)
    return _thanks(request, invitation)


def _questions(request: HttpRequest, invitation: SurveyInvitation, form: RatingForm) -> HttpResponse:
    language = language_for(request, invitation.contact.language)
    context = {
        "organisation": invitation.organisation,
        "visit": visit_of_survey(invitation, language),
        "form": form,
        "satisfaction": SATISFACTION,
        "likelihood": range(11),
        "longest": LONGEST_COMMENT,
    }
    return page(request, "customer/rate.html", context, language=language, status=422 if form.errors else 200)


def _thanks(request: HttpRequest, invitation: SurveyInvitation) -> HttpResponse:
    language = language_for(request, invitation.contact.language)
    return page(request, "customer/thanks.html", {"organisation": invitation.organisation}, language=language)
