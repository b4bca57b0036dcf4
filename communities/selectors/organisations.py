"""Organisations, for the command line: the API's callers have theirs."""

from communities.errors import UnknownOrganisation
from communities.models import Organisation


def organisation_newest() -> Organisation:
    """The one made last. Raises UnknownOrganisation when there is none."""
    newest = Organisation.objects.order_by("created_at", "id").last()
    if newest is None:
        raise UnknownOrganisation("there is no organisation yet")
    return newest


def organisation_get(slug: str) -> Organisation:
    """Raises UnknownOrganisation, naming those there are."""
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:20])
        raise UnknownOrganisation(f"there is no organisation {slug!r}; there are: {known or 'none'}")
    return found
