"""Money adds up to the unit, and never across currencies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import DECIMALS, Money

CURRENCIES = st.sampled_from(sorted(DECIMALS))
AMOUNTS = st.integers(-(10**12), 10**12)


@given(CURRENCIES, st.lists(AMOUNTS))
def test_a_sum_is_exact_and_every_minor_unit_is_shown(currency: str, amounts: list[int]) -> None:
    total = sum((Money(amount, currency) for amount in amounts), start=Money(0, currency))

    assert total == Money(sum(amounts), currency)
    shown = str(total).removeprefix(f"{currency} ").replace(",", "")
    assert int(shown.replace(".", "")) == total.minor


@given(CURRENCIES, CURRENCIES, AMOUNTS)
def test_two_currencies_are_never_added(ours: str, theirs: str, amount: int) -> None:
    if ours == theirs:
        assert Money(0, ours) + Money(amount, theirs) == Money(amount, ours)
    else:
        with pytest.raises(ValueError, match="cannot add"):
            Money(0, ours) + Money(amount, theirs)
