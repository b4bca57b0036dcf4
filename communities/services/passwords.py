"""Choosing another password: signed in, or by a link in a letter."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from communities.errors import PasswordResetOver, PasswordWeak
from communities.models import PasswordReset, User
from communities.selectors.people import password_reset_get
from communities.services.sessions import sessions_end
from core.links import link_token
from core.mail import Letter, letter_send
from core.outbox import emit

RESET_LIFE = timedelta(hours=1)


@transaction.atomic
def password_change(*, user: User, password: str, now: datetime, besides: str | None = None) -> None:
    """Give `user` another password, and end their sessions but the one with the key `besides`. Links to a new
    password are over. Raises PasswordWeak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordWeak(error) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now)
    sessions_end(user=user, besides=besides)


@transaction.atomic
def password_reset_want(*, username: str, now: datetime) -> None:
    """Have a letter written to the account of that name, if there is one that can be written to; whether there is one
    is not said."""
    people = User.objects.select_related("organisation").filter(username=username, is_active=True)
    user = people.exclude(email="").first()
    if user is not None and user.organisation is not None:
        reset = PasswordReset.objects.create(
            organisation=user.organisation, user=user, expires_at=now + RESET_LIFE
        )
        emit("password_reset.wanted", reset.pk)


def password_reset_send(*, subject_id: UUID) -> None:
    """Send the link to a new password. Follows `password_reset.wanted`; nothing is sent once it is over, and after a
    crash the same letter again, under the same Message-ID."""
    resets = PasswordReset.objects.select_related("user", "organisation")
    reset = resets.filter(pk=subject_id, used_at=None, expires_at__gt=timezone.now()).first()
    if reset is None or not reset.user.email:
        return
    company = reset.organisation
    letter_send(
        Letter(
            to=reset.user.email,
            sender=company.name,
            language=reset.user.language or company.language,
            zone=company.zone,
            template="office/mail/password_reset.txt",
            context={"reset": reset, "url": password_reset_url(reset.pk)},
            reference=f"password-reset.{reset.pk}",
        )
    )


def password_reset_url(reset_id: UUID) -> str:
    """Where a new password is chosen, once."""
    return f"{settings.PUBLIC_URL}/new-password/{reset_id}/{link_token('password-reset', reset_id)}"


@transaction.atomic
def password_reset_use(*, reset_id: UUID, token: str, password: str, now: datetime) -> None:
    """Give the account another password, by a link that is used up by it, and end all its sessions.

    Raises PasswordResetOver, also for a wrong link, and PasswordWeak, after which the link is still good.
    """
    reset = password_reset_get(reset_id, token, now)
    if not PasswordReset.objects.filter(pk=reset.pk, used_at=None).update(used_at=now):
        raise PasswordResetOver
    password_change(user=reset.user, password=password, now=now)
