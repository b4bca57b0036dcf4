"""From an address to a point, through geopy.

settings.GEOCODER chooses who answers:

- `gazetteer`, offline: the organisation's own sites with the same address, spelt in whatever way;
- `nominatim`: the Nominatim-compatible service at settings.NOMINATIM_URL, at most one question a second in
  this process (the public service's usage policy), each answer remembered in the cache.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.cache import cache as answers
from django.db import connection, transaction
from geopy import Location
from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderQuotaExceeded, GeocoderRateLimited, GeocoderTimedOut, GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim
from geopy.geocoders.base import Geocoder

from communities.models import Organisation, Site
from communities.services.placement import address_normalised, sites_place
from core.outbox import emit

TIMEOUT_S = 5
SECONDS_BETWEEN = 1.0
REMEMBER_FOUND_S = 30 * 24 * 3600
REMEMBER_UNKNOWN_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Geocoded:
    """Where an address is (WGS 84 degrees), and who says so."""

    lon: float
    lat: float
    provider: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why an address has no point, for people to read."""

    reason: str


class GeocoderFailed(Exception):
    """The provider gave no answer, for a reason that people can read. Ask again later."""


class Gazetteer(Geocoder):  # type: ignore[misc]
    """geopy's interface over the sites that one organisation knows. Needs no network."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__()
        self._organisation = organisation

    def geocode(self, query: str, **options: Any) -> Location | None:
        """The place of the oldest site with this address, or None. Takes geopy's options and needs none.

        A site's key begins with its address (placement.site_key), and keys have an index for beginnings. Sites
        that go by their source's own number are not found this way.
        """
        beginning = f"{address_normalised(query)}|"
        known = Site.objects.filter(organisation=self._organisation, key__startswith=beginning)
        point = known.exclude(point=None).order_by("created_at", "id").values_list("point", flat=True).first()
        return Location(query, (point.y, point.x), {}) if point else None


# The same spelling rule as address_normalised, where the addresses are.
NORMALISED = "lower(regexp_replace(replace(normalize({}, NFKC), '臺', '台'), '[[:space:],]', '', 'g'))"

FILL_FROM_GAZETTEER = f"""
WITH lost AS (
    SELECT id, {NORMALISED.format("address")} AS spelt
    FROM communities_site
    WHERE organisation_id = %(organisation)s AND point IS NULL AND address <> ''
), known AS (
    SELECT DISTINCT ON (spelt) spelt, point
    FROM (
        SELECT {NORMALISED.format("address")} AS spelt, point, created_at, id
        FROM communities_site
        WHERE organisation_id = %(organisation)s AND point IS NOT NULL AND address <> ''
    ) AS site
    ORDER BY spelt, created_at, id
)
UPDATE communities_site AS site
SET point = known.point, placement_note = ''
FROM lost JOIN known USING (spelt)
WHERE site.id = lost.id
RETURNING site.id
"""  # noqa: S608 the parts are written above

NOTE_UNKNOWN = """
UPDATE communities_site
SET placement_note = CASE WHEN address = '' THEN 'no coordinates and no address'
                          ELSE 'no coordinates, and no known site has this address' END
WHERE organisation_id = %(organisation)s AND point IS NULL
"""


def geocode(address: str, organisation: Organisation) -> Geocoded | NotFound:
    """Where `address` is, or that the provider does not know it.

    Raises GeocoderFailed when the provider gives no answer: it may, later. Raises RuntimeError when called inside
    a transaction while the provider is on the network: a slow answer would hold locks.
    """
    if not address.strip():
        return NotFound("no address")
    if settings.GEOCODER == "gazetteer":
        place = Gazetteer(organisation).geocode(address)
        return _answer(place, "gazetteer", "no known site has this address")
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("geocode() must not be called inside a transaction")
    return _remembered(address, organisation)


def place_known(address: str, organisation: Organisation) -> Geocoded | None:
    """Where a site of ours with this address is; never asks anybody else."""
    place = Gazetteer(organisation).geocode(address) if address.strip() else None
    return Geocoded(lon=place.longitude, lat=place.latitude, provider="gazetteer") if place else None


def site_locate(*, subject_id: UUID) -> None:
    """Look one site's address up and place it, or note that nobody knows it. Follows `site.unlocated`.

    Tells `site.placed`. Raises GeocoderFailed, with the reason noted: that is no answer, and is tried again.
    """
    site = Site.objects.select_related("organisation").get(pk=subject_id)
    if site.point is not None:
        return
    unlocated = Site.objects.filter(pk=site.pk, point=None)
    try:
        answer = geocode(site.address, site.organisation)
    except GeocoderFailed as failure:
        unlocated.update(placement_note=str(failure)[:240])
        raise
    if isinstance(answer, NotFound):
        unlocated.update(placement_note=answer.reason[:240])
        return
    with transaction.atomic():
        unlocated.update(point=Point(answer.lon, answer.lat, srid=4326), placement_note="")
        sites_place(organisation=site.organisation, site_ids=[site.pk])
        if Site.objects.filter(pk=site.pk).exclude(community=None).exists():
            emit("site.placed", site.pk)


def sites_geocode(
    *, organisation: Organisation, progress: Callable[[int, int], None] | None = None
) -> list[UUID]:
    """Look for the points of the organisation's sites with an address and none; the ids of those found.

    They still have to be placed (placement.sites_place). The gazetteer answers for all in one statement; for a
    provider on the network every address is asked once, outside any transaction, and `progress(done, of)` is
    told. Sites that stay without a point get the reason as their note, a failure of the provider too.
    """
    if settings.GEOCODER == "gazetteer":
        return _fill_from_gazetteer(organisation)
    lost = Site.objects.filter(organisation=organisation, point=None).exclude(address="")
    addresses = list(lost.order_by("address").values_list("address", flat=True).distinct())
    found: list[UUID] = []
    for done, address in enumerate(addresses, start=1):
        answer = _attempt(address, organisation)
        sites = lost.filter(address=address)
        if isinstance(answer, Geocoded):
            ids = list(sites.values_list("id", flat=True))
            point = Point(answer.lon, answer.lat, srid=4326)
            Site.objects.filter(pk__in=ids, point=None).update(point=point, placement_note="")
            found.extend(ids)
        else:
            sites.update(placement_note=answer.reason[:240])
        if progress:
            progress(done, len(addresses))
    return found


def _attempt(address: str, organisation: Organisation) -> Geocoded | NotFound:
    try:
        return geocode(address, organisation)
    except GeocoderFailed as failure:
        return NotFound(str(failure))


@transaction.atomic
def _fill_from_gazetteer(organisation: Organisation) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(FILL_FROM_GAZETTEER, {"organisation": organisation.pk})
        found = [site_id for (site_id,) in cursor.fetchall()]
        cursor.execute(NOTE_UNKNOWN, {"organisation": organisation.pk})
    return found


def _remembered(address: str, organisation: Organisation) -> Geocoded | NotFound:
    """Ask once: what the provider found or does not know is kept. Raises GeocoderFailed."""
    url = settings.NOMINATIM_URL
    name = f"{url} {organisation.language} {address_normalised(address)}"
    key = f"geocode:{hashlib.sha256(name.encode()).hexdigest()}"
    answer: Geocoded | NotFound | None = answers.get(key)
    if answer is not None:
        return answer
    try:
        place = _nominatim(url)(address, language=organisation.language)
    except GeopyError as error:
        raise GeocoderFailed(_failure(error)) from error
    answer = _answer(place, "nominatim", "the geocoder does not know this address")
    answers.set(key, answer, REMEMBER_FOUND_S if isinstance(answer, Geocoded) else REMEMBER_UNKNOWN_S)
    return answer


@cache
def _nominatim(url: str) -> RateLimiter:
    """One question at a time, for the whole process."""
    address = urlsplit(url)
    client = Nominatim(
        scheme=address.scheme,
        domain=f"{address.netloc}{address.path}",
        user_agent=settings.NOMINATIM_USER_AGENT,
        timeout=TIMEOUT_S,
        adapter_factory=URLLibAdapter,  # geopy's other one repeats a question by itself, past the limit
    )
    return RateLimiter(
        client.geocode, min_delay_seconds=SECONDS_BETWEEN, max_retries=0, swallow_exceptions=False
    )


def _answer(place: Location | None, provider: str, unknown: str) -> Geocoded | NotFound:
    if place is None:
        return NotFound(unknown)
    return Geocoded(lon=place.longitude, lat=place.latitude, provider=provider)


def _failure(error: GeopyError) -> str:
    if isinstance(error, GeocoderRateLimited | GeocoderQuotaExceeded):
        return "the geocoder refuses more questions for now"
    if isinstance(error, GeocoderTimedOut):
        return "the geocoder did not answer in time"
    return f"the geocoder failed: {type(error).__name__}"
