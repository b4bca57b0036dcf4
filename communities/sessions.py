"""Sessions that know whose they are, in which browser, and when it was last seen (settings.SESSION_ENGINE).

A request asks the database nothing more than with Django's own engine; once in five minutes it writes one row.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from communities.models import Session

NOTED_EVERY = timedelta(minutes=5)
BROWSER = "browser"  # under this name a session carries what its browser calls itself


class SessionStore(db.SessionStore):
    """Django's sessions in rows of communities.models.Session."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row that is written for `data`: being written is being seen."""
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id = data.get(SESSION_KEY)
        session.browser = data.get(BROWSER, "")
        session.last_seen_at = timezone.now()
        return session

    def _get_session_from_db(self) -> Session | None:
        session: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # not in the stubs
        now = timezone.now()
        if session is not None and session.last_seen_at < now - NOTED_EVERY:
            Session.objects.filter(pk=session.pk).update(last_seen_at=now)
        return session
