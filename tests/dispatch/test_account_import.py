import csv
import stat
from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from communities.models import Organisation, Region, RegionManager, User
from core.tabular import Rejects
from dispatch.errors import PasswordsFileRefused
from dispatch.models import Technician
from dispatch.services.imports.accounts import AccountImport, accounts_import
from tests import factories

HEADER = "username,name,role,regions,technician\n"


def bring(
    organisation: Organisation, folder: Path, text: str, passwords: str = "first.csv", header: str = HEADER
) -> AccountImport:
    source = folder / "accounts.csv"
    source.write_text(header + text, encoding="utf-8")
    with Rejects(folder / "rejects.csv") as rejects:
        return accounts_import(
            organisation=organisation,
            source=str(source),
            rejects=rejects,
            passwords_file=folder / passwords,
        )


def first_passwords(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["username"]: row["password"] for row in csv.DictReader(file)}


def counts(done: AccountImport) -> tuple[int, int, int]:
    return done.imported, done.updated, done.unchanged


def managed(username: str) -> list[str]:
    rows = RegionManager.objects.filter(user__username=username).order_by("region__code")
    return list(rows.values_list("region__code", flat=True))


@pytest.fixture
def unknown_to_all(north: Region) -> Technician:
    """A technician without an account."""
    return factories.technician(north, "T7")


def test_each_role_gets_what_it_needs_to_sign_in(
    acme: Organisation, south: Region, unknown_to_all: Technician, tmp_path: Path
) -> None:
    text = "anna,Anna,administrator,,\nmax,,regional_manager,north; south,\nlin@acme,林志明,technician,,T7\n"
    done = bring(acme, tmp_path, text)
    assert (*counts(done), done.rejected) == (3, 0, 0, {})
    roles = User.objects.filter(organisation=acme).order_by("username").values_list("username", "role")
    assert list(roles) == [("anna", "administrator"), ("lin@acme", "technician"), ("max", "regional_manager")]
    assert managed("max") == ["north", "south"]
    unknown_to_all.refresh_from_db()
    assert unknown_to_all.user == User.objects.get(username="lin@acme", first_name="林志明")
    passwords = first_passwords(tmp_path / "first.csv")
    assert [name for name in passwords if authenticate(username=name, password=passwords[name])] == [
        "anna",
        "max",
        "lin@acme",
    ]
    assert len(set(passwords.values())) == 3


def test_a_manager_gets_an_address_for_letters_and_keeps_it(
    acme: Organisation, north: Region, tmp_path: Path
) -> None:
    header = "username,email,role,regions\n"
    done = bring(
        acme,
        tmp_path,
        "max,max@example.com,regional_manager,north\nanna,nowhere,administrator,\n",
        header=header,
    )
    assert (*counts(done), done.rejected) == (1, 0, 0, {"not an e-mail address": 1})
    done = bring(acme, tmp_path, "max,,regional_manager,north\n", header=header)
    assert counts(done) == (0, 0, 1)
    assert User.objects.get(username="max").email == "max@example.com"


def test_only_its_owner_can_read_the_file_with_passwords(acme: Organisation, tmp_path: Path) -> None:
    done = bring(acme, tmp_path, "anna,,administrator,,\n")
    assert done.passwords_file == tmp_path / "first.csv"
    assert stat.S_IMODE(done.passwords_file.stat().st_mode) == 0o600


def test_passwords_that_wait_to_be_handed_out_are_never_written_over(
    acme: Organisation, tmp_path: Path
) -> None:
    bring(acme, tmp_path, "anna,,administrator,,\n")
    before = first_passwords(tmp_path / "first.csv")
    with pytest.raises(PasswordsFileRefused):
        bring(acme, tmp_path, "bert,,dispatcher,,\n")
    assert first_passwords(tmp_path / "first.csv") == before
    assert not User.objects.filter(username="bert").exists()
    bring(acme, tmp_path, "bert,,dispatcher,,\n", passwords="second.csv")
    assert list(first_passwords(tmp_path / "second.csv")) == ["bert"]


def test_reading_again_changes_nothing_and_needs_no_passwords(
    acme: Organisation, north: Region, unknown_to_all: Technician, tmp_path: Path
) -> None:
    text = "max,Max,regional_manager,north,\nlin,,technician,,T7\n"
    bring(acme, tmp_path, text)
    hashes = set(User.objects.values_list("username", "password"))
    again = bring(acme, tmp_path, text, passwords="none.csv")
    assert (counts(again), again.passwords_file) == ((0, 0, 2), None)
    assert not (tmp_path / "none.csv").exists()
    assert set(User.objects.values_list("username", "password")) == hashes


def test_an_account_changes_role_and_regions_and_keeps_its_password(
    acme: Organisation, dora: User, mina: User, south: Region, tmp_path: Path
) -> None:
    done = bring(acme, tmp_path, "dora,,regional_manager,north,\nmina,,regional_manager,south,\n")
    assert counts(done) == (0, 2, 0)
    assert (managed("dora"), managed("mina")) == (["north"], ["south"])
    assert authenticate(username="dora", password=factories.PASSWORD) == dora
    bring(acme, tmp_path, "mina,,dispatcher,,\n")
    assert managed("mina") == []


def test_two_technicians_change_accounts(
    acme: Organisation, tom: Technician, tina: Technician, tmp_path: Path
) -> None:
    done = bring(acme, tmp_path, "tom,,technician,,T2\ntina,,technician,,T1\n")
    assert (counts(done), done.unlinked) == ((0, 2, 0), [])
    links = Technician.objects.order_by("code").values_list("code", "user__username")
    assert list(links) == [("T1", "tina"), ("T2", "tom")]


def test_an_account_that_loses_its_technician_is_named(
    acme: Organisation, tom: Technician, tmp_path: Path
) -> None:
    done = bring(acme, tmp_path, "thomas,,technician,,T1\n")
    assert done.unlinked == ["tom"]
    tom.refresh_from_db()
    assert tom.user == User.objects.get(username="thomas")
    assert bring(acme, tmp_path, "thomas,,dispatcher,,\n").updated == 1
    tom.refresh_from_db()
    assert tom.user is None


def test_a_name_of_another_company_is_taken_and_nobody_learns_whose_it_is(
    acme: Organisation, stranger: User, tmp_path: Path
) -> None:
    User.objects.create_superuser("root", password=factories.PASSWORD)
    done = bring(acme, tmp_path, "stranger,,administrator,,\nroot,,administrator,,\nanna,,dispatcher,,\n")
    assert (done.imported, done.rejected) == (1, {"username taken": 2})
    stranger.refresh_from_db()
    assert (stranger.role, stranger.organisation == acme) == (User.Role.DISPATCHER, False)
    assert (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        f'{line},username,{name},username taken,"a name that nobody on this installation has, like name@company"'
        for line, name in ((2, "stranger"), (3, "root"))
    ]


def test_bad_rows_are_explained_and_the_good_ones_stay(
    acme: Organisation, other: Organisation, unknown_to_all: Technician, tmp_path: Path
) -> None:
    factories.technician(factories.region(other, "east"), "T9")
    rows = [
        "a,,boss,,",
        "b c,,dispatcher,,",
        ",,dispatcher,,",
        "d,,regional_manager,,",
        "e,,regional_manager,north;east,",  # east is the other company's
        "f,,technician,,",
        "g,,technician,,T9",  # so is T9
        "h,,dispatcher,north,",
        "i,,administrator,,T7",
        "j,,technician,,T7",
        "k,,technician,,T7",
        "j,,dispatcher,,",
        f"{'l' * 151},,dispatcher,,",
    ]
    done = bring(acme, tmp_path, "\n".join(rows))
    assert list(first_passwords(tmp_path / "first.csv")) == ["j"]
    assert done.rejected == {
        "unknown role": 1,
        "not a username": 1,
        "missing value": 3,
        "unknown region": 1,
        "unknown technician": 1,
        "not for this role": 2,
        "technician used twice": 1,
        "username used twice": 1,
        "too long": 1,
    }
