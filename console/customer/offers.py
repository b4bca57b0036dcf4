"""The customer's estimate: options, one of which can be accepted at home. No account; the address is the secret."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from billing.errors import OfferDecided, OfferUnknown, OptionUnknown
from billing.models import Offer
from billing.selectors.offers import offer_of_customer
from billing.services.offers import offer_decide_by_customer
from console.customer.pages import gone, language_for, page
from core.languages import name_in


class DecisionForm(forms.Form):
    """An option with the customer's name, or the button that wants none."""

    option = forms.UUIDField(required=False)
    name = forms.CharField(max_length=160, required=False)
    refuse = forms.BooleanField(required=False)

    def clean(self) -> None:
        said = self.cleaned_data
        if not said.get("refuse") and not (said.get("option") and said.get("name")):
            raise forms.ValidationError("an option and a name")


@csrf_exempt  # nothing is done in anybody's name: who has the address may decide, from any page
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, offer_id: UUID, token: str) -> HttpResponse:
    """The estimate. Acts on POST only, because mail scanners open links."""
    try:
        shown = offer_of_customer(offer_id, token)
    except OfferUnknown:
        return gone(request)
    if request.method == "GET":
        return _shown(request, shown)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _shown(request, shown, status=422)
    option = None if form.cleaned_data["refuse"] else form.cleaned_data["option"]
    try:
        offer_decide_by_customer(
            offer=shown, option_id=option, name=form.cleaned_data["name"], now=timezone.now()
        )
    except (OfferDecided, OptionUnknown):
        return _shown(request, offer_of_customer(offer_id, token), status=409)
    return _shown(request, offer_of_customer(offer_id, token))


def _shown(request: HttpRequest, shown: Offer, *, status: int = 200) -> HttpResponse:
    language = language_for(request, shown.organisation.language)
    service = shown.visit.service_type
    context = {
        "organisation": shown.organisation,
        "offer": shown,
        "options": [
            {
                "option": option,
                "lines": [(name_in(language, line.item), line.quantity) for line in option.lines.all()],
            }
            for option in shown.options.all()
        ],
        "service": name_in(language, service),
        "is_open": shown.state == Offer.State.OFFERED and timezone.now() < shown.expires_at,
        "incomplete": status == 422,
    }
    return page(
        request,
        "customer/offer.html",
        context,
        language=language,
        zone=shown.organisation.zone,
        status=status,
    )
