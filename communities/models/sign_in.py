"""How people sign in: their sessions, what makes their one-time codes, and links to a new password."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from communities.models.people import User
from communities.models.tenant import Owned


class Session(AbstractBaseSession):
    """A browser that has been here, signed in or not. Whoever deletes the row ends the session (communities.sessions
    reads and writes it)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions", null=True)
    browser = models.CharField(max_length=200, blank=True, help_text="What it calls itself: User-Agent.")
    last_seen_at = models.DateTimeField(help_text="To five minutes.")

    def __str__(self) -> str:
        return f"session of {self.user_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from communities.sessions import SessionStore

        return SessionStore


class Authenticator(Owned):
    """What makes somebody's one-time codes, such as an application on a telephone.

    Its secret follows from its id and is not kept (communities.services.codes); of recovery codes only digests are.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="authenticator")
    last_step = models.BigIntegerField(
        help_text="The half minute, counted from 1970, of the newest code that was accepted: none is good twice."
    )
    recovery_digests = ArrayField(
        models.CharField(max_length=64), help_text="Of the recovery codes that are not used."
    )

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class PasswordReset(Owned):
    """That somebody wants to choose a new password by a link in a letter. The link follows from the id."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_resets")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, help_text="Or when the password was changed another way.")

    def __str__(self) -> str:
        return f"password reset of {self.user_id}"
