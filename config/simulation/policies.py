"""The policies that can be compared, by name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from communities.insight.signals import SignalPolicy

POLICIES = ("neutral", "feedback")


def policy_of(name: str) -> "SignalPolicy | None":
    """`feedback`: what a region has by default. `neutral`: none, nothing is learnt. KeyError for other names."""
    from communities.insight.signals import SignalPolicy  # NumPy, which `--help` does without

    return {"neutral": None, "feedback": SignalPolicy()}[name]
