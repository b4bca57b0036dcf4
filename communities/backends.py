"""How Django finds who a session belongs to (settings.AUTHENTICATION_BACKENDS)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from communities.models import User


class WithOrganisation(ModelBackend):
    """Users with their organisation, which every request needs: one query instead of two."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organisation").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
