"""What may be entered as an endpoint's address. Where it leads is looked at when something is sent (outside)."""

from ipaddress import ip_address

import httpx
from django.conf import settings

from api.events.errors import AddressUnusable
from api.events.outside import PORTS, may_connect

LONGEST = 500  # characters, as the table holds


def url_checked(url: str) -> str:
    """The address as it is kept: a host's name in ASCII, blanks escaped. Raises AddressUnusable."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressUnusable(f"This is no address: {error}") from error
    schemes = {"https"} if settings.PRODUCTION else {"https", "http"}
    if parts.scheme not in schemes or not parts.host:
        raise AddressUnusable(
            f"An address begins with {' or '.join(f'{one}://' for one in sorted(schemes))}."
        )
    if parts.userinfo or parts.fragment or len(str(parts)) > LONGEST:
        raise AddressUnusable(f"An address has no account, no #, and at most {LONGEST} characters.")
    _check_place(parts)
    return str(parts)


def _check_place(parts: httpx.URL) -> None:
    """The port, and a host that is given as a number; the other hosts' names are not looked up here."""
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    if port not in PORTS and not settings.EVENTS_PRIVATE_ADDRESSES:
        raise AddressUnusable("Events are sent to ports 443 and 80 only.")
    try:
        address = ip_address(parts.host)
    except ValueError:
        return
    if not may_connect(address, port):
        raise AddressUnusable("Events are sent to public addresses only.")
