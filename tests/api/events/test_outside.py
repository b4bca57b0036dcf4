"""Nobody can use us to reach what only we can reach."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest
from pytest_django import Settings

from api.events.outside import Address, AddressRefused, Outside, addresses_of, is_public, may_connect
from api.events.sending import post
from tests.api.events.receiver import Receiver

CERTIFICATE = Path(__file__).parent / "crm.example.pem"  # self-signed, with its key

UNSPECIFIED = "0.0.0.0"  # noqa: S104 - to connect there is to connect to oneself
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
NOT_PUBLIC = [
    UNSPECIFIED, "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1",
    "fec0::1", "ff02::1",
]  # fmt: skip
PRIVATE = ["10.1.2.3", "127.0.0.1", "172.16.0.1", "192.168.1.1", "::1", "fd12::1"]
NEVER = [UNSPECIFIED, "169.254.169.254", "fd00:ec2::254", "fe80::1", "224.0.0.1", "::ffff:127.0.0.1"]


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def test_public_addresses_and_no_others() -> None:
    assert [one for one in PUBLIC + NOT_PUBLIC if is_public(ip_address(one))] == PUBLIC


def test_only_the_usual_ports() -> None:
    ports = [1, 22, 80, 443, 5432, 6379, 8080]
    assert [port for port in ports if may_connect(ip_address("8.8.8.8"), port)] == [80, 443]


def test_a_setting_opens_this_machine_and_private_networks_but_not_the_clouds_own_addresses(
    settings: Settings,
) -> None:
    settings.EVENTS_PRIVATE_ADDRESSES = True
    assert [one for one in PRIVATE + NEVER if may_connect(ip_address(one), 8080)] == PRIVATE


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]"]
)
def test_this_machine_by_whatever_name_hears_nothing(host: str) -> None:
    answer = post(f"http://{host}:80/", {}, "{}")
    assert (answer.status, answer.text.split(":")[0]) == (None, "AddressRefused")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".example", "xn--a.example"])
def test_a_name_without_an_address_is_no_answer(host: str) -> None:
    assert post(f"https://{host}/", {}, "{}").text == f"ConnectError: {host} has no address"


def test_a_name_that_means_something_else_a_moment_later_changes_nothing() -> None:
    """DNS rebinding: 127.0.0.2 plays the address that anybody may be sent to, 127.0.0.1 the one that nobody may."""
    answers = iter([["127.0.0.2"], ["127.0.0.1"]])
    asked = []

    def resolve(host: str) -> list[Address]:
        asked.append(host)
        return [ip_address(one) for one in next(answers)]

    def only_the_second(address: Address, port: int) -> bool:
        return address == ip_address("127.0.0.2")

    with Receiver("127.0.0.2") as meant, Receiver("127.0.0.1", meant.server.server_port) as victim:
        url = f"http://crm.example:{meant.server.server_port}/hook?a=b"
        backend = Outside(soon(), resolve, only_the_second)
        assert post(url, {}, "{}", backend=backend).status == 204
        assert [call.headers["Host"] for call in meant.heard] == [f"crm.example:{victim.port}"]
        assert (asked, meant.heard[0].path) == (["crm.example"], "/hook?a=b")

        answer = post(url, {}, "{}", backend=backend)
        assert (answer.text.split(":")[0], len(asked)) == ("AddressRefused", 2)
        assert (len(meant.heard), victim.heard) == (1, [])


def test_one_address_that_is_not_allowed_spoils_the_others() -> None:
    def resolve(host: str) -> list[Address]:
        return [ip_address("127.0.0.2"), ip_address("127.0.0.1")]

    with Receiver("127.0.0.2") as meant:
        backend = Outside(soon(), resolve, lambda address, _: address == ip_address("127.0.0.2"))
        with pytest.raises(AddressRefused):
            backend.connect_tcp("crm.example", meant.server.server_port)
        assert meant.heard == []


def test_of_several_addresses_the_first_that_answers() -> None:
    with Receiver("127.0.0.2") as receiver:
        addresses = [ip_address("127.0.0.3"), ip_address("127.0.0.2")]
        backend = Outside(soon(), lambda _: addresses, lambda *_: True)
        assert (
            post(f"http://crm.example:{receiver.server.server_port}/", {}, "{}", backend=backend).status
            == 204
        )


def test_a_host_has_every_address_that_the_system_knows() -> None:
    assert addresses_of("127.0.0.1") == [ip_address("127.0.0.1")]


@contextmanager
def tls_server(names: list[str]) -> Iterator[int]:
    """Speaks TLS as crm.example, and notes the names it is called by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _, name, __: names.append(name)  # type: ignore[assignment]
    with Receiver() as receiver:
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        yield receiver.server.server_port


def test_the_certificate_must_be_the_name_s_although_an_address_is_called() -> None:
    names: list[str] = []
    backend = Outside(soon(), lambda _: [ip_address("127.0.0.1")], lambda *_: True)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with tls_server(names) as port, httpcore.ConnectionPool(trusting, network_backend=backend) as pool:
        assert pool.request("POST", f"https://crm.example:{port}/", content=b"{}").status == 204
        with pytest.raises(httpcore.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            pool.request("POST", f"https://another.example:{port}/", content=b"{}")
    assert names == ["crm.example", "another.example"]


def test_who_answers_a_byte_at_a_time_is_left_in_time() -> None:
    """Each byte would begin an ordinary time-out anew."""
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not over.wait(0.02):
                connection.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        backend = Outside(soon(0.2), lambda _: [ip_address("127.0.0.1")], lambda *_: True)
        answer = post(f"http://crm.example:{server.getsockname()[1]}/", {}, "{}", backend=backend)
        over.set()
        thread.join()
    assert (answer.status, answer.text.split(":")[0]) == (None, "ReadTimeout")
    assert 200 <= answer.took_ms < 1500


def test_who_is_slow_to_tell_an_address_is_not_called_any_more() -> None:
    backend = Outside(soon(-1), lambda _: [ip_address("127.0.0.1")], lambda *_: True)
    with Receiver() as receiver:
        with pytest.raises(httpcore.ReadTimeout):
            backend.connect_tcp("crm.example", receiver.server.server_port)
        assert receiver.heard == []
