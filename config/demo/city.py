"""The sample company: made through the same imports and services that a real one uses."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from billing.services.imports.catalogue import catalogue_import
from communities.models import Organisation, Region, User
from communities.sample.csv_files import write_requests_csv, write_services_csv, write_technicians_csv
from communities.sample.generator import awkward_requests, requests_for, sample_city
from communities.sample.records import CURRENCY, SAMPLE_PASSWORD, TIME_ZONE, SampleCity, SampleCommunity
from communities.sample.villages import Village, villages
from communities.services.community_import import communities_import
from communities.services.organisations import organisation_create
from communities.services.people import user_create
from core.tabular import Rejects
from dispatch.models import Technician
from dispatch.services.catalogue import skills_name
from dispatch.services.imports.requests import RequestImport, requests_import
from dispatch.services.imports.rows import RequestFormat
from dispatch.services.imports.technicians import technicians_import

REQUESTS_A_DAY = 120


@dataclass(frozen=True)
class Company:
    """The organisation of one demonstration, and the invented city behind it."""

    organisation: Organisation
    city: SampleCity
    seed: int

    def account(self, role: User.Role) -> User:
        user = User.objects.filter(organisation=self.organisation, role=role).order_by("username").first()
        assert user is not None
        return user


def company_make(seed: int) -> Company:
    """A fresh organisation with Taipei's villages, technicians, services, prices and accounts."""
    number = Organisation.objects.filter(is_sample=True).count() + 1
    organisation = organisation_create(
        slug=f"taipei-{number}",
        name=f"鄰里台北 Linli Taipei {number}",
        time_zone=str(TIME_ZONE),
        currency=CURRENCY,
        is_sample=True,
    )
    city = sample_city(seed)
    _communities_load(organisation, city)
    _technicians_load(organisation, city)
    _catalogue_load(organisation, city)
    _accounts_make(organisation, city)
    return Company(organisation, city, seed)


def requests_load(company: Company, day: date, *, awkward: bool) -> RequestImport:
    """Import what customers asked for the day before `day`; `awkward` adds rows that no import likes."""
    rows = list(requests_for(company.city, day - timedelta(days=1), REQUESTS_A_DAY, company.seed))
    if awkward:
        rows += [row.request for row in awkward_requests(company.city, day - timedelta(days=1), company.seed)]
    with _folder() as folder:
        path = folder / "requests.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_requests_csv(rows, file)
        with Rejects(folder / "rejects.csv") as rejects:
            form = RequestFormat(source="csv", zone=company.organisation.zone)
            return requests_import(
                organisation=company.organisation, source=str(path), form=form, rejects=rejects
            )


def _communities_load(organisation: Organisation, city: SampleCity) -> None:
    served = {community.code: community for community in city.communities}
    with _folder() as folder:
        path = folder / "villages.geojson"
        features = [_feature(village, served.get(village.code)) for village in villages()]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        with Rejects(folder / "rejects.csv") as rejects:
            communities_import(organisation=organisation, source=str(path), rejects=rejects)


def _feature(village: Village, served: SampleCommunity | None) -> dict[str, object]:
    """A village as a map file has it; one that the company serves comes with what it knows of it."""
    properties: dict[str, object] = {
        "code": village.code,
        "name": village.name,
        "name_en": village.name_en,
        "region": village.town_code,
        "region_name": village.town,
        "region_name_en": village.town_en,
        "kind": "village",
        "households": None,
        "gate_minutes": 0,
        "quiet_from": None,
        "quiet_until": None,
    }
    if served is not None:
        properties |= {"households": served.households, "gate_minutes": served.gate_minutes}
        for start, end in served.quiet_hours:
            if start < end:  # the night's quiet hours are outside everybody's shift
                properties |= {"quiet_from": f"{start:%H:%M}", "quiet_until": f"{end:%H:%M}"}
    return {"type": "Feature", "properties": properties, "geometry": village.boundary.__geo_interface__}


def _technicians_load(organisation: Organisation, city: SampleCity) -> None:
    with _folder() as folder:
        path = folder / "technicians.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_technicians_csv(city.technicians, file)
        with Rejects(folder / "rejects.csv") as rejects:
            technicians_import(organisation=organisation, source=str(path), rejects=rejects)


def _catalogue_load(organisation: Organisation, city: SampleCity) -> None:
    skills_name(
        organisation=organisation,
        names={skill.code: (skill.name, skill.name_en) for skill in city.skills},
    )
    with _folder() as folder:
        path = folder / "services.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write_services_csv(city, file)
        with Rejects(folder / "rejects.csv") as rejects:
            catalogue_import(organisation=organisation, source=str(path), rejects=rejects)


def _accounts_make(organisation: Organisation, city: SampleCity) -> None:
    """One account of each office role, a manager for each region served, and one for each technician."""
    place = organisation.slug
    for name, role in (("ada", User.Role.ADMINISTRATOR), ("dora", User.Role.DISPATCHER)):
        user_create(
            organisation=organisation, username=f"{name}@{place}", password=SAMPLE_PASSWORD, role=role
        )
    served = Region.objects.filter(organisation=organisation, code__in=[one.code for one in city.regions])
    for region in served:
        user_create(
            organisation=organisation,
            username=f"manager-{region.code}@{place}",
            password=SAMPLE_PASSWORD,
            role=User.Role.REGIONAL_MANAGER,
            regions=[region],
        )
    for technician in Technician.objects.filter(organisation=organisation):
        technician.user = user_create(
            organisation=organisation,
            username=f"{technician.code.lower()}@{place}",
            password=SAMPLE_PASSWORD,
            role=User.Role.TECHNICIAN,
            name=technician.name,
        )
        technician.save(update_fields=["user"])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="linli-demo-") as name:
        yield Path(name)
