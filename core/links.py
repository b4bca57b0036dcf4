"""Secret addresses for people without an account (base64url, RFC 4648, of an HMAC-SHA256).

A token is derived from what it is for, so that the same link can be sent again, and only its digest is
stored: who reads the database cannot open the pages.
"""

import hashlib
import secrets
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode


def link_token(purpose: str, subject_id: UUID) -> str:
    """The token by which the holder may do `purpose` to `subject_id`: 43 characters, unguessable."""
    return urlsafe_base64_encode(
        salted_hmac(f"linli.{purpose}", str(subject_id), algorithm="sha256").digest()
    )


def random_token() -> str:
    """A fresh secret of 256 bits, for what must be revocable."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token. SHA-256 is enough: the token itself has 128 bits of entropy or more."""
    return hashlib.sha256(token.encode()).hexdigest()
