"""One-time codes as a second proof at signing in (TOTP, RFC 6238), and recovery codes for when the device is lost."""

from base64 import b32encode
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import pyotp
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, Value
from django.utils.crypto import get_random_string, salted_hmac
from pyotp.exceptions import OTPVerificationError

from communities.access import Caller
from communities.errors import AuthenticatorPresent, CodeRefused, CodesRequired, NotForYourRole
from communities.models import Authenticator, Organisation, Session, User
from communities.selectors.people import account_get
from communities.services.sessions import sessions_end

SECRET_BYTES = 20  # what RFC 4226 §4 recommends
STEPS_OFF = 1  # a code of the half minute before or after is good: clocks differ, and people type
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
ALPHABET = (
    "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is taken for something else; 10 of them are 49 bits
)


def secret_of(authenticator_id: UUID) -> str:
    """The secret shared with an authenticator, in base32. It follows from SECRET_KEY, so that it is stored nowhere."""
    key = salted_hmac("linli.authenticator", str(authenticator_id), algorithm="sha256").digest()
    return b32encode(key[:SECRET_BYTES]).decode()


def enrolment_uri(user: User, authenticator_id: UUID) -> str:
    """What an authenticator application reads from a QR code: `otpauth://totp/…`."""
    assert user.organisation is not None
    totp = pyotp.TOTP(secret_of(authenticator_id))
    return totp.provisioning_uri(name=user.username, issuer_name=user.organisation.name)


def authenticator_add(*, user: User, authenticator_id: UUID, code: str, now: datetime) -> list[str]:
    """Ask `user` for this authenticator's codes from now on, of which `code` is the first. Gives the recovery codes,
    which cannot be shown again. Raises CodeRefused, AuthenticatorPresent."""
    assert user.organisation is not None
    step = _step_of(authenticator_id, code, now)
    if step is None:
        raise CodeRefused
    recovery = _recovery_codes()
    try:
        with transaction.atomic():
            Authenticator.objects.create(
                id=authenticator_id,
                organisation=user.organisation,
                user=user,
                last_step=step,
                recovery_digests=_digests(authenticator_id, recovery),
            )
    except IntegrityError:
        raise AuthenticatorPresent from None
    return recovery


@transaction.atomic
def code_use(*, user: User, code: str, now: datetime) -> None:
    """Accept a one-time code or a recovery code of `user`, each a single time. Raises CodeRefused."""
    authenticator = Authenticator.objects.filter(user=user).first()
    if authenticator is None or not (
        _step_use(authenticator, code, now) or _recovery_use(authenticator, code)
    ):
        raise CodeRefused


@transaction.atomic
def recovery_codes_renew(*, user: User) -> list[str]:
    """Ten recovery codes in place of those that were left; they cannot be shown again. Raises CodeRefused for somebody
    without an authenticator."""
    authenticator = Authenticator.objects.select_for_update().filter(user=user).first()
    if authenticator is None:
        raise CodeRefused
    recovery = _recovery_codes()
    authenticator.recovery_digests = _digests(authenticator.pk, recovery)
    authenticator.save(update_fields=["recovery_digests"])
    return recovery


@transaction.atomic
def authenticator_remove(*, user: User) -> None:
    """Let `user` sign in with the password alone. Raises CodesRequired where the company wants codes of the role."""
    if codes_required(user):
        raise CodesRequired
    Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def authenticator_reset(*, caller: Caller, user_id: UUID) -> None:
    """Forget the authenticator of somebody who lost it, and end their sessions, which may be on the same device.

    Raises UserUnknown, and NotForYourRole for an administrator's own: another one does that.
    """
    user = account_get(caller, user_id)
    if user == caller.user:
        raise NotForYourRole("Another administrator resets yours.")
    Authenticator.objects.filter(user=user).delete()
    sessions_end(user=user)


@transaction.atomic
def codes_require(*, caller: Caller, roles: Collection[str]) -> None:
    """Want one-time codes of these roles, and of no others. Whoever has none yet signs in anew and sets them up.

    Raises NotForYourRole.
    """
    if not caller.administers:
        raise NotForYourRole("What signing in takes is for administrators to say.")
    wanted = sorted(set(roles) & set(User.Role.values))
    Organisation.objects.filter(pk=caller.organisation.pk).update(codes_for=wanted)
    without = User.objects.filter(organisation=caller.organisation, role__in=wanted, authenticator=None)
    Session.objects.filter(user__in=without).delete()


def codes_required(user: User) -> bool:
    """Whether the company wants codes of the user's role."""
    return user.organisation is not None and user.role in user.organisation.codes_for


def _step_of(authenticator_id: UUID, code: str, now: datetime) -> int | None:
    """The half minute whose code this is; None when it is of none that is good now."""
    try:
        return pyotp.TOTP(secret_of(authenticator_id)).verify_and_get_timecode(
            "".join(code.split()), for_time=now, valid_window=STEPS_OFF
        )
    except OTPVerificationError:
        return None


def _step_use(authenticator: Authenticator, code: str, now: datetime) -> bool:
    """Of two who send the same code, the database lets one through."""
    step = _step_of(authenticator.pk, code, now)
    if step is None:
        return False
    earlier = Authenticator.objects.filter(pk=authenticator.pk, last_step__lt=step)
    return earlier.update(last_step=step) == 1


def _recovery_use(authenticator: Authenticator, code: str) -> bool:
    digest = _digest(authenticator.pk, code)
    still = Authenticator.objects.filter(pk=authenticator.pk, recovery_digests__contains=[digest])
    left = Func(
        F("recovery_digests"),
        Value(digest),
        function="array_remove",
        output_field=ArrayField(models.CharField(max_length=64)),
    )
    return still.update(recovery_digests=left) == 1


def _recovery_codes() -> list[str]:
    """As they are shown: two halves of five."""
    drawn = [get_random_string(RECOVERY_LENGTH, ALPHABET) for _ in range(RECOVERY_CODES)]
    return [f"{code[:5]}-{code[5:]}" for code in drawn]


def _digests(authenticator_id: UUID, codes: Collection[str]) -> list[str]:
    return [_digest(authenticator_id, code) for code in codes]


def _digest(authenticator_id: UUID, code: str) -> str:
    """With SECRET_KEY in it: 49 bits could be tried out by whoever has the database alone."""
    plain = "".join(filter(str.isalnum, code)).lower()
    return salted_hmac(f"linli.recovery-code.{authenticator_id}", plain, algorithm="sha256").hexdigest()
