"""Organisations: made once, by an import, the sample city or an administrator."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from communities.errors import OrganisationInvalid, OrganisationKnown
from communities.models import Organisation
from core.money import DECIMALS


def organisation_create(
    *,
    slug: str,
    name: str,
    time_zone: str = "Asia/Taipei",
    currency: str = "TWD",
    language: str = "zh-hant",
    is_sample: bool = False,
) -> Organisation:
    """Make an organisation.

    Raises OrganisationInvalid for a slug, IANA time zone or ISO currency that is none, and OrganisationKnown
    when the slug is taken.
    """
    _check(slug, time_zone, currency)
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                slug=slug,
                name=name,
                time_zone=time_zone,
                currency=currency,
                language=language,
                is_sample=is_sample,
            )
    except IntegrityError as error:
        raise OrganisationKnown(f"there is an organisation {slug!r} already") from error


def _check(slug: str, time_zone: str, currency: str) -> None:
    if not slug or slug != slugify(slug):
        raise OrganisationInvalid(f"{slug!r} is no slug: use small letters, digits and hyphens")
    if currency not in DECIMALS:
        raise OrganisationInvalid(f"{currency!r} is no currency of ours: use one of {', '.join(DECIMALS)}")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise OrganisationInvalid(f"{time_zone!r} is no time zone: Asia/Taipei is one") from error
