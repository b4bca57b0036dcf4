"""Connections to addresses that others named, so that nobody can use us to reach what only we can reach.

A host's name is looked up once, every address it has is checked, and the connection goes to an address that was
checked: a name that means something else a moment later changes nothing. TLS and the Host header keep the name. There
is no way round through a proxy: the environment's is not asked. (OWASP API7:2023, server side request forgery.)
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore
from django.conf import settings

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], list[Address]]
MayConnect = Callable[[Address, int], bool]

PORTS = frozenset({80, 443})
CONNECT_S = 5.0  # for one address, where a host has several

# The registries of special addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and …ipv6-….
# Of IPv6 only what is given out as global unicast; so IPv4-mapped addresses and NAT64 are outside.
SPECIAL_V4 = [
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
GLOBAL_V6 = ip_network("2000::/3")
SPECIAL_V6 = [ip_network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]

# What settings.EVENTS_PRIVATE_ADDRESSES opens: a company's own network and this machine, but not the addresses at which
# clouds give their credentials to whoever asks (169.254.169.254 is in neither list).
PRIVATE = [
    ip_network(block)
    for block in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]
METADATA_V6 = frozenset({IPv6Address("fd00:ec2::254"), IPv6Address("fd20:ce::254")})


def may_connect(address: Address, port: int) -> bool:
    """Whether an event may be sent there."""
    if settings.EVENTS_PRIVATE_ADDRESSES:
        return is_public(address) or (address not in METADATA_V6 and any(address in net for net in PRIVATE))
    return port in PORTS and is_public(address)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it."""
    if isinstance(address, IPv4Address):
        return not any(address in net for net in SPECIAL_V4)
    return address in GLOBAL_V6 and not any(address in net for net in SPECIAL_V6)


def addresses_of(host: str) -> list[Address]:
    """Every address of `host`, as the system resolves it. Raises httpcore.ConnectError for a host without any."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} has no address") from error
    return [ip_address(entry[4][0]) for entry in found]


class AddressRefused(httpcore.ConnectError):
    """The host has an address that events are not sent to."""


@dataclass(frozen=True, slots=True)
class Outside(httpcore.NetworkBackend):
    """Connects to checked addresses; all is over at `deadline`, by the monotonic clock, however slow the other side."""

    deadline: float
    resolve: Resolve = addresses_of
    may_connect: MayConnect = may_connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises AddressRefused if one of them is not allowed."""
        addresses = self.resolve(host)
        if not addresses or not all(self.may_connect(address, port) for address in addresses):
            raise AddressRefused(f"{host} port {port} is not an address that events are sent to")
        return Hurried(self._first(addresses, port), self.deadline)

    def _first(self, addresses: list[Address], port: int) -> httpcore.NetworkStream:
        """The first that answers; the error of the last if none does."""
        *others, last = addresses
        for address in others:
            try:
                return self._connect(address, port, most_s=CONNECT_S)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port)

    def _connect(self, address: Address, port: int, most_s: float = float("inf")) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp(str(address), port, min(most_s, left_s(self.deadline)))


@dataclass(frozen=True, slots=True)
class Hurried(httpcore.NetworkStream):
    """A stream with one deadline for everything. Its callers' time-outs begin anew with every byte."""

    stream: httpcore.NetworkStream
    deadline: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, left_s(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, left_s(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Hurried(
            self.stream.start_tls(ssl_context, server_hostname, left_s(self.deadline)), self.deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def left_s(deadline: float) -> float:
    """Seconds until `deadline`. Raises httpcore.ReadTimeout when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("took too long")
    return left
