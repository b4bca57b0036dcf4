"""Signals: what the ledger's answers say to the planner, kept as immutable versions."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, IntegerField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from communities.insight.former_signals import Answers, SignalPolicy, Signals, read_signals
from communities.models import Organisation, ServiceEvent, Signal, SignalSet

MEMORY = timedelta(days=180)  # older answers do not count
NIGHT = range(2, 5)  # local hours
CODE_VERSION = "1"  # to be raised whenever the same answers would give other signals


@transaction.atomic
def signals_compute(
    *, organisation: Organisation, through_on: date, policy: SignalPolicy | None = None
) -> SignalSet:
    """Read the answers up to and including `through_on` into a new version.

    When answers and policy are those of the newest version, that version is the answer: nothing is written.
    """
    policy = policy or SignalPolicy()
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)  # one new version at a time
    rows = _answers(organisation, through_on)
    inputs_hash = _hash(rows, policy)
    newest = SignalSet.objects.filter(organisation=organisation).order_by("-version").first()
    if newest is not None and newest.inputs_hash == inputs_hash:
        return newest
    signal_set = SignalSet.objects.create(
        organisation=organisation,
        version=newest.version + 1 if newest else 1,
        through_on=through_on,
        policy=asdict(policy),
        inputs_hash=inputs_hash,
        code_version=CODE_VERSION,
    )
    Signal.objects.bulk_create(_rows(signal_set, read_signals(rows, policy)))
    return signal_set


def _answers(organisation: Organisation, through_on: date) -> list[Answers]:
    """Sum and number of CSAT answers for each technician and community, in a stable order."""
    found = (
        ServiceEvent.objects.filter(
            organisation=organisation,
            kind=ServiceEvent.Kind.SURVEY_ANSWERED,
            occurred_on__gt=through_on - MEMORY,
            occurred_on__lte=through_on,
            community__isnull=False,
            technician_id__isnull=False,
        )
        .values("technician_id", "community_id", region_id=F("community__region_id"))
        .annotate(total=Sum(Cast(KT("data__csat"), IntegerField())), answers=Count("id"))
        .order_by("community_id", "technician_id")
    )
    return [
        Answers(
            technician=str(row["technician_id"]),
            community=str(row["community_id"]),
            region=str(row["region_id"]),
            csat_sum=row["total"],
            answers=row["answers"],
        )
        for row in found
    ]


def _hash(rows: Iterable[Answers], policy: SignalPolicy) -> str:
    content = [CODE_VERSION, asdict(policy), [asdict(row) for row in rows]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _rows(signal_set: SignalSet, signals: Signals) -> Iterable[Signal]:
    for priority in signals.community_priority:
        evidence = asdict(priority.evidence) | {
            "estimated_csat": priority.estimated_csat,
            "target_csat": priority.target_csat,
        }
        yield _row(
            signal_set, Signal.Kind.COMMUNITY_PRIORITY, priority.community, None, priority.minutes, evidence
        )
    for affinity in signals.technician_affinity:
        yield _row(
            signal_set,
            Signal.Kind.TECHNICIAN_AFFINITY,
            affinity.community,
            affinity.technician,
            affinity.minutes,
            asdict(affinity.evidence) | {"expected_csat": affinity.expected_csat},
        )


def _row(
    signal_set: SignalSet,
    kind: Signal.Kind,
    community: str,
    technician: str | None,
    minutes: float,
    evidence: dict[str, Any],
) -> Signal:
    return Signal(
        organisation_id=signal_set.organisation_id,
        signal_set=signal_set,
        kind=kind,
        community_id=community,
        technician_id=technician,
        minutes=Decimal(str(minutes)),
        evidence=evidence,
    )


def signals_refresh_due(*, now: datetime) -> None:
    """Each organisation, in the first hours of its own day, gets the signals of the day before."""
    for organisation in Organisation.objects.all():
        local = now.astimezone(organisation.zone)
        if local.hour in NIGHT:
            signals_compute(organisation=organisation, through_on=local.date() - timedelta(days=1))
