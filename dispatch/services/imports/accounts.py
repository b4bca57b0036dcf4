"""Accounts from a CSV file: who signs in, as what, for which regions or as which technician.

Only new accounts get a password: a random one, written once to a file that only its owner can read.
"""

import csv
import os
import secrets
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from communities.models import Organisation, Region, User
from communities.services.people import user_change, user_create
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.errors import PasswordsFileRefused
from dispatch.models import Technician
from dispatch.services.imports import values

REQUIRED = ("username", "role")
OPTIONAL = ("name", "email", "regions", "technician")

# Without what looks alike on paper. 16 of 31 are 79 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account as the source gives one; regions and technician by their codes. An empty name or address
    changes none."""

    username: str
    name: str
    email: str
    role: User.Role
    regions: frozenset[str]
    technician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsWritten:
    """What writing rows changed. `unlinked` are accounts that lost their technician to another one."""

    imported: int
    updated: int
    unchanged: int
    unlinked: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountImport(AccountsWritten):
    """What became of an accounts' file. `passwords_file` is there if an account is new."""

    passwords_file: Path | None
    rejected: dict[str, int]
    rejects_file: Path
    seconds: float


def accounts_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    passwords_file: Path,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> AccountImport:
    """Make or update accounts by username, in one transaction; passwords of those that are there stay.

    New accounts' passwords go to `passwords_file`, made with mode 0600. Raises core.tabular.Unreadable, and
    PasswordsFileRefused (nothing is imported) when that file is there already or cannot be made.
    """
    began = time.monotonic()
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        rows = table.keyed("username", _Reader(organisation).read)
    good = list(_fitting(organisation, rows, rejects))
    new = _new(organisation, good)
    with transaction.atomic():
        written = accounts_upsert(organisation=organisation, rows=good, passwords=new)
        if new:
            _passwords_write(passwords_file, new)
    return AccountImport(
        imported=written.imported,
        updated=written.updated,
        unchanged=written.unchanged,
        unlinked=written.unlinked,
        passwords_file=passwords_file if new else None,
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        seconds=time.monotonic() - began,
    )


@transaction.atomic
def accounts_upsert(
    *, organisation: Organisation, rows: Collection[AccountRow], passwords: Mapping[str, str]
) -> AccountsWritten:
    """Make the accounts that `passwords` has one for; update the others that are not as their row says."""
    regions = {one.code: one for one in Region.objects.filter(organisation=organisation)}
    known = {one.username: one for one in _accounts(organisation, rows)}
    written: dict[User, AccountRow] = {}
    for row in rows:
        managed = [regions[code] for code in row.regions]
        user = known.get(row.username)
        if user is None:
            user = user_create(
                organisation=organisation,
                username=row.username,
                password=passwords[row.username],
                role=row.role,
                regions=managed,
                name=row.name,
                email=row.email,
            )
        elif _as_given(user, row):
            continue
        else:
            user_change(user=user, role=row.role, regions=managed, name=row.name, email=row.email)
        written[user] = row
    unlinked = _link(organisation, written)
    return AccountsWritten(
        imported=len(passwords),
        updated=len(written) - len(passwords),
        unchanged=len(rows) - len(written),
        unlinked=unlinked,
    )


class _Reader:
    """Reads rows. Knows the organisation's regions and technicians by code."""

    def __init__(self, organisation: Organisation) -> None:
        regions = Region.objects.filter(organisation=organisation)
        technicians = Technician.objects.filter(organisation=organisation)
        self._regions = set(regions.values_list("code", flat=True))
        self._technicians = set(technicians.values_list("code", flat=True))

    def read(self, cells: Mapping[str, str]) -> AccountRow:
        """Raises BadRow for the first thing that is wrong."""
        username = _username(cells["username"])
        role = _role(cells["role"])
        return AccountRow(
            username=username,
            name=values.text(cells.get("name", ""), "name", 150),
            email=values.email(cells.get("email", "")),
            role=role,
            regions=self._managed(cells.get("regions", ""), role),
            technician=self._technician(cells.get("technician", ""), role),
        )

    def _managed(self, value: str, role: User.Role) -> frozenset[str]:
        codes = frozenset(filter(None, (code.strip() for code in value.split(";"))))
        _belongs(value, "regions", wanted=role == User.Role.REGIONAL_MANAGER, role=role)
        for code in sorted(codes - self._regions):
            raise BadRow("unknown region", field="regions", value=code, expected=_some(self._regions))
        return codes

    def _technician(self, value: str, role: User.Role) -> str:
        _belongs(value, "technician", wanted=role == User.Role.TECHNICIAN, role=role)
        if value and value not in self._technicians:
            expected = _some(self._technicians)
            raise BadRow("unknown technician", field="technician", value=value, expected=expected)
        return value


def _belongs(value: str, field: str, *, wanted: bool, role: User.Role) -> None:
    """A cell is there for the role that means something by it, and for no other."""
    if wanted:
        values.needed(value.strip("; "), field, 4000)
    elif value:
        raise BadRow("not for this role", field=field, value=value, expected=f"nothing for a {role.value}")


def _username(value: str) -> str:
    username = User.normalize_username(values.needed(value, "username", 150))
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError:
        expected = "letters, digits and @ . + - _"
        raise BadRow("not a username", field="username", value=value, expected=expected) from None
    return username


def _role(value: str) -> User.Role:
    try:
        return User.Role(value)
    except ValueError:
        expected = ", ".join(User.Role.values)
        raise BadRow("unknown role", field="role", value=value, expected=expected) from None


def _fitting(
    organisation: Organisation, rows: Mapping[int, AccountRow], rejects: Rejects
) -> Iterator[AccountRow]:
    """The rows that go with the others and with the rest of the installation, where usernames are unique."""
    others = User.objects.filter(username__in=[row.username for row in rows.values()])
    taken = set(others.exclude(organisation=organisation).values_list("username", flat=True))
    times: Counter[str] = Counter()
    for line, row in rows.items():
        if row.username in taken:
            expected = "a name that nobody on this installation has, like name@company"
            rejects.add(
                line, BadRow("username taken", field="username", value=row.username, expected=expected)
            )
            continue
        times[row.technician] += 1
        if row.technician and times[row.technician] > 1:
            expected = "one account a technician"
            rejects.add(
                line,
                BadRow("technician used twice", field="technician", value=row.technician, expected=expected),
            )
            continue
        yield row


def _new(organisation: Organisation, rows: Collection[AccountRow]) -> dict[str, str]:
    """A first password for each account that is not there."""
    known = {user.username for user in _accounts(organisation, rows)}
    return {row.username: _password() for row in rows if row.username not in known}


def _accounts(organisation: Organisation, rows: Collection[AccountRow]) -> Iterable[User]:
    users = User.objects.filter(organisation=organisation, username__in=[row.username for row in rows])
    return users.select_related("technician").prefetch_related("managed__region")


def _as_given(user: User, row: AccountRow) -> bool:
    """Nothing of the account differs from the row."""
    technician: Technician | None = getattr(user, "technician", None)
    return (
        user.role == row.role
        and row.name in {"", user.first_name}
        and row.email in {"", user.email}
        and {one.region.code for one in user.managed.all()} == row.regions
        and (technician.code if technician else "") == row.technician
    )


def _link(organisation: Organisation, written: Mapping[User, AccountRow]) -> list[str]:
    """Give the accounts their technicians; the usernames that had one of those before and have none now."""
    technicians = Technician.objects.filter(organisation=organisation)
    wanted = technicians.filter(code__in=[row.technician for row in written.values()])
    robbed = wanted.exclude(user=None).exclude(user__in=written).values_list("user__username", flat=True)
    unlinked = sorted(name for name in robbed if name)
    technicians.filter(user__in=written).update(user=None)
    for user, row in written.items():
        if row.technician:
            technicians.filter(code=row.technician).update(user=user)
    return unlinked


def _password() -> str:
    """Like `7kfm-q2xc-hn8d-w4te`."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _passwords_write(path: Path, passwords: Mapping[str, str]) -> None:
    """Before the accounts are committed, so that none is without its password on paper."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise PasswordsFileRefused(
            f"{path} is there already: hand out what is in it and remove it, or name another with --passwords"
        ) from None
    except OSError as error:
        raise PasswordsFileRefused(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("username", "password"))
        writer.writerows(passwords.items())


def _some(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))[:500] or "none yet: import them first"
