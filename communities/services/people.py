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
) -> User:
    """Make an account; `regions` are those a regional manager answers for."""
    user = User.objects.create_user(
        username, password=password, organisation=organisation, role=role, first_name=name
    )
    RegionManager.objects.bulk_create(
        [RegionManager(organisation=organisation, user=user, region=region) for region in regions]
    )
    return user
