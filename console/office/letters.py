"""Ending the weekly letter, by the link in it: who holds the link need not sign in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from communities.models import User
from communities.services.people import letters_set
from console.office.pages import open_page
from core.links import link_token


@csrf_exempt  # mail programs post it by themselves (RFC 8058); the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_report_end(request: HttpRequest, user_id: UUID, token: str) -> HttpResponse:
    """Ask whether to end the letters; after a POST they are."""
    if not constant_time_compare(token, link_token("weekly-report", user_id)):
        raise Http404
    user = User.objects.select_related("organisation").filter(pk=user_id, organisation__isnull=False).first()
    if user is None or user.organisation is None:
        raise Http404
    if request.method == "POST":
        letters_set(user=user, weekly_report=False)
    language = user.language or user.organisation.language
    context = {"organisation": user.organisation, "ended": not user.weekly_report}
    return open_page(request, "office/weekly_report_end.html", context, default=language)
