"""What those who write the price book share: who may, and what its codes stand for."""

from collections.abc import Collection
from uuid import UUID

from billing.errors import BadPriceBook
from billing.models import PriceItem
from communities.access import Caller
from dispatch.errors import NotForYourRole


def check_keeper(caller: Caller) -> None:
    """Raises NotForYourRole for everybody but administrators."""
    if not caller.administers:
        raise NotForYourRole("The price book is kept by administrators.")


def items_named(caller: Caller, codes: Collection[str], *, retired: bool = False) -> dict[str, UUID]:
    """Item by its code; `retired`: also of those that are not sold any more. Raises BadPriceBook for an unknown one."""
    found = PriceItem.objects.filter(organisation=caller.organisation, code__in=codes)
    items = dict((found if retired else found.filter(active=True)).values_list("code", "id"))
    for code in codes:
        if code not in items:
            raise BadPriceBook(f"There is no item {code!r} in the price book.")
    return items
