"""CheckMacValue: how ECPay and its merchants sign what they say to each other.

Source: developers.ecpay.com.tw/?p=2902 (the mechanism, with an example) and support.ecpay.com.tw/16692 (the table of
how each character is written). SHA-256 only, which the form calls EncryptType 1: the older MD5 is not accepted here,
whatever a message says about itself.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

from billing.gateways.base import Account, AccountUnusable

SIGNATURE = "CheckMacValue"


def check_mac_value(fields: Mapping[str, str], hash_key: str, hash_iv: str) -> str:
    """The signature over all fields but itself; empty ones count.

    ECPay writes as .NET's HttpUtility.UrlEncode does: a space is +, `~` and `'` are escaped, `-_.!*()` are not. All is
    put in lower case before it is hashed, so the signature does not tell `a` from `A`, in names or in values.
    """
    names = sorted((name for name in fields if name != SIGNATURE), key=str.lower)
    said = "&".join(f"{name}={fields[name]}" for name in names)
    escaped = quote_plus(f"HashKey={hash_key}&{said}&HashIV={hash_iv}", safe="-_.!*()").lower()
    return hashlib.sha256(escaped.replace("~", "%7e").encode()).hexdigest().upper()


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """A merchant's HashKeys, each with its HashIV. We sign with the first and believe all of them, for the days on
    which they are being changed."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, account: Account) -> "Keys":
        """From an account's "hash_key" and "hash_iv", several of each with spaces between.

        Raises AccountUnusable when there are not as many of one as of the other.
        """
        keys, ivs = account.value("hash_key").split(), account.value("hash_iv").split()
        if len(keys) != len(ivs):
            raise AccountUnusable(f"[{account.name}] as many of hash_iv are expected as of hash_key")
        return cls(tuple(zip(keys, ivs, strict=True)))

    def signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {**fields, SIGNATURE: check_mac_value(fields, *self.pairs[0])}

    def vouch_for(self, fields: Mapping[str, str]) -> bool:
        """Whether one who has these keys has signed the fields, with SHA-256."""
        if fields.get("EncryptType", "1") != "1":
            return False
        given = fields.get(SIGNATURE, "").encode()
        return any(hmac.compare_digest(given, check_mac_value(fields, *pair).encode()) for pair in self.pairs)
