"""One row of a requests' file → a RequestRow, or BadRow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from communities.services.customers import customer_key
from communities.services.placement import KEY_LENGTH, site_key
from core.tabular import BadRow, Columns
from dispatch.models import ServiceType
from dispatch.services.imports import values

REQUIRED = ("reference", "opened_at", "service_type")
OPTIONAL = (
    "closed_at",
    "customer",
    "phone",
    "email",
    "address",
    "unit",
    "lon",
    "lat",
    "community",
    "window_start",
    "window_end",
    "description",
    "resolve_by",
    "site",
)
PLACE_FIELDS = ({"lon", "lat"}, {"address"})  # a file has one of the two


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFormat:
    """How to read a source's file: what its columns are called and what its values mean.

    `time_form` is a strptime format (ISO 8601 without one), `zone` that of times without an offset;
    `community_aliases` maps a community's name in the source to ours, or to "" for none.
    """

    source: str
    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    time_form: str = ""
    default_type: str = ""
    community_aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> Columns:
        return Columns(REQUIRED, OPTIONAL, self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A service request as its source gives it; times in UTC."""

    line: int
    fingerprint: bytes
    reference: str
    service_type: ServiceType
    opened_at: datetime
    closed_at: datetime | None
    resolve_by: datetime | None
    window: tuple[datetime, datetime] | None
    customer: str
    phone: str
    email: str
    address: str
    unit: str
    place: tuple[float, float] | None
    community: str
    site_key: str
    description: str

    @property
    def customer_key(self) -> str:
        """See customer_key; "" for nobody."""
        return customer_key(
            name=self.customer or self.phone, phone=self.phone, email=self.email, address=self.address
        )


class RowReader:
    """Reads the rows of one file. Knows the organisation's service types by code and by name."""

    def __init__(self, form: RequestFormat, types: list[ServiceType]) -> None:
        self._form = form
        self._types = {
            name.casefold(): one for one in types for name in (one.name_en, one.name, one.code) if name
        }

    def read(self, line: int, cells: Mapping[str, str]) -> RequestRow:
        """Raises BadRow for the first thing that is wrong."""
        opened_at = self._instant(cells, "opened_at")
        if opened_at is None:
            raise BadRow("missing value", field="opened_at", expected="when it was asked for")
        resolve_by = self._instant(cells, "resolve_by")
        place = values.place(cells.get("lon", ""), cells.get("lat", ""))
        address = values.text(cells.get("address", ""), "address", 240)
        if place is None and not address:
            raise BadRow("no coordinates and no address", field="lon,lat,address", expected="one of the two")
        unit = values.text(cells.get("unit", ""), "unit", 40)
        community = values.text(cells.get("community", ""), "community", 80)
        return RequestRow(
            line=line,
            fingerprint=blake2b("\x1f".join(cells.values()).encode(), digest_size=16).digest(),
            reference=values.needed(cells["reference"], "reference", 80),
            service_type=self._type(cells["service_type"]),
            opened_at=opened_at,
            closed_at=self._closed_at(cells, opened_at),
            resolve_by=resolve_by if resolve_by and resolve_by >= opened_at else None,
            window=self._window(cells),
            customer=values.text(cells.get("customer", ""), "customer", 160),
            phone=values.text(cells.get("phone", ""), "phone", 40),
            email=values.email(cells.get("email", "")),
            address=address,
            unit=unit,
            place=place,
            community=self._form.community_aliases.get(community, community),
            site_key=self._site_key(cells.get("site", ""), address, unit, place),
            description=cells.get("description", ""),
        )

    def _instant(self, cells: Mapping[str, str], name: str) -> datetime | None:
        return values.instant(cells.get(name, ""), name, self._form.zone, self._form.time_form)

    def _closed_at(self, cells: Mapping[str, str], opened_at: datetime) -> datetime | None:
        closed_at = self._instant(cells, "closed_at")
        if closed_at is not None and closed_at < opened_at:
            raise BadRow(
                "closed before opened",
                field="closed_at",
                value=cells["closed_at"],
                expected=f"not before {cells['opened_at']}",
            )
        return closed_at

    def _window(self, cells: Mapping[str, str]) -> tuple[datetime, datetime] | None:
        begin, end = self._instant(cells, "window_start"), self._instant(cells, "window_end")
        if begin is None and end is None:
            return None
        if begin is None or end is None:
            raise BadRow("half a window", field="window_start,window_end", expected="both or none")
        if end <= begin:
            raise BadRow(
                "window end before start",
                field="window_end",
                value=cells["window_end"],
                expected=f"after {cells['window_start']}",
            )
        return begin, end

    def _type(self, name: str) -> ServiceType:
        found = self._types.get(name.casefold()) or self._types.get(self._form.default_type.casefold())
        if found is None:
            known = ", ".join(sorted({one.code for one in self._types.values()}))
            raise BadRow("unknown service type", field="service_type", value=name, expected=known[:500])
        return found

    def _site_key(self, site: str, address: str, unit: str, place: tuple[float, float] | None) -> str:
        if site:
            return f"{self._form.source}:{site}"[:KEY_LENGTH]
        lon, lat = place or (None, None)
        return site_key(address=address, unit=unit, lon=lon, lat=lat)
