"""The pages that docs/screens shows: to whom, where, and how wide. `./linli screens` takes the pictures.

A page that is added gets its row here; the command names the pages that have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from communities.models import User


class Who(StrEnum):
    """In whose browser a page is; the value is the heading of their pages."""

    DISPATCHER = "Dispatchers"
    MANAGER = "Regional managers"
    TECHNICIAN = "Technicians"
    CUSTOMER = "Customers"
    ADMINISTRATOR = "Administrators"
    ANYBODY = "Signing in"

    @property
    def role(self) -> User.Role | None:
        """Whose account it is; customers and who is not signed in yet have none."""
        return ROLES.get(self)


ROLES = {
    Who.DISPATCHER: User.Role.DISPATCHER,
    Who.MANAGER: User.Role.REGIONAL_MANAGER,
    Who.TECHNICIAN: User.Role.TECHNICIAN,
    Who.ADMINISTRATOR: User.Role.ADMINISTRATOR,
}
ON_TELEPHONES = {Who.TECHNICIAN, Who.CUSTOMER}


@dataclass(frozen=True, slots=True)
class Screen:
    """A page. `address` may have {words} of the scene (config/screens/scene.py).

    Before the picture the fields that `fill` selects are typed into, with words of the scene too, and `press` is
    pressed; what `ready` selects is there when all is drawn.
    """

    name: str
    who: Who
    address: str
    fill: Mapping[str, str] = field(default_factory=dict)
    press: str = ""
    ready: str = "main"


SCREENS = (
    Screen("board", Who.DISPATCHER, "/board?on={on}&region={region}", ready="body[data-ready]"),
    Screen("day", Who.DISPATCHER, "/?on={on}"),
    Screen("calls", Who.DISPATCHER, "/calls", {"#address": "{address}"}, "main form button", ".window"),
    Screen("customers", Who.DISPATCHER, "/customers"),
    Screen("customer", Who.DISPATCHER, "/customers/{customer}"),
    Screen("visit", Who.DISPATCHER, "/visits/{visit}"),
    Screen("recoveries", Who.DISPATCHER, "/recoveries"),
    Screen("communities", Who.MANAGER, "/communities?sort=-visits", ready="body[data-ready]"),
    Screen("community", Who.MANAGER, "/communities/{community}"),
    Screen("facts", Who.MANAGER, "/communities/csat/facts"),
    Screen("policy", Who.MANAGER, "/policy/{region}"),
    Screen("policy-edit", Who.MANAGER, "/policy/{region}/edit"),
    Screen("policy-preview", Who.MANAGER, "/policy/previews/{preview}"),
    Screen("goals", Who.MANAGER, "/goals"),
    Screen("goal-add", Who.MANAGER, "/goals/add"),
    Screen("goal", Who.MANAGER, "/goals/{goal}"),
    Screen("proof", Who.MANAGER, "/proof"),
    Screen("service-and-money", Who.MANAGER, "/service-and-money"),
    Screen("my-day", Who.TECHNICIAN, "/my-day?on={on}"),
    Screen("statement", Who.TECHNICIAN, "/statements/{statement}"),
    Screen("book", Who.CUSTOMER, "/book/{slug}"),
    Screen(
        "windows", Who.CUSTOMER, "/book/{slug}", {"#address": "{address}"}, "main form button", ".windows"
    ),
    Screen("book-again", Who.CUSTOMER, "{book_again}"),
    Screen("booking", Who.CUSTOMER, "{booking}"),
    Screen("track", Who.CUSTOMER, "{track}"),
    Screen("offer", Who.CUSTOMER, "{offer}"),
    Screen("pay", Who.CUSTOMER, "{pay}"),
    Screen("checkout", Who.CUSTOMER, "{pay}", press="main form button", ready=".deeds, button[value=pay]"),
    Screen("receipt", Who.CUSTOMER, "{receipt}"),
    Screen("credit", Who.CUSTOMER, "{credit}"),
    Screen("rate", Who.CUSTOMER, "{rate}"),
    Screen("thanks", Who.CUSTOMER, "{thanks}"),
    Screen("payments", Who.ADMINISTRATOR, "/payments"),
    Screen("payment-story", Who.ADMINISTRATOR, "/payments/{invoice}"),
    Screen("payments-unsettled", Who.ADMINISTRATOR, "/payments/unsettled?days=0"),
    Screen("payments-disputed", Who.ADMINISTRATOR, "/payments/disputed"),
    Screen("payments-differences", Who.ADMINISTRATOR, "/payments/differences"),
    Screen("accounts", Who.ADMINISTRATOR, "/accounts"),
    Screen("person", Who.ADMINISTRATOR, "/accounts/{person}"),
    Screen("account", Who.ADMINISTRATOR, "/account"),
    Screen("account-codes", Who.ADMINISTRATOR, "/account/codes"),
    Screen("sign-in", Who.ANYBODY, "/sign-in"),
    Screen(
        "sign-in-code",
        Who.ANYBODY,
        "/sign-in",
        {"[name=username]": "{with_codes}", "[name=password]": "{password}"},
        "main form button",
        "#code",
    ),
    Screen("forgotten-password", Who.ANYBODY, "/forgotten-password"),
    Screen("new-password", Who.ANYBODY, "{new_password}"),
    Screen("weekly-report-end", Who.ANYBODY, "{weekly_report_end}"),
)

NO_PICTURE = frozenset(
    {
        "account-codes-off",
        "account-password",
        "account-recovery-codes",  # shown once, after a code
        "account-sessions",
        "accounts-codes",
        "goal-end",
        "my-day-manifest",
        "my-day-worker",
        "pay-back",
        "pay-go",
        "person-codes",
        "person-sign-out",
        "policy",
        "policy-adopt",
        "policy-preview-cancel",
        "proof-resume",
        "recovery-drop",
        "sign-in-set-up",  # as account-codes
        "sign-out",
    }
)
"""Deeds and addresses after which another page comes, and what no eye sees."""
