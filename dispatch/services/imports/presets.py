"""Sources whose files we know: what their columns mean, and what an organisation needs to plan their work.

`boston311` reads the City of Boston's 311 service requests (open data). Requests, times, types, neighbourhoods
and places are the city's. INVENTED here, so that the work can be planned at all: how long each type takes, its
skills, targets and priority (SERVICE_TYPES), and a crew of 24 technicians with homes in the neighbourhoods.
"""

from dataclasses import dataclass
from itertools import cycle
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from communities.models import Organisation, Region
from communities.services.organisations import organisation_create
from dispatch.models import Technician
from dispatch.services.catalogue import ServiceTypeGiven, service_types_ensure
from dispatch.services.imports.rows import RequestFormat
from dispatch.services.imports.technicians import TechnicianRow, technicians_upsert
from dispatch.services.imports.values import break_rule, working_hours


@dataclass(frozen=True, slots=True)
class Preset:
    """A source, and the organisation that its requests go to unless another is named."""

    slug: str
    name: str
    currency: str
    language: str
    region: tuple[str, str]
    form: RequestFormat
    service_types: tuple[ServiceTypeGiven, ...]
    crew: tuple[TechnicianRow, ...]


def assumed(
    name: str, minutes: int, skills: dict[str, int], respond: int, resolve: int, priority: int
) -> ServiceTypeGiven:
    """A type of service by its name in the source: minutes on site, skills with levels, hours, priority in minutes."""
    return ServiceTypeGiven(
        code=slugify(name),
        name=name,
        name_en=name,
        duration_minutes=minutes,
        skills=skills,
        respond_within_hours=respond,
        resolve_within_hours=resolve,
        priority_minutes=priority,
    )


SERVICE_TYPES = (
    assumed("Street Light Outages", 40, {"lighting": 1}, 48, 240, 120),
    assumed("Street Light Knock Downs", 90, {"lighting": 2}, 4, 72, 240),
    assumed("General Lighting Request", 30, {"lighting": 1}, 72, 240, 90),
    assumed("Sign Repair", 30, {"signals": 1}, 72, 240, 90),
    assumed("Traffic Signal Repair", 60, {"signals": 2}, 4, 24, 300),
    assumed("Building Inspection Request", 45, {"inspection": 1}, 72, 240, 90),
    assumed("Unsatisfactory Living Conditions", 45, {"inspection": 1}, 24, 120, 150),
    assumed("Maintenance Complaint - Residential", 45, {"inspection": 1}, 72, 240, 90),
    assumed("Overflowing or Un-kept Dumpster", 20, {"inspection": 1}, 24, 72, 90),
    assumed("Heat - Excessive  Insufficient", 60, {"heating": 1}, 4, 24, 300),
    assumed("Carbon Monoxide", 45, {"heating": 2}, 1, 4, 480),
    assumed("No Utilities Residential - Water", 45, {"plumbing": 1}, 4, 24, 300),
    assumed("Plumbing", 60, {"plumbing": 2}, 24, 120, 150),
    assumed("Fire Hydrant", 60, {"plumbing": 2}, 8, 72, 200),
    assumed("Catchbasin", 45, {"drainage": 1}, 48, 240, 100),
    assumed("Electrical", 60, {"electrical": 2}, 24, 120, 180),
    assumed("Rodent Activity", 30, {"pest": 1}, 48, 168, 120),
    assumed("Mice Infestation - Residential", 45, {"pest": 1}, 48, 168, 120),
    assumed("Bed Bugs", 60, {"pest": 2}, 48, 168, 150),
    assumed("Pest Infestation - Residential", 45, {"pest": 1}, 48, 168, 120),
    assumed("Ground Maintenance", 60, {"grounds": 1}, 72, 336, 80),
    assumed("Equipment Repair", 60, {"grounds": 1}, 72, 336, 80),
)

# Three of each team; the level is the highest that SERVICE_TYPES asks for, or one below.
TEAMS = (
    {"lighting": 2, "electrical": 2},
    {"signals": 2, "lighting": 1},
    {"inspection": 2, "pest": 1},
    {"lighting": 2, "signals": 2},
    {"pest": 2, "inspection": 1},
    {"plumbing": 2, "heating": 2},
    {"grounds": 2, "drainage": 1},
    {"heating": 1, "inspection": 1, "electrical": 2},
)

# Places in the neighbourhoods, to about 100 m (longitude, latitude).
HOMES = (
    (-71.067, 42.301),  # Dorchester
    (-71.083, 42.315),  # Roxbury
    (-71.152, 42.350),  # Brighton
    (-71.114, 42.310),  # Jamaica Plain
    (-71.038, 42.375),  # East Boston
    (-71.048, 42.336),  # South Boston
    (-71.093, 42.277),  # Mattapan
    (-71.160, 42.280),  # West Roxbury
    (-71.124, 42.256),  # Hyde Park
    (-71.061, 42.378),  # Charlestown
    (-71.130, 42.284),  # Roslindale
    (-71.076, 42.341),  # South End
)

TEAM_SIZE = 3
WEEK = "mon-fri 08:00-17:00"
BREAK = "12:00-13:30 45"
COST_PER_HOUR_MINOR = 4500


def crew(region: str) -> tuple[TechnicianRow, ...]:
    """The invented technicians, B01 to B24: teams and homes in turn."""
    homes = cycle(HOMES)
    return tuple(
        TechnicianRow(
            code=f"B{number:02d}",
            name=f"Technician {number:02d}",
            name_en=f"Technician {number:02d}",
            region=region,
            home=next(homes),
            skills=skills,
            hours=working_hours(WEEK),
            break_rule=break_rule(BREAK),
            cost_per_hour_minor=COST_PER_HOUR_MINOR,
        )
        for number, skills in enumerate(TEAMS * TEAM_SIZE, start=1)
    )


BOSTON311 = Preset(
    slug="boston311",
    name="Boston 311",
    currency="USD",
    language="en",
    region=("boston", "Boston"),
    form=RequestFormat(
        source="boston311",
        zone=ZoneInfo("America/New_York"),
        time_form="%m/%d/%Y %I:%M:%S %p",
        names={
            "reference": "CASE_ENQUIRY_ID",
            "opened_at": "OPEN_DT",
            "resolve_by": "TARGET_DT",
            "closed_at": "CLOSED_DT",
            "service_type": "TYPE",
            "description": "REASON",
            "community": "neighborhood",
            "site": "Property_ID",
            "lat": "LATITUDE",
            "lon": "LONGITUDE",
        },
        # The same place under a shorter name; "Boston" is the city, so that the point decides.
        community_aliases={
            "Allston": "Allston / Brighton",
            "Brighton": "Allston / Brighton",
            "Mattapan": "Greater Mattapan",
            "South Boston": "South Boston / South Boston Waterfront",
            "Boston": "",
        },
    ),
    service_types=SERVICE_TYPES,
    crew=crew("boston"),
)

PRESETS = {BOSTON311.slug: BOSTON311}


@transaction.atomic
def preset_prepare(*, preset: Preset, organisation: Organisation | None = None) -> Organisation:
    """Give an organisation what the preset's requests need; without one, the preset's own, made if missing.

    Service types that are there stay as they are, and so does the crew as soon as there is any technician.
    """
    if organisation is None:
        organisation = Organisation.objects.filter(slug=preset.slug).first() or organisation_create(
            slug=preset.slug,
            name=preset.name,
            time_zone=preset.form.zone.key,
            currency=preset.currency,
            language=preset.language,
        )
    code, name = preset.region
    if not Region.objects.filter(organisation=organisation).exists():
        Region.objects.create(organisation=organisation, code=code, name=name, name_en=name)
    service_types_ensure(organisation=organisation, given=preset.service_types)
    if not Technician.objects.filter(organisation=organisation).exists():
        technicians_upsert(organisation=organisation, rows=preset.crew)
    return organisation
