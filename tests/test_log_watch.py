"""The watch over the logs sees what it is there for, and blacks it out."""

import logging
from uuid import UUID

import pytest
import structlog
from pytest_django import Settings

from communities.models import Organisation
from core.links import link_token, random_token
from tests import factories
from tests.log_watch import WATCH


@pytest.mark.parametrize(
    "private",
    [
        factories.PASSWORD,
        "Ms Wang",
        "customer7@example.com",
        "02-0000-1234",
        f"/pay/{link_token('pay', UUID(int=7))}",
        pytest.param(f"linli_{random_token()}", id="a token of ours"),
        "whsec_c2FuZGJveC1kZXZlbG9wbWVudC1vbmx5",
    ],
)
def test_what_is_private_is_found_wherever_it_is_logged(private: str) -> None:
    logging.getLogger("somebody").warning("sent to %s", private)
    structlog.get_logger("ours").info("sent", to=private)
    logging.getLogger("somebody").error("stumbled", exc_info=ValueError(private))

    found = WATCH.leaks()
    assert [leak.partition(":")[0] for leak in found] == ["somebody", "ours", "somebody"]
    assert private not in "\n".join(found)
    assert found[0].startswith("somebody: event='sent to ")


def test_the_secrets_of_settings_are_known(settings: Settings) -> None:
    settings.PAYMENT_ACCOUNTS = {"acme": {"gateway": "ecpay", "base_url": "", "hash_key": "pwFHCqoQ0"}}
    settings.SANDBOX_API_KEY = "new-key-of-the-sandbox"

    for word in (settings.SECRET_KEY, "pwFHCqoQ0", "new-key-of-the-sandbox", "ecpay"):
        logging.getLogger("somebody").warning("account %s", word)

    assert len(WATCH.leaks()) == 3


def test_the_logs_of_other_processes_are_read_line_by_line() -> None:
    WATCH.read("web.log", "began\nlogged in as Ms Wang\nended\n")

    assert WATCH.leaks() == ["web.log: logged in as Ms █"]


def test_what_is_nobody_s_is_left_alone(acme: Organisation) -> None:
    logging.getLogger("somebody").warning(
        "invoice %s of %s: settlement_line_matched_is_something_of_ours_too", acme.pk, acme.slug
    )

    assert WATCH.leaks() == []
