"""Makes the sample company and its requests from a seed. Invented throughout; see ATTRIBUTION.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from shapely import MultiPolygon, Point

from communities.sample.catalogue import (
    ADD_ONS,
    BREAKS,
    DEMAND,
    DESCRIPTIONS,
    GIVEN_NAMES,
    NIGHT_QUIET,
    NOON_QUIET,
    SERVED_VILLAGES,
    SERVICE_TYPES,
    SKILLS,
    SURNAMES,
    TEAM,
    WINDOWS,
    WORKING_HOURS,
)
from communities.sample.records import (
    TIME_ZONE,
    AwkwardRequest,
    SampleCity,
    SampleCommunity,
    SampleHousehold,
    SampleRegion,
    SampleRequest,
    SampleTechnician,
)
from communities.sample.seeding import seeded
from communities.sample.villages import Village, villages

CITY = "台北市"
HOUSEHOLDS_PER_BUILDING = 4
WINDOW_SHARE = 0.3


def sample_city(seed: int) -> SampleCity:
    """The company for a seed: 24 communities in two districts, 14 technicians, about 380 households."""
    served = served_villages()
    communities = tuple(make_community(seed, village) for village in served)
    households = [
        home for number, one in enumerate(communities) for home in make_households(seed, number, one)
    ]
    return SampleCity(
        seed=seed,
        regions=tuple(
            SampleRegion(*codes) for codes in sorted({(v.town_code, v.town, v.town_en) for v in served})
        ),
        communities=communities,
        skills=SKILLS,
        technicians=make_technicians(seed),
        service_types=SERVICE_TYPES,
        add_ons=ADD_ONS,
        households=tuple(households),
    )


def served_villages() -> tuple[Village, ...]:
    """The villages under contract, by code."""
    return tuple(one for one in villages() if one.name in SERVED_VILLAGES.get(one.town, ()))


def make_community(seed: int, village: Village) -> SampleCommunity:
    """A village as a contracted community of 12 to 20 households."""
    random = seeded(seed, "community", village.code)
    return SampleCommunity(
        code=village.code,
        name=village.name,
        name_en=village.name_en,
        region_code=village.town_code,
        boundary=village.boundary,
        households=random.randint(12, 20),
        gate_minutes=random.choice((2, 3, 3, 4, 6)),
        quiet_hours=(NOON_QUIET, NIGHT_QUIET) if random.random() < 0.25 else (NIGHT_QUIET,),
    )


def make_households(seed: int, number: int, community: SampleCommunity) -> list[SampleHousehold]:
    """The households of the community with this ordinal number, a few in each building."""
    random = seeded(seed, "households", community.code)
    district = next(one.town for one in villages() if one.town_code == community.region_code)
    homes: list[SampleHousehold] = []
    while len(homes) < community.households:
        building = len(homes) // HOUSEHOLDS_PER_BUILDING
        lon, lat = point_inside(community.boundary, random)
        # The number grows with the building, so that no two buildings of a village share an address.
        door = f"{random.randint(1, 24)}鄰{10 * building + random.randint(1, 9)}號"
        for floor in random.sample(range(2, 13), HOUSEHOLDS_PER_BUILDING):
            name, name_en = person(random)
            serial = 100 * number + len(homes) + 1
            homes.append(
                SampleHousehold(
                    code=f"H{serial:04d}",
                    community_code=community.code,
                    customer_name=name,
                    customer_name_en=name_en,
                    phone=f"02-00{serial // 100:02d}-{1000 + serial % 100:04d}",
                    email=f"h{serial:04d}@example.com",
                    address=f"{CITY}{district}{community.name}{door}{floor}樓",
                    unit=random.choice(("", "", "A室", "B室")),
                    lon=lon,
                    lat=lat,
                )
            )
    return homes[: community.households]


def make_technicians(seed: int) -> tuple[SampleTechnician, ...]:
    """A team of seven in each district, living there."""
    towns = sorted({village.town_code for village in served_villages()})
    rows = [(town, place) for town in towns for place in range(len(TEAM))]
    return tuple(make_technician(seed, number, town, place) for number, (town, place) in enumerate(rows))


def make_technician(seed: int, number: int, town_code: str, place: int) -> SampleTechnician:
    """The technician in this place of the district's team."""
    random = seeded(seed, "technician", number)
    home = random.choice([one for one in villages() if one.town_code == town_code])
    lon, lat = point_inside(home.boundary, random)
    name, name_en = person(random)
    return SampleTechnician(
        code=f"T{number + 1:02d}",
        name=name,
        name_en=name_en,
        region_code=town_code,
        home_lon=lon,
        home_lat=lat,
        skills=TEAM[place],
        working_hours=WORKING_HOURS[number % len(WORKING_HOURS)],
        break_rule=random.choice(BREAKS),
        cost_per_hour_minor=random.randrange(380, 561, 20),
    )


def person(random: Random) -> tuple[str, str]:
    """A common name in Chinese and in the romanisation usual in Taiwan."""
    (surname, surname_en), (given, given_en) = random.choice(SURNAMES), random.choice(GIVEN_NAMES)
    return surname + given, f"{given_en} {surname_en}"


def point_inside(boundary: MultiPolygon, random: Random) -> tuple[float, float]:
    """A uniform point strictly inside, on a grid of about 0.1 m (rejection from the bounding box)."""
    west, south, east, north = boundary.bounds
    while True:
        lon, lat = round(random.uniform(west, east), 6), round(random.uniform(south, north), 6)
        if boundary.contains(Point(lon, lat)):
            return lon, lat


def requests_for(city: SampleCity, day: date, count: int, seed: int) -> list[SampleRequest]:
    """Requests wanted on a day, by reference; no household asks twice.

    Raises ValueError when there are fewer households than requests.
    """
    random = seeded(city.seed, "requests", day, seed)
    homes = random.sample(city.households, count)
    return [make_request(random, home, day, number) for number, home in enumerate(homes, start=1)]


def make_request(random: Random, home: SampleHousehold, day: date, number: int) -> SampleRequest:
    """One household's request, opened during the three days before `day`."""
    service_type = random.choices(list(DEMAND), weights=list(DEMAND.values()))[0]
    description, description_en = random.choice(DESCRIPTIONS[service_type])
    minutes_before = random.randrange(60, 3 * 24 * 60)
    window = random.choice(WINDOWS) if random.random() < WINDOW_SHARE else None
    return SampleRequest(
        reference=f"R{day:%y%m%d}-{number:04d}",
        opened_at=local(day, 8) - timedelta(minutes=minutes_before),
        closed_at=None,
        service_type=service_type,
        customer_name=home.customer_name,
        phone=home.phone,
        email=home.email,
        address=home.address,
        unit=home.unit,
        lon=home.lon,
        lat=home.lat,
        community=home.community_code,
        window_start=local(day, window[0]) if window else None,
        window_end=local(day, window[1]) if window else None,
        description=description,
        description_en=description_en,
    )


def local(day: date, hour: int) -> datetime:
    """An hour of the city's day as an instant in UTC."""
    return datetime.combine(day, time(hour), tzinfo=TIME_ZONE).astimezone(UTC)


def awkward_requests(city: SampleCity, day: date, seed: int) -> list[AwkwardRequest]:
    """Rows that test an import, each with the end it should come to; references R……-9001 and up.

    Their households may also appear in `requests_for`.
    """
    random = seeded(city.seed, "awkward", day, seed)
    homes = random.sample(city.households, 5)
    rows = [make_request(random, home, day, 9001 + number) for number, home in enumerate(homes)]
    known, unknown, backwards, untyped, far = (
        replace(row, community="", window_start=None, window_end=None) for row in rows
    )
    return [
        AwkwardRequest(
            replace(known, lon=None, lat=None), "placed", "no coordinates; the address is a known household's"
        ),
        AwkwardRequest(
            replace(unknown, lon=None, lat=None, address="台北市大安區無名里999鄰1號1樓"),
            "unplaced",
            "no coordinates; nobody knows the address",
        ),
        AwkwardRequest(
            replace(backwards, closed_at=backwards.opened_at - timedelta(hours=5)),
            "rejected",
            "closed before it was opened",
        ),
        AwkwardRequest(
            replace(untyped, service_type="piano_tuning"), "rejected", "the service type is unknown"
        ),
        AwkwardRequest(
            replace(far, lon=121.0, lat=23.5, address=""),
            "unplaced",
            "the point is in the mountains, far from every community",
        ),
    ]
