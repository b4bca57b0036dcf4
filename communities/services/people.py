"""Accounts."""

from collections.abc import Iterable

from django.db import transaction

from communities.models import Organisation, Region, RegionManager, User


@transaction.atomic
def user_create(
    *,
    organisation: Organisation,
    username: str,
    password: str,
    role: User.Role,
    regions: Iterable[Region] = (),
    name: str = "",
    email: str = "",
) -> User:
    """Make an account; `regions` are those a regional manager answers for."""
    user = User.objects.create_user(
        username, email, password, organisation=organisation, role=role, first_name=name
    )
    _regions_set(user, regions)
    return user


@transaction.atomic
def user_change(
    *, user: User, role: User.Role, regions: Iterable[Region] = (), name: str = "", email: str = ""
) -> None:
    """Give an account another role and other regions, and another name and address if there are any. The password
    stays."""
    user.role = role
    user.first_name = name or user.first_name
    user.email = email or user.email
    user.save(update_fields=["role", "first_name", "email"])
    RegionManager.objects.filter(user=user).delete()
    _regions_set(user, regions)


def _regions_set(user: User, regions: Iterable[Region]) -> None:
    RegionManager.objects.bulk_create(
        RegionManager(organisation_id=region.organisation_id, user=user, region=region) for region in regions
    )


@transaction.atomic
def letters_set(
    *, user: User, email: str | None = None, language: str | None = None, weekly_report: bool | None = None
) -> None:
    """Where an account's letters go, in which language (empty: the organisation's), and whether the weekly one does.
    None changes nothing."""
    given = {"email": email, "language": language, "weekly_report": weekly_report}
    changed = {name: value for name, value in given.items() if value is not None}
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
