"""What pages for people without an account share: their language, and headers that keep the address secret."""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header


class Policy(Enum):
    """What a page may load, beside styles and pictures: nothing comes from another origin, but for a map that the
    settings want from outside."""

    PLAIN = ("img-src 'self' data:", "")
    SCRIPTS = ("img-src 'self' data:", "; script-src 'self'; connect-src 'self'")
    APP = (
        "img-src 'self' data: blob:",
        "; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'",
    )
    MAP = (
        "img-src 'self' data: blob:{map}",
        "; script-src 'self'; connect-src 'self'{map}; worker-src 'self'",
    )

    def header(self, form_action: str) -> str:
        """Content-Security-Policy (W3C, level 3)."""
        outside = "".join(f" {origin}" for origin in map_origins())
        pictures, scripts = (part.format(map=outside) for part in self.value)
        return (
            f"default-src 'none'; style-src 'self'; {pictures}; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action {form_action}{scripts}"
        )


def map_origins() -> list[str]:
    """Where the map from outside comes from (MAP_STYLE_URL); its tiles, signs and letters may have other origins."""
    if not settings.MAP_STYLE_URL:
        return []
    style = urlsplit(settings.MAP_STYLE_URL)
    return list(dict.fromkeys([f"{style.scheme}://{style.netloc}", *settings.MAP_ORIGINS]))


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    language: str,
    zone: ZoneInfo | None = None,
    status: int = 200,
    form_action: str = "'self'",
    referrer_policy: str = "no-referrer",
    policy: Policy = Policy.PLAIN,
) -> HttpResponse:
    """Render `template` in `language`, with times in `zone` (else in the one in force); never to be stored, indexed,
    framed, or told to another site."""
    shown = {**context, "languages": settings.LANGUAGES}
    with translation.override(language), timezone.override(zone or timezone.get_current_timezone()):
        response = HttpResponse(render_to_string(template, shown, request), status=status)
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = referrer_policy
    response["X-Robots-Tag"] = "noindex"
    response["Content-Security-Policy"] = policy.header(form_action)
    return response


def language_for(request: HttpRequest, default: str) -> str:
    """What the address asks for (?lang=), else the first that the browser prefers and we have, else `default`."""
    wanted = [request.GET.get("lang", "")]
    wanted += [code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for code in [*wanted, default]:
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def gone(request: HttpRequest) -> HttpResponse:
    """The one answer to a secret address that is unknown, wrong or over: they look the same from outside."""
    return page(
        request,
        "customer/gone.html",
        {},
        language=language_for(request, settings.LANGUAGE_CODE),
        status=404,
    )
