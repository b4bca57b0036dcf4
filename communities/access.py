"""Who is asking. Every read of Linli starts from a Caller, so that what is not theirs does not exist for them."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from communities.models import Organisation, RegionManager, User


@dataclass(frozen=True)
class Caller:
    """A signed-in user, as selectors see them."""

    user: User
    organisation: Organisation

    @property
    def role(self) -> str:
        return self.user.role

    @property
    def account(self) -> User | None:
        """The stored user, to be named as the author of something; None for the operator."""
        return None if self.user._state.adding else self.user

    @property
    def runs_dispatch(self) -> bool:
        """Administrators and dispatchers see and change everything of their organisation."""
        return self.role in {User.Role.ADMINISTRATOR, User.Role.DISPATCHER}

    @property
    def administers(self) -> bool:
        """Money that has moved, and how the company bills, is for administrators."""
        return self.role == User.Role.ADMINISTRATOR

    @property
    def answers_for_regions(self) -> bool:
        """Whether feedback does a region good is for administrators and its managers to judge."""
        return self.role in {User.Role.ADMINISTRATOR, User.Role.REGIONAL_MANAGER}

    @property
    def is_technician(self) -> bool:
        return self.role == User.Role.TECHNICIAN

    @cached_property
    def region_ids(self) -> frozenset[UUID]:
        """The regions a regional manager answers for, and none for anybody else. One query, once."""
        if self.role != User.Role.REGIONAL_MANAGER:
            return frozenset()
        return frozenset(
            RegionManager.objects.filter(user=self.user, organisation=self.organisation).values_list(
                "region_id", flat=True
            )
        )


def caller_of(user: User) -> Caller | None:
    """The caller that `user` is, or None for an account without an organisation."""
    if user.organisation is None:
        return None
    return Caller(user=user, organisation=user.organisation)


def operator_of(organisation: Organisation) -> Caller:
    """The person at the machine's own command line: an administrator without an account."""
    return Caller(
        user=User(organisation=organisation, role=User.Role.ADMINISTRATOR), organisation=organisation
    )
