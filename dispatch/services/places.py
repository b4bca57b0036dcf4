"""Where technicians were last: told by their devices during a shift, shown to dispatch, gone at the end of the day."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.db import transaction

from communities.access import Caller
from dispatch.errors import NotForYourRole, OffShift, PlacesNotKept
from dispatch.models import FieldProfile, Shift, Technician, TechnicianPlace
from dispatch.selectors.places import field_profile_of
from dispatch.services.execution import check_not_ahead


@transaction.atomic
def place_tell(
    *, caller: Caller, lon: float, lat: float, accuracy_m: int, seen_at: datetime, now: datetime
) -> None:
    """Keep where the caller was at `seen_at`, in the place of what was known; an older place changes nothing.

    For technicians (NotForYourRole), of themselves. Raises PlacesNotKept where the company does not want it, OffShift
    for what was not seen during a shift that still goes on, and TimeImpossible.
    """
    check_not_ahead(seen_at, now)
    technician = _technician(caller)
    if not field_profile_of(caller.organisation).keeps_places:
        raise PlacesNotKept
    if not Shift.objects.filter(technician=technician, starts_at__lte=seen_at, ends_at__gte=now).exists():
        raise OffShift
    seen = {"point": Point(lon, lat, srid=4326), "accuracy_m": accuracy_m, "seen_at": seen_at}
    new = TechnicianPlace(organisation_id=technician.organisation_id, technician=technician, **seen)
    TechnicianPlace.objects.bulk_create([new], ignore_conflicts=True)
    TechnicianPlace.objects.filter(technician=technician, seen_at__lt=seen_at).update(**seen)


@transaction.atomic
def place_forget(*, caller: Caller) -> None:
    """Forget where the caller was: who agreed may stop to. Raises NotForYourRole."""
    TechnicianPlace.objects.filter(technician=_technician(caller)).delete()


@transaction.atomic
def field_profile_save(*, caller: Caller, keeps_places: bool) -> FieldProfile:
    """Say whether technicians' places are kept; if not, those that are known go. Raises NotForYourRole."""
    if not caller.administers:
        raise NotForYourRole("What is kept of technicians is for administrators to say.")
    profile, _ = FieldProfile.objects.update_or_create(
        organisation=caller.organisation, defaults={"keeps_places": keeps_places}
    )
    if not keeps_places:
        TechnicianPlace.objects.filter(organisation=caller.organisation).delete()
    return profile


@transaction.atomic
def places_expire(*, now: datetime) -> int:
    """Forget the places of days that are over, by each organisation's clock; how many."""
    zones = TechnicianPlace.objects.values_list("organisation__time_zone", flat=True).distinct()
    return sum(_expire(zone, now) for zone in zones)


def _expire(time_zone: str, now: datetime) -> int:
    zone = ZoneInfo(time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    over = TechnicianPlace.objects.filter(organisation__time_zone=time_zone, seen_at__lt=midnight)
    return over.delete()[0]


def _technician(caller: Caller) -> Technician:
    own = Technician.objects.filter(user=caller.user, organisation=caller.organisation, active=True).first()
    if own is None or not caller.is_technician:
        raise NotForYourRole("Technicians tell where they are themselves.")
    return own
