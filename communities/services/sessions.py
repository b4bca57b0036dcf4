"""Ending sessions: what is ended is gone from the table."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from communities.access import Caller
from communities.models import PasswordReset, Session, User
from communities.selectors.people import account_get
from core.links import digest


@transaction.atomic
def sessions_end(*, user: User, besides: str | None = None) -> None:
    """End all sessions of `user` but the one with the key `besides`."""
    Session.objects.filter(user=user).exclude(session_key=besides).delete()


@transaction.atomic
def session_end(*, user: User, name: str) -> None:
    """End the session of `user` that a page calls `name`. One that is over already is no error."""
    keys = Session.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=[key for key in keys if digest(key) == name]).delete()


@transaction.atomic
def account_sessions_end(*, caller: Caller, user_id: UUID) -> None:
    """Sign somebody out everywhere. Raises UserUnknown."""
    sessions_end(user=account_get(caller, user_id))


@transaction.atomic
def sessions_forget(*, now: datetime) -> None:
    """Forget sessions, and links to a new password, whose time is over."""
    Session.objects.filter(expire_date__lt=now).delete()
    PasswordReset.objects.filter(expires_at__lt=now).delete()
