"""Codes that a file may name."""

from collections.abc import Iterable

from django.db.models import Model

from communities.models import Organisation


def codes_of(model: type[Model], organisation: Organisation) -> set[str]:
    """Those that the organisation has."""
    return set(model._default_manager.filter(organisation=organisation).values_list("code", flat=True))


def some(codes: Iterable[str]) -> str:
    """As many as fit into a line of the rejects file."""
    return ", ".join(sorted(codes))[:500]
