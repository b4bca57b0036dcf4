"""Money: whole minor units and an ISO 4217 currency, never a float.

The number of decimals per currency is ISO 4217's, with one deviation that the market makes: prices in New Taiwan
dollars are whole dollars (the cent is unused), so TWD counts as having none. Providers that think otherwise
(Stripe charges TWD in hundredths) convert at their own door.
"""

from dataclasses import dataclass

DECIMALS = {
    "TWD": 0,
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "USD": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "SGD": 2,
    "CNY": 2,
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency. Adding two currencies raises ValueError, and anything but an int
    TypeError: what a provider writes as a float must not get this far."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"{self.minor!r} is not a whole number of minor units")
        if self.currency not in DECIMALS:
            raise ValueError(
                f"unknown currency {self.currency!r}: expected one of {', '.join(sorted(DECIMALS))}"
            )

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.minor * quantity, self.currency)

    def __str__(self) -> str:
        """For people: `TWD 1,200`, `USD 12.50`."""
        decimals = DECIMALS[self.currency]
        sign = "-" if self.minor < 0 else ""
        whole, rest = divmod(abs(self.minor), 10**decimals)
        fraction = f".{rest:0{decimals}d}" if decimals else ""
        return f"{self.currency} {sign}{whole:,}{fraction}"
