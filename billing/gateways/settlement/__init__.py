"""Settlement files: what a provider has settled with a company, line by line. They are read here, and nothing more."""

from collections.abc import Callable

from django.utils.module_loading import import_string

from billing.gateways.settlement.rows import Reading
from core.tabular import TakesRejects

READERS = {
    "stripe": "billing.gateways.settlement.stripe.rows_of",
    "ecpay": "billing.gateways.settlement.ecpay.rows_of",
}
"""By the gateway that the file is from. Imported when first used."""


def settlement_read(kind: str, content: bytes, rejects: TakesRejects) -> Reading:
    """What a file of that kind says, given whole and unpacked. Raises KeyError for a kind that is not among READERS,
    and core.tabular.Unreadable."""
    rows_of: Callable[[bytes, TakesRejects], Reading] = import_string(READERS[kind])
    return rows_of(content, rejects)
