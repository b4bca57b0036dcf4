"""Payment providers, behind one protocol: see base."""

from billing.gateways.base import Gateway
from billing.gateways.sandbox import SandboxGateway

GATEWAYS: dict[str, type[Gateway]] = {"sandbox": SandboxGateway}


def gateway_for(name: str) -> Gateway:
    """The provider of that name. Raises KeyError for a name we do not know."""
    return GATEWAYS[name]()
