"""Organisations, for the command line: the API's callers have theirs."""

from communities.errors import UnknownOrganisation
from communities.models import Organisation, User
from communities.sample.records import SAMPLE_PASSWORD


def organisation_newest() -> Organisation:
    """The one made last. Raises UnknownOrganisation when there is none."""
    newest = Organisation.objects.order_by("created_at", "id").last()
    if newest is None:
        raise UnknownOrganisation("there is no organisation yet: make one with --create NAME")
    return newest


def organisation_get(slug: str) -> Organisation:
    """Raises UnknownOrganisation, naming those there are."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise UnknownOrganisation(f"there is no organisation {slug!r}; there are: {known or 'none'}")
    return found


def sample_accounts() -> list[tuple[str, str, str]]:
    """(role, username, password) of the newest sample organisation: one of each role, and what they sign in with."""
    newest = Organisation.objects.filter(is_sample=True).order_by("created_at", "id").last()
    users = User.objects.filter(organisation=newest, organisation__isnull=False).order_by("role", "username")
    return [(user.get_role_display(), user.username, SAMPLE_PASSWORD) for user in users.distinct("role")]
